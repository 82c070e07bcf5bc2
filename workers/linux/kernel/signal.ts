/**
 * Sending signals. They are taken on the way back to user mode: entry/common.ts.
 *
 * @linux kernel/signal.c, without queued and real-time signals, masks, ptrace and core dumps
 */
import { ERRNO, SIGNALS } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { currentProcess, type process, processes, processOf, type sigaction } from '../include/linux/sched/process.ts';
import { set_tsk_thread_flag_sigpending } from '../include/linux/sched/signal.ts';
import { TASK_INTERRUPTIBLE, type task_struct } from '../include/linux/sched.ts';
import type { Kernel } from '../kernel-context.ts';
import { wake_up_state } from './sched/core.ts';
import { find_task_by_vpid } from './task.ts';

const { SIGKILL, SIGSTOP, SIGCONT, SIGTSTP, SIGCHLD } = SIGNALS;
const SIGTTIN = 21;
const SIGTTOU = 22;
const SIGURG = 23;
const SIGWINCH = 28;
/** _NSIG. */
const NSIG = 64;

/** State of a stopped task. */
export const __TASK_STOPPED = 0x4;

const ignoredByDefault = new Set<number>([SIGCONT, SIGCHLD, SIGURG, SIGWINCH]);
/** Signals that stop a process. */
export const stops: ReadonlySet<number> = new Set<number>([SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]);
/** init is not ended or stopped by a signal that it does not catch. */
const isUnkillable = (process: process): boolean => process.pid === 1;

export function dispositionOf(process: process, sig: number): sigaction {
  return sig === SIGKILL || sig === SIGSTOP ? 'default' : (process.sighand.get(sig) ?? 'default');
}

export function sig_ignored(process: process, sig: number): boolean {
  const action = dispositionOf(process, sig);
  if (action === 'ignore') return true;
  return action === 'default' && (ignoredByDefault.has(sig) || isUnkillable(process));
}

function* signal_wake_up(k: Kernel, { task, stopped }: process, sig: number): Co {
  set_tsk_thread_flag_sigpending(k, task, true);
  yield* wake_up_state(k, task, sig === SIGKILL && stopped !== 0 ? __TASK_STOPPED : TASK_INTERRUPTIBLE);
}

/** A signal resumes or cancels stopping before anybody asks whether it is ignored. */
function* prepare_signal(k: Kernel, process: process, sig: number): Co {
  if (stops.has(sig)) process.pending.delete(SIGCONT);
  if (sig !== SIGCONT) return;
  for (const stop of stops) process.pending.delete(stop);
  if (process.stopped === 0) return;
  process.stopped = 0;
  yield* wake_up_state(k, process.task, __TASK_STOPPED);
}

/** Sends a signal to a task. Kernel threads take none. */
export const send_sig = traced('send_signal_locked', function* (k: Kernel, sig: number, task: task_struct): Co<number> {
  const process = processOf(k, task);
  if (process?.exit_state !== 'running') return 0;
  yield* prepare_signal(k, process, sig);
  if (sig_ignored(process, sig)) return 0;
  process.pending.add(sig);
  yield* signal_wake_up(k, process, sig);
  return 0;
});

/** Sends a signal to all of a process group; -ESRCH when it has no member. */
export function* kill_pgrp(k: Kernel, group: number, sig: number): Co<number> {
  let found = false;
  for (const process of [...processes(k).values()]) {
    if (process.pgrp !== group || process.exit_state === 'EXIT_DEAD') continue;
    found = true;
    if (sig !== 0) yield* send_sig(k, sig, process.task);
  }
  return found ? 0 : -ERRNO.ESRCH;
}

/** kill(2). */
export const kill_something_info = traced(
  'kill_something_info',
  function* (k: Kernel, pid: number, sig: number): Co<number> {
    if (sig < 0 || sig > NSIG) return -ERRNO.EINVAL;
    if (pid > 0) {
      const task = find_task_by_vpid(k, pid);
      if (!task) return -ERRNO.ESRCH;
      return sig === 0 ? 0 : yield* send_sig(k, sig, task);
    }
    const caller = currentProcess(k);
    if (pid !== -1) return yield* kill_pgrp(k, pid === 0 ? caller.pgrp : -pid, sig);
    for (const process of [...processes(k).values()]) {
      if (process.pid > 1 && process !== caller && sig !== 0) yield* send_sig(k, sig, process.task);
    }
    return 0;
  },
);

export function do_sigaction(k: Kernel, sig: number, action: sigaction): number {
  if (sig < 1 || sig > NSIG || sig === SIGKILL || sig === SIGSTOP) return -ERRNO.EINVAL;
  const process = currentProcess(k);
  if (action === 'default') process.sighand.delete(sig);
  else process.sighand.set(sig, action);
  if (sig_ignored(process, sig)) process.pending.delete(sig);
  return 0;
}

/** execve(2): what was caught has its default again, what was ignored stays ignored. */
export function flush_signal_handlers(process: process): void {
  for (const [sig, action] of process.sighand) if (action !== 'ignore') process.sighand.delete(sig);
}
