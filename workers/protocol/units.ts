/**
 * Numbers with a meaning. A brand costs nothing at run time and keeps a time from being passed as an address.
 */
declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]?: Name };

/** Virtual time or a virtual duration in nanoseconds since power-on; an integer below 2^53 (104 days). */
export type Ns = Branded<number, 'Ns'>;

/** QEMU's `cpu-index`: position of a possible vCPU in the machine's table, 0 … maxcpus - 1. */
export type VcpuIndex = Branded<number, 'VcpuIndex'>;

/** Linux's logical CPU number, 0 … nr_cpu_ids - 1. */
export type CpuNumber = Branded<number, 'CpuNumber'>;

/** An APIC id as in the MADT and in the local APIC's ID register. */
export type ApicId = Branded<number, 'ApicId'>;

/** A guest-physical address, below 2^52. */
export type PhysAddr = Branded<number, 'PhysAddr'>;

/** Identifies a coroutine in the log: a kernel task (idle tasks included); 0 is nobody (hardware or QEMU). */
export type TaskId = Branded<number, 'TaskId'>;

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_SECOND = 1_000_000_000;
