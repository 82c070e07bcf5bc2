/** @linux kernel/irq/irqdesc.c */
import type { Co } from '../../../sim/coroutine.ts';
import { CpuMask, cpu_possible_mask } from '../../include/linux/cpumask.ts';
import type { irq_chip, irq_data, irq_desc } from '../../include/linux/irq.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';

const irqDescs = kernelState(() => new Map<number, irq_desc>());

export const irq_to_desc = (k: Kernel, irq: number): irq_desc | undefined => irqDescs(k).get(irq);

/** All descriptors, lowest number first. */
export const for_each_irq_desc = (k: Kernel): irq_desc[] =>
  [...irqDescs(k).values()].sort((a, b) => a.irq_data.irq - b.irq_data.irq);

/** Every possible CPU, until /proc/irq/default_smp_affinity says otherwise. */
export const irq_default_affinity = kernelState((k) => ({ mask: cpu_possible_mask(k).copy() }));

/** Makes the descriptor of an interrupt of a controller. */
export function irq_alloc_desc(
  k: Kernel,
  chip: irq_chip,
  numbers: { readonly irq: number; readonly hwirq: number; readonly level: boolean },
  flow: Pick<irq_desc, 'handle_irq' | 'name'>,
): irq_desc {
  const irq_data: irq_data = {
    ...numbers,
    chip,
    affinity: irq_default_affinity(k).mask.copy(),
    effective_affinity: new CpuMask(k.profile.maxCpus),
    activated: false,
    pending_mask: undefined,
    masked: true,
    inprogress: false,
  };
  const desc: irq_desc = {
    irq_data,
    ...flow,
    action: [],
    kstat_irqs: [],
    depth: 1,
    pending: false,
    oneshot: false,
    threads_oneshot: 0,
    hidden: false,
  };
  irqDescs(k).set(numbers.irq, desc);
  return desc;
}

/** Runs an interrupt's flow handler: what the vector's entry code calls. */
export function* generic_handle_irq_desc(k: Kernel, desc: irq_desc): Co {
  yield* desc.handle_irq(k, desc);
}
