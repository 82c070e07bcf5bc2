/** Where processor time went, for /proc/stat and times of processes. @linux kernel/sched/cputime.c, exact instead of by ticks */
import type { Ns } from '../../../protocol/units.ts';
import { PF_IDLE, type task_struct } from '../../include/linux/sched.ts';
import { type Kernel, kernelState, perCpu } from '../../kernel-context.ts';

export interface kernel_cpustat {
  user: Ns;
  system: Ns;
  idle: Ns;
}

export const kcpustat_cpu = perCpu((): kernel_cpustat => ({ user: 0, system: 0, idle: 0 }));

const userTimes = kernelState(() => new WeakMap<task_struct, Ns>());

/** User-mode part of a task's processor time. */
export const task_utime = (k: Kernel, task: task_struct): Ns => userTimes(k).get(task) ?? 0;

/** `task` had the processor for `delta` ns, all of it in the mode that its flags tell now. */
export function account_cputime(k: Kernel, cpu: number, task: task_struct, delta: Ns): void {
  const stat = kcpustat_cpu(k, cpu);
  if (task.flags & PF_IDLE) stat.idle += delta;
  else if (task.user_mode) {
    stat.user += delta;
    userTimes(k).set(task, task_utime(k, task) + delta);
  } else stat.system += delta;
}
