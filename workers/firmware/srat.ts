/** System Resource Affinity Table (ACPI 6.4 §5.2.16): which node each CPU and each range of RAM belongs to. */
import type { MachineConfig, NumaNode, PossibleCpu } from '../abi/machine-config.ts';
import { byteData, concat, dwordData, qwordData } from '../aml/encode.ts';
import { deviceMemory, highRamStart, splitRam, type X86BoardAddresses } from '../hw/boards/addresses.ts';
import { acpiTable } from './acpi-table.ts';

const TYPE = { processor: 0, memory: 1 } as const;
const PROCESSOR_ENABLED = 1;
export const MEMORY = { none: 0, enabled: 1, hotPluggable: 2 } as const;

const KIB = 1024;
/** RAM ends here below 1 MiB as far as the table is concerned: hw/i386/acpi-build.c. */
const LOW_HOLE = { start: 640 * KIB, end: 1024 * KIB } as const;
/** Ranges that the nodes' own can be cut into by the two holes. */
const EXTRA_RANGES = 2;

interface NodeRange {
  readonly node: number;
  readonly base: number;
  readonly length: number;
}

/** Processor Local APIC affinity. */
const processorAffinity = (cpu: PossibleCpu): Uint8Array =>
  concat([
    [TYPE.processor, 16, cpu.nodeId & 0xff, cpu.apicId],
    dwordData(PROCESSOR_ENABLED),
    byteData(0), // local SAPIC EID
    [(cpu.nodeId >> 8) & 0xff, (cpu.nodeId >> 16) & 0xff, (cpu.nodeId >>> 24) & 0xff],
    dwordData(0), // clock domain
  ]);

export const memoryAffinity = ({ node, base, length }: NodeRange, flags: number): Uint8Array =>
  concat([
    [TYPE.memory, 40],
    dwordData(node),
    [0, 0],
    qwordData(base),
    qwordData(length),
    dwordData(0),
    dwordData(flags),
    qwordData(0),
  ]);

/** Parts of `range` outside `hole`; what follows the hole keeps its address. */
const cutHole = (range: NodeRange, hole: { readonly start: number; readonly end: number }): NodeRange[] => {
  const end = range.base + range.length;
  if (end <= hole.start || range.base >= hole.end) return [range];
  const before = { ...range, length: Math.max(0, hole.start - range.base) };
  const after = { ...range, base: hole.end, length: Math.max(0, end - hole.end) };
  return [before, after].filter(({ length }) => length > 0);
};

/** Part of `range` (in bytes of RAM) below `limit`, and the rest, which lies from `high` up. */
const moveAbove4G = (range: NodeRange, limit: number, high: number): NodeRange[] => {
  const below = { ...range, length: Math.max(0, Math.min(range.base + range.length, limit) - range.base) };
  const moved = range.length - below.length;
  const above = { ...range, base: high + Math.max(0, range.base - limit), length: moved };
  return [below, above].filter(({ length }) => length > 0);
};

/** Where each node's RAM lies. */
const nodeRanges = (nodes: readonly NumaNode[], lowRam: number, high: number): NodeRange[] => {
  const ranges: NodeRange[] = [];
  let base = 0;
  for (const { id, memory } of nodes) {
    const range = { node: id, base, length: memory };
    ranges.push(...cutHole(range, LOW_HOLE).flatMap((part) => moveAbove4G(part, lowRam, high)));
    base += memory;
  }
  return ranges;
};

/** Undefined when the machine has no NUMA nodes; memory slots bring one about. */
export const srat = (board: X86BoardAddresses, config: MachineConfig): Uint8Array | undefined => {
  if (config.numaNodes.length === 0) return undefined;
  const ranges = nodeRanges(config.numaNodes, splitRam(board, config.memorySize).low, highRamStart(board, config));
  const unused = Math.max(0, config.numaNodes.length + EXTRA_RANGES - ranges.length);
  const hotPlug = deviceMemory(board, config);
  const lastNode = config.numaNodes.length - 1;
  return acpiTable(
    'SRAT',
    1,
    concat([
      dwordData(1), // reserved, must be 1
      qwordData(0),
      ...config.possibleCpus.map(processorAffinity),
      ...ranges.map((range) => memoryAffinity(range, MEMORY.enabled)),
      ...Array.from({ length: unused }, () => memoryAffinity({ node: 0, base: 0, length: 0 }, MEMORY.none)),
      // Windows expects the range of hot-added memory here; so does Linux's movable_node.
      ...(hotPlug ? [memoryAffinity({ node: lastNode, ...hotPlug }, MEMORY.enabled | MEMORY.hotPluggable)] : []),
    ]),
  );
};
