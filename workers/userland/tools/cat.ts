/** cat, head, tail, wc, tee, tac, nl. */
import { ERRNO } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, writeAll } from '../stdio.ts';
import { parseBytes } from './sizes.ts';
import { linesOf, quotef, type Tool, ToolExit } from './tool.ts';

export function* cat(tool: Tool): Co<number> {
  const options = yield* tool.options('AbEnsTuv', { number: 'n', 'show-ends': 'E', 'show-all': 'A' });
  const changes = ['A', 'b', 'E', 'n', 's', 'T', 'v'].some((letter) => options.has(letter));
  const files = options.operands.length > 0 ? options.operands : ['-'];
  const state = { line: 0, atStart: true, blank: false };
  let status = 0;
  for (const path of files) {
    const fd = path === '-' ? 0 : yield* tool.sys.open(path, 0);
    if (fd < 0) {
      yield* tool.complain(`${quotef(path)}: ${errorText(fd)}`);
      status = 1;
      continue;
    }
    for (;;) {
      const block = yield* tool.sys.read(fd, 131072);
      if (block === '') break;
      if (block === -ERRNO.EINTR) continue;
      if (typeof block === 'number') {
        yield* tool.complain(`${quotef(path)}: ${errorText(block)}`);
        status = 1;
        break;
      }
      const shown = changes ? decorate(block, (letter) => options.has(letter), state) : block;
      const error = yield* writeAll(tool.sys, 1, shown);
      if (error < 0) return yield* tool.fail(`write error: ${errorText(error)}`);
    }
    if (fd > 0) yield* tool.sys.close(fd);
  }
  return status;
}

function decorate(
  text: string,
  has: (letter: string) => boolean,
  state: { line: number; atStart: boolean; blank: boolean },
): string {
  let result = '';
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const blank = state.atStart && line === '\n';
    if (has('s') && blank && state.blank) continue;
    state.blank = blank;
    const numbered = state.atStart && (has('b') ? !blank : has('n'));
    const body = line.replace(/\n$/, '');
    const shown = has('T') || has('A') ? body.replace(/\t/g, '^I') : body;
    const end = line.endsWith('\n') ? `${has('E') || has('A') ? '$' : ''}\n` : '';
    result += (numbered ? `${String(++state.line).padStart(6)}\t` : '') + shown + end;
    state.atStart = line.endsWith('\n');
  }
  return result;
}

/** `-5` as `-n 5`. */
const withOldCount = (args: readonly string[]): string[] =>
  args.flatMap((arg, index) => (index === 0 && /^-\d+$/.test(arg) ? ['-n', arg.slice(1)] : [arg]));

/** What is copied at once. */
const COPY_BLOCK = 65_536;

export function* head(tool: Tool): Co<number> {
  const options = yield* withArguments(tool, withOldCount(tool.args)).options('n:c:qv', {
    lines: 'n',
    bytes: 'c',
    quiet: 'q',
  });
  const bytes = options.value('c');
  const text = bytes ?? options.value('n') ?? '10';
  const count = (parseBytes(text.replace(/^[-+]/, '')) ?? Number.NaN) * (text.startsWith('-') ? -1 : 1);
  if (!Number.isInteger(count)) {
    return yield* tool.fail(`invalid number of ${bytes === undefined ? 'lines' : 'bytes'}: '${text}'`);
  }
  return yield* eachFile(tool, options.operands, !options.has('q'), options.has('v'), function* (fd, path) {
    if (bytes !== undefined && count >= 0) {
      for (let left = count; left > 0; ) {
        const block = yield* tool.sys.read(fd, Math.min(left, COPY_BLOCK));
        if (block === '') break;
        if (block === -ERRNO.EINTR) continue;
        if (typeof block === 'number') {
          yield* tool.complain(`error reading '${path}': ${errorText(block)}`);
          return 1;
        }
        left -= block.length;
        yield* tool.print(block);
        if (tool.out.error < 0) {
          const { error } = tool.out;
          tool.out.error = 0;
          yield* tool.complain(`error writing 'standard output': ${errorText(error)}`);
          throw new ToolExit(1);
        }
      }
      return 0;
    }
    if (count < 0) {
      const all = yield* readEnough(tool, fd, path, Number.POSITIVE_INFINITY);
      if (all === undefined) return 1;
      if (bytes !== undefined) yield* tool.print(all.slice(0, count));
      else yield* tool.print((all.match(/[^\n]*\n|[^\n]+$/g) ?? []).slice(0, count).join(''));
      return 0;
    }
    // stops reading as soon as it has enough: what writes into a pipe is ended by SIGPIPE
    for (let left = count; left > 0; ) {
      const block = yield* tool.sys.read(fd, 1024);
      if (block === '') break;
      if (typeof block === 'number') {
        yield* tool.complain(`error reading '${path}': ${errorText(block)}`);
        return 1;
      }
      const lines = block.match(/[^\n]*\n|[^\n]+$/g) ?? [];
      yield* tool.print(lines.slice(0, left).join(''));
      left -= (block.match(/\n/g) ?? []).length;
    }
    return 0;
  });
}

export function* tail(tool: Tool): Co<number> {
  const options = yield* withArguments(tool, withOldCount(tool.args)).options('n:c:qvfF', {
    lines: 'n',
    bytes: 'c',
    quiet: 'q',
    follow: 'f',
  });
  const bytes = options.value('c');
  const text = bytes ?? options.value('n') ?? '10';
  const count = parseBytes(text.replace(/^[-+]/, '')) ?? Number.NaN;
  if (!Number.isInteger(count)) {
    return yield* tool.fail(`invalid number of ${bytes === undefined ? 'lines' : 'bytes'}: '${text}'`);
  }
  return yield* eachFile(tool, options.operands, !options.has('q'), options.has('v'), function* (fd, path) {
    const all = yield* readKept(tool, fd, path);
    if (all === undefined) return 1;
    const units = bytes === undefined ? (all.match(/[^\n]*\n|[^\n]+$/g) ?? []) : [...all];
    const kept = text.startsWith('+') ? units.slice(Math.max(0, count - 1)) : count === 0 ? [] : units.slice(-count);
    yield* tool.print(kept.join(''));
    return 0;
  });
}

/** The same tool with its arguments rewritten. */
function withArguments(tool: Tool, args: readonly string[]): Tool {
  return Object.assign(Object.create(tool) as Tool, { args });
}

function* eachFile(
  tool: Tool,
  operands: readonly string[],
  headers: boolean,
  always: boolean,
  work: (fd: number, path: string) => Co<number>,
): Co<number> {
  const files = operands.length > 0 ? operands : ['-'];
  let status = 0;
  let first = true;
  for (const path of files) {
    const fd = path === '-' ? 0 : yield* tool.sys.open(path, 0);
    if (fd < 0) {
      yield* tool.complain(`cannot open '${path}' for reading: ${errorText(fd)}`);
      status = 1;
      continue;
    }
    if (always || (headers && files.length > 1)) {
      yield* tool.print(`${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`);
    }
    first = false;
    if ((yield* work(fd, path)) !== 0) status = 1;
    if (fd > 0) yield* tool.sys.close(fd);
  }
  return status;
}

/** All of a file; what is kept of it takes memory, so that an endless one ends the tool. */
function* readKept(tool: Tool, fd: number, path: string): Co<string | undefined> {
  const blocks: string[] = [];
  let untouched = 0;
  for (;;) {
    const block = yield* tool.sys.read(fd, COPY_BLOCK);
    if (block === '') return blocks.join('');
    if (block === -ERRNO.EINTR) continue;
    if (typeof block === 'number') {
      yield* tool.complain(`error reading '${path}': ${errorText(block)}`);
      return undefined;
    }
    blocks.push(block);
    untouched += block.length;
    if (untouched < KEPT_STEP) continue;
    yield* tool.sys.touch(untouched);
    untouched = 0;
  }
}

const KEPT_STEP = 1 << 20;

function* readEnough(tool: Tool, fd: number, path: string, length: number): Co<string | undefined> {
  let text = '';
  while (text.length < length) {
    const block = yield* tool.sys.read(fd, 4096);
    if (block === '') break;
    if (block === -ERRNO.EINTR) continue;
    if (typeof block === 'number') {
      yield* tool.complain(`error reading '${path}': ${errorText(block)}`);
      return undefined;
    }
    text += block;
  }
  return text;
}

export function* wc(tool: Tool): Co<number> {
  const options = yield* tool.options('lwcmL', { lines: 'l', words: 'w', bytes: 'c', chars: 'm' });
  const chosen = ['l', 'w', 'm', 'c'].filter((letter) => options.has(letter));
  const columns = chosen.length > 0 ? chosen : ['l', 'w', 'c'];
  const rows: { readonly counts: readonly number[]; readonly name: string }[] = [];
  let status = 0;
  for (const path of options.operands.length > 0 ? options.operands : ['-']) {
    const text = yield* tool.readInput(path);
    if (text === undefined) {
      status = 1;
      continue;
    }
    const count: Readonly<Record<string, number>> = {
      l: (text.match(/\n/g) ?? []).length,
      w: (text.match(/\S+/g) ?? []).length,
      c: text.length,
      m: text.length,
    };
    rows.push({ counts: columns.map((letter) => count[letter] ?? 0), name: options.operands.length > 0 ? path : '' });
  }
  if (options.operands.length > 1) {
    rows.push({
      counts: columns.map((_, index) => rows.reduce((sum, row) => sum + (row.counts[index] ?? 0), 0)),
      name: 'total',
    });
  }
  const largest = String(Math.max(...rows.flatMap((row) => row.counts), 0)).length;
  const width = columns.length === 1 && rows.length === 1 ? 1 : options.operands.length > 0 ? largest : 7;
  for (const { counts, name } of rows) {
    yield* tool.print(
      `${counts.map((value) => String(value).padStart(width)).join(' ')}${name === '' ? '' : ` ${name}`}\n`,
    );
  }
  return status;
}

export function* tee(tool: Tool): Co<number> {
  const options = yield* tool.options('ai', { append: 'a' });
  const outputs: { readonly fd: number; readonly path: string }[] = [{ fd: 1, path: 'standard output' }];
  let status = 0;
  for (const path of options.operands) {
    const fd = yield* tool.sys.open(path, 0o101 | (options.has('a') ? 0o2000 : 0o1000), 0o666);
    if (fd < 0) {
      yield* tool.complain(`${quotef(path)}: ${errorText(fd)}`);
      status = 1;
    } else outputs.push({ fd, path });
  }
  for (;;) {
    const block = yield* tool.sys.read(0, 1024);
    if (block === -ERRNO.EINTR) continue;
    if (typeof block === 'number' || block === '') break;
    for (const output of [...outputs]) {
      const error = yield* writeAll(tool.sys, output.fd, block);
      if (error === 0) continue;
      yield* tool.complain(`${output.path}: ${errorText(error)}`);
      outputs.splice(outputs.indexOf(output), 1);
      status = 1;
    }
  }
  return status;
}

export function* tac(tool: Tool): Co<number> {
  const options = yield* tool.options('');
  let status = 0;
  for (const path of options.operands.length > 0 ? options.operands : ['-']) {
    const text = yield* tool.readInput(path);
    if (text === undefined) status = 1;
    else
      yield* tool.print(
        linesOf(text)
          .reverse()
          .map((line) => `${line}\n`)
          .join(''),
      );
  }
  return status;
}

export function* nl(tool: Tool): Co<number> {
  const options = yield* tool.options('b:');
  let number = 0;
  for (const path of options.operands.length > 0 ? options.operands : ['-']) {
    const text = yield* tool.readInput(path);
    for (const line of linesOf(text ?? '')) {
      const counts = line !== '' || options.value('b') === 'a';
      yield* tool.print(counts ? `${String(++number).padStart(6)}\t${line}\n` : '       \n');
    }
  }
  return 0;
}
