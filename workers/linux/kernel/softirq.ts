/** ksoftirqd and the pending softirqs of a CPU. @linux kernel/softirq.c; softirqs run at the end of an interrupt */
import { type Co, traced } from '../../sim/coroutine.ts';
import { smp_processor_id, type task_struct } from '../include/linux/sched.ts';
import { type Kernel, kernelState, perCpu } from '../kernel-context.ts';
import { TASK_NORMAL, try_to_wake_up } from './sched/core.ts';
import { smpboot_register_percpu_thread } from './smpboot.ts';

/** In the order of /proc/softirqs. */
export const softirq_to_name = [
  'HI',
  'TIMER',
  'NET_TX',
  'NET_RX',
  'BLOCK',
  'IRQ_POLL',
  'TASKLET',
  'SCHED',
  'HRTIMER',
  'RCU',
] as const;

export type SoftirqName = (typeof softirq_to_name)[number];

interface SoftirqCpu {
  readonly pending: Set<SoftirqName>;
  readonly counts: Map<SoftirqName, number>;
  task: task_struct | undefined;
}

export const softirq_cpu = perCpu<SoftirqCpu>(() => ({ pending: new Set(), counts: new Map(), task: undefined }));
const softirq_vec = kernelState<Map<SoftirqName, (k: Kernel) => Co>>(() => new Map());

export function open_softirq(k: Kernel, nr: SoftirqName, action: (k: Kernel) => Co): void {
  softirq_vec(k).set(nr, action);
}

/** Marks a softirq of this CPU as pending; it runs when the interrupt ends, or in ksoftirqd. */
export function raise_softirq(k: Kernel, nr: SoftirqName, inInterrupt: boolean): void {
  const cpu = softirq_cpu(k, smp_processor_id(k));
  cpu.pending.add(nr);
  if (!inInterrupt && cpu.task) try_to_wake_up(k, cpu.task, TASK_NORMAL);
}

/** Runs the pending softirqs of this CPU; each may raise others. */
export const __do_softirq = traced('__do_softirq', function* (k: Kernel): Co {
  const { pending, counts } = softirq_cpu(k, smp_processor_id(k));
  while (pending.size > 0) {
    for (const nr of softirq_to_name) {
      if (!pending.delete(nr)) continue;
      counts.set(nr, (counts.get(nr) ?? 0) + 1);
      const action = softirq_vec(k).get(nr);
      if (action) yield* action(k);
    }
  }
});

/** The end of an interrupt: runs what it raised. */
export function* irq_exit_softirq(k: Kernel): Co {
  if (softirq_cpu(k, smp_processor_id(k)).pending.size > 0) yield* __do_softirq(k);
}

/** CPUHP_SOFTIRQ_DEAD: what the dead CPU had pending is done here. */
export const takeover_tasklets = traced('takeover_tasklets', function* (k: Kernel, cpu: number): Co<number> {
  const dead = softirq_cpu(k, cpu).pending;
  for (const nr of dead) raise_softirq(k, nr, false);
  dead.clear();
  return 0;
});

/** early_initcall: the ksoftirqd threads. */
export function* spawn_ksoftirqd(k: Kernel): Co<number> {
  return yield* smpboot_register_percpu_thread(k, {
    store: softirq_cpu,
    thread_comm: 'ksoftirqd/%u',
    thread_should_run: (kernel, cpu) => softirq_cpu(kernel, cpu).pending.size > 0,
    thread_fn: (kernel) => __do_softirq(kernel),
    selfparking: false,
  });
}
