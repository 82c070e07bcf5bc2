import type { Coroutine } from '../../../sim/coroutine.ts';
import type { Processor } from '../../../sim/processor.ts';
import type { Kernel } from '../../kernel-context.ts';
import type { CpuMask } from './cpumask.ts';

export const TASK_RUNNING = 0x0;
export const TASK_INTERRUPTIBLE = 0x1;
export const TASK_UNINTERRUPTIBLE = 0x2;
export const TASK_PARKED = 0x40;
export const TASK_DEAD = 0x80;
export const TASK_NOLOAD = 0x400;
export const TASK_NEW = 0x800;
export const TASK_IDLE = TASK_UNINTERRUPTIBLE | TASK_NOLOAD;

/** task_struct::flags. */
export const PF_IDLE = 0x2;
export const PF_EXITING = 0x4;
export const PF_WQ_WORKER = 0x20;
export const PF_KTHREAD = 0x200000;
export const PF_NO_SETAFFINITY = 0x4000000;

/** stop_sched_class (migration threads), fair_sched_class, idle_sched_class. */
export type SchedClass = 'stop' | 'fair' | 'idle';

/** A task. Fields have upstream's names; those of other subsystems are added by them through WeakMaps or `extra`. */
export interface task_struct {
  readonly pid: number;
  /** Number in the event log: unlike `pid` it differs between idle tasks. */
  readonly id: number;
  comm: string;
  __state: number;
  flags: number;
  /** The CPU whose runqueue it is on. */
  cpu: number;
  on_rq: boolean;
  on_cpu: boolean;
  cpus_mask: CpuMask;
  /** What it executes. The idle task of a secondary CPU gets a new one at each start-up. */
  coroutine: Coroutine;
  readonly parent: task_struct | undefined;
  exit_code: number;
  /** Nanoseconds of processor time spent. */
  sum_exec_runtime: number;
  start_time: number;
  /** -20 to 19. */
  nice: number;
  sched_class: SchedClass;
  /** sched_entity::vruntime, ns. */
  vruntime: number;
  /** When it was put on the processor, ns. */
  exec_start: number;
  /** TIF_NEED_RESCHED. */
  need_resched: boolean;
  /** True while it executes user-mode code, where an interrupt may preempt it. */
  user_mode: boolean;
}

/** What the kernel keeps at a processor's per-CPU base (GS on x86). */
export interface PerCpuBase {
  /** Logical CPU number. */
  readonly cpu: number;
  current: task_struct;
}

/** The per-CPU base of the processor that executes now; throws outside guest code, which is a fault of ours. */
export function perCpuBase(k: Kernel): PerCpuBase {
  return k.platform.currentVcpu().processor.guestBase as PerCpuBase;
}

export function get_current(k: Kernel): task_struct {
  return perCpuBase(k).current;
}

export function smp_processor_id(k: Kernel): number {
  return perCpuBase(k).cpu;
}

export function currentProcessor(k: Kernel): Processor {
  return k.platform.currentVcpu().processor;
}
