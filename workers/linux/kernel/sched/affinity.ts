/** Changing where a task may run, moving it if it must. @linux kernel/sched/core.c, __set_cpus_allowed_ptr */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { type CpuMask, cpu_active_mask, cpu_online_mask } from '../../include/linux/cpumask.ts';
import { PF_KTHREAD, PF_NO_SETAFFINITY, type task_struct } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { stop_one_cpu } from '../stop_machine.ts';
import { do_set_cpus_allowed, move_queued_task } from './core.ts';

/** 0, or -EINVAL when none of the CPUs can be used. Returns when the task is where it may be. */
export const set_cpus_allowed_ptr = traced(
  'set_cpus_allowed_ptr',
  function* (k: Kernel, task: task_struct, mask: CpuMask): Co<number> {
    const valid = task.flags & PF_KTHREAD ? cpu_online_mask(k) : cpu_active_mask(k);
    const usable = mask.and(valid);
    if (usable.weight === 0) return -22;
    do_set_cpus_allowed(task, mask);
    if (mask.has(task.cpu) && valid.has(task.cpu)) return 0;
    const dest = usable.first;
    if (task.on_cpu) yield* stop_one_cpu(k, task.cpu, () => migration_cpu_stop(k, task, dest));
    else if (task.on_rq) move_queued_task(k, task, dest);
    return 0;
  },
);

/** In the stopper of the CPU where the task ran: it is off the processor now and can be moved. */
const migration_cpu_stop = traced(
  'migration_cpu_stop',
  function* (k: Kernel, task: task_struct, dest: number): Co<number> {
    if (task.on_rq && !task.on_cpu && task.cpu !== dest && !task.cpus_mask.has(task.cpu)) {
      move_queued_task(k, task, dest);
    }
    return 0;
  },
);

/** sched_setaffinity(2) for a task that was found: 0, -EINVAL, also for a kernel thread that is bound. */
export function* __sched_setaffinity(k: Kernel, task: task_struct, mask: CpuMask): Co<number> {
  if (task.flags & PF_NO_SETAFFINITY) return -22;
  // the root cpuset allows the CPUs that are online now: those that come later are not in the task's mask
  const allowed = mask.and(cpu_active_mask(k));
  return yield* set_cpus_allowed_ptr(k, task, allowed);
}
