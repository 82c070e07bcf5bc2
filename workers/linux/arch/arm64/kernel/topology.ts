/**
 * Packages and cores: from the PPTT, or from the device tree's cpu-map; CPU devices.
 *
 * @linux arch/arm64/kernel/topology.c, drivers/acpi/pptt.c, drivers/base/arch_topology.c; arch/arm64/kernel/setup.c
 * topology_init
 */
import { acpi_get_table, tableEntries } from '../../../../acpica/tables/tbutils.ts';
import { type Co, traced } from '../../../../sim/coroutine.ts';
import { acpi } from '../../../drivers/acpi/internal.ts';
import { type cpu, get_cpu_device, register_cpu, unregister_cpu } from '../../../drivers/base/cpu.ts';
import { type device_node, of_cells } from '../../../drivers/of/fdt.ts';
import { sysfs_create_file } from '../../../fs/sysfs/file.ts';
import { cpu_possible_mask, cpu_present_mask } from '../../../include/linux/cpumask.ts';
import type { ArchTopology } from '../../../kernel/arch-ops.ts';
import { type Kernel, kernelState, perCpu } from '../../../kernel-context.ts';
import { acpiEnabled } from './acpi.ts';
import { of_root } from './of.ts';
import { cpu_logical_map, get_logical_index } from './smp_plat.ts';

interface CpuTopology {
  readonly package_id: number;
  readonly cluster_id: number;
  readonly core_id: number;
}

/** Structures of the PPTT (ACPI 6.4 §5.2.29). */
const PPTT_HEADER = 36;
const PPTT_PROCESSOR = 0;
const PPTT_PHYSICAL_PACKAGE = 1 << 0;
const PPTT_ID_VALID = 1 << 1;
const PPTT_LEAF = 1 << 3;
const NO_CLUSTER = -1;

interface PpttNode {
  readonly offset: number;
  readonly flags: number;
  readonly parent: number;
  readonly id: number;
}

function processorsOfPptt(pptt: Uint8Array): PpttNode[] {
  const nodes: PpttNode[] = [];
  let offset = PPTT_HEADER;
  for (const { type, bytes } of tableEntries(pptt, PPTT_HEADER)) {
    if (type === PPTT_PROCESSOR && bytes.length >= 20) {
      const fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const [flags, parent, id] = [4, 8, 12].map((at) => fields.getUint32(at, true));
      nodes.push({ offset, flags: flags ?? 0, parent: parent ?? 0, id: id ?? 0 });
    }
    offset += bytes.length;
  }
  return nodes;
}

/** What stands for a node: its id, where that is valid, else where it is in the table. */
const tagOf = ({ flags, id, offset }: PpttNode): number => ((flags & PPTT_ID_VALID) === 0 ? offset : id);

function topologyOfPptt(nodes: readonly PpttNode[], uid: number): CpuTopology | undefined {
  const leaf = nodes.find(({ flags, id }) => (flags & PPTT_LEAF) !== 0 && id === uid);
  if (!leaf) return undefined;
  const above: PpttNode[] = [];
  let at: PpttNode | undefined = leaf;
  while (at) {
    above.push(at);
    const { parent }: PpttNode = at;
    at = nodes.find(({ offset }) => offset === parent);
  }
  const socket = above.findIndex(({ flags }) => (flags & PPTT_PHYSICAL_PACKAGE) !== 0);
  const [core, cluster, pack] = [leaf, above.slice(1, socket).at(0), above[socket] ?? above.at(-1)];
  return {
    core_id: tagOf(core),
    cluster_id: cluster ? tagOf(cluster) : NO_CLUSTER,
    package_id: pack ? tagOf(pack) : 0,
  };
}

/** socketN, clusterN, coreN below cpu-map; the number is part of the name. */
function* coresOfCpuMap(
  node: device_node,
  package_id: number,
  cluster_id: number,
): Generator<{ readonly phandle: number; readonly topology: CpuTopology }> {
  for (const child of node.children) {
    const [, kind, number = '0'] = /^(socket|cluster|core|thread)(\d+)$/.exec(child.name) ?? [];
    const id = Number(number);
    const [phandle] = of_cells(child, 'cpu');
    if (phandle !== undefined) yield { phandle, topology: { package_id, cluster_id, core_id: id } };
    else if (kind === 'socket') yield* coresOfCpuMap(child, id, cluster_id);
    else if (kind === 'cluster') yield* coresOfCpuMap(child, package_id, id);
    else yield* coresOfCpuMap(child, package_id, cluster_id);
  }
}

function topologyOfTree(k: Kernel): Map<number, CpuTopology> {
  const found = new Map<number, CpuTopology>();
  const cpus = of_root(k)?.children.find(({ name }) => name === 'cpus');
  const map = cpus?.children.find(({ name }) => name === 'cpu-map');
  if (!cpus || !map) return found;
  for (const { phandle, topology } of coresOfCpuMap(map, 0, NO_CLUSTER)) {
    const node = cpus.children.find((child) => of_cells(child, 'phandle')[0] === phandle);
    const cpu = node ? get_logical_index(k, of_cells(node, 'reg').at(-1) ?? 0) : -1;
    if (cpu >= 0) found.set(cpu, topology);
  }
  return found;
}

/** ACPI ids by MPIDR, as the MADT has them. Filled in while processors are numbered. */
export const acpiUids = kernelState(() => new Map<number, number>());

const cpu_topology = kernelState<Map<number, CpuTopology>>((k) => {
  if (!acpiEnabled(k)) return topologyOfTree(k);
  const found = new Map<number, CpuTopology>();
  const pptt = acpi_get_table(acpi(k), 'PPTT');
  const nodes = pptt ? processorsOfPptt(pptt) : [];
  for (const cpu of cpu_possible_mask(k)) {
    const topology = topologyOfPptt(nodes, acpiUids(k).get(cpu_logical_map(k, cpu)) ?? cpu);
    if (topology) found.set(cpu, topology);
  }
  return found;
});

const topologyOf = (k: Kernel, cpu: number): CpuTopology =>
  cpu_topology(k).get(cpu) ?? { package_id: 0, cluster_id: NO_CLUSTER, core_id: cpu };

/** Tells cores, or clusters, of different packages apart. */
const PER_PACKAGE = 0x1_0000;

export const arm64Topology: ArchTopology = {
  physical_package_id: (k, cpu) => topologyOf(k, cpu).package_id,
  core_id: (k, cpu) => topologyOf(k, cpu).core_id,
  core(k, cpu) {
    const { package_id, cluster_id, core_id } = topologyOf(k, cpu);
    return ((package_id + 1) * PER_PACKAGE + (cluster_id + 1)) * PER_PACKAGE + core_id;
  },
  die_id: undefined,
  cluster_id: (k, cpu) => topologyOf(k, cpu).cluster_id,
  // without a cluster a CPU is alone in its own
  cluster(k, cpu) {
    const { package_id, cluster_id } = topologyOf(k, cpu);
    return cluster_id === NO_CLUSTER ? -1 - cpu : package_id * PER_PACKAGE + cluster_id;
  },
  smt_supported: () => false,
  hasSmtControl: false,
};

/** Every CPU may go: its operations can switch it off, CPU 0's as well. */
const cpu_devices = perCpu<cpu>(() => ({ node_id: 0, hotpluggable: true, dev: undefined }));

export const arch_register_cpu = traced('arch_register_cpu', function* (k: Kernel, num: number): Co<number> {
  return yield* register_cpu(k, cpu_devices(k, num), num);
});

export const arch_unregister_cpu = traced('arch_unregister_cpu', function* (k: Kernel, num: number): Co {
  yield* unregister_cpu(k, cpu_devices(k, num));
});

/** SCHED_CAPACITY_SCALE: all processors of the lab's machines are alike. */
const CPU_CAPACITY = 1024;

/** subsys_initcall: the CPUs, each with its capacity. */
export function* topology_init(k: Kernel): Co<number> {
  for (const num of cpu_present_mask(k)) yield* register_cpu(k, cpu_devices(k, num), num);
  for (const num of cpu_possible_mask(k)) {
    const sd = get_cpu_device(k, num)?.sd;
    if (!sd) continue;
    sysfs_create_file(k, sd, {
      name: 'cpu_capacity',
      mode: 0o444,
      *show(): Co<string> {
        return `${CPU_CAPACITY}\n`;
      },
    });
  }
  return 0;
}
