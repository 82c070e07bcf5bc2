/**
 * Per-CPU queues of timers, programmed one at a time into the executing CPU's clock event device. Serves the kernel's
 * timer wheel as well: the lab has no jiffies between two timers.
 *
 * @linux kernel/time/hrtimer.c, one clock base
 */
import type { Ns } from '../../../protocol/units.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { cpu_online_mask } from '../../include/linux/cpumask.ts';
import { smp_processor_id } from '../../include/linux/sched.ts';
import { type Kernel, perCpu } from '../../kernel-context.ts';
import { archOps } from '../arch-ops.ts';

export interface hrtimer {
  /** Runs in interrupt context on the CPU whose queue holds the timer. */
  readonly function: (k: Kernel) => Co;
  expires: Ns;
  /** CPU whose queue holds it, -1 when it is not queued. */
  cpu: number;
}

export const hrtimer_bases = perCpu<{ queue: hrtimer[]; programmed: Ns | undefined }>(() => ({
  queue: [],
  programmed: undefined,
}));

export function hrtimer_init(fn: (k: Kernel) => Co): hrtimer {
  return { function: fn, expires: 0, cpu: -1 };
}

/** Queues `timer` on the executing CPU to expire `delay` ns from now. */
export function hrtimer_start(k: Kernel, timer: hrtimer, delay: Ns): void {
  hrtimer_cancel(k, timer);
  const cpu = smp_processor_id(k);
  timer.expires = Math.round(k.clock.now() + Math.max(0, delay));
  enqueue_hrtimer(k, timer, cpu);
  hrtimer_reprogram(k);
}

/** True when it was queued. The device is left alone: an early interrupt finds nothing to do. */
export function hrtimer_cancel(k: Kernel, timer: hrtimer): boolean {
  if (timer.cpu < 0) return false;
  const { queue } = hrtimer_bases(k, timer.cpu);
  queue.splice(queue.indexOf(timer), 1);
  const here = timer.cpu === smp_processor_id(k);
  timer.cpu = -1;
  if (here) hrtimer_reprogram(k);
  return true;
}

/** Puts `timer` with its expiry time into a CPU's queue without touching any device. */
export function enqueue_hrtimer(k: Kernel, timer: hrtimer, cpu: number): void {
  const { queue } = hrtimer_bases(k, cpu);
  timer.cpu = cpu;
  let at = queue.length;
  while (at > 0 && (queue[at - 1]?.expires ?? 0) > timer.expires) at--;
  queue.splice(at, 0, timer);
}

/** Programs the executing CPU's device for its first timer. */
export function hrtimer_reprogram(k: Kernel): void {
  const base = hrtimer_bases(k, smp_processor_id(k));
  const next = base.queue[0]?.expires;
  if (next === base.programmed) return;
  base.programmed = next;
  archOps(k).set_next_event(k, next === undefined ? undefined : Math.max(0, next - k.clock.now()));
}

/** The clock event device's handler. */
export const hrtimer_interrupt = traced('hrtimer_interrupt', function* (k: Kernel): Co {
  const base = hrtimer_bases(k, smp_processor_id(k));
  base.programmed = undefined;
  for (;;) {
    const timer = base.queue[0];
    if (!timer || timer.expires > k.clock.now()) break;
    base.queue.shift();
    timer.cpu = -1;
    yield* timer.function(k);
  }
  hrtimer_reprogram(k);
});

/** A CPU that comes up finds nothing programmed. */
export function hrtimers_reset_cpu(k: Kernel, cpu: number): void {
  hrtimer_bases(k, cpu).programmed = undefined;
}

/** Moves a dying CPU's timers to the first online CPU; that one must reprogram its device. Returns its number. */
export function migrate_hrtimer_list(k: Kernel, dying: number): number {
  const target = [...cpu_online_mask(k)].find((cpu) => cpu !== dying) ?? 0;
  const moved = hrtimer_bases(k, dying).queue.splice(0);
  for (const timer of moved) enqueue_hrtimer(k, timer, target);
  return moved.length > 0 ? target : -1;
}
