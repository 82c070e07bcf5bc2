/** Work items and workqueues as their users see them. @linux include/linux/workqueue.h */
import type { Co } from '../../../sim/coroutine.ts';
import type { hrtimer } from '../../kernel/time/hrtimer.ts';
import type { pool_workqueue } from '../../kernel/workqueue_internal.ts';
import type { Kernel } from '../../kernel-context.ts';
import type { task_struct } from './sched.ts';

export const WQ_UNBOUND = 0x2;
export const WQ_FREEZABLE = 0x4;
export const WQ_MEM_RECLAIM = 0x8;
export const WQ_HIGHPRI = 0x10;
export const WQ_CPU_INTENSIVE = 0x20;
export const WQ_SYSFS = 0x40;
export const WQ_POWER_EFFICIENT = 0x80;
export const __WQ_ORDERED = 0x20000;
export const WQ_DFL_ACTIVE = 256;

export interface work_struct {
  /** Name of the function, as the trace shows it. */
  readonly name: string;
  readonly func: (k: Kernel, work: work_struct) => Co;
  /** Number in the log while queued or running. */
  id: number;
  pending: boolean;
  /** Where it was last queued or is running. */
  pwq: pool_workqueue | undefined;
  readonly flushers: task_struct[];
}

export interface delayed_work {
  readonly work: work_struct;
  readonly timer: hrtimer;
  wq: workqueue_struct | undefined;
}

export interface workqueue_struct {
  readonly name: string;
  readonly flags: number;
  readonly max_active: number;
  /** By CPU; unbound ones have a single entry at -1. */
  readonly pwqs: Map<number, pool_workqueue>;
  /** Work items queued or running, with their numbers. */
  readonly outstanding: Set<number>;
  readonly flushers: { readonly task: task_struct; readonly upTo: number }[];
}
