/** Process 1: opens the console and becomes an interactive shell. */
import { O_RDWR, type Program } from '../abi/syscall.ts';
import { execute } from './exec.ts';
import type { ProgramTable } from './program.ts';

export interface InitOptions {
  /** The console's device. */
  readonly console: string;
  /** The console's size; left out: unknown, as on a serial line. */
  readonly size?: { readonly rows: number; readonly columns: number } | undefined;
  /** What the shell gets beside the usual variables: `PS1`, `TERM`. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  TERM: 'linux',
  LANG: 'C',
  PS1: '\\u@\\h:\\w\\$ ',
};

/** The init program. The shell runs in it: it stays process 1. */
export const init = (programs: ProgramTable, options: InitOptions): Program =>
  function* (sys) {
    const fd = yield* sys.open(options.console, O_RDWR);
    if (fd >= 0) for (const standard of [0, 1, 2]) yield* sys.dup2(fd, standard);
    if (fd > 2) yield* sys.close(fd);
    if (options.size) yield* sys.setWinsize(0, options.size.rows, options.size.columns);
    yield* sys.chdir('/root');
    const environment = new Map(Object.entries({ ...ENVIRONMENT, ...options.environment }));
    const status = yield* execute(sys, programs, '/bin/bash', ['bash', '--norc', '-i'], environment);
    return status < 0 ? 1 : status;
  };
