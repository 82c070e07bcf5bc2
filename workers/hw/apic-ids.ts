/**
 * APIC ids from the CPU topology: each level takes as many bits as its count needs (Intel's "CPUID topology
 * enumeration"; QEMU include/hw/i386/topology.h).
 */
import type { CpuTopology } from '../abi/machine-config.ts';

/** Bits needed to number `count` things from 0. */
export const bitsFor = (count: number): number => (count <= 1 ? 0 : 32 - Math.clz32(count - 1));

export interface ApicIdWidths {
  readonly smt: number;
  readonly core: number;
  readonly die: number;
}

export const apicIdWidths = ({ dies, cores, threads }: CpuTopology): ApicIdWidths => ({
  smt: bitsFor(threads),
  core: bitsFor(cores),
  die: bitsFor(dies),
});

export interface TopologyIds {
  readonly socketId: number;
  readonly dieId: number;
  readonly coreId: number;
  readonly threadId: number;
}

/** x86_apicid_from_topo_ids */
export function apicIdFromTopology(topology: CpuTopology, ids: TopologyIds): number {
  const { smt, core, die } = apicIdWidths(topology);
  return ((((ids.socketId << die) | ids.dieId) << core) | ids.coreId) * 2 ** smt + ids.threadId;
}

/** x86_topo_ids_from_apicid */
export function topologyFromApicId(topology: CpuTopology, apicId: number): TopologyIds {
  const { smt, core, die } = apicIdWidths(topology);
  return {
    threadId: apicId & ((1 << smt) - 1),
    coreId: (apicId >> smt) & ((1 << core) - 1),
    dieId: (apicId >> (smt + core)) & ((1 << die) - 1),
    socketId: apicId >>> (smt + core + die),
  };
}

/** x86_topo_ids_from_idx: CPUs are numbered thread by thread, core by core, die by die. */
export function topologyFromIndex({ dies, cores, threads }: CpuTopology, index: number): TopologyIds {
  return {
    socketId: Math.floor(index / (dies * cores * threads)),
    dieId: Math.floor(index / (cores * threads)) % dies,
    coreId: Math.floor(index / threads) % cores,
    threadId: index % threads,
  };
}
