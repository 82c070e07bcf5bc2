/**
 * The way into the kernel for a system call and the way back to user mode, where signals are taken.
 *
 * @linux kernel/entry/common.c, and get_signal with do_signal_stop of kernel/signal.c
 */
import { ERRNO, SIGNALS } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { ERESTARTNOINTR, ERESTARTSYS } from '../../include/linux/errno.ts';
import { currentProcess, type process } from '../../include/linux/sched/process.ts';
import { set_tsk_thread_flag_sigpending, signal_pending } from '../../include/linux/sched/signal.ts';
import { get_current } from '../../include/linux/sched.ts';
import { isArm64, type Kernel } from '../../kernel-context.ts';
import { do_group_exit } from '../exit.ts';
import { cond_resched, schedule, set_current_state } from '../sched/core.ts';
import { wake_up } from '../sched/wait.ts';
import { __TASK_STOPPED, dispositionOf, send_sig, sig_ignored, stops } from '../signal.ts';

const { SIGKILL, SIGCHLD } = SIGNALS;

/** A caught signal's handler, to be run in user mode. */
type Handler = () => Co;

/** SIGKILL first, then the lowest number. */
function next_signal(pending: ReadonlySet<number>): number {
  return pending.has(SIGKILL) ? SIGKILL : Math.min(...pending);
}

const do_signal_stop = traced('do_signal_stop', function* (k: Kernel, process: process, sig: number): Co {
  process.stopped = sig;
  const parent = process.real_parent;
  if (parent) {
    yield* send_sig(k, SIGCHLD, parent.task);
    yield* wake_up(k, parent.wait_chldexit);
  }
  while (process.stopped !== 0 && !process.pending.has(SIGKILL)) {
    set_current_state(k, __TASK_STOPPED);
    yield* schedule(k);
  }
});

/** Takes signals until one has a handler to run in user mode. A deadly one does not return. */
const get_signal = traced('get_signal', function* (k: Kernel, process: process): Co<Handler | undefined> {
  for (;;) {
    if (process.group_exit_code !== undefined) yield* do_group_exit(k, process.group_exit_code);
    if (process.pending.size === 0) {
      set_tsk_thread_flag_sigpending(k, process.task, false);
      return undefined;
    }
    const sig = next_signal(process.pending);
    process.pending.delete(sig);
    const action = dispositionOf(process, sig);
    if (typeof action === 'function') return action;
    if (action === 'ignore' || sig_ignored(process, sig)) continue;
    if (stops.has(sig)) yield* do_signal_stop(k, process, sig);
    else yield* do_group_exit(k, sig);
  }
});

/** What a task does for its signals before it returns to user mode: the handler that runs there, if any. */
export const arch_do_signal_or_restart = traced('arch_do_signal_or_restart', function* (k: Kernel): Co<
  Handler | undefined
> {
  return yield* get_signal(k, currentProcess(k));
});

/** Returns a handler that is to run in user mode now; undefined: the program goes on. */
const exit_to_user_mode_loop = traced('exit_to_user_mode_loop', function* (k: Kernel): Co<Handler | undefined> {
  yield* cond_resched(k);
  return signal_pending(k, get_current(k)) ? yield* arch_do_signal_or_restart(k) : undefined;
});

function* exit_to_user_mode_prepare(k: Kernel): Co<Handler | undefined> {
  const work = signal_pending(k, get_current(k)) || get_current(k).need_resched;
  return work ? yield* exit_to_user_mode_loop(k) : undefined;
}

interface Outcome<T> {
  readonly result: T;
  readonly handler: Handler | undefined;
}

function* callAndReturn(k: Kernel, call: () => Co<unknown>): Co<Outcome<unknown>> {
  const result = yield* call();
  return { result, handler: yield* exit_to_user_mode_prepare(k) };
}

const do_syscall_64 = traced('do_syscall_64', callAndReturn);
/** @linux arch/arm64/kernel/syscall.c */
const do_el0_svc = traced('do_el0_svc', callAndReturn);

/** Runs handlers until no signal is left. True when one ran. */
function* runHandlers(k: Kernel, first: Handler | undefined): Co<boolean> {
  for (let handler = first; handler; handler = yield* exit_to_user_mode_prepare(k)) yield* handler();
  return first !== undefined;
}

/** A system call of the current process, with what its signals demand before it returns; restarts it where Linux does. */
export function* syscall<T>(k: Kernel, call: () => Co<T>): Co<T | number> {
  for (;;) {
    const { result, handler } = (yield* (isArm64(k) ? do_el0_svc : do_syscall_64)(k, call)) as Outcome<T>;
    const handled = yield* runHandlers(k, handler);
    if (result === -ERESTARTNOINTR) continue;
    if (result !== -ERESTARTSYS) return result;
    if (handled) return -ERRNO.EINTR;
  }
}

/** Between two stretches of user mode: an interrupt's way back, where signals are taken as well. */
export function* irqentry_exit_to_user_mode(k: Kernel): Co {
  yield* runHandlers(k, yield* exit_to_user_mode_prepare(k));
}
