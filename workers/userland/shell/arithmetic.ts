/** Bash's arithmetic: C's integer expressions over 64-bit numbers and shell variables (bash(1), ARITHMETIC EVALUATION). */

export interface ArithmeticVariables {
  get(name: string, index: string | undefined): string | undefined;
  set(name: string, index: string | undefined, value: string): void;
}

export class ArithmeticError extends Error {
  constructor(expression: string, problem: string, token: string | undefined) {
    super(`${expression.trimStart()}: ${problem}${token === undefined ? '' : ` (error token is "${token}")`}`);
  }
}

/** Evaluates an expression in which `$` expansions have been made. An empty one is 0. */
export function evaluateArithmetic(expression: string, variables: ArithmeticVariables, depth = 0): bigint {
  if (depth > 1024) throw new ArithmeticError(expression, 'expression recursion level exceeded', expression);
  return new Evaluation(expression, variables, depth).run();
}

type Token =
  | { readonly kind: 'number'; readonly value: bigint; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly index: string | undefined; readonly at: number }
  | { readonly kind: 'operator'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

const OPERATORS =
  '<<= >>= ** ++ -- << >> <= >= == != && || += -= *= /= %= &= ^= |= + - * / % < > ! ~ & ^ | ? : = ( ) ,'.split(' ');

const BINARY: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '^=', '|='];

const int64 = (value: bigint): bigint => BigInt.asIntN(64, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);

class Evaluation {
  private readonly text: string;
  private readonly variables: ArithmeticVariables;
  private readonly depth: number;
  private token: Token = { kind: 'end', at: 0 };
  private position = 0;
  /** Above zero: a branch that is not taken. */
  private skipping = 0;

  constructor(text: string, variables: ArithmeticVariables, depth: number) {
    this.text = text;
    this.variables = variables;
    this.depth = depth;
  }

  run(): bigint {
    if (this.text.trim() === '') return 0n;
    this.advance();
    const value = this.comma();
    if (this.token.kind !== 'end') {
      throw this.error('syntax error in expression');
    }
    return value;
  }

  private error(problem: string, at = this.token.at): ArithmeticError {
    return new ArithmeticError(this.text, problem, this.text.slice(at));
  }

  private is(text: string): boolean {
    return this.token.kind === 'operator' && this.token.text === text;
  }

  private advance(): void {
    const { text } = this;
    while (/[ \t\n\r]/.test(text[this.position] ?? '')) this.position++;
    const at = this.position;
    const rest = text.slice(at);
    if (rest === '') {
      this.token = { kind: 'end', at };
      return;
    }
    const number = /^[0-9][0-9A-Za-z_#@]*/.exec(rest)?.[0];
    if (number !== undefined) {
      this.position += number.length;
      this.token = { kind: 'number', value: this.number(number, at), at };
      return;
    }
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest)?.[0];
    if (name !== undefined) {
      this.position += name.length;
      this.token = { kind: 'name', name, index: this.subscript(), at };
      return;
    }
    const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
    if (operator === undefined) {
      throw new ArithmeticError(
        text,
        at === 0 || /[-+*/%(<>=&|^!~?:,]\s*$/.test(text.slice(0, at))
          ? 'syntax error: operand expected'
          : 'syntax error: invalid arithmetic operator',
        rest,
      );
    }
    this.position += operator.length;
    this.token = { kind: 'operator', text: operator, at };
  }

  private subscript(): string | undefined {
    if (this.text[this.position] !== '[') return undefined;
    let level = 0;
    for (let i = this.position; i < this.text.length; i++) {
      if (this.text[i] === '[') level++;
      if (this.text[i] === ']' && --level === 0) {
        const index = this.text.slice(this.position + 1, i);
        this.position = i + 1;
        return index;
      }
    }
    throw new ArithmeticError(this.text, 'bad array subscript', this.text.slice(this.position));
  }

  private number(digits: string, at: number): bigint {
    const based = /^([0-9]+)#([0-9A-Za-z_@]*)$/.exec(digits);
    if (based) return this.inBase(based[2] ?? '', Number(based[1]), at);
    if (/^0[xX]/.test(digits)) return this.inBase(digits.slice(2), 16, at);
    if (/^0/.test(digits)) return this.inBase(digits.slice(1) || '0', 8, at);
    return this.inBase(digits, 10, at);
  }

  private inBase(digits: string, base: number, at: number): bigint {
    const rest = this.text.slice(at);
    if (base < 2 || base > 64) throw new ArithmeticError(this.text, 'invalid arithmetic base', rest);
    let value = 0n;
    for (const digit of digits) {
      const worth = digitValue(digit, base);
      if (worth >= base) throw new ArithmeticError(this.text, 'value too great for base', rest);
      value = value * BigInt(base) + BigInt(worth);
    }
    return int64(value);
  }

  private comma(): bigint {
    let value = this.assignment();
    while (this.is(',')) {
      this.advance();
      value = this.assignment();
    }
    return value;
  }

  private assignment(): bigint {
    const target = this.token;
    const saved = this.position;
    if (target.kind === 'name') {
      this.advance();
      const operator = this.token;
      if (operator.kind === 'operator' && ASSIGNMENTS.includes(operator.text)) {
        this.advance();
        const right = this.assignment();
        if (this.skipping > 0) return 0n;
        const value =
          operator.text === '='
            ? right
            : this.apply(operator.text.slice(0, -1), this.read(target), right, operator.at + operator.text.length);
        this.write(target, value);
        return value;
      }
      this.token = target;
      this.position = saved;
    }
    return this.conditional();
  }

  private conditional(): bigint {
    const condition = this.binary(0);
    if (!this.is('?')) return condition;
    this.advance();
    if (condition === 0n) this.skipping++;
    const first = this.assignment();
    if (condition === 0n) this.skipping--;
    if (!this.is(':')) throw this.error("`:' expected for conditional expression");
    this.advance();
    if (condition !== 0n) this.skipping++;
    const second = this.conditionalOrAssignment();
    if (condition !== 0n) this.skipping--;
    return condition === 0n ? second : first;
  }

  private conditionalOrAssignment(): bigint {
    return this.assignment();
  }

  private binary(level: number): bigint {
    const operators = BINARY[level];
    if (!operators) return this.power();
    let left = this.binary(level + 1);
    for (;;) {
      const { token } = this;
      if (token.kind !== 'operator' || !operators.includes(token.text)) return left;
      this.advance();
      const decided = (token.text === '&&' && left === 0n) || (token.text === '||' && left !== 0n);
      if (decided) this.skipping++;
      const at = this.token.at;
      const right = this.binary(level + 1);
      if (decided) this.skipping--;
      left = this.apply(token.text, left, right, at);
    }
  }

  private power(): bigint {
    const base = this.unary();
    if (!this.is('**')) return base;
    this.advance();
    const exponent = this.power();
    if (exponent < 0n) throw this.error('exponent less than 0', Math.max(0, this.token.at - 1));
    return int64(base ** exponent);
  }

  private unary(): bigint {
    const { token } = this;
    if (token.kind === 'operator') {
      if (token.text === '++' || token.text === '--') return this.prefixStep(token.text);
      if (['+', '-', '!', '~'].includes(token.text)) {
        this.advance();
        const value = this.unary();
        if (token.text === '-') return int64(-value);
        if (token.text === '!') return truth(value === 0n);
        return token.text === '~' ? int64(~value) : value;
      }
    }
    return this.primary();
  }

  private prefixStep(operator: string): bigint {
    this.advance();
    const target = this.token;
    if (target.kind !== 'name') {
      // `--3` is two signs
      const value = this.unary();
      return value;
    }
    this.advance();
    const value = int64(this.read(target) + (operator === '++' ? 1n : -1n));
    this.write(target, value);
    return value;
  }

  private primary(): bigint {
    const { token } = this;
    if (token.kind === 'number') {
      this.advance();
      return token.value;
    }
    if (token.kind === 'name') {
      this.advance();
      const value = this.read(token);
      if (this.is('++') || this.is('--')) {
        this.write(token, int64(value + (this.is('++') ? 1n : -1n)));
        this.advance();
      }
      return value;
    }
    if (this.is('(')) {
      this.advance();
      const value = this.comma();
      if (!this.is(')')) throw this.error("missing `)'");
      this.advance();
      return value;
    }
    throw this.error('syntax error: operand expected', this.operandErrorAt());
  }

  /** Bash shows the last token that it understood when the expression just ends. */
  private operandErrorAt(): number {
    if (this.token.kind !== 'end') return this.token.at;
    const before = this.text.slice(0, this.token.at).trimEnd();
    const operator = OPERATORS.find((candidate) => before.endsWith(candidate));
    return operator === undefined ? this.token.at : before.length - operator.length;
  }

  private read(target: { readonly name: string; readonly index: string | undefined }): bigint {
    if (this.skipping > 0) return 0n;
    const value = this.variables.get(target.name, target.index);
    if (value === undefined || value === '') return 0n;
    return evaluateArithmetic(value, this.variables, this.depth + 1);
  }

  private write(target: { readonly name: string; readonly index: string | undefined }, value: bigint): void {
    if (this.skipping === 0) this.variables.set(target.name, target.index, String(value));
  }

  private apply(operator: string, left: bigint, right: bigint, at: number): bigint {
    switch (operator) {
      case '||':
        return truth(left !== 0n || right !== 0n);
      case '&&':
        return truth(left !== 0n && right !== 0n);
      case '|':
        return left | right;
      case '^':
        return left ^ right;
      case '&':
        return left & right;
      case '==':
        return truth(left === right);
      case '!=':
        return truth(left !== right);
      case '<':
        return truth(left < right);
      case '>':
        return truth(left > right);
      case '<=':
        return truth(left <= right);
      case '>=':
        return truth(left >= right);
      case '<<':
        return int64(left << (right & 63n));
      case '>>':
        return left >> (right & 63n);
      case '+':
        return int64(left + right);
      case '-':
        return int64(left - right);
      case '*':
        return int64(left * right);
      default:
        return this.divide(operator, left, right, at);
    }
  }

  private divide(operator: string, left: bigint, right: bigint, at: number): bigint {
    if (right === 0n) {
      if (this.skipping > 0) return 0n;
      throw this.error('division by 0', at);
    }
    return int64(operator === '/' ? left / right : left % right);
  }
}

function digitValue(digit: string, base: number): number {
  if (digit >= '0' && digit <= '9') return Number(digit);
  if (digit >= 'a' && digit <= 'z') return digit.charCodeAt(0) - 87;
  if (digit >= 'A' && digit <= 'Z') return digit.charCodeAt(0) - (base <= 36 ? 55 : 29);
  return digit === '@' ? 62 : 63;
}
