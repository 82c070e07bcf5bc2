/** Flow handlers. @linux kernel/irq/chip.c */
import { type Co, traced } from '../../../sim/coroutine.ts';
import type { irq_desc } from '../../include/linux/irq.ts';
import type { Kernel } from '../../kernel-context.ts';
import { handle_irq_event, kstat_incr_irqs_this_cpu } from './handle.ts';
import { irq_move_irq } from './migration.ts';

export function* mask_irq(k: Kernel, desc: irq_desc): Co {
  if (desc.irq_data.masked) return;
  yield* desc.irq_data.chip.irq_mask(k, desc.irq_data);
  desc.irq_data.masked = true;
}

export function* unmask_irq(k: Kernel, desc: irq_desc): Co {
  if (!desc.irq_data.masked) return;
  yield* desc.irq_data.chip.irq_unmask(k, desc.irq_data);
  desc.irq_data.masked = false;
}

/** Level-triggered at a controller that needs one EOI at the end. */
export const handle_fasteoi_irq = traced('handle_fasteoi_irq', function* (k: Kernel, desc: irq_desc): Co {
  const { irq_data } = desc;
  if (irq_data.inprogress || desc.action.length === 0 || desc.depth > 0) {
    desc.pending = true;
    yield* mask_irq(k, desc);
    yield* irq_data.chip.irq_eoi(k, irq_data);
    return;
  }
  kstat_incr_irqs_this_cpu(k, desc);
  if (desc.oneshot) yield* mask_irq(k, desc);
  yield* handle_irq_event(k, desc);
  yield* irq_data.chip.irq_eoi(k, irq_data);
  if (irq_data.pending_mask) yield* irq_move_irq(k, desc);
  // nobody woke a thread: nothing keeps the line masked
  if (desc.oneshot && desc.depth === 0 && desc.threads_oneshot === 0) yield* unmask_irq(k, desc);
});

/** Each CPU's own interrupt of this number: timers, performance counters, IPIs. */
export const handle_percpu_devid_irq = traced('handle_percpu_devid_irq', function* (k: Kernel, desc: irq_desc): Co {
  const { irq_data } = desc;
  kstat_incr_irqs_this_cpu(k, desc);
  for (const action of desc.action) yield* action.handler(k, irq_data.irq, action.dev_id);
  yield* irq_data.chip.irq_eoi(k, irq_data);
});

/** Edge-triggered: acknowledged first, so that the next edge is not lost. */
export const handle_edge_irq = traced('handle_edge_irq', function* (k: Kernel, desc: irq_desc): Co {
  const { irq_data } = desc;
  if (irq_data.inprogress || desc.action.length === 0 || desc.depth > 0) {
    desc.pending = true;
    yield* mask_irq(k, desc);
    yield* irq_data.chip.irq_ack(k, irq_data);
    return;
  }
  kstat_incr_irqs_this_cpu(k, desc);
  if (irq_data.pending_mask) yield* irq_move_irq(k, desc);
  yield* irq_data.chip.irq_ack(k, irq_data);
  do {
    // another CPU got an edge meanwhile and masked the line
    if (desc.pending) yield* unmask_irq(k, desc);
    yield* handle_irq_event(k, desc);
  } while (desc.pending && desc.depth === 0);
});

/** At a controller that is told at once and shall not send it again before it was handled: masked meanwhile. */
export const handle_level_irq = traced('handle_level_irq', function* (k: Kernel, desc: irq_desc): Co {
  const { irq_data } = desc;
  yield* mask_irq(k, desc);
  yield* irq_data.chip.irq_ack(k, irq_data);
  if (irq_data.inprogress) return;
  if (desc.action.length === 0 || desc.depth > 0) {
    desc.pending = true;
    return;
  }
  kstat_incr_irqs_this_cpu(k, desc);
  yield* handle_irq_event(k, desc);
  if (desc.depth === 0) yield* unmask_irq(k, desc);
});
