/** @linux kernel/sched/completion.c */
import type { Ns } from '../../../protocol/units.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { signal_pending } from '../../include/linux/sched/signal.ts';
import { get_current, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, type task_struct } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { schedule_timeout, TASK_NORMAL, try_to_wake_up } from './core.ts';

export interface completion {
  /** Shown in the log. */
  readonly name: string;
  /** UINT_MAX after complete_all. */
  done: number;
  readonly waiters: task_struct[];
}

const UINT_MAX = 0xffff_ffff;

export const init_completion = (name: string): completion => ({ name, done: 0, waiters: [] });

export function reinit_completion(completion: completion): void {
  completion.done = 0;
}

export const completion_done = (completion: completion): boolean => completion.done > 0;

function* waitFor(k: Kernel, x: completion, state: number, timeout: Ns | undefined): Co<number> {
  let left = timeout ?? Number.MAX_SAFE_INTEGER;
  if (x.done === 0) {
    const task = get_current(k);
    k.log.emit('completion_wait', x.name);
    x.waiters.push(task);
    while (x.done === 0 && left > 0) {
      if (state === TASK_INTERRUPTIBLE && signal_pending(k, task)) break;
      task.__state = state;
      left = yield* schedule_timeout(k, timeout === undefined ? undefined : left);
    }
    const at = x.waiters.indexOf(task);
    if (at >= 0) x.waiters.splice(at, 1);
    if (x.done === 0) return left > 0 ? -512 : 0;
  }
  if (x.done !== UINT_MAX) x.done--;
  return Math.max(1, left);
}

/** Sleeps until the completion is completed; consumes one completion. */
export const wait_for_completion = traced('wait_for_completion', function* (k: Kernel, x: completion): Co {
  yield* waitFor(k, x, TASK_UNINTERRUPTIBLE, undefined);
});

/** Returns the ns that are left (at least 1), or 0 when `timeout` ns passed first. */
export const wait_for_completion_timeout = traced(
  'wait_for_completion_timeout',
  function* (k: Kernel, x: completion, timeout: Ns): Co<number> {
    return yield* waitFor(k, x, TASK_UNINTERRUPTIBLE, timeout);
  },
);

/** 0, or -ERESTARTSYS when a signal came first. */
export const wait_for_completion_interruptible = traced(
  'wait_for_completion_interruptible',
  function* (k: Kernel, x: completion): Co<number> {
    return Math.min(0, yield* waitFor(k, x, TASK_INTERRUPTIBLE, undefined));
  },
);

/** Lets one waiter go on, or the next that will wait. */
export function* complete(k: Kernel, x: completion): Co {
  if (x.done !== UINT_MAX) x.done++;
  k.log.emit('completion_done', x.name);
  const task = x.waiters.shift();
  if (task) try_to_wake_up(k, task, TASK_NORMAL);
}

/** Lets all waiters go on, now and later. */
export function* complete_all(k: Kernel, x: completion): Co {
  x.done = UINT_MAX;
  k.log.emit('completion_done', x.name);
  for (const task of x.waiters.splice(0)) try_to_wake_up(k, task, TASK_NORMAL);
}
