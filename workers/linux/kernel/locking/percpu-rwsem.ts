/**
 * Reader-writer semaphores whose readers pay nothing while there is no writer: the first writer waits for a grace
 * period before it is sure that every reader sees it.
 *
 * @linux kernel/locking/percpu-rwsem.c and kernel/rcu/sync.c
 */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { get_current, TASK_UNINTERRUPTIBLE, type task_struct } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { synchronize_rcu } from '../rcu/tree.ts';
import { schedule, TASK_NORMAL, try_to_wake_up } from '../sched/core.ts';

export interface percpu_rw_semaphore {
  readonly name: string;
  readers: number;
  /** Has the writer side (percpu_rw_semaphore::block). */
  writer: task_struct | undefined;
  /** Readers and writers that sleep, in the order of arrival. */
  readonly waiters: { readonly task: task_struct; readonly write: boolean; granted: boolean }[];
  /** The writer that waits for active readers to leave. */
  draining: task_struct | undefined;
}

export const init_percpu_rwsem = (name: string): percpu_rw_semaphore => ({
  name,
  readers: 0,
  writer: undefined,
  waiters: [],
  draining: undefined,
});

/** Takes the semaphore if nobody has the writer side or waits. A writer has readers to wait for still. */
function tryTake(sem: percpu_rw_semaphore, task: task_struct, write: boolean): boolean {
  if (sem.writer || sem.waiters.length > 0) return false;
  if (write) sem.writer = task;
  else sem.readers++;
  return true;
}

const percpu_rwsem_wait = traced(
  'percpu_rwsem_wait',
  function* (k: Kernel, sem: percpu_rw_semaphore, write: boolean): Co {
    const task = get_current(k);
    // it may have been released on the way here
    if (tryTake(sem, task, write)) return;
    const waiter = { task, write, granted: false };
    k.log.emit('lock_wait', sem.name, sem.writer?.id ?? 0);
    sem.waiters.push(waiter);
    while (!waiter.granted) {
      task.__state = TASK_UNINTERRUPTIBLE;
      yield* schedule(k);
    }
    k.log.emit('lock_acquired', sem.name);
  },
);

export function* percpu_down_read(k: Kernel, sem: percpu_rw_semaphore): Co {
  if (!tryTake(sem, get_current(k), false)) yield* percpu_rwsem_wait(k, sem, false);
}

export function* percpu_up_read(k: Kernel, sem: percpu_rw_semaphore): Co {
  sem.readers--;
  if (sem.readers === 0 && sem.draining) try_to_wake_up(k, sem.draining, TASK_NORMAL);
}

export const percpu_down_write = traced('percpu_down_write', function* (k: Kernel, sem: percpu_rw_semaphore): Co {
  // rcu_sync_enter: from here on readers take the slow path
  yield* synchronize_rcu(k);
  const task = get_current(k);
  if (tryTake(sem, task, true)) k.log.emit('lock_acquired', sem.name);
  else yield* percpu_rwsem_wait(k, sem, true);
  if (sem.readers > 0) {
    k.log.emit('lock_wait', sem.name, 0);
    sem.draining = task;
    while (sem.readers > 0) {
      task.__state = TASK_UNINTERRUPTIBLE;
      yield* schedule(k);
    }
    sem.draining = undefined;
  }
});

export const percpu_up_write = traced('percpu_up_write', function* (k: Kernel, sem: percpu_rw_semaphore): Co {
  sem.writer = undefined;
  k.log.emit('lock_released', sem.name);
  for (let first = sem.waiters[0]; first && !sem.writer; first = sem.waiters[0]) {
    sem.waiters.shift();
    if (first.write) sem.writer = first.task;
    else sem.readers++;
    first.granted = true;
    try_to_wake_up(k, first.task, TASK_NORMAL);
  }
});
