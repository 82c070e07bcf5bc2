/** `read` and `mapfile`. */
import { ERRNO } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { errorText, readAll, writeAll } from '../../stdio.ts';
import { FieldBuilder } from '../fields.ts';
import { setElement } from '../values.ts';
import { makeArray } from '../variables.ts';
import type { Builtin } from './types.ts';

/** Status of a `read` whose time was over: as if SIGALRM had ended it. */
const TIMED_OUT = 128 + 14;

export function* read(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const options = {
    raw: false,
    array: '',
    prompt: '',
    delimiter: '\n',
    limit: Number.POSITIVE_INFINITY,
    fd: 0,
    timeout: -1,
  };
  const names: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!/^-[a-zA-Z]/.test(arg)) {
      names.push(arg);
      continue;
    }
    for (let j = 1; j < arg.length; j++) {
      const letter = arg[j] ?? '';
      if (letter === 'r') options.raw = true;
      else if (letter === 's' || letter === 'e') continue;
      else if ('apdnNtu'.includes(letter)) {
        const value = arg.slice(j + 1) || (args[++i] ?? '');
        if (letter === 'a') options.array = value;
        else if (letter === 'p') options.prompt = value;
        else if (letter === 'd') options.delimiter = value.slice(0, 1) || '\0';
        else if (letter === 'u') options.fd = Number(value);
        else if (letter !== 't') options.limit = Number(value);
        else if (/^(\d+\.?\d*|\.\d+)$/.test(value)) options.timeout = Number(value);
        else {
          yield* shell.complain(`read: ${value}: invalid timeout specification`);
          return 1;
        }
        break;
      } else {
        yield* shell.complain(`read: -${letter}: invalid option`);
        yield* shell.printError(
          'read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]\n',
        );
        return 2;
      }
    }
  }
  if (options.prompt !== '' && shell.sys.isatty(options.fd)) yield* writeAll(shell.sys, 2, options.prompt);
  let text = '';
  let pattern = '';
  let ended = false;
  const ready = function* (seconds: number): Co<boolean> {
    const found = yield* shell.sys.poll([options.fd], Math.round(seconds * 1e9));
    return typeof found === 'number' || found.length > 0;
  };
  if (options.timeout === 0) return (yield* ready(0)) ? 0 : 1;
  const start = shell.sys.clock_gettime('monotonic');
  const left = (): number => options.timeout - (shell.sys.clock_gettime('monotonic') - start) / 1e9;
  while (text.length < options.limit) {
    if (options.timeout > 0 && !(yield* ready(Math.max(0, left())))) {
      assign(shell, names, options.array, text, pattern);
      return TIMED_OUT;
    }
    const c = yield* shell.sys.read(options.fd, 1);
    if (c === -ERRNO.EINTR) {
      if (shell.state.interrupted || shell.state.pendingTraps.length > 0) return 130;
      continue;
    }
    if (typeof c === 'number') {
      yield* shell.complain(
        `read: read error: ${options.fd}: ${c === -ERRNO.EBADF ? 'Bad file descriptor' : 'Input/output error'}`,
      );
      return 1;
    }
    if (c === '') {
      ended = true;
      break;
    }
    if (c === '\\' && !options.raw) {
      const next = yield* shell.sys.read(options.fd, 1);
      if (typeof next !== 'string' || next === '\n' || next === '') continue;
      text += next;
      pattern += `\\${next}`;
    } else if (c === options.delimiter) break;
    else {
      text += c;
      pattern += c === '\\' ? '\\\\' : c;
    }
  }
  assign(shell, names, options.array, text, pattern);
  return ended ? 1 : 0;
}

function assign(
  shell: Parameters<Builtin>[0],
  names: readonly string[],
  array: string,
  text: string,
  pattern: string,
): void {
  const separators = shell.separators();
  if (array !== '') {
    const elements = makeArray(shell.state.variables.obtain(array), false);
    const builder = new FieldBuilder(separators);
    builder.expansion(text);
    for (const [index, field] of builder.finish().entries()) elements.set(String(index), field.text);
    return;
  }
  if (names.length === 0) {
    setElement(shell, 'REPLY', undefined, text);
    return;
  }
  const space = [...separators].filter((c) => ' \t\n'.includes(c));
  let rest = trimStart(pattern, space);
  for (const [index, name] of names.entries()) {
    if (index === names.length - 1) {
      setElement(shell, name, undefined, lastValue(rest, separators, space));
      return;
    }
    const [word, after] = firstWord(rest, separators, space);
    setElement(shell, name, undefined, word);
    rest = after;
  }
}

const withoutEscapes = (pattern: string): string => pattern.replace(/\\([\s\S])/g, '$1');

function trimStart(pattern: string, space: readonly string[]): string {
  let i = 0;
  while (i < pattern.length && space.includes(pattern[i] ?? '')) i++;
  return pattern.slice(i);
}

function trimEnd(pattern: string, space: readonly string[]): string {
  let end = pattern.length;
  while (end > 0 && space.includes(pattern[end - 1] ?? '') && !/(^|[^\\])(\\\\)*\\$/.test(pattern.slice(0, end - 1)))
    end--;
  return pattern.slice(0, end);
}

function firstWord(pattern: string, separators: string, space: readonly string[]): [string, string] {
  let i = 0;
  while (i < pattern.length && !separators.includes(pattern[i] ?? '')) i += pattern[i] === '\\' ? 2 : 1;
  const word = withoutEscapes(pattern.slice(0, i));
  let rest = trimStart(pattern.slice(i), space);
  if (rest !== '' && separators.includes(rest[0] ?? '') && !space.includes(rest[0] ?? ''))
    rest = trimStart(rest.slice(1), space);
  return [word, rest];
}

/** The last name takes all that is left, without separators at its end when they end it. */
function lastValue(pattern: string, separators: string, space: readonly string[]): string {
  const trimmed = trimEnd(pattern, space);
  const [word, rest] = firstWord(trimmed, separators, space);
  return rest === '' ? word : withoutEscapes(trimmed);
}

/** mapfile and readarray: lines into an array. */
export function* mapfile(...[shell, args, name]: Parameters<Builtin>): ReturnType<Builtin> {
  const options = new Map([['d', '\n']]);
  let strips = false;
  let array = 'MAPFILE';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const letter = arg[1] ?? '';
    if (arg === '-t') strips = true;
    else if (/^-[dnOsu]/.test(arg)) options.set(letter, arg.slice(2) || (args[++i] ?? ''));
    else if (arg.startsWith('-')) {
      yield* shell.complain(`${name}: ${arg.slice(0, 2)}: invalid option`);
      yield* shell.printError(
        `${name}: usage: ${name} [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]\n`,
      );
      return 2;
    } else array = arg;
  }
  const number = (letter: string): number => Number(options.get(letter) ?? 0);
  const text = yield* readAll(shell.sys, number('u'));
  if (typeof text === 'number') {
    yield* shell.complain(`${name}: read error: ${number('u')}: ${errorText(text)}`);
    return 1;
  }
  const delimiter = (options.get('d') ?? '').slice(0, 1) || '\0';
  const lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(delimiter, at);
    const next = end < 0 ? text.length : end + 1;
    lines.push(text.slice(at, strips && end >= 0 ? end : next));
    at = next;
  }
  const skipped = number('s');
  const count = number('n') || lines.length;
  const elements = makeArray(shell.state.variables.obtain(array), false);
  if (!options.has('O')) elements.clear();
  for (const [index, line] of lines.slice(skipped, skipped + count).entries())
    elements.set(String(number('O') + index), line);
  return 0;
}
