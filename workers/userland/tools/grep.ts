/** grep, egrep, fgrep. */
import type { Co } from '../../sim/coroutine.ts';
import { errorText, LineReader } from '../stdio.ts';
import { literalSource, posixRegExp } from './regular-expression.ts';
import { linesOf, type Options, type Tool } from './tool.ts';

const LONG = {
  count: 'c',
  'extended-regexp': 'E',
  'fixed-strings': 'F',
  'basic-regexp': 'G',
  'ignore-case': 'i',
  'invert-match': 'v',
  'files-with-matches': 'l',
  'files-without-match': 'L',
  quiet: 'q',
  silent: 'q',
  recursive: 'r',
  'line-number': 'n',
  'with-filename': 'H',
  'no-filename': 'h',
  'only-matching': 'o',
  'word-regexp': 'w',
  'line-regexp': 'x',
  regexp: 'e',
  'no-messages': 's',
  'max-count': 'm',
  'after-context': 'A',
  'before-context': 'B',
  context: 'C',
  color: 'z',
  include: 'I',
  text: 'a',
};

interface Search {
  readonly options: Options;
  readonly expression: RegExp;
  readonly names: boolean;
  readonly before: number;
  readonly after: number;
}

export function* grep(tool: Tool): Co<number> {
  const options = yield* tool.options('cEFGPivlLqrRnHhowxe:f:sm:A:B:C:aI:z', LONG, 2);
  const operands = [...options.operands];
  const patterns = options.all('e').flatMap((text) => text.split('\n'));
  if (options.has('f')) patterns.push(...linesOf((yield* tool.readInput(options.value('f') ?? '')) ?? ''));
  if (!options.has('e') && !options.has('f')) {
    const pattern = operands.shift();
    if (pattern === undefined) {
      yield* tool.printError("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n");
      return 2;
    }
    patterns.push(...pattern.split('\n'));
  }
  const recursive = options.has('r') || options.has('R');
  const files = operands.length > 0 ? operands : [recursive ? '.' : '-'];
  let expression: RegExp;
  try {
    expression = makeExpression(tool, options, patterns);
  } catch (error) {
    return yield* tool.fail(
      error instanceof Error ? error.message.replace(/^.*: /, '') : 'Invalid regular expression',
      2,
    );
  }
  const context = options.value('C');
  const search: Search = {
    options,
    expression,
    names: options.has('H') || (!options.has('h') && (files.length > 1 || recursive)),
    before: Number(options.value('B') ?? context ?? 0),
    after: Number(options.value('A') ?? context ?? 0),
  };
  const outcome = { matched: false, failed: false };
  for (const path of files) {
    yield* searchPath(tool, search, path, recursive, outcome, true);
    if (outcome.matched && options.has('q')) return 0;
  }
  return outcome.failed ? 2 : outcome.matched ? 0 : 1;
}

function makeExpression(tool: Tool, options: Options, patterns: readonly string[]): RegExp {
  const fixed = options.has('F') || tool.name === 'fgrep';
  const extended = options.has('E') || options.has('P') || tool.name === 'egrep';
  const sources = patterns.map((pattern) => {
    const source = fixed ? literalSource(pattern) : posixRegExp(pattern, extended).source;
    const whole = source === '(?:)' ? '' : source;
    if (options.has('x')) return `^(?:${whole})$`;
    return options.has('w') ? `(?<!\\w)(?:${whole})(?!\\w)` : whole;
  });
  return new RegExp(sources.map((source) => `(?:${source})`).join('|'), options.has('i') ? 'gi' : 'g');
}

function* searchPath(
  tool: Tool,
  search: Search,
  path: string,
  recursive: boolean,
  outcome: { matched: boolean; failed: boolean },
  named: boolean,
): Co {
  const { options } = search;
  const complain = function* (error: number): Co {
    outcome.failed = true;
    if (!options.has('s')) yield* tool.complain(`${path}: ${errorText(error)}`);
  };
  if (path !== '-') {
    const stat = named ? yield* tool.sys.stat(path) : yield* tool.sys.lstat(path);
    if (typeof stat === 'number') return yield* complain(stat);
    if (stat.type === 'directory') {
      if (!recursive) {
        if (!options.has('s')) yield* tool.complain(`${path}: Is a directory`);
        return;
      }
      const entries = yield* tool.sys.getdents(path);
      if (typeof entries === 'number') return yield* complain(entries);
      const inner = path.endsWith('/') ? path : `${path}/`;
      for (const { name } of entries) yield* searchPath(tool, search, inner + name, true, outcome, false);
      return;
    }
    if (!named && stat.type !== 'regular') return;
  }
  const fd = path === '-' ? 0 : yield* tool.sys.open(path, 0);
  if (fd < 0) return yield* complain(fd);
  const shown = path === '-' ? '(standard input)' : path;
  const { matched, error } = yield* searchFile(tool, search, fd, shown);
  if (fd > 0) yield* tool.sys.close(fd);
  if (error < 0) yield* complain(error);
  if (matched !== options.has('L')) outcome.matched = true;
}

function* searchFile(
  tool: Tool,
  { options, expression, names, before, after }: Search,
  fd: number,
  path: string,
): Co<{ readonly matched: boolean; readonly error: number }> {
  const reader = new LineReader(tool.sys, fd);
  const prefix = names ? path : '';
  const limit = Number(options.value('m') ?? Number.POSITIVE_INFINITY);
  const quiet = options.has('q') || options.has('l') || options.has('L') || options.has('c');
  const earlier: { readonly number: number; readonly text: string }[] = [];
  let count = 0;
  let number = 0;
  let shownUpTo = 0;
  let trailing = 0;
  const print = function* (at: number, text: string, separator: string): Co {
    const head = (prefix === '' ? '' : `${prefix}${separator}`) + (options.has('n') ? `${at}${separator}` : '');
    yield* tool.print(`${head}${text}\n`);
  };
  for (let line = yield* reader.next(); line; line = yield* reader.next()) {
    number++;
    expression.lastIndex = 0;
    const matched = expression.test(line.text) !== options.has('v');
    expression.lastIndex = 0;
    if (matched) {
      count++;
      if (options.has('q') || options.has('l') || options.has('L')) break;
      if (!quiet && options.has('o')) {
        if (!options.has('v')) {
          for (const [found] of line.text.matchAll(expression)) if (found !== '') yield* print(number, found, ':');
        }
      } else if (!quiet) {
        const first = earlier[0]?.number ?? number;
        if ((before > 0 || after > 0) && shownUpTo > 0 && first > shownUpTo + 1) yield* tool.print('--\n');
        for (const kept of earlier) yield* print(kept.number, kept.text, '-');
        earlier.length = 0;
        yield* print(number, line.text, ':');
        shownUpTo = number;
        trailing = after;
      }
      if (count >= limit) break;
    } else if (trailing > 0) {
      trailing--;
      yield* print(number, line.text, '-');
      shownUpTo = number;
    } else if (before > 0) {
      earlier.push({ number, text: line.text });
      if (earlier.length > before) earlier.shift();
    }
  }
  const matched = count > 0;
  if (options.has('c') && reader.error === 0) yield* tool.print(`${prefix === '' ? '' : `${prefix}:`}${count}\n`);
  if (options.has('l') && matched) yield* tool.print(`${path}\n`);
  if (options.has('L') && !matched) yield* tool.print(`${path}\n`);
  return { matched, error: reader.error };
}
