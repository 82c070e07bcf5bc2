/** diff, comm and cmp: files beside each other. */
import type { Co } from '../../sim/coroutine.ts';
import { errorText } from '../stdio.ts';
import { formatTime } from './calendar.ts';
import { linesOf, type Tool } from './tool.ts';

/** Lines `from`..`to` of the first file (the last not counted) that became lines `start`..`end` of the second. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Tables of lines by lines above this are not made: the middle is then one change. */
const MAX_CELLS = 4_000_000;

function changesBetween(a: readonly string[], b: readonly string[]): Change[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const rows = a.length - tail - head;
  const columns = b.length - tail - head;
  if (rows === 0 && columns === 0) return [];
  const whole = { from: head, to: head + rows, start: head, end: head + columns };
  if (rows === 0 || columns === 0 || rows * columns > MAX_CELLS) return [whole];
  // length of the longest common sequence from a cell on
  const width = columns + 1;
  const common = new Uint32Array((rows + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      common[i * width + j] = a[head + i] === b[head + j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const changes: Change[] = [];
  let i = 0;
  let j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && a[head + i] === b[head + j]) {
      i++;
      j++;
      continue;
    }
    const [fromI, fromJ] = [i, j];
    while ((i < rows || j < columns) && !(i < rows && j < columns && a[head + i] === b[head + j])) {
      if (j >= columns || (i < rows && at(i + 1, j) >= at(i, j + 1))) i++;
      else j++;
    }
    changes.push({ from: head + fromI, to: head + i, start: head + fromJ, end: head + j });
  }
  return changes;
}

const rangeText = (from: number, to: number): string => (to - from <= 1 ? `${to}` : `${from + 1},${to}`);

function normalFormat(a: readonly string[], b: readonly string[], changes: readonly Change[]): string {
  return changes
    .map(({ from, to, start, end }) => {
      const kind = from === to ? 'a' : start === end ? 'd' : 'c';
      const removed = a.slice(from, to).map((line) => `< ${line}\n`);
      const added = b.slice(start, end).map((line) => `> ${line}\n`);
      return `${rangeText(from, to)}${kind}${rangeText(start, end)}\n${removed.join('')}${kind === 'c' ? '---\n' : ''}${added.join('')}`;
    })
    .join('');
}

function unifiedFormat(
  a: readonly string[],
  b: readonly string[],
  changes: readonly Change[],
  context: number,
): string {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last && change.from - last.to <= 2 * context) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  const range = (from: number, to: number): string => {
    if (to - from === 1) return `${to}`;
    return `${to === from ? from : from + 1},${to - from}`;
  };
  return hunks
    .map((hunk) => {
      const [first, last] = [hunk[0], hunk.at(-1)];
      if (!first || !last) return '';
      const before = Math.min(context, first.from);
      const after = Math.min(context, a.length - last.to);
      let text = `@@ -${range(first.from - before, last.to + after)} +${range(first.start - before, last.end + after)} @@\n`;
      let at = first.from - before;
      for (const { from, to, start, end } of hunk) {
        for (; at < from; at++) text += ` ${a[at]}\n`;
        for (; at < to; at++) text += `-${a[at]}\n`;
        for (const line of b.slice(start, end)) text += `+${line}\n`;
      }
      for (const line of a.slice(at, last.to + after)) text += ` ${line}\n`;
      return text;
    })
    .join('');
}

function* fileStamp(tool: Tool, path: string): Co<string> {
  const stat = path === '-' ? yield* tool.sys.fstat(0) : yield* tool.sys.stat(path);
  return formatTime('%Y-%m-%d %H:%M:%S.000000000 +0000', typeof stat === 'number' ? 0 : stat.mtime);
}

export function* diff(tool: Tool): Co<number> {
  const options = yield* tool.options(
    'bBiqsuU:w',
    {
      brief: 'q',
      'ignore-all-space': 'w',
      'ignore-case': 'i',
      'ignore-space-change': 'b',
      'report-identical-files': 's',
      unified: 'u',
    },
    2,
  );
  const [first, second, extra] = options.operands;
  const refuse = function* (text: string): Co<number> {
    yield* tool.complain(text);
    yield* tool.complain(`Try '${tool.name} --help' for more information.`);
    return 2;
  };
  if (first === undefined || second === undefined)
    return yield* refuse(`missing operand after '${tool.args.at(-1) ?? tool.name}'`);
  if (extra !== undefined) return yield* refuse(`extra operand '${extra}'`);
  const texts: string[] = [];
  for (const path of [first, second]) {
    const text = yield* tool.readInput(path);
    if (text !== undefined) texts.push(text);
  }
  const [a, b] = texts;
  if (a === undefined || b === undefined) return 2;
  const key = (line: string): string => {
    let text = line;
    if (options.has('w')) text = text.replace(/\s+/g, '');
    else if (options.has('b')) text = text.replace(/\s+/g, ' ').replace(/ $/, '');
    return options.has('i') ? text.toLowerCase() : text;
  };
  const incomplete = (text: string): boolean => text !== '' && !text.endsWith('\n');
  const mark = '\n\\ No newline at end of file';
  const shown = [a, b].map((text) => {
    const lines = linesOf(text);
    if (incomplete(text)) lines.push(`${lines.pop() ?? ''}${mark}`);
    return lines;
  });
  const [left = [], right = []] = shown;
  const changes = changesBetween(left.map(key), right.map(key));
  if (changes.length === 0) {
    if (options.has('s')) yield* tool.print(`Files ${first} and ${second} are identical\n`);
    return 0;
  }
  if (options.has('q')) yield* tool.print(`Files ${first} and ${second} differ\n`);
  else if (options.has('u') || options.has('U')) {
    const head = `--- ${first}\t${yield* fileStamp(tool, first)}\n+++ ${second}\t${yield* fileStamp(tool, second)}\n`;
    yield* tool.print(head + unifiedFormat(left, right, changes, Number(options.value('U') ?? 3)));
  } else yield* tool.print(normalFormat(left, right, changes));
  return 1;
}

export function* comm(tool: Tool): Co<number> {
  const options = yield* tool.options('123z', { 'zero-terminated': 'z' });
  const [first, second, extra] = options.operands;
  if (first === undefined) return yield* tool.usageError('missing operand');
  if (second === undefined) return yield* tool.usageError(`missing operand after '${first}'`);
  if (extra !== undefined) return yield* tool.usageError(`extra operand '${extra}'`);
  const files: string[][] = [];
  for (const path of [first, second]) {
    const text = yield* tool.readInput(path);
    if (text === undefined) return 1;
    files.push(linesOf(text));
  }
  const [a = [], b = []] = files;
  const positions = [0, 0];
  const disordered = [false, false];
  let unpaired = false;
  const advance = function* (file: 0 | 1): Co {
    const lines = file === 0 ? a : b;
    const at = (positions[file] ?? 0) + 1;
    positions[file] = at;
    const [previous, next] = [lines[at - 1], lines[at]];
    if (!unpaired || disordered[file] || previous === undefined || next === undefined || previous <= next) return;
    disordered[file] = true;
    yield* tool.complain(`file ${file + 1} is not in sorted order`);
  };
  const column = function* (number: 1 | 2 | 3, line: string): Co {
    if (options.has(`${number}`)) return;
    const before = [1, 2, 3].filter((other) => other < number && !options.has(`${other}`)).length;
    yield* tool.print(`${'\t'.repeat(before)}${line}\n`);
  };
  for (;;) {
    const [left, right] = [a[positions[0] ?? 0], b[positions[1] ?? 0]];
    if (left === undefined && right === undefined) break;
    if (left !== undefined && left === right) {
      yield* column(3, left);
      yield* advance(0);
      yield* advance(1);
      continue;
    }
    unpaired = true;
    const file = right === undefined || (left !== undefined && left < right) ? 0 : 1;
    yield* column(file === 0 ? 1 : 2, (file === 0 ? left : right) ?? '');
    yield* advance(file);
  }
  if (!disordered.includes(true)) return 0;
  return yield* tool.fail('input is not in sorted order');
}

export function* cmp(tool: Tool): Co<number> {
  const options = yield* tool.options('bls', { silent: 's', quiet: 's', verbose: 'l' }, 2);
  const [first, second = '-'] = options.operands;
  if (first === undefined) {
    yield* tool.complain(`missing operand after '${tool.args.at(-1) ?? tool.name}'`);
    yield* tool.complain(`Try '${tool.name} --help' for more information.`);
    return 2;
  }
  const texts: string[] = [];
  for (const path of [first, second]) {
    const fd = path === '-' ? 0 : yield* tool.sys.open(path, 0);
    if (fd < 0) return yield* tool.fail(`${path}: ${errorText(fd)}`, 2);
    if (fd > 0) yield* tool.sys.close(fd);
    const text = yield* tool.readInput(path);
    if (text === undefined) return 2;
    texts.push(text);
  }
  const [a = '', b = ''] = texts;
  if (a === b) return 0;
  if (options.has('s')) return 1;
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a[at] === b[at]) at++;
  if (options.has('l')) {
    const width = String(Math.max(a.length, b.length)).length;
    const octal = (text: string, index: number): string => text.charCodeAt(index).toString(8).padStart(3);
    for (let i = at; i < shared; i++)
      if (a[i] !== b[i]) yield* tool.print(`${String(i + 1).padStart(width)} ${octal(a, i)} ${octal(b, i)}\n`);
    at = shared;
  }
  if (at < shared) {
    yield* tool.print(`${first} ${second} differ: char ${at + 1}, line ${a.slice(0, at).split('\n').length}\n`);
    return 1;
  }
  if (a.length === b.length) return 1;
  const ended = a.length < b.length ? first : second;
  if (shared === 0) yield* tool.printError(`cmp: EOF on ${ended} which is empty\n`);
  else if (options.has('l')) yield* tool.printError(`cmp: EOF on ${ended} after byte ${shared}\n`);
  else {
    const lines = a.slice(0, shared).split('\n').length;
    const where = a[shared - 1] === '\n' ? `line ${lines - 1}` : `in line ${lines}`;
    yield* tool.printError(`cmp: EOF on ${ended} after byte ${shared}, ${where}\n`);
  }
  return 1;
}
