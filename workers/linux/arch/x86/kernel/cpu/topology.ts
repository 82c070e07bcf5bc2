/**
 * Where an APIC id's thread, core and package numbers begin, as Linux reads CPUID.
 *
 * @linux arch/x86/kernel/cpu/topology.c detect_extended_topology, cpu/amd.c amd_get_topology
 */
import type { ArchTopology } from '../../../../kernel/arch-ops.ts';
import type { Kernel } from '../../../../kernel-context.ts';
import { cpu_physical_id } from '../apic/apicid.ts';

/** True when the kernel can tell the threads of a core apart: on AMD's processors only with TOPOEXT. */
export function threadsAreKnown(k: Kernel): boolean {
  const { vendor, flags } = k.platform.cpuModel;
  return vendor !== 'AuthenticAMD' || flags.split(' ').includes('topoext');
}

/** Bits to shift an APIC id right by; threads that are not known as such count as cores. */
export const topologyShifts = (k: Kernel): { readonly core: number; readonly package: number } => ({
  core: threadsAreKnown(k) ? k.platform.apicIdShifts.core : 0,
  package: k.platform.apicIdShifts.package,
});

/** Package number, counted as APIC ids are. */
export const packageOf = (k: Kernel, cpu: number): number => cpu_physical_id(k, cpu) >>> topologyShifts(k).package;

/** Core number across packages. */
export const coreOf = (k: Kernel, cpu: number): number => cpu_physical_id(k, cpu) >>> topologyShifts(k).core;

/** Core number within its package. */
export function coreInPackage(k: Kernel, cpu: number): number {
  const { core, package: socket } = topologyShifts(k);
  return coreOf(k, cpu) & ((1 << (socket - core)) - 1);
}

/** topology_smt_supported(). */
const topology_smt_supported = (k: Kernel): boolean => topologyShifts(k).core > 0;

/** BAD_APICID as a 16-bit number: CPUID tells of no clusters. */
const NO_CLUSTER = 65535;

export const x86Topology: ArchTopology = {
  physical_package_id: packageOf,
  core_id: coreInPackage,
  core: coreOf,
  // AMD's legacy detection takes the package for the die
  die_id: (k, cpu) => (k.platform.cpuModel.vendor === 'AuthenticAMD' ? packageOf(k, cpu) : 0),
  cluster_id: () => NO_CLUSTER,
  // no level 2 cache is shared between cores: a cluster is a core
  cluster: coreOf,
  smt_supported: topology_smt_supported,
  hasSmtControl: true,
};
