/** @linux kernel/sched/core.c: sched_setaffinity(2) and sched_getaffinity(2) */
import { ERRNO } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { CpuMask, cpu_active_mask, cpu_possible_mask } from '../../include/linux/cpumask.ts';
import { get_current, type task_struct } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { find_task_by_vpid } from '../task.ts';
import { __sched_setaffinity } from './affinity.ts';

const find_process_by_pid = (k: Kernel, pid: number): task_struct | undefined =>
  pid === 0 ? get_current(k) : find_task_by_vpid(k, pid);

/** CPUs that are not possible are left out; -EINVAL when none is left that can be used. */
export const sched_setaffinity = traced(
  'sched_setaffinity',
  function* (k: Kernel, pid: number, cpus: readonly number[]): Co<number> {
    const task = find_process_by_pid(k, pid);
    if (!task) return -ERRNO.ESRCH;
    return yield* __sched_setaffinity(k, task, new CpuMask(k.profile.maxCpus, cpus).and(cpu_possible_mask(k)));
  },
);

export function sched_getaffinity(k: Kernel, pid: number): readonly number[] | number {
  const task = find_process_by_pid(k, pid);
  return task ? [...task.cpus_mask.and(cpu_active_mask(k))] : -ERRNO.ESRCH;
}
