/** Interrupts as drivers and interrupt controllers see them. @linux include/linux/irq.h, irqdesc.h, interrupt.h */
import type { Co } from '../../../sim/coroutine.ts';
import type { Kernel } from '../../kernel-context.ts';
import type { CpuMask } from './cpumask.ts';
import type { task_struct } from './sched.ts';

export const IRQ_NONE = 0;
export const IRQ_HANDLED = 1;
export const IRQ_WAKE_THREAD = 2;

/** Flags of request_irq(). */
export const IRQF_SHARED = 0x80;
export const IRQF_TIMER = 0x14200;
export const IRQF_NOBALANCING = 0x800;
export const IRQF_PERCPU = 0x400;
/** The line stays masked until the thread has run. */
export const IRQF_ONESHOT = 0x2000;

export type irqreturn_t = number;
export type irq_handler_t = (k: Kernel, irq: number, dev_id: unknown) => Co<irqreturn_t>;

/** The thread of a threaded handler: `irq/49-ACPI:Ged`. */
export interface irq_handler_thread {
  readonly fn: irq_handler_t;
  task: task_struct | undefined;
  /** IRQTF_RUNTHREAD: the interrupt has come, and its thread has not taken it up. */
  run: boolean;
}

export interface irqaction {
  readonly handler: irq_handler_t;
  readonly dev_id: unknown;
  readonly name: string;
  readonly flags: number;
  readonly thread?: irq_handler_thread | undefined;
}

export interface irq_chip {
  /** As /proc/interrupts has it. */
  readonly name: string;
  irq_mask(k: Kernel, data: irq_data): Co;
  irq_unmask(k: Kernel, data: irq_data): Co;
  irq_ack(k: Kernel, data: irq_data): Co;
  irq_eoi(k: Kernel, data: irq_data): Co;
  /** First use: routes the interrupt somewhere. */
  irq_startup(k: Kernel, data: irq_data): Co<number>;
  irq_shutdown(k: Kernel, data: irq_data): Co;
  /** Without IRQD_MOVE_PCNTXT: it can be pointed elsewhere only while its interrupt is being handled. */
  readonly movesInInterrupt?: boolean;
  /** 0 or -errno; left out: the controller has but one way out. */
  irq_set_affinity?(k: Kernel, data: irq_data, dest: CpuMask): Co<number>;
}

export interface irq_data {
  readonly irq: number;
  /** Its number at the controller, -1 without an interrupt domain. */
  readonly hwirq: number;
  readonly chip: irq_chip;
  /** What the user or the kernel asked for. */
  affinity: CpuMask;
  /** Where it goes. */
  effective_affinity: CpuMask;
  level: boolean;
  activated: boolean;
  /** IRQD_SETAFFINITY_PENDING: where it shall go once it has happened again. */
  pending_mask: CpuMask | undefined;
  masked: boolean;
  /** A handler runs now. */
  inprogress: boolean;
}

export interface irq_desc {
  readonly irq_data: irq_data;
  /** The flow handler: handle_fasteoi_irq, handle_edge_irq. */
  readonly handle_irq: (k: Kernel, desc: irq_desc) => Co;
  /** Its name: `fasteoi`, `edge`; empty where /proc/interrupts has the trigger instead (CONFIG_GENERIC_IRQ_SHOW_LEVEL). */
  readonly name: string;
  readonly action: irqaction[];
  /** Interrupts by CPU. */
  readonly kstat_irqs: number[];
  /** Disable depth; 1 until it is requested. */
  depth: number;
  /** An edge came while it was disabled or in progress. */
  pending: boolean;
  /** IRQS_ONESHOT: masked from the interrupt until its threads have run. */
  oneshot: boolean;
  /** Threads that have not run yet. */
  threads_oneshot: number;
  /** IRQ_HIDDEN: not in /proc/interrupts (the architecture shows it). */
  hidden: boolean;
}
