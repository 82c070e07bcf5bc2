/** @linux kernel/sched/wait.c, without autoremove variants: a waiter leaves the queue when its condition holds */
import type { Ns } from '../../../protocol/units.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { ERESTARTSYS } from '../../include/linux/errno.ts';
import { signal_pending } from '../../include/linux/sched/signal.ts';
import {
  get_current,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  type task_struct,
} from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { schedule, schedule_timeout, TASK_NORMAL, try_to_wake_up } from './core.ts';

export interface wait_queue_head {
  readonly name: string;
  readonly waiters: task_struct[];
}

export const init_waitqueue_head = (name: string): wait_queue_head => ({ name, waiters: [] });

function* waitEvent(
  k: Kernel,
  queue: wait_queue_head,
  condition: () => boolean,
  state: number,
  timeout: Ns | undefined,
): Co<number> {
  let left = timeout ?? Number.MAX_SAFE_INTEGER;
  if (condition()) return Math.max(1, left);
  const task = get_current(k);
  queue.waiters.push(task);
  let interrupted = false;
  for (;;) {
    task.__state = state;
    if (condition() || left <= 0) break;
    if (state === TASK_INTERRUPTIBLE && signal_pending(k, task)) {
      interrupted = true;
      break;
    }
    if (timeout === undefined) yield* schedule(k);
    else left = yield* schedule_timeout(k, left);
  }
  task.__state = TASK_RUNNING;
  queue.waiters.splice(queue.waiters.indexOf(task), 1);
  if (interrupted) return -ERESTARTSYS;
  return condition() ? Math.max(1, left) : 0;
}

/** Sleeps uninterruptibly until `condition` holds; it is looked at whenever the queue is woken. */
export function* wait_event(k: Kernel, queue: wait_queue_head, condition: () => boolean): Co {
  yield* waitEvent(k, queue, condition, TASK_UNINTERRUPTIBLE, undefined);
}

/** 0, or -ERESTARTSYS when a signal came first. */
export function* wait_event_interruptible(k: Kernel, queue: wait_queue_head, condition: () => boolean): Co<number> {
  return Math.min(0, yield* waitEvent(k, queue, condition, TASK_INTERRUPTIBLE, undefined));
}

/** Returns the ns that are left (at least 1), 0 when `timeout` ns passed and the condition does not hold. */
export function* wait_event_timeout(
  k: Kernel,
  queue: wait_queue_head,
  condition: () => boolean,
  timeout: Ns,
): Co<number> {
  return yield* waitEvent(k, queue, condition, TASK_UNINTERRUPTIBLE, timeout);
}

/** As wait_event_timeout, or -ERESTARTSYS. */
export function* wait_event_interruptible_timeout(
  k: Kernel,
  queue: wait_queue_head,
  condition: () => boolean,
  timeout: Ns,
): Co<number> {
  return yield* waitEvent(k, queue, condition, TASK_INTERRUPTIBLE, timeout);
}

/** Wakes every waiter: each looks at its condition again. */
export function* wake_up(k: Kernel, queue: wait_queue_head): Co {
  for (const task of [...queue.waiters]) try_to_wake_up(k, task, TASK_NORMAL);
}

/** Wakes the waiters that a signal could have woken. */
export function* wake_up_interruptible(k: Kernel, queue: wait_queue_head): Co {
  for (const task of [...queue.waiters]) try_to_wake_up(k, task, TASK_INTERRUPTIBLE);
}
