/** sort, uniq, cut, tr, seq, basename, dirname, rev, paste, od. */
import type { Co } from '../../sim/coroutine.ts';
import { byBytes } from '../byte-order.ts';
import { naturally } from './natural-order.ts';
import { linesOf, type Options, type Tool } from './tool.ts';

function* inputLines(tool: Tool, files: readonly string[]): Co<{ readonly lines: string[]; readonly status: number }> {
  const lines: string[] = [];
  let status = 0;
  for (const path of files.length > 0 ? files : ['-']) {
    const text = yield* tool.readInput(path);
    if (text === undefined) status = 1;
    else lines.push(...linesOf(text));
  }
  return { lines, status };
}

interface SortKey {
  readonly first: number;
  readonly firstCharacter: number;
  readonly last: number;
  readonly lastCharacter: number;
  readonly flags: string;
}

export function* sort(tool: Tool): Co<number> {
  const options = yield* tool.options(
    'bcdfghik:Mm:no:rRst:uVz',
    {
      'numeric-sort': 'n',
      reverse: 'r',
      unique: 'u',
      key: 'k',
      'field-separator': 't',
      'ignore-case': 'f',
      'version-sort': 'V',
    },
    2,
  );
  const { lines, status } = yield* inputLines(tool, options.operands);
  if (status !== 0) return 2;
  const separator = options.value('t');
  const global = ['n', 'g', 'h', 'r', 'f', 'V', 'b', 'd'].filter((letter) => options.has(letter)).join('');
  const keys: SortKey[] = options.all('k').map((text) => parseKey(text, global));
  if (keys.length === 0) {
    keys.push({ first: 0, firstCharacter: 0, last: Number.POSITIVE_INFINITY, lastCharacter: 0, flags: global });
  }
  const compareKeys = (a: string, b: string): number => {
    for (const key of keys) {
      const order = compare(keyText(a, key, separator), keyText(b, key, separator), key.flags);
      if (order !== 0) return key.flags.includes('r') ? -order : order;
    }
    return 0;
  };
  const all = (a: string, b: string): number =>
    compareKeys(a, b) || (options.has('s') || options.has('u') ? 0 : options.has('r') ? byBytes(b, a) : byBytes(a, b));
  let sorted = [...lines].sort(all);
  if (options.has('u'))
    sorted = sorted.filter((line, index) => index === 0 || compareKeys(sorted[index - 1] ?? '', line) !== 0);
  if (options.has('c')) {
    const at = lines.findIndex((line, index) => index > 0 && compareKeys(lines[index - 1] ?? '', line) > 0);
    if (at < 0) return 0;
    yield* tool.complain(`${options.operands[0] ?? '-'}:${at + 1}: disorder: ${lines[at]}`);
    return 1;
  }
  yield* tool.print(sorted.map((line) => `${line}\n`).join(''));
  return 0;
}

function parseKey(text: string, global: string): SortKey {
  const [, first = '1', firstCharacter = '1', a = '', last, lastCharacter = '0', b = ''] =
    /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text) ?? [];
  return {
    first: Number(first) - 1,
    firstCharacter: Number(firstCharacter) - 1,
    last: last === undefined ? Number.POSITIVE_INFINITY : Number(last) - 1,
    lastCharacter: Number(lastCharacter),
    flags: a + b || global,
  };
}

function keyText(line: string, key: SortKey, separator: string | undefined): string {
  if (key.first === 0 && key.last === Number.POSITIVE_INFINITY && key.firstCharacter === 0) return line;
  const fields = separator === undefined ? (line.match(/\s*\S+/g) ?? []) : line.split(separator);
  const part = fields.slice(key.first, key.last + 1);
  const joined = part.join(separator ?? '').slice(key.firstCharacter);
  return key.lastCharacter > 0 ? joined.slice(0, key.lastCharacter) : joined;
}

function compare(left: string, right: string, flags: string): number {
  if (flags.includes('n') || flags.includes('g') || flags.includes('h')) {
    const size = (text: string): number => {
      const [, number = '0', unit = ''] = /^\s*(-?\d*\.?\d*)([KMGTP]?)/.exec(text) ?? [];
      return (Number(number) || 0) * (flags.includes('h') ? 1024 ** ' KMGTP'.indexOf(unit || ' ') : 1);
    };
    return size(left) - size(right);
  }
  const prepare = (text: string): string => {
    const trimmed = flags.includes('b') ? text.trimStart() : text;
    return flags.includes('f') ? trimmed.toUpperCase() : trimmed;
  };
  const [a, b] = [prepare(left), prepare(right)];
  return flags.includes('V') ? naturally(a, b) : byBytes(a, b);
}

export function* uniq(tool: Tool): Co<number> {
  const options = yield* tool.options('cdif:us:w:', { count: 'c', repeated: 'd', unique: 'u', 'ignore-case': 'i' });
  const { lines, status } = yield* inputLines(tool, options.operands.slice(0, 1));
  const key = (line: string): string => {
    const rest = line
      .replace(new RegExp(`^(\\s*\\S+){0,${Number(options.value('f') ?? 0)}}`), '')
      .slice(Number(options.value('s') ?? 0));
    return options.has('i') ? rest.toLowerCase() : rest;
  };
  for (let i = 0; i < lines.length; ) {
    let end = i + 1;
    while (end < lines.length && key(lines[end] ?? '') === key(lines[i] ?? '')) end++;
    const count = end - i;
    const shown = (!options.has('d') || count > 1) && (!options.has('u') || count === 1);
    if (shown) yield* tool.print(`${options.has('c') ? `${String(count).padStart(7)} ` : ''}${lines[i]}\n`);
    i = end;
  }
  return status;
}

/** `1,3-5,7-`: true for positions (from 1) in the list. */
function positions(text: string): ((position: number) => boolean) | undefined {
  const ranges: [number, number][] = [];
  for (const part of text.split(',')) {
    const [, first = '', dash, last = ''] = /^(\d*)(-?)(\d*)$/.exec(part) ?? [];
    if ((first === '' && last === '') || first === '0') return undefined;
    ranges.push([Number(first || 1), dash === '-' ? Number(last || Number.POSITIVE_INFINITY) : Number(first)]);
  }
  return (position) => ranges.some(([first, last]) => position >= first && position <= last);
}

export function* cut(tool: Tool): Co<number> {
  const options = yield* tool.options('b:c:d:f:nsz', {
    delimiter: 'd',
    fields: 'f',
    characters: 'c',
    bytes: 'b',
    'only-delimited': 's',
    'output-delimiter': 'O',
    complement: 'C',
  });
  const list = options.value('f') ?? options.value('c') ?? options.value('b');
  if (list === undefined) return yield* tool.usageError('you must specify a list of bytes, characters, or fields');
  const chosen = positions(list);
  if (!chosen) return yield* tool.usageError(list.includes('0') ? 'fields are numbered from 1' : 'invalid field range');
  const keep = options.has('C') ? (at: number): boolean => !chosen(at) : chosen;
  const delimiter = options.value('d') ?? '\t';
  if (delimiter.length !== 1) return yield* tool.usageError('the delimiter must be a single character');
  const { lines, status } = yield* inputLines(tool, options.operands);
  for (const line of lines) {
    if (!options.has('f')) yield* tool.print(`${[...line].filter((_, index) => keep(index + 1)).join('')}\n`);
    else if (line.includes(delimiter)) {
      const fields = line.split(delimiter).filter((_, index) => keep(index + 1));
      yield* tool.print(`${fields.join(options.value('O') ?? delimiter)}\n`);
    } else if (!options.has('s')) yield* tool.print(`${line}\n`);
  }
  return status;
}

const TR_CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[ \t-\r]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  cntrl: /[\0-\x1f\x7f]/,
  print: /[ -~]/,
};

function trSet(text: string): string[] {
  const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' };
  const set: string[] = [];
  const pieces = text.match(/\[:\w+:\]|\\[0-7]{1,3}|\\[\s\S]|[\s\S]/g) ?? [];
  const plain = (piece: string): string =>
    /^\\[0-7]+$/.test(piece)
      ? String.fromCharCode(Number.parseInt(piece.slice(1), 8))
      : piece.length === 2 && piece.startsWith('\\')
        ? (escapes[piece[1] ?? ''] ?? piece.slice(1))
        : piece;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] ?? '';
    const name = /^\[:(\w+):\]$/.exec(piece)?.[1];
    if (name !== undefined) set.push(...bytes.filter((byte) => TR_CLASSES[name]?.test(byte)));
    else if (pieces[i + 1] === '-' && i + 2 < pieces.length) {
      const [first, last] = [plain(piece).charCodeAt(0), plain(pieces[i + 2] ?? '').charCodeAt(0)];
      for (let code = first; code <= last; code++) set.push(String.fromCharCode(code));
      i += 2;
    } else set.push(plain(piece));
  }
  return set;
}

export function* tr(tool: Tool): Co<number> {
  const options = yield* tool.options('+cCdst', { delete: 'd', 'squeeze-repeats': 's', complement: 'c' });
  const [first, second] = options.operands;
  if (first === undefined) return yield* tool.usageError('missing operand');
  if (second === undefined && !options.has('d') && !options.has('s')) {
    return yield* tool.usageError(`missing operand after '${first}'\nTwo strings must be given when translating.`);
  }
  const complement = options.has('c') || options.has('C');
  const from = trSet(first);
  const to = second === undefined ? [] : trSet(second);
  const members = new Set(from);
  const inFirst = (c: string): boolean => members.has(c) !== complement;
  const squeezed = new Set(
    second === undefined || (options.has('d') && options.has('s')) ? (second === undefined ? from : to) : to,
  );
  const text = (yield* tool.readInput('-')) ?? '';
  let result = '';
  let before = '';
  const last = to[to.length - 1] ?? '';
  for (const c of text) {
    if (options.has('d') && inFirst(c)) continue;
    let shown = c;
    if (!options.has('d') && second !== undefined && inFirst(c))
      shown = complement ? last : (to[from.lastIndexOf(c)] ?? last);
    const squeezes = options.has('s') && (second === undefined ? inFirst(c) : squeezed.has(shown));
    if (squeezes && shown === before) continue;
    before = shown;
    result += shown;
  }
  yield* tool.print(result);
  return 0;
}

export function* seq(tool: Tool): Co<number> {
  let format: string | undefined;
  let separator = '\n';
  let pads = false;
  const numbers: string[] = [];
  for (let i = 0; i < tool.args.length; i++) {
    const arg = tool.args[i] ?? '';
    if (arg === '-w') pads = true;
    else if (arg === '-s') separator = tool.args[++i] ?? '';
    else if (arg.startsWith('-s')) separator = arg.slice(2);
    else if (arg === '-f') format = tool.args[++i];
    else numbers.push(arg);
  }
  if (numbers.length === 0) return yield* tool.usageError('missing operand');
  if (numbers.length > 3) return yield* tool.usageError(`extra operand '${numbers[3]}'`);
  const bad = numbers.find((text) => !/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text));
  if (bad !== undefined) return yield* tool.usageError(`invalid floating point argument: '${bad}'`);
  const [first, step, last] =
    numbers.length === 1 ? ['1', '1', numbers[0]] : numbers.length === 2 ? [numbers[0], '1', numbers[1]] : numbers;
  const decimals = Math.max(...[first, step].map((text) => (text ?? '').split('.')[1]?.length ?? 0));
  const [start, increment, end] = [Number(first), Number(step), Number(last)];
  if (increment === 0) return yield* tool.usageError(`invalid Zero increment value: '${step}'`);
  const values: string[] = [];
  for (let i = 0; ; i++) {
    const value = start + i * increment;
    if (increment > 0 ? value > end + 1e-9 : value < end - 1e-9) break;
    values.push(value.toFixed(decimals));
  }
  const width = pads ? Math.max(...values.map((value) => value.length)) : 0;
  const shown = values.map((value) => {
    if (format !== undefined)
      return format.replace(/%0?(\d*)(?:\.\d+)?[gfe]/, (_, size: string) =>
        value.padStart(Number(size || 0), format?.includes('%0') ? '0' : ' '),
      );
    return value.startsWith('-') ? `-${value.slice(1).padStart(width - 1, '0')}` : value.padStart(width, '0');
  });
  if (shown.length > 0) yield* tool.print(`${shown.join(separator)}\n`);
  return 0;
}

export function* basename(tool: Tool): Co<number> {
  const options = yield* tool.options('+as:z', { multiple: 'a', suffix: 's' });
  const [first, second, third] = options.operands;
  if (first === undefined) return yield* tool.usageError('missing operand');
  const many = options.has('a') || options.has('s');
  if (!many && third !== undefined) return yield* tool.usageError(`extra operand '${third}'`);
  const suffix = options.value('s') ?? (many ? '' : (second ?? ''));
  for (const path of many ? options.operands : [first]) {
    const name = path.replace(/(.)\/+$/, '$1').replace(/^.*\/(?=.)/s, '');
    yield* tool.print(
      `${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`,
    );
  }
  return 0;
}

export function* dirname(tool: Tool): Co<number> {
  const options = yield* tool.options('z');
  if (options.operands.length === 0) return yield* tool.usageError('missing operand');
  for (const path of options.operands) {
    const trimmed = path.replace(/\/+$/, '');
    const at = trimmed.lastIndexOf('/');
    const parent =
      at < 0 ? (trimmed === '' && path !== '' ? '/' : '.') : trimmed.slice(0, at).replace(/\/+$/, '') || '/';
    yield* tool.print(`${parent}\n`);
  }
  return 0;
}

export function* rev(tool: Tool): Co<number> {
  const { lines, status } = yield* inputLines(tool, tool.args);
  for (const line of lines) yield* tool.print(`${[...line].reverse().join('')}\n`);
  return status;
}

export function* paste(tool: Tool): Co<number> {
  const options = yield* tool.options('d:s', { delimiters: 'd', serial: 's' });
  const delimiter = (options.value('d') ?? '\t').slice(0, 1);
  const columns: string[][] = [];
  for (const path of options.operands.length > 0 ? options.operands : ['-']) {
    columns.push(linesOf((yield* tool.readInput(path)) ?? ''));
  }
  if (options.has('s')) {
    for (const column of columns) yield* tool.print(`${column.join(delimiter)}\n`);
    return 0;
  }
  const height = Math.max(...columns.map((column) => column.length));
  for (let row = 0; row < height; row++)
    yield* tool.print(`${columns.map((column) => column[row] ?? '').join(delimiter)}\n`);
  return 0;
}

/** od and hexdump -C: bytes as numbers. */
export function* od(tool: Tool): Co<number> {
  const options: Options = yield* tool.options('A:t:j:N:vcxbdCn:', { 'address-radix': 'A', format: 't' });
  const skipped = Number(options.value('j') ?? 0);
  const end = skipped + Number(options.value('N') ?? options.value('n') ?? Number.POSITIVE_INFINITY);
  let text = '';
  for (const path of options.operands.length > 0 ? options.operands : ['-']) {
    const input = yield* tool.readInput(path, end - text.length);
    text += input ?? '';
  }
  text = text.slice(skipped, end);
  const canonical = tool.name === 'hexdump' || tool.name === 'hd';
  const kind = options.has('c')
    ? 'c'
    : options.has('x')
      ? 'x2'
      : options.has('b')
        ? 'o1'
        : (options.value('t') ?? 'o2');
  const address = (at: number): string => {
    const radix = options.value('A') ?? 'o';
    if (canonical) return at.toString(16).padStart(8, '0');
    return radix === 'n'
      ? ''
      : radix === 'x'
        ? at.toString(16).padStart(6, '0')
        : radix === 'd'
          ? String(at).padStart(7, '0')
          : at.toString(8).padStart(7, '0');
  };
  for (let at = 0; at < text.length; at += 16) {
    const bytes = [...text.slice(at, at + 16)].map((c) => c.charCodeAt(0) & 0xff);
    yield* tool.print(`${address(at)}${canonical ? canonicalRow(bytes) : dumpRow(bytes, kind)}\n`);
  }
  if (text.length > 0 || !canonical) yield* tool.print(address(text.length) === '' ? '' : `${address(text.length)}\n`);
  return 0;
}

function canonicalRow(bytes: readonly number[]): string {
  const cells = Array.from({ length: 16 }, (_, i) =>
    bytes[i] === undefined ? '   ' : ` ${bytes[i]?.toString(16).padStart(2, '0')}`,
  );
  const shown = bytes.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return ` ${cells.slice(0, 8).join('')} ${cells.slice(8).join('')}  |${shown}|`;
}

/** Digits of the largest number of so many bytes. */
const DECIMAL_WIDTHS: Readonly<Record<number, number>> = { 1: 3, 2: 5, 4: 10, 8: 20 };

function dumpRow(bytes: readonly number[], kind: string): string {
  if (kind.startsWith('c') || kind.startsWith('a')) {
    const named: Readonly<Record<number, string>> = {
      0: '\\0',
      7: '\\a',
      8: '\\b',
      9: '\\t',
      10: '\\n',
      11: '\\v',
      12: '\\f',
      13: '\\r',
    };
    return bytes
      .map((byte) =>
        (
          named[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'))
        ).padStart(4),
      )
      .join('');
  }
  const size = Number(kind.slice(1) || (kind.startsWith('x') || kind.startsWith('o') ? 2 : 4)) || 1;
  const radix = kind.startsWith('x') ? 16 : kind.startsWith('o') ? 8 : 10;
  const width = radix === 16 ? size * 2 : radix === 8 ? Math.ceil((size * 8) / 3) : (DECIMAL_WIDTHS[size] ?? 20);
  let row = '';
  for (let i = 0; i < bytes.length; i += size) {
    let value = 0n;
    for (let j = size - 1; j >= 0; j--) value = value * 256n + BigInt(bytes[i + j] ?? 0);
    const digits = value.toString(radix);
    row += ` ${radix === 10 ? digits.padStart(width) : digits.padStart(width, '0')}`;
  }
  return row;
}
