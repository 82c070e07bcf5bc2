/** `read`. */
import { ERRNO } from '../../../abi/syscall.ts';
import { writeAll } from '../../stdio.ts';
import { FieldBuilder } from '../fields.ts';
import { setElement } from '../values.ts';
import { makeArray } from '../variables.ts';
import type { Builtin } from './types.ts';

export function* read(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const options = { raw: false, array: '', prompt: '', delimiter: '\n', limit: Number.POSITIVE_INFINITY, fd: 0 };
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
  while (text.length < options.limit) {
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
