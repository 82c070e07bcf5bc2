/** `trap`: commands that run when a signal has come, and at the end. */
import { SIGNALS } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { Shell } from './shell.ts';

/** Signal number of `INT`, `SIGINT`, `2`; 0 of `EXIT`; undefined of anything else. */
export function signalNumber(name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name) < 65 ? Number(name) : undefined;
  const upper = name.toUpperCase().replace(/^SIG/, '');
  if (upper === 'EXIT') return 0;
  return (SIGNALS as Readonly<Record<string, number>>)[`SIG${upper}`];
}

/** `INT` of 2; `EXIT` of 0. */
export function signalName(signal: number): string | undefined {
  if (signal === 0) return 'EXIT';
  return Object.entries(SIGNALS)
    .find(([, number]) => number === signal)?.[0]
    .slice(3);
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
