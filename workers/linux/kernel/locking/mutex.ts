/** @linux kernel/locking/mutex.c, with direct hand-off in the order of arrival; no spinning on the owner */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { get_current, TASK_UNINTERRUPTIBLE, type task_struct } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { schedule, TASK_NORMAL, try_to_wake_up } from '../sched/core.ts';

export interface mutex {
  readonly name: string;
  /** Every acquisition and release is logged, not only those that somebody waited for. */
  readonly watched: boolean;
  owner: task_struct | undefined;
  readonly waiters: task_struct[];
}

export const mutex_init = (name: string, watched = false): mutex => ({ name, watched, owner: undefined, waiters: [] });

const mutex_lock_slowpath = traced('__mutex_lock', function* (k: Kernel, lock: mutex): Co {
  const task = get_current(k);
  // it may have been released on the way here
  if (mutex_trylock(k, lock)) return;
  k.log.emit('lock_wait', lock.name, lock.owner?.id ?? 0);
  lock.waiters.push(task);
  while (lock.owner !== task) {
    task.__state = TASK_UNINTERRUPTIBLE;
    yield* schedule(k);
  }
  k.log.emit('lock_acquired', lock.name);
});

export function* mutex_lock(k: Kernel, lock: mutex): Co {
  const task = get_current(k);
  if (lock.owner === task) throw new Error(`${task.comm} locks ${lock.name} twice`);
  if (lock.owner) {
    yield* mutex_lock_slowpath(k, lock);
    return;
  }
  lock.owner = task;
  if (lock.watched) k.log.emit('lock_acquired', lock.name);
}

/** True when it could be taken at once. */
export function mutex_trylock(k: Kernel, lock: mutex): boolean {
  if (lock.owner) return false;
  lock.owner = get_current(k);
  if (lock.watched) k.log.emit('lock_acquired', lock.name);
  return true;
}

export function* mutex_unlock(k: Kernel, lock: mutex): Co {
  const next = lock.waiters.shift();
  if (lock.owner !== get_current(k)) throw new Error(`${get_current(k).comm} unlocks ${lock.name} of another task`);
  lock.owner = next;
  if (next || lock.watched) k.log.emit('lock_released', lock.name);
  if (next) try_to_wake_up(k, next, TASK_NORMAL);
}
