/** Moves of interrupts that wait for their interrupt. @linux kernel/irq/migration.c */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { cpu_online_mask } from '../../include/linux/cpumask.ts';
import type { irq_desc } from '../../include/linux/irq.ts';
import type { Kernel } from '../../kernel-context.ts';

/** In the interrupt's handling: a pending move is made, unless its CPUs have gone meanwhile. */
export const irq_move_irq = traced('irq_move_irq', function* (k: Kernel, desc: irq_desc): Co {
  const { irq_data } = desc;
  const mask = irq_data.pending_mask;
  if (!mask) return;
  irq_data.pending_mask = undefined;
  if (mask.and(cpu_online_mask(k)).first < 0) return;
  const { chip } = irq_data;
  if (chip.irq_set_affinity && (yield* chip.irq_set_affinity(k, irq_data, mask)) === 0) irq_data.affinity = mask;
});
