/** awk: patterns, actions, fields, variables, arrays, the usual functions (POSIX awk without getline and user functions). */
import type { Co } from '../../sim/coroutine.ts';
import { errorText, LineReader } from '../stdio.ts';
import { AwkParser, AwkSyntaxError, type Expression, type Rule, type Statement } from './awk-parser.ts';
import { posixRegExp } from './regular-expression.ts';
import type { Tool } from './tool.ts';

export function* awk(tool: Tool): Co<number> {
  const words = [...tool.args];
  let separator: string | undefined;
  let program: string | undefined;
  const assigned: string[] = [];
  while (/^-./.test(words[0] ?? '')) {
    const word = words.shift() ?? '';
    if (word === '--') break;
    const value = word.length > 2 ? word.slice(2) : (words.shift() ?? '');
    if (word.startsWith('-F')) separator = value;
    else if (word.startsWith('-v')) assigned.push(value);
    else if (word.startsWith('-f')) program = (yield* tool.readInput(value)) ?? '';
    else return yield* tool.fail(`not an option: ${word}`, 2);
  }
  program ??= words.shift();
  if (program === undefined) {
    yield* tool.printError("Usage: awk [POSIX or GNU style options] [--] 'program' file ...\n");
    return 2;
  }
  let rules: Rule[];
  try {
    rules = new AwkParser(program).parse();
  } catch (error) {
    if (!(error instanceof AwkSyntaxError)) throw error;
    return yield* tool.fail(
      `cmd. line:1: ${program}\n${tool.name}: cmd. line:1: ${' '.repeat(error.position)}^ syntax error`,
      1,
    );
  }
  const machine = new Machine(tool, rules);
  machine.set('FS', separator === undefined ? ' ' : withEscapes(separator));
  for (const text of assigned) machine.assignFromText(text);
  return yield* machine.run(words);
}

const withEscapes = (text: string): string =>
  text.replace(/\\(.)/g, (_, c: string) => ({ n: '\n', t: '\t', '\\': '\\' })[c] ?? `\\${c}`);

type Value = string | number;

/** What ends a statement early. */
class Leave {
  readonly kind: 'next' | 'exit' | 'break' | 'continue';
  constructor(kind: Leave['kind']) {
    this.kind = kind;
  }
}

class Machine {
  private readonly tool: Tool;
  private readonly rules: readonly Rule[];
  private readonly variables = new Map<string, Value>([
    ['OFS', ' '],
    ['ORS', '\n'],
    ['RS', '\n'],
    ['SUBSEP', '\x1c'],
    ['CONVFMT', '%.6g'],
    ['OFMT', '%.6g'],
    ['NR', 0],
    ['FNR', 0],
    ['NF', 0],
    ['FILENAME', ''],
  ]);
  private readonly arrays = new Map<string, Map<string, Value>>();
  private record = '';
  private fields: string[] = [];
  private status = 0;
  private readonly active = new Set<Rule>();
  private readonly compiled = new Map<string, RegExp>();

  constructor(tool: Tool, rules: readonly Rule[]) {
    this.tool = tool;
    this.rules = rules;
    const environment = new Map<string, Value>(tool.environment);
    this.arrays.set('ENVIRON', environment);
  }

  set(name: string, value: Value): void {
    this.variables.set(name, value);
  }

  assignFromText(text: string): boolean {
    const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text) ?? [];
    if (name === undefined) return false;
    this.set(name, looksNumeric(withEscapes(value ?? '')));
    return true;
  }

  *run(files: readonly string[]): Co<number> {
    let left = yield* this.runRules('BEGIN');
    const reads = this.rules.some((rule) => rule.kind !== 'BEGIN');
    if (!left && reads) {
      const inputs = files.some((file) => !/^[A-Za-z_]\w*=/.test(file)) ? files : [...files, '-'];
      for (const path of inputs) {
        if (this.assignFromText(path)) continue;
        left = yield* this.readFile(path);
        if (left) break;
      }
    }
    yield* this.runRules('END');
    return this.status;
  }

  private *readFile(path: string): Co<boolean> {
    const fd = path === '-' ? 0 : yield* this.tool.sys.open(path, 0);
    if (fd < 0) {
      yield* this.tool.complain(`cannot open "${path}" (${errorText(fd)})`);
      this.status = 2;
      return false;
    }
    this.set('FILENAME', path === '-' ? '' : path);
    this.set('FNR', 0);
    const reader = new LineReader(this.tool.sys, fd, String(this.variables.get('RS') ?? '\n').slice(0, 1) || '\n');
    for (let line = yield* reader.next(); line; line = yield* reader.next()) {
      this.set('NR', this.number('NR') + 1);
      this.set('FNR', this.number('FNR') + 1);
      this.setRecord(line.text);
      if (yield* this.runRules('main')) return true;
    }
    if (fd > 0) yield* this.tool.sys.close(fd);
    return false;
  }

  /** True when `exit` was executed. */
  private *runRules(kind: Rule['kind']): Co<boolean> {
    for (const rule of this.rules) {
      if (rule.kind !== kind || !(yield* this.selects(rule))) continue;
      if (!rule.action) {
        yield* this.tool.print(`${this.record}${this.text(this.variables.get('ORS') ?? '\n')}`);
        continue;
      }
      const left = yield* this.block(rule.action);
      if (left?.kind === 'exit') return true;
      if (left?.kind === 'next') return false;
    }
    return false;
  }

  private *selects(rule: Rule): Co<boolean> {
    if (!rule.pattern) return true;
    if (!rule.until) return this.truth(yield* this.evaluate(rule.pattern));
    if (!this.active.has(rule)) {
      if (!this.truth(yield* this.evaluate(rule.pattern))) return false;
      this.active.add(rule);
    }
    if (this.truth(yield* this.evaluate(rule.until))) this.active.delete(rule);
    return true;
  }

  private setRecord(text: string): void {
    this.record = text;
    this.fields = this.split(text, String(this.variables.get('FS') ?? ' '));
    this.set('NF', this.fields.length);
  }

  private split(text: string, separator: string): string[] {
    if (separator === ' ') return text.trim() === '' ? [] : text.trim().split(/[ \t\n]+/);
    if (text === '') return [];
    if (separator.length === 1 && separator !== '\\') return text.split(separator);
    return text.split(new RegExp(this.expression(separator).source));
  }

  private expression(source: string): RegExp {
    const known = this.compiled.get(source);
    if (known) return known;
    const made = posixRegExp(source, true);
    this.compiled.set(source, made);
    return made;
  }

  private field(index: number): string {
    return index === 0 ? this.record : (this.fields[index - 1] ?? '');
  }

  private setField(index: number, value: string): void {
    if (index === 0) {
      this.setRecord(value);
      return;
    }
    while (this.fields.length < index) this.fields.push('');
    this.fields[index - 1] = value;
    this.set('NF', this.fields.length);
    this.record = this.fields.join(this.text(this.variables.get('OFS') ?? ' '));
  }

  private number(name: string): number {
    return this.toNumber(this.variables.get(name) ?? 0);
  }

  private toNumber(value: Value): number {
    if (typeof value === 'number') return value;
    return Number.parseFloat(/^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/.exec(value)?.[0] ?? '0') || 0;
  }

  private text(value: Value): string {
    if (typeof value === 'string') return value;
    return Number.isInteger(value) ? String(value) : general(value, 6);
  }

  private truth(value: Value): boolean {
    return typeof value === 'number' ? value !== 0 : value !== '';
  }

  private array(name: string): Map<string, Value> {
    let array = this.arrays.get(name);
    if (!array) {
      array = new Map();
      this.arrays.set(name, array);
    }
    return array;
  }

  private *key(indices: readonly Expression[]): Co<string> {
    const keys: string[] = [];
    for (const index of indices) keys.push(this.text(yield* this.evaluate(index)));
    return keys.join('\x1c');
  }

  private *block(statements: readonly Statement[]): Co<Leave | undefined> {
    for (const statement of statements) {
      const left = yield* this.execute(statement);
      if (left) return left;
    }
    return undefined;
  }

  private *execute(statement: Statement): Co<Leave | undefined> {
    switch (statement.kind) {
      case 'expression':
        yield* this.evaluate(statement.value);
        return undefined;
      case 'print': {
        const values: string[] = [];
        for (const value of statement.values) values.push(this.text(yield* this.evaluate(value)));
        const text = statement.formatted
          ? yield* this.format(statement.values)
          : (statement.values.length === 0 ? this.record : values.join(this.text(this.variables.get('OFS') ?? ' '))) +
            this.text(this.variables.get('ORS') ?? '\n');
        yield* this.tool.print(text);
        return undefined;
      }
      case 'if':
        if (this.truth(yield* this.evaluate(statement.condition))) return yield* this.block(statement.first);
        return yield* this.block(statement.otherwise);
      case 'loop': {
        if (statement.before) yield* this.execute(statement.before);
        for (let first = true; ; first = false) {
          const tests = !(first && statement.bodyFirst);
          if (tests && statement.condition && !this.truth(yield* this.evaluate(statement.condition))) return undefined;
          const left = yield* this.block(statement.body);
          if (left?.kind === 'break') return undefined;
          if (left && left.kind !== 'continue') return left;
          if (statement.after) yield* this.execute(statement.after);
        }
      }
      case 'forIn':
        for (const key of [...this.array(statement.array).keys()]) {
          this.set(statement.variable, key);
          const left = yield* this.block(statement.body);
          if (left?.kind === 'break') return undefined;
          if (left && left.kind !== 'continue') return left;
        }
        return undefined;
      case 'delete':
        if (statement.indices.length === 0) this.array(statement.array).clear();
        else this.array(statement.array).delete(yield* this.key(statement.indices));
        return undefined;
      case 'leave':
        if (statement.how === 'exit' && statement.status)
          this.status = this.toNumber(yield* this.evaluate(statement.status));
        return new Leave(statement.how);
      case 'block':
        return yield* this.block(statement.body);
    }
  }

  private *evaluate(expression: Expression): Co<Value> {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return expression.value;
      case 'match':
        return this.expression(expression.source).test(this.record) ? 1 : 0;
      case 'variable':
        return this.variables.get(expression.name) ?? '';
      case 'field':
        return looksNumericText(this.field(this.toNumber(yield* this.evaluate(expression.index))));
      case 'element':
        return this.array(expression.array).get(yield* this.key(expression.indices)) ?? '';
      case 'in':
        return this.array(expression.array).has(yield* this.key(expression.indices)) ? 1 : 0;
      case 'assign': {
        const right = yield* this.evaluate(expression.value);
        const value =
          expression.operator === '='
            ? right
            : arithmetic(
                expression.operator.slice(0, -1),
                this.toNumber(yield* this.evaluate(expression.target)),
                this.toNumber(right),
              );
        yield* this.assign(expression.target, value);
        return value;
      }
      case 'step': {
        const before = this.toNumber(yield* this.evaluate(expression.target));
        yield* this.assign(expression.target, before + expression.by);
        return expression.prefix ? before + expression.by : before;
      }
      case 'unary': {
        const value = yield* this.evaluate(expression.operand);
        if (expression.operator === '!') return this.truth(value) ? 0 : 1;
        return expression.operator === '-' ? -this.toNumber(value) : this.toNumber(value);
      }
      case 'conditional':
        return yield* this.evaluate(
          this.truth(yield* this.evaluate(expression.condition)) ? expression.first : expression.otherwise,
        );
      case 'binary':
        return yield* this.binary(expression);
      case 'call':
        return yield* this.call(expression.name, expression.values);
    }
  }

  private *binary(expression: Extract<Expression, { kind: 'binary' }>): Co<Value> {
    const { operator } = expression;
    const left = yield* this.evaluate(expression.left);
    if (operator === '&&') return this.truth(left) && this.truth(yield* this.evaluate(expression.right)) ? 1 : 0;
    if (operator === '||') return this.truth(left) || this.truth(yield* this.evaluate(expression.right)) ? 1 : 0;
    if (operator === '~' || operator === '!~') {
      const source =
        expression.right.kind === 'match' ? expression.right.source : this.text(yield* this.evaluate(expression.right));
      return this.expression(source).test(this.text(left)) === (operator === '~') ? 1 : 0;
    }
    const right = yield* this.evaluate(expression.right);
    if (operator === ' ') return this.text(left) + this.text(right);
    if (['<', '<=', '==', '!=', '>=', '>'].includes(operator))
      return compare(operator, left, right, (v) => this.text(v)) ? 1 : 0;
    return arithmetic(operator, this.toNumber(left), this.toNumber(right));
  }

  private *assign(target: Expression, value: Value): Co {
    if (target.kind === 'variable') {
      this.set(target.name, value);
      if (target.name === 'NF') {
        this.fields.length = Math.min(this.fields.length, this.toNumber(value));
        this.record = this.fields.join(this.text(this.variables.get('OFS') ?? ' '));
      }
    } else if (target.kind === 'field')
      this.setField(this.toNumber(yield* this.evaluate(target.index)), this.text(value));
    else if (target.kind === 'element') this.array(target.array).set(yield* this.key(target.indices), value);
  }

  private *call(name: string, values: readonly Expression[]): Co<Value> {
    const texts: string[] = [];
    const lazy = name === 'split' || name === 'sub' || name === 'gsub' || name === 'match' || name === 'length';
    if (!lazy) for (const value of values) texts.push(this.text(yield* this.evaluate(value)));
    const [first = '', second = '', third] = texts;
    const number = this.toNumber(first);
    switch (name) {
      case 'length': {
        const argument = values[0];
        if (argument?.kind === 'variable' && this.arrays.has(argument.name)) return this.array(argument.name).size;
        return (argument ? this.text(yield* this.evaluate(argument)) : this.record).length;
      }
      case 'substr': {
        const start = Math.round(this.toNumber(second));
        const end = third === undefined ? Number.POSITIVE_INFINITY : start + Math.round(this.toNumber(third));
        return first.slice(Math.max(0, start - 1), Math.max(0, end - 1));
      }
      case 'index':
        return first.indexOf(second) + 1;
      case 'toupper':
        return first.toUpperCase();
      case 'tolower':
        return first.toLowerCase();
      case 'int':
        return Math.trunc(number);
      case 'sqrt':
        return Math.sqrt(number);
      case 'strtonum':
        return /^0x/i.test(first) ? Number.parseInt(first, 16) : number;
      case 'systime':
        return Math.floor(this.tool.sys.clock_gettime('realtime') / 1e9);
      case 'sprintf':
        return yield* this.format(values);
      case 'split': {
        const text = values[0] ? this.text(yield* this.evaluate(values[0])) : '';
        const separator = values[2];
        const by = separator
          ? separator.kind === 'match'
            ? separator.source
            : this.text(yield* this.evaluate(separator))
          : String(this.variables.get('FS') ?? ' ');
        const parts = this.split(text, by);
        const array = this.array(values[1]?.kind === 'variable' ? values[1].name : '');
        array.clear();
        for (const [index, part] of parts.entries()) array.set(String(index + 1), looksNumericText(part));
        return parts.length;
      }
      case 'match': {
        const text = values[0] ? this.text(yield* this.evaluate(values[0])) : '';
        const found = this.expression(yield* this.source(values[1])).exec(text);
        this.set('RSTART', found ? found.index + 1 : 0);
        this.set('RLENGTH', found ? found[0].length : -1);
        return found ? found.index + 1 : 0;
      }
      default:
        return yield* this.substitute(name === 'gsub', values);
    }
  }

  private *source(value: Expression | undefined): Co<string> {
    if (!value) return '';
    return value.kind === 'match' ? value.source : this.text(yield* this.evaluate(value));
  }

  private *substitute(all: boolean, values: readonly Expression[]): Co<number> {
    const source = this.expression(yield* this.source(values[0])).source;
    const replacement = values[1] ? this.text(yield* this.evaluate(values[1])) : '';
    const target: Expression = values[2] ?? { kind: 'field', index: { kind: 'number', value: 0 } };
    let count = 0;
    const text = this.text(yield* this.evaluate(target)).replace(new RegExp(source, all ? 'g' : ''), (matched) => {
      count++;
      return replacement.replace(/\\&|&|\\\\/g, (piece) => (piece === '&' ? matched : piece.slice(1)));
    });
    if (count > 0) yield* this.assign(target, text);
    return count;
  }

  private *format(values: readonly Expression[]): Co<string> {
    const given: Value[] = [];
    for (const value of values) given.push(yield* this.evaluate(value));
    let next = 1;
    return this.text(given[0] ?? '').replace(
      /%%|%([-+ 0#]*)(\d+|\*)?(?:\.(\d+))?([a-zA-Z])/g,
      (piece, flags: string = '', width = '', precision: string | undefined = undefined, letter = '') => {
        if (piece === '%%') return '%';
        const size = width === '*' ? this.toNumber(given[next++] ?? 0) : Number(width || 0);
        const value = given[next++] ?? '';
        const body = convert(
          letter,
          flags,
          precision === undefined ? undefined : Number(precision),
          value,
          (v) => this.toNumber(v),
          (v) => this.text(v),
        );
        if (flags.includes('-')) return body.padEnd(size);
        if (!flags.includes('0') || letter === 's' || letter === 'c') return body.padStart(size);
        const sign = /^[-+ ]/.exec(body)?.[0] ?? '';
        return sign + body.slice(sign.length).padStart(size - sign.length, '0');
      },
    );
  }
}

function convert(
  letter: string,
  flags: string,
  precision: number | undefined,
  value: Value,
  toNumber: (value: Value) => number,
  toText: (value: Value) => string,
): string {
  const signed = (number: number, digits: string): string =>
    (number < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + digits;
  const number = toNumber(value);
  switch (letter) {
    case 'd':
    case 'i':
      return signed(Math.trunc(number), String(Math.abs(Math.trunc(number))).padStart(precision ?? 0, '0'));
    case 'x':
      return (flags.includes('#') ? '0x' : '') + Math.trunc(number).toString(16);
    case 'X':
      return Math.trunc(number).toString(16).toUpperCase();
    case 'o':
      return Math.trunc(number).toString(8);
    case 'f':
      return signed(number, Math.abs(number).toFixed(precision ?? 6));
    case 'e':
      return signed(
        number,
        Math.abs(number)
          .toExponential(precision ?? 6)
          .replace(/e([-+])(\d)$/, 'e$10$2'),
      );
    case 'g':
      return general(number, precision ?? 6);
    case 'c':
      return typeof value === 'number' ? String.fromCharCode(value) : value.slice(0, 1);
    default:
      return toText(value).slice(0, precision);
  }
}

/** %.{digits}g */
function general(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : value < 0 ? '-inf' : 'nan';
  const text = value.toPrecision(digits);
  if (!text.includes('e')) return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return text.replace(/\.?0*e/, 'e').replace(/e([-+])(\d)$/, 'e$10$2');
}

function arithmetic(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    default:
      return power(left, right);
  }
}

/** Powers by multiplication: the engines' own differ in the last bit. */
function power(base: number, exponent: number): number {
  if (!Number.isInteger(exponent)) return exponent === 0.5 ? Math.sqrt(base) : Number.NaN;
  let result = 1;
  for (let i = 0; i < Math.abs(exponent) && result !== 0 && Number.isFinite(result); i++) result *= base;
  return exponent < 0 ? 1 / result : result;
}

function compare(operator: string, left: Value, right: Value, text: (value: Value) => string): boolean {
  const numeric = isNumeric(left) && isNumeric(right);
  const [a, b] = numeric ? [Number(left), Number(right)] : [text(left), text(right)];
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '>=':
      return a >= b;
    default:
      return a > b;
  }
}

const isNumeric = (value: Value): boolean => typeof value === 'number' || value === '';

/** Input that looks like a number compares as one. */
const looksNumeric = (text: string): Value =>
  /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(text) ? Number(text) : text;

/** A field keeps its text (`007` prints as it is) unless it is a number as it would be printed. */
function looksNumericText(text: string): Value {
  const value = looksNumeric(text);
  return typeof value === 'number' && String(value) === text ? value : text;
}
