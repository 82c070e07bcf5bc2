/** Redirections: what they do to the descriptors, and how it is undone. */
import { ERRNO, O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, writeAll } from '../stdio.ts';
import { expandQuotedParts, expandSingle, expandWords } from './expand.ts';
import { type HereDoc, parseQuoted, type Redirect, type Redirection, type Word } from './parse.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './state.ts';

/** Descriptors from here on are the shell's own. */
const FIRST_PRIVATE = 10;

/** A descriptor as it was before a redirection; `copy` -1: it was closed. */
interface Saved {
  readonly fd: number;
  readonly copy: number;
}

export type SavedDescriptors = Saved[];

/**
 * Performs redirections in order. When `saved` is given, what they replace is kept there for {@link restore}.
 * A failure throws a ShellError after undoing what was done.
 */
export function* redirect(shell: Shell, redirections: readonly Redirection[], saved?: SavedDescriptors): Co {
  try {
    for (const redirection of redirections) yield* perform(shell, redirection, saved);
  } catch (error) {
    if (saved) yield* restore(shell, saved);
    throw error;
  }
}

export function* restore(shell: Shell, saved: SavedDescriptors): Co {
  for (let entry = saved.pop(); entry; entry = saved.pop()) {
    if (entry.copy < 0) {
      yield* shell.sys.close(entry.fd);
      continue;
    }
    yield* shell.sys.dup2(entry.copy, entry.fd);
    yield* shell.sys.close(entry.copy);
    shell.state.savedDescriptors.delete(entry.copy);
  }
}

function* perform(shell: Shell, redirection: Redirection, saved: SavedDescriptors | undefined): Co {
  if (redirection.type === 'HereDoc') {
    return yield* feed(shell, descriptorOf(redirection, 0), yield* documentText(shell, redirection), saved);
  }
  if (redirection.type === 'HereString') {
    const text = redirection.target ? yield* expandSingle(shell, redirection.target) : '';
    return yield* feed(shell, descriptorOf(redirection, 0), `${text}\n`, saved);
  }
  const { operator } = redirection;
  if (operator === '&>' || operator === '&>>') return yield* both(shell, redirection, saved);
  const reads = operator.startsWith('<');
  const fd = descriptorOf(redirection, reads ? 0 : 1);
  if (operator === '<&' || operator === '>&') return yield* duplicate(shell, redirection, fd, saved);
  const path = yield* targetPath(shell, redirection.target);
  const opened = yield* openFor(shell, path, operator);
  yield* moveTo(shell, opened, fd, saved);
}

function descriptorOf(redirection: Redirection, otherwise: number): number {
  const { descriptor } = redirection;
  return descriptor?.type === 'FileDescriptor' ? descriptor.value : otherwise;
}

function* targetPath(shell: Shell, target: Word | undefined): Co<string> {
  if (!target) return '';
  const words = yield* expandWords(shell, [target]);
  if (words.length !== 1) throw new ShellError(`${target.text}: ambiguous redirect`);
  return words[0] ?? '';
}

function* openFor(shell: Shell, path: string, operator: string): Co<number> {
  const guarded = operator === '>' && shell.state.options.noclobber;
  const fd = yield* shell.sys.open(path, guarded ? yield* guardedFlags(shell, path) : flagsOf(operator), 0o666);
  if (fd >= 0) return fd;
  if (guarded && fd === -ERRNO.EEXIST) throw new ShellError(`${path}: cannot overwrite existing file`);
  throw new ShellError(`${path}: ${errorText(fd)}`);
}

function flagsOf(operator: string): number {
  if (operator === '<') return O_RDONLY;
  if (operator === '<>') return O_RDWR | O_CREAT;
  return O_WRONLY | O_CREAT | (operator.endsWith('>>') ? O_APPEND : O_TRUNC);
}

/** `set -C`: a regular file that exists is not overwritten. */
function* guardedFlags(shell: Shell, path: string): Co<number> {
  const stat = yield* shell.sys.stat(path);
  const exists = typeof stat !== 'number' && stat.type === 'regular';
  return flagsOf('>') | (exists ? O_EXCL : 0);
}

function* duplicate(shell: Shell, redirection: Redirect, fd: number, saved: SavedDescriptors | undefined): Co {
  const text = yield* targetPath(shell, redirection.target);
  if (text === '-') {
    yield* save(shell, fd, saved);
    yield* shell.sys.close(fd);
    return;
  }
  const moves = /^(\d+)(-?)$/.exec(text);
  if (!moves) {
    if (redirection.operator === '>&' && !redirection.descriptor) return yield* both(shell, redirection, saved);
    throw new ShellError(`${redirection.target?.text ?? ''}: ambiguous redirect`);
  }
  const from = Number(moves[1]);
  if (from === fd) return;
  yield* save(shell, fd, saved);
  const result = yield* shell.sys.dup2(from, fd);
  if (result < 0) throw new ShellError(`${from}: ${errorText(result)}`);
  if (moves[2] === '-') yield* shell.sys.close(from);
}

function* both(shell: Shell, redirection: Redirect, saved: SavedDescriptors | undefined): Co {
  const path = yield* targetPath(shell, redirection.target);
  const opened = yield* openFor(shell, path, redirection.operator === '&>>' ? '>>' : '>');
  yield* moveTo(shell, opened, 1, saved);
  yield* save(shell, 2, saved);
  yield* shell.sys.dup2(1, 2);
}

function* moveTo(shell: Shell, opened: number, fd: number, saved: SavedDescriptors | undefined): Co {
  if (opened === fd) {
    saved?.push({ fd, copy: -1 });
    return;
  }
  yield* save(shell, fd, saved);
  yield* shell.sys.dup2(opened, fd);
  yield* shell.sys.close(opened);
}

function* save(shell: Shell, fd: number, saved: SavedDescriptors | undefined): Co {
  if (!saved) return;
  const copy = yield* shell.sys.dup(fd, FIRST_PRIVATE);
  if (copy >= 0) shell.state.savedDescriptors.add(copy);
  saved.push({ fd, copy: copy < 0 ? -1 : copy });
}

/** Makes `text` what can be read from `fd`: by a pipe, whose writer is a process of its own when it is long. */
function* feed(shell: Shell, fd: number, text: string, saved: SavedDescriptors | undefined): Co {
  const pipe = yield* shell.sys.pipe();
  if (typeof pipe === 'number') throw new ShellError(`cannot create temp file for here-document: ${errorText(pipe)}`);
  const [readEnd, writeEnd] = pipe;
  const PIPE_BUFFER = 4096;
  if (text.length <= PIPE_BUFFER) yield* writeAll(shell.sys, writeEnd, text);
  else {
    yield* shell.fork(function* (child) {
      yield* child.sys.close(readEnd);
      yield* writeAll(child.sys, writeEnd, text);
      return 0;
    });
  }
  yield* shell.sys.close(writeEnd);
  yield* moveTo(shell, readEnd, fd, saved);
}

function* documentText(shell: Shell, document: HereDoc): Co<string> {
  const strips = document.operator === '<<-';
  const text = strips ? document.body.text.replace(/^\t+/gm, '') : document.body.text;
  if (document.delimiter?.quoted) return text;
  if (!/[$`\\]/.test(text)) return text;
  const parts = strips ? undefined : document.body.parts;
  return yield* expandQuotedParts(shell, parts ?? parseQuoted(text));
}
