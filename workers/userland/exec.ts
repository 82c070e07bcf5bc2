/** Starting programs: what execve(2) and the search along PATH do. */
import { ERRNO, type Syscalls } from '../abi/syscall.ts';
import type { Co } from '../sim/coroutine.ts';
import type { Environment, ProgramTable } from './program.ts';

const ELF_HEADER = '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0';

/** Content of an executable file: an ELF header and the program's name, so that a copy or a link of it runs as well. */
export const executableFile = (program: string): string => `${ELF_HEADER}${program}`;

/** Virtual time in user mode until a program's main function: loading and linking it; an estimate. */
export const STARTUP_COST = 400_000;

/** Largest number of interpreters that name each other (`#!`). */
const MAX_INTERPRETERS = 4;

/**
 * Becomes the program at `path` and runs it to its end: its exit status, or `-errno` when it could not be started
 * (-ENOEXEC: a text that names no interpreter, which a shell then reads itself).
 */
export function* execute(
  sys: Syscalls,
  programs: ProgramTable,
  path: string,
  argv: readonly string[],
  environment: Environment,
): Co<number> {
  let file = path;
  let words = argv;
  for (let level = 0; level <= MAX_INTERPRETERS; level++) {
    const head = yield* executableHead(sys, file);
    if (typeof head === 'number') return head;
    if (head.startsWith(ELF_HEADER)) {
      const factory = programs.get(head.slice(ELF_HEADER.length));
      if (!factory) return -ERRNO.ENOEXEC;
      yield* sys.execve(path, words);
      yield* sys.compute(STARTUP_COST);
      return yield* factory(words, environment)(sys);
    }
    const interpreter = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*?)[ \t]*(\n|$)/.exec(head);
    if (!interpreter) return -ERRNO.ENOEXEC;
    const option = interpreter[2] ? [interpreter[2]] : [];
    words = [interpreter[1] ?? '', ...option, file, ...words.slice(1)];
    file = interpreter[1] ?? '';
  }
  return -ERRNO.ELOOP;
}

/** First bytes of a file that may be executed, or `-errno`. */
function* executableHead(sys: Syscalls, path: string): Co<string | number> {
  const stat = yield* sys.stat(path);
  if (typeof stat === 'number') return stat;
  if (stat.type !== 'regular') return -ERRNO.EACCES;
  const allowed = yield* sys.access(path, 1);
  if (allowed < 0) return allowed;
  const fd = yield* sys.open(path, 0);
  if (fd < 0) return fd;
  const head = yield* sys.read(fd, 256);
  yield* sys.close(fd);
  return head;
}

/** The file that `name` means along `searchPath`; -ENOENT, or -EACCES when only a file that may not be executed is there. */
export function* findProgram(sys: Syscalls, name: string, searchPath: string): Co<string | number> {
  if (name.includes('/')) return name;
  let denied: string | undefined;
  for (const directory of searchPath.split(':')) {
    const path = `${directory === '' ? '.' : directory}/${name}`;
    const stat = yield* sys.stat(path);
    if (typeof stat === 'number' || stat.type === 'directory') continue;
    if ((stat.mode & 0o111) !== 0) return path;
    denied ??= path;
  }
  return denied ?? -ERRNO.ENOENT;
}

/** execvp(3): as {@link execute}, along PATH. */
export function* executeAlongPath(
  sys: Syscalls,
  programs: ProgramTable,
  argv: readonly string[],
  environment: Environment,
): Co<number> {
  const path = yield* findProgram(sys, argv[0] ?? '', environment.get('PATH') ?? '/bin:/usr/bin');
  if (typeof path === 'number') return path;
  return yield* execute(sys, programs, path, argv, environment);
}
