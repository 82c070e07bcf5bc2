/** @linux include/linux/sched/signal.h */
import { type Kernel, kernelState } from '../../../kernel-context.ts';
import type { task_struct } from '../sched.ts';

/** Tasks with TIF_SIGPENDING. */
const pending = kernelState(() => new WeakSet<task_struct>());

/** True when a task has a signal to take: an interruptible sleep does not begin, or ends with -ERESTARTSYS. */
export const signal_pending = (k: Kernel, task: task_struct): boolean => pending(k).has(task);

export function set_tsk_thread_flag_sigpending(k: Kernel, task: task_struct, value: boolean): void {
  if (value) pending(k).add(task);
  else pending(k).delete(task);
}
