/** Waiting for children and telling how they ended. */
import { ERRNO, SIGNALS, type WaitResult } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { writeAll } from '../stdio.ts';
import { isDone, type Job } from './jobs.ts';
import type { Shell } from './shell.ts';

/** strsignal(3), as bash shows a job that a signal ended. */
const SIGNAL_TEXTS: Readonly<Record<number, string>> = {
  [SIGNALS.SIGHUP]: 'Hangup',
  [SIGNALS.SIGINT]: 'Interrupt',
  [SIGNALS.SIGQUIT]: 'Quit',
  [SIGNALS.SIGKILL]: 'Killed',
  [SIGNALS.SIGUSR1]: 'User defined signal 1',
  [SIGNALS.SIGUSR2]: 'User defined signal 2',
  [SIGNALS.SIGPIPE]: 'Broken pipe',
  [SIGNALS.SIGALRM]: 'Alarm clock',
  [SIGNALS.SIGTERM]: 'Terminated',
};

export const signalText = (signal: number): string => SIGNAL_TEXTS[signal] ?? `Signal ${signal}`;

export const statusOf = (result: WaitResult): number => result.status ?? 128 + (result.signal ?? 0);

/** Waits for one child; its exit status as `$?` shows it. */
export function* waitForProcess(shell: Shell, pid: number): Co<number> {
  const result = yield* waitResult(shell, pid);
  return result ? statusOf(result) : 127;
}

export function* waitResult(shell: Shell, pid: number): Co<WaitResult | undefined> {
  for (;;) {
    const result = yield* shell.sys.wait(pid);
    if (result === -ERRNO.EINTR) continue;
    return typeof result === 'number' ? undefined : result;
  }
}

/** Waits for the processes of a foreground pipeline; their statuses. */
export function* waitForForeground(shell: Shell, pids: readonly number[], command: string): Co<number[]> {
  const statuses: number[] = [];
  let last: WaitResult | undefined;
  for (const pid of pids) {
    last = yield* waitResult(shell, pid);
    statuses.push(last ? statusOf(last) : 127);
  }
  if (last?.signal !== undefined) yield* tellSignal(shell, last.signal, last.pid, command);
  return statuses;
}

/** Waits for a pipeline that has the terminal meanwhile. */
export function* foreground(shell: Shell, pids: readonly number[], command: string): Co<number[]> {
  const { state, sys } = shell;
  const group = pids[0];
  if (state.options.monitor && group !== undefined) yield* sys.tcsetpgrp(state.terminal, group);
  const statuses = yield* waitForForeground(shell, pids, command);
  if (state.options.monitor) yield* sys.tcsetpgrp(state.terminal, state.shellPid);
  return statuses;
}

function* tellSignal(shell: Shell, signal: number, pid: number, command: string): Co {
  const { state } = shell;
  if (signal === SIGNALS.SIGPIPE) return;
  if (signal === SIGNALS.SIGINT) {
    if (!state.interactive) return;
    state.interrupted = true;
  } else if (state.interactive || signal === SIGNALS.SIGTERM) yield* writeAll(shell.sys, 2, `${signalText(signal)}\n`);
  else if (!state.isSubshell) {
    const shown = `${String(pid).padStart(5)} ${signalText(signal).padEnd(23)} ${command}`;
    yield* writeAll(shell.sys, 2, `${shell.prefix()}${shown}\n`);
  }
}

/** Notes all children that have ended by now. */
export function* reap(shell: Shell): Co {
  for (;;) {
    const result = yield* shell.sys.wait(-1, true);
    if (typeof result === 'number' || result.pid === 0) return;
    shell.state.jobs.ended(result.pid, statusOf(result), result.signal);
  }
}

/** Before a prompt: tells of jobs that have ended, and forgets them. */
export function* notifyJobs(shell: Shell): Co {
  yield* reap(shell);
  const { jobs } = shell.state;
  for (const job of jobs.all.filter(isDone)) {
    const line = jobLine(job, jobs.marker(job));
    jobs.remove(job);
    if (shell.state.options.monitor) yield* writeAll(shell.sys, 2, `${line}\n`);
  }
}

/** A line of `jobs`. */
export function jobLine(job: Job, marker: string): string {
  const state = jobState(job);
  return `[${job.number}]${marker}  ${state.padEnd(23)} ${job.command}${state === 'Running' ? ' &' : ''}`;
}

function jobState(job: Job): string {
  if (!isDone(job)) return 'Running';
  const last = job.processes[job.processes.length - 1];
  if (last?.signal !== undefined) return signalText(last.signal);
  return last?.status ? `Exit ${last.status}` : 'Done';
}
