/** sed: s, y, p, d, q, a, i, c, n, N, D, P, h, H, g, G, x, =, b, t, groups, addresses. */
import type { Co } from '../../sim/coroutine.ts';
import { errorText, LineReader, writeAll } from '../stdio.ts';
import { posixRegExp } from './regular-expression.ts';
import type { Tool } from './tool.ts';

type Address =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'offset'; readonly count: number }
  | { readonly kind: 'expression'; readonly expression: RegExp };

interface Command {
  readonly from?: Address | undefined;
  readonly to?: Address | undefined;
  readonly negated: boolean;
  readonly name: string;
  readonly text: string;
  readonly expression?: RegExp | undefined;
  readonly flags: string;
  /** Of `{`: index of its `}`. */
  end: number;
  inRange: boolean;
  rangeEnd: number;
}

class SedFault extends Error {}

export function* sed(tool: Tool): Co<number> {
  const options = yield* tool.options('nEre:f:isz', {
    quiet: 'n',
    silent: 'n',
    'regexp-extended': 'E',
    expression: 'e',
    file: 'f',
    'in-place': 'i',
  });
  const operands = [...options.operands];
  const scripts = [...options.all('e')];
  for (const file of options.all('f')) scripts.push((yield* tool.readInput(file)) ?? '');
  if (scripts.length === 0) {
    const script = operands.shift();
    if (script === undefined) {
      yield* tool.printError('Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n');
      return 1;
    }
    scripts.push(script);
  }
  let commands: Command[];
  try {
    commands = new ScriptParser(scripts.join('\n'), options.has('E') || options.has('r')).parse();
  } catch (error) {
    return yield* tool.fail(
      `-e expression #1, ${error instanceof SedFault ? error.message : `char ${scripts.join('').length}: ${error instanceof Error ? error.message : ''}`}`,
    );
  }
  const files = operands.length > 0 ? operands : ['-'];
  if (!options.has('i')) {
    const editor = new Editor(tool, commands, options.has('n'));
    return yield* editor.run(files);
  }
  let status = 0;
  for (const path of files) {
    const editor = new Editor(tool, commands, options.has('n'));
    editor.collects = true;
    status = Math.max(status, yield* editor.run([path]));
    const fd = yield* tool.sys.open(path, 0o1001, 0o644);
    if (fd < 0) yield* tool.complain(`couldn't open file ${path}: ${errorText(fd)}`);
    else {
      yield* writeAll(tool.sys, fd, editor.collected);
      yield* tool.sys.close(fd);
    }
  }
  return status;
}

class ScriptParser {
  private readonly text: string;
  private readonly extended: boolean;
  private at = 0;
  private lastExpression = /(?:)/;

  constructor(text: string, extended: boolean) {
    this.text = text;
    this.extended = extended;
  }

  parse(): Command[] {
    const commands: Command[] = [];
    const open: number[] = [];
    for (;;) {
      while (/[\s;]/.test(this.peek())) this.at++;
      if (this.at >= this.text.length) break;
      if (this.peek() === '#') {
        this.skipLine();
        continue;
      }
      const command = this.command();
      if (command.name === '{') open.push(commands.length);
      if (command.name === '}') {
        const start = open.pop();
        const opener = start === undefined ? undefined : commands[start];
        if (!opener) throw this.fault("unexpected `}'");
        opener.end = commands.length;
      }
      commands.push(command);
    }
    if (open.length > 0) throw new SedFault("char 0: unmatched `{'");
    return commands;
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }

  private fault(problem: string): SedFault {
    return new SedFault(`char ${this.at}: ${problem}`);
  }

  private skipLine(): string {
    const end = this.text.indexOf('\n', this.at);
    const line = this.text.slice(this.at, end < 0 ? undefined : end);
    this.at = end < 0 ? this.text.length : end + 1;
    return line;
  }

  private command(): Command {
    const from = this.address();
    let to: Address | undefined;
    if (from) {
      this.blanks();
      if (this.peek() === ',') {
        this.at++;
        this.blanks();
        to = this.address();
        if (!to) throw this.fault("unexpected `,'");
      }
    }
    this.blanks();
    let negated = false;
    while (this.peek() === '!') {
      negated = true;
      this.at++;
      this.blanks();
    }
    const name = this.peek();
    this.at++;
    const base = { from, to, negated, name, text: '', flags: '', end: 0, inRange: false, rangeEnd: 0 };
    if (name === '') throw this.fault('missing command');
    if (name === 's') return this.substitution(base);
    if (name === 'y') {
      const delimiter = this.peek();
      this.at++;
      const source = this.until(delimiter);
      return { ...base, text: `${source}\0${this.until(delimiter)}` };
    }
    if ('aic'.includes(name)) return { ...base, text: this.insertedText() };
    if (':btTrw'.includes(name)) {
      const label = /^[^;\n}]*/.exec(this.text.slice(this.at))?.[0] ?? '';
      this.at += label.length;
      return { ...base, text: label.trim() };
    }
    if ('qQl'.includes(name)) {
      const code = /^\s*\d*/.exec(this.text.slice(this.at))?.[0] ?? '';
      this.at += code.length;
      return { ...base, text: code.trim() };
    }
    if (!'{}pPdDnNhHgGx=F'.includes(name)) throw this.fault(`unknown command: \`${name}'`);
    if (name !== '{') {
      this.blanks();
      if (!/^[;\n}#]?$/.test(this.peek())) throw this.fault('extra characters after command');
    }
    return base;
  }

  private blanks(): void {
    while (/[ \t]/.test(this.peek())) this.at++;
  }

  private insertedText(): string {
    this.blanks();
    if (this.peek() === '\\') {
      this.at++;
      this.blanks();
      if (this.peek() === '\n') this.at++;
    }
    let text = '';
    for (;;) {
      const line = this.skipLine();
      if (!line.endsWith('\\')) return `${text}${line}\n`.replace(/\\(.)/g, '$1');
      text += `${line.slice(0, -1)}\n`;
    }
  }

  private substitution(base: Command): Command {
    const delimiter = this.peek();
    this.at++;
    const source = this.until(delimiter, true);
    const replacement = this.until(delimiter, true);
    const flags = /^[gpiIemM0-9]*/.exec(this.text.slice(this.at))?.[0] ?? '';
    this.at += flags.length;
    if (!/^[\s;}#]?$/.test(this.peek())) throw this.fault("unknown option to `s'");
    const expression = this.expression(source, /[iI]/.test(flags) ? 'gi' : 'g');
    return { ...base, text: replacement, expression, flags };
  }

  private expression(source: string, flags: string): RegExp {
    if (source === '') return this.lastExpression;
    this.lastExpression = new RegExp(posixRegExp(source, this.extended).source, flags);
    return this.lastExpression;
  }

  /** Text up to an unescaped delimiter, which is consumed; an escaped delimiter stands for itself. */
  private until(delimiter: string, keeps = false): string {
    let text = '';
    let bracket = false;
    for (; this.at < this.text.length; this.at++) {
      const c = this.peek();
      if (c === '\\') {
        const next = this.text[this.at + 1] ?? '';
        this.at++;
        text +=
          next === delimiter
            ? keeps && /[|+?(){}]/.test(next)
              ? `\\${next}`
              : next
            : next === 'n' && !keeps
              ? '\n'
              : `\\${next}`;
      } else if (c === delimiter && !bracket) {
        this.at++;
        return text;
      } else {
        if (keeps && c === '[' && !bracket)
          bracket =
            this.text.indexOf(']', this.at) > 0 &&
            this.text.indexOf(']', this.at) < this.text.indexOf(delimiter, this.at);
        else if (c === ']' && bracket) bracket = false;
        text += c;
      }
    }
    throw this.fault(`unterminated \`${keeps ? 's' : 'y'}' command`);
  }

  private address(): Address | undefined {
    const rest = this.text.slice(this.at);
    const step = /^(\d+)~(\d+)/.exec(rest);
    if (step) {
      this.at += step[0].length;
      return { kind: 'step', first: Number(step[1]), step: Number(step[2]) };
    }
    const line = /^\d+/.exec(rest)?.[0];
    if (line !== undefined) {
      this.at += line.length;
      return { kind: 'line', line: Number(line) };
    }
    const offset = /^\+(\d+)/.exec(rest);
    if (offset) {
      this.at += offset[0].length;
      return { kind: 'offset', count: Number(offset[1]) };
    }
    if (rest.startsWith('$')) {
      this.at++;
      return { kind: 'last' };
    }
    if (!rest.startsWith('/') && !rest.startsWith('\\')) return undefined;
    const delimiter = rest.startsWith('/') ? '/' : (rest[1] ?? '');
    this.at += rest.startsWith('/') ? 1 : 2;
    const source = this.until(delimiter, true);
    const insensitive = this.peek() === 'I';
    if (insensitive) this.at++;
    return { kind: 'expression', expression: this.expression(source, insensitive ? 'gi' : 'g') };
  }
}

class Editor {
  collects = false;
  collected = '';
  private readonly tool: Tool;
  private readonly commands: readonly Command[];
  private readonly quiet: boolean;
  private lines: { readonly text: string; readonly complete: boolean }[] = [];
  private number = 0;
  private hold = '';
  private appended = '';

  constructor(tool: Tool, commands: readonly Command[], quiet: boolean) {
    this.tool = tool;
    this.commands = commands;
    this.quiet = quiet;
  }

  *run(files: readonly string[]): Co<number> {
    let status = 0;
    for (const path of files) {
      const fd = path === '-' ? 0 : yield* this.tool.sys.open(path, 0);
      if (fd < 0) {
        yield* this.tool.complain(`can't read ${path}: ${errorText(fd)}`);
        status = 2;
        continue;
      }
      const reader = new LineReader(this.tool.sys, fd);
      for (let line = yield* reader.next(); line; line = yield* reader.next()) this.lines.push(line);
      if (reader.error < 0) {
        yield* this.tool.complain(`couldn't read ${path}: ${errorText(reader.error)}`);
        status = 2;
      }
      if (fd > 0) yield* this.tool.sys.close(fd);
    }
    let left: string | undefined;
    while (left !== undefined || this.number < this.lines.length) {
      const end = yield* this.cycle(left);
      if (end.quits !== undefined) return end.quits;
      left = end.left;
    }
    return status;
  }

  private *put(text: string, newline = true): Co {
    const complete = this.lines[this.number - 1]?.complete ?? true;
    const shown = text + (newline && (complete || this.number < this.lines.length) ? '\n' : '');
    if (this.collects) this.collected += shown;
    else yield* this.tool.print(shown);
  }

  private *cycle(left: string | undefined): Co<{ readonly quits?: number; readonly left?: string }> {
    let space = left ?? this.lines[this.number++]?.text ?? '';
    let substituted = false;
    let deleted = false;
    let result: { readonly quits?: number; readonly left?: string } = {};
    for (let i = 0; i < this.commands.length; i++) {
      const command = this.commands[i];
      if (!command) break;
      if (command.name === '}' || command.name === ':') continue;
      if (this.selects(command, space) === command.negated) {
        if (command.name === '{') i = command.end;
        continue;
      }
      const { name, text } = command;
      if (name === 's') {
        const changed = substitute(space, command);
        if (changed === undefined) continue;
        space = changed;
        substituted = true;
        if (command.flags.includes('p')) yield* this.put(space);
      } else if (name === 'y') {
        const [from = '', to = ''] = text.split('\0');
        space = [...space].map((c) => (from.includes(c) ? (to[from.indexOf(c)] ?? c) : c)).join('');
      } else if (name === 'p') yield* this.put(space);
      else if (name === 'P') yield* this.put(space.split('\n')[0] ?? '');
      else if (name === 'd') {
        deleted = true;
        break;
      } else if (name === 'D') {
        deleted = true;
        const at = space.indexOf('\n');
        if (at >= 0) result = { left: space.slice(at + 1) };
        break;
      } else if (name === '=') yield* this.put(String(this.number));
      else if (name === 'a') this.appended += text;
      else if (name === 'i') yield* this.put(text, false);
      else if (name === 'c') {
        if (!command.to || !command.inRange) yield* this.put(text, false);
        deleted = true;
        break;
      } else if (name === 'n') {
        if (this.number >= this.lines.length) {
          if (!this.quiet) yield* this.put(space);
          return { quits: 0 };
        }
        if (!this.quiet) yield* this.put(space);
        space = this.lines[this.number++]?.text ?? '';
      } else if (name === 'N') {
        if (this.number >= this.lines.length) {
          if (!this.quiet) yield* this.put(space);
          return { quits: 0 };
        }
        space += `\n${this.lines[this.number++]?.text ?? ''}`;
      } else if (name === 'h') this.hold = space;
      else if (name === 'H') this.hold += `\n${space}`;
      else if (name === 'g') space = this.hold;
      else if (name === 'G') space += `\n${this.hold}`;
      else if (name === 'x') [space, this.hold] = [this.hold, space];
      else if (name === 'b' || (name === 't' && substituted) || (name === 'T' && !substituted)) {
        if (name === 't') substituted = false;
        i =
          text === ''
            ? this.commands.length
            : this.commands.findIndex((other) => other.name === ':' && other.text === text);
      } else if (name === 'q' || name === 'Q') {
        deleted = name === 'Q';
        result = { quits: Number(text || 0) };
        break;
      }
    }
    if (!deleted && !this.quiet) yield* this.put(space);
    if (this.appended !== '') {
      yield* this.put(this.appended, false);
      this.appended = '';
    }
    return result;
  }

  private selects(command: Command, space: string): boolean {
    const { from, to } = command;
    if (!from) return true;
    if (!to) return this.matches(from, space);
    if (command.inRange) {
      const ends =
        to.kind === 'line' || to.kind === 'offset' ? this.number >= command.rangeEnd : this.matches(to, space);
      if (ends) command.inRange = false;
      return !(to.kind === 'line' && this.number > command.rangeEnd);
    }
    if (!this.matches(from, space)) return false;
    command.rangeEnd = to.kind === 'line' ? to.line : to.kind === 'offset' ? this.number + to.count : 0;
    command.inRange = to.kind === 'line' || to.kind === 'offset' ? command.rangeEnd > this.number : true;
    return true;
  }

  private matches(address: Address, space: string): boolean {
    switch (address.kind) {
      case 'line':
        return this.number === address.line;
      case 'step':
        return address.step === 0
          ? this.number === address.first
          : this.number >= address.first && (this.number - address.first) % address.step === 0;
      case 'last':
        return this.number === this.lines.length;
      case 'offset':
        return false;
      case 'expression':
        address.expression.lastIndex = 0;
        return address.expression.test(space);
    }
  }
}

/** The line after `s`; undefined when nothing matched. */
function substitute(space: string, { expression, text, flags }: Command): string | undefined {
  if (!expression) return undefined;
  const nth = Number(/\d+/.exec(flags)?.[0] ?? 1);
  let count = 0;
  let changed = false;
  expression.lastIndex = 0;
  const result = space.replace(expression, (...groups: unknown[]) => {
    const matched = String(groups[0]);
    count++;
    if (count < nth || (count > nth && !flags.includes('g'))) return matched;
    changed = true;
    return replacementText(text, groups);
  });
  return changed ? result : undefined;
}

function replacementText(text: string, groups: readonly unknown[]): string {
  let result = '';
  let mode: 'U' | 'L' | '' = '';
  let once: 'u' | 'l' | '' = '';
  for (const [piece] of text.matchAll(/\\[\s\S]|&|[^\\&]/g)) {
    let shown = piece;
    if (piece === '&') shown = String(groups[0]);
    else if (/^\\\d$/.test(piece)) shown = String(groups[Number(piece[1])] ?? '');
    else if (piece === '\\n') shown = '\n';
    else if (piece === '\\t') shown = '\t';
    else if (piece === '\\U' || piece === '\\L') {
      mode = piece === '\\U' ? 'U' : 'L';
      continue;
    } else if (piece === '\\E') {
      mode = '';
      continue;
    } else if (piece === '\\u' || piece === '\\l') {
      once = piece === '\\u' ? 'u' : 'l';
      continue;
    } else if (piece.startsWith('\\')) shown = piece.slice(1);
    if (mode !== '') shown = mode === 'U' ? shown.toUpperCase() : shown.toLowerCase();
    if (once !== '' && shown !== '') {
      shown = (once === 'u' ? shown.slice(0, 1).toUpperCase() : shown.slice(0, 1).toLowerCase()) + shown.slice(1);
      once = '';
    }
    result += shown;
  }
  return result;
}
