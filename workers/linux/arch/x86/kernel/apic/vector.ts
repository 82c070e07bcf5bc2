/**
 * Vectors of device interrupts: which interrupt a vector of a CPU means, and which CPU an interrupt goes to.
 *
 * @linux arch/x86/kernel/apic/vector.c and kernel/irq/matrix.c, without managed interrupts and the delayed cleanup of
 * vectors that were moved away
 */
import { ERRNO } from '../../../../../abi/syscall.ts';
import { CpuMask, cpu_online_mask } from '../../../../include/linux/cpumask.ts';
import type { irq_data, irq_desc } from '../../../../include/linux/irq.ts';
import { irq_to_desc } from '../../../../kernel/irq/irqdesc.ts';
import { type Kernel, perCpu } from '../../../../kernel-context.ts';

/** IRQ_MOVE_CLEANUP_VECTOR: the first that the allocator may not give away. */
const FIRST_FREE_VECTOR = 0x21;
/** ISA_IRQ_VECTOR(0). */
export const ISA_IRQ_VECTOR = 0x30;
const IA32_SYSCALL_VECTOR = 0x80;
/** From here on vectors belong to the local APIC and to IPIs. */
const FIRST_SYSTEM_VECTOR = 0xec;

/** vector_irq[]: interrupts by vector of one CPU. */
export const vector_irq = perCpu(() => new Map<number, irq_desc>());

/** What apic_chip_data keeps of an interrupt. */
export interface apic_chip_data {
  vector: number;
  cpu: number;
}

/** The CPU with the fewest vectors in use; the first of equals. */
function matrix_find_best_cpu(k: Kernel, mask: CpuMask): number {
  let best = -1;
  let used = Number.POSITIVE_INFINITY;
  for (const cpu of mask.and(cpu_online_mask(k))) {
    const { size } = vector_irq(k, cpu);
    if (size < used) {
      best = cpu;
      used = size;
    }
  }
  return best;
}

function firstFreeVector(k: Kernel, cpu: number): number | undefined {
  const taken = vector_irq(k, cpu);
  for (let vector = FIRST_FREE_VECTOR; vector < FIRST_SYSTEM_VECTOR; vector++) {
    if (vector !== IA32_SYSCALL_VECTOR && !taken.has(vector)) return vector;
  }
  return undefined;
}

function use(k: Kernel, data: irq_data, cpu: number, vector: number): apic_chip_data {
  const desc = irq_to_desc(k, data.irq);
  if (desc) vector_irq(k, cpu).set(vector, desc);
  data.effective_affinity = new CpuMask(k.profile.maxCpus, [cpu]);
  return { vector, cpu };
}

export function clear_irq_vector(k: Kernel, apicd: apic_chip_data | undefined): void {
  if (apicd) vector_irq(k, apicd.cpu).delete(apicd.vector);
}

/** Gives the interrupt a fixed vector on a CPU: the boot-time timer. */
export const lapic_assign_legacy_vector = (k: Kernel, data: irq_data, cpu: number): apic_chip_data =>
  use(k, data, cpu, ISA_IRQ_VECTOR + data.irq);

/**
 * Gives the interrupt a vector on one of `mask` and frees `old`. An interrupt that is at one of them already stays.
 * Answers -errno when no CPU of the mask is online or none has a vector left.
 */
export function assign_vector_locked(
  k: Kernel,
  data: irq_data,
  mask: CpuMask,
  old: apic_chip_data | undefined,
): apic_chip_data | number {
  if (old && mask.has(old.cpu) && cpu_online_mask(k).has(old.cpu)) return old;
  const cpu = matrix_find_best_cpu(k, mask);
  if (cpu < 0) return -ERRNO.EINVAL;
  const vector = firstFreeVector(k, cpu);
  if (vector === undefined) return -ERRNO.ENOSPC;
  clear_irq_vector(k, old);
  return use(k, data, cpu, vector);
}
