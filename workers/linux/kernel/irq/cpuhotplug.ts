/** Interrupts of a CPU that goes offline. @linux kernel/irq/cpuhotplug.c, without managed interrupts */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { type CpuMask, cpu_online_mask } from '../../include/linux/cpumask.ts';
import type { irq_desc } from '../../include/linux/irq.ts';
import { smp_processor_id } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { pr_warn } from '../printk/printk.ts';
import { for_each_irq_desc } from './irqdesc.ts';

/** A move that is still pending is forgotten when all CPUs that it names are gone; true when it may be used. */
function irq_fixup_move_pending({ irq_data }: irq_desc, online: CpuMask): boolean {
  if (irq_data.pending_mask && irq_data.pending_mask.and(online).first < 0) irq_data.pending_mask = undefined;
  return irq_data.pending_mask !== undefined;
}

function* migrate_one_irq(k: Kernel, desc: irq_desc): Co {
  const { irq_data } = desc;
  const cpu = smp_processor_id(k);
  const online = cpu_online_mask(k);
  const moves = irq_fixup_move_pending(desc, online);
  if (!irq_data.activated || !irq_data.effective_affinity.has(cpu)) return;
  if (moves) {
    irq_data.affinity = irq_data.pending_mask ?? irq_data.affinity;
    irq_data.pending_mask = undefined;
  }
  const broken = irq_data.affinity.and(online).first < 0;
  const dest = broken ? online : irq_data.affinity;
  const err = irq_data.chip.irq_set_affinity ? yield* irq_data.chip.irq_set_affinity(k, irq_data, dest) : 0;
  if (err < 0) {
    yield* pr_warn(k, `IRQ${irq_data.irq}: set affinity failed(${err}).`);
    return;
  }
  // what was asked for is given up
  if (broken) irq_data.affinity = online.copy();
}

/** Runs on the CPU that goes, with interrupts off; the CPU has left the online mask. */
export const irq_migrate_all_off_this_cpu = traced('irq_migrate_all_off_this_cpu', function* (k: Kernel): Co {
  for (const desc of for_each_irq_desc(k)) yield* migrate_one_irq(k, desc);
});

/** The `irq/affinity:online` state: only managed interrupts come back, and there are none. */
export function* irq_affinity_online_cpu(_k: Kernel, _cpu: number): Co<number> {
  return 0;
}
