/** `trap`: commands that run when a signal has come, and at the end. */
import type { Co } from '../../sim/coroutine.ts';
import type { Shell } from './shell.ts';

const NAMES =
  'EXIT HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );
const FIRST_REALTIME = 34;
const LAST_REALTIME = 64;

/** Signal number of `INT`, `SIGINT`, `2`; 0 of `EXIT`; undefined of anything else. */
export function signalNumber(name: string): number | undefined {
  if (/^\d+$/.test(name)) return signalName(Number(name)) === undefined ? undefined : Number(name);
  const upper = name.toUpperCase().replace(/^SIG/, '');
  const plain = NAMES.indexOf(upper);
  if (plain >= 0) return plain;
  for (let signal = FIRST_REALTIME; signal <= LAST_REALTIME; signal++) if (signalName(signal) === upper) return signal;
  return undefined;
}

/** `INT` of 2; `EXIT` of 0. */
export function signalName(signal: number): string | undefined {
  if (signal < FIRST_REALTIME) return NAMES[signal];
  if (signal > LAST_REALTIME) return undefined;
  const [up, down] = [signal - FIRST_REALTIME, LAST_REALTIME - signal];
  if (up <= 15) return up === 0 ? 'RTMIN' : `RTMIN+${up}`;
  return down === 0 ? 'RTMAX' : `RTMAX-${down}`;
}

/** `kill -l` and `trap -l`: five a line. */
export function signalTable(): string {
  let text = '';
  let column = 0;
  for (let signal = 1; signal <= LAST_REALTIME; signal++) {
    const name = signalName(signal);
    if (name === undefined) continue;
    text += `${String(signal).padStart(2)}) SIG${name}${++column % 5 === 0 ? '\n' : '\t'}`;
  }
  return `${text}\n`;
}

/** Makes `command` run when the signal comes; '' ignores it, undefined restores the default. */
export function* setTrap(shell: Shell, name: string, command: string | undefined): Co {
  const { state } = shell;
  if (command === undefined) state.traps.delete(name);
  else state.traps.set(name, command);
  const signal = signalNumber(name);
  if (signal === undefined || signal === 0) return;
  if (command === undefined) yield* shell.sys.sigaction(signal, shell.defaultAction(signal));
  else if (command === '') yield* shell.sys.sigaction(signal, 'ignore');
  else {
    yield* shell.sys.sigaction(signal, function* () {
      state.pendingTraps.push(name);
    });
  }
}

export function* runPendingTraps(shell: Shell): Co {
  const { state } = shell;
  for (let name = state.pendingTraps.shift(); name !== undefined; name = state.pendingTraps.shift()) {
    const command = state.traps.get(name);
    if (!command) continue;
    const { status } = state;
    yield* shell.runText(command);
    state.status = status;
  }
}

/** The end of a shell process: its EXIT trap runs; the exit status. */
export function* runExitTrap(shell: Shell, status: number): Co<number> {
  const command = shell.state.traps.get('EXIT');
  if (!command) return status;
  shell.state.traps.delete('EXIT');
  shell.state.status = status;
  yield* shell.catching(shell.runText(command));
  const { unwinding } = shell.state;
  return unwinding?.kind === 'exit' ? unwinding.status : status;
}
