/**
 * Which node a CPU and an address belong to.
 *
 * @linux arch/x86/mm/numa.c, without fake nodes
 */
import { CpuMask } from '../include/linux/cpumask.ts';
import { type Kernel, kernelState, perCpu } from '../kernel-context.ts';

export const NUMA_NO_NODE = -1;

/** A range of memory of a node. `end` is exclusive. */
export interface numa_memblk {
  readonly start: number;
  readonly end: number;
  readonly nid: number;
}

export interface NumaTables {
  /** set_apicid_to_node(): by APIC id. */
  readonly apicidToNode: Map<number, number>;
  /** Memory that was there at boot. */
  readonly memblks: numa_memblk[];
  /** Ranges that the tables set aside for memory to be added. */
  readonly hotplugBlks: numa_memblk[];
  /** numa_distance[][], by node; empty without an SLIT. */
  readonly distances: number[][];
  readonly possible: Set<number>;
  readonly online: Set<number>;
}

export const numaTables = kernelState<NumaTables>(() => ({
  apicidToNode: new Map(),
  memblks: [],
  hotplugBlks: [],
  distances: [],
  possible: new Set([0]),
  online: new Set([0]),
}));

const cpuNode = perCpu(() => ({ node: 0 }));

export const cpu_to_node = (k: Kernel, cpu: number): number => cpuNode(k, cpu).node;

export function numa_set_node(k: Kernel, cpu: number, node: number): void {
  cpuNode(k, cpu).node = node;
}

export const node_online = (k: Kernel, nid: number): boolean => numaTables(k).online.has(nid);
export const node_possible = (k: Kernel, nid: number): boolean => numaTables(k).possible.has(nid);

const ascending = (nodes: Iterable<number>): number[] => [...nodes].sort((a, b) => a - b);

export const for_each_online_node = (k: Kernel): number[] => ascending(numaTables(k).online);

/** LOCAL_DISTANCE and REMOTE_DISTANCE: what a machine without an SLIT has. */
const LOCAL_DISTANCE = 10;
const REMOTE_DISTANCE = 20;

export const node_distance = (k: Kernel, from: number, to: number): number =>
  numaTables(k).distances[from]?.[to] ?? (from === to ? LOCAL_DISTANCE : REMOTE_DISTANCE);

/** for_each_node(): those that could be. */
export const for_each_node = (k: Kernel): number[] => ascending(numaTables(k).possible);

/** nodelist format, `0-1`. */
export const nodeList = (nodes: Iterable<number>): string => new CpuMask(1024, nodes).toList();

/** memory_add_physaddr_to_nid(): node 0 for an address that no table names. */
export const memory_add_physaddr_to_nid = (k: Kernel, address: number): number =>
  [...numaTables(k).memblks, ...numaTables(k).hotplugBlks].find(({ start, end }) => address >= start && address < end)
    ?.nid ?? 0;

/**
 * numa_init_array() deals the CPUs out to the nodes in turn; init_cpu_to_node() then sets right those that the tables
 * named and whose APIC id is known. Others keep what they were dealt until they come.
 */
export function init_cpu_to_node(k: Kernel, apicidOf: (cpu: number) => number, cpus: Iterable<number>): void {
  const { apicidToNode } = numaTables(k);
  const nodes = for_each_online_node(k);
  let turn = 0;
  for (const cpu of cpus) {
    const dealt = nodes[turn++ % nodes.length] ?? 0;
    numa_set_node(k, cpu, apicidToNode.get(apicidOf(cpu)) ?? dealt);
  }
}
