/** @linux kernel/locking/rwsem.c, first come first served: a reader behind a waiting writer waits */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { get_current, TASK_UNINTERRUPTIBLE, type task_struct } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { schedule, TASK_NORMAL, try_to_wake_up } from '../sched/core.ts';

interface Waiter {
  readonly task: task_struct;
  readonly write: boolean;
  granted: boolean;
}

export interface rw_semaphore {
  readonly name: string;
  writer: task_struct | undefined;
  readers: number;
  readonly waiters: Waiter[];
}

export const init_rwsem = (name: string): rw_semaphore => ({ name, writer: undefined, readers: 0, waiters: [] });

/** Takes the semaphore if that is possible at once and nobody waits. */
function tryTake(sem: rw_semaphore, task: task_struct, write: boolean): boolean {
  if (sem.writer || sem.waiters.length > 0 || (write && sem.readers > 0)) return false;
  if (write) sem.writer = task;
  else sem.readers++;
  return true;
}

const slowpath = (name: string, write: boolean) =>
  traced(name, function* (k: Kernel, sem: rw_semaphore): Co {
    const task = get_current(k);
    // it may have been released on the way here
    if (tryTake(sem, task, write)) return;
    const waiter: Waiter = { task, write, granted: false };
    k.log.emit('lock_wait', sem.name, sem.writer?.id ?? 0);
    sem.waiters.push(waiter);
    while (!waiter.granted) {
      task.__state = TASK_UNINTERRUPTIBLE;
      yield* schedule(k);
    }
    k.log.emit('lock_acquired', sem.name);
  });
const rwsem_down_read_slowpath = slowpath('rwsem_down_read_slowpath', false);
const rwsem_down_write_slowpath = slowpath('rwsem_down_write_slowpath', true);

export function* down_read(k: Kernel, sem: rw_semaphore): Co {
  if (!tryTake(sem, get_current(k), false)) yield* rwsem_down_read_slowpath(k, sem);
}

export function* down_write(k: Kernel, sem: rw_semaphore): Co {
  if (!tryTake(sem, get_current(k), true)) yield* rwsem_down_write_slowpath(k, sem);
}

export function* up_read(k: Kernel, sem: rw_semaphore): Co {
  sem.readers--;
  grant(k, sem);
}

export function* up_write(k: Kernel, sem: rw_semaphore): Co {
  sem.writer = undefined;
  grant(k, sem);
}

/** Lets the first waiter in, and the readers right behind a reader. */
function grant(k: Kernel, sem: rw_semaphore): void {
  for (let first = sem.waiters[0]; first && !sem.writer; first = sem.waiters[0]) {
    if (first.write && sem.readers > 0) return;
    sem.waiters.shift();
    if (first.write) sem.writer = first.task;
    else sem.readers++;
    first.granted = true;
    try_to_wake_up(k, first.task, TASK_NORMAL);
  }
}
