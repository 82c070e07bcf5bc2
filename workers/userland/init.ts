/** Process 1: mounts the file systems, opens the console and becomes an interactive shell. */
import { O_RDWR, type Program, type Syscalls } from '../abi/syscall.ts';
import type { Co } from '../sim/coroutine.ts';
import { execute, STARTUP_COST } from './exec.ts';
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

/** What init mounts: type, source, directory. */
const MOUNTS: readonly (readonly [string, string, string])[] = [
  ['proc', 'proc', '/proc'],
  ['sysfs', 'sys', '/sys'],
  ['devtmpfs', 'dev', '/dev'],
  ['tmpfs', 'tmp', '/tmp'],
  ['tracefs', 't', '/sys/kernel/tracing'],
  ['debugfs', 'd', '/sys/kernel/debug'],
];
const HOST_NAME = 'lab';

/** Runs a program of init's own in a process of its own, as a script's line would. */
function* runCommand(sys: Syscalls, argv: readonly string[], act: (sys: Syscalls) => Co<number>): Co {
  const pid = yield* sys.fork(function* (child) {
    yield* child.execve(`/usr/bin/${argv[0]}`, argv);
    yield* child.compute(STARTUP_COST);
    return (yield* act(child)) < 0 ? 1 : 0;
  });
  yield* sys.wait(pid);
}

function* startSystem(sys: Syscalls): Co {
  for (const [type, source, directory] of MOUNTS) {
    yield* runCommand(sys, ['mount', '-t', type, source, directory], (child) => child.mount(source, directory, type));
  }
  yield* runCommand(sys, ['hostname', HOST_NAME], (child) => child.sethostname(HOST_NAME));
}

/** The init program. The shell runs in it: it stays process 1. */
export const init = (programs: ProgramTable, options: InitOptions): Program =>
  function* (sys) {
    yield* startSystem(sys);
    const fd = yield* sys.open(options.console, O_RDWR);
    if (fd >= 0) for (const standard of [0, 1, 2]) yield* sys.dup2(fd, standard);
    if (fd > 2) yield* sys.close(fd);
    if (options.size) yield* sys.setWinsize(0, options.size.rows, options.size.columns);
    yield* sys.chdir('/root');
    const environment = new Map(Object.entries({ ...ENVIRONMENT, ...options.environment }));
    const status = yield* execute(sys, programs, '/bin/bash', ['bash', '--norc', '-i'], environment);
    return status < 0 ? 1 : status;
  };
