/**
 * How an interrupt names its CPU to the IO-APIC: by a bit of the logical destination up to eight CPUs (apic_flat), by
 * the APIC id beyond (apic_physflat).
 *
 * @linux arch/x86/kernel/apic/apic_flat_64.c
 */
import { cpu_possible_mask } from '../../../../include/linux/cpumask.ts';
import type { Kernel } from '../../../../kernel-context.ts';
import { cpu_physical_id } from './apicid.ts';

const APIC_DEFAULT_PHYS_BASE = 0xfee00000;
const APIC_EOI = 0xb0;
/** CPUs that a flat logical destination can name. */
const FLAT_LIMIT = 8;

export interface Destination {
  readonly id: number;
  readonly logical: boolean;
}

export function destinationOf(k: Kernel, cpu: number): Destination {
  if (cpu_possible_mask(k).weight <= FLAT_LIMIT) return { id: 1 << cpu, logical: true };
  return { id: cpu_physical_id(k, cpu), logical: false };
}

/** Ends the interrupt in service at this CPU's local APIC. */
export function ack_APIC_irq(k: Kernel): void {
  k.platform.currentVcpu().bus.writeMemory(APIC_DEFAULT_PHYS_BASE + APIC_EOI, 4, 0);
}
