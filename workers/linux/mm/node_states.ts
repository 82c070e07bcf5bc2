/** node_states[]: the nodes that have memory, and those that have CPUs. @linux include/linux/nodemask.h, mm/memory_hotplug.c, mm/vmstat.c */
import { type Co, traced } from '../../sim/coroutine.ts';
import { cpu_online_mask } from '../include/linux/cpumask.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { cpu_to_node, for_each_online_node, numaTables } from './numa.ts';
import { nodeZones, populated_zone, type ZoneName, type zone } from './page_alloc.ts';

const isKernelZone = (name: ZoneName): boolean => name !== 'Movable' && name !== 'Device';

class NodeStates {
  readonly memory = new Set<number>();
  readonly normalMemory = new Set<number>();
  /** N_CPU. */
  readonly cpus = new Set<number>();
  /** Nodes that had memory when the kernel started. */
  readonly atBoot: ReadonlySet<number>;
  private readonly k: Kernel;

  constructor(k: Kernel) {
    this.k = k;
    for (const nid of for_each_online_node(k)) {
      for (const zone of nodeZones(k, nid)) if (populated_zone(zone)) this.gained(nid, zone.name);
    }
    this.atBoot = new Set(this.memory);
  }

  /** A zone of the node has pages. */
  gained(nid: number, name: ZoneName): void {
    if (!this.memory.has(nid)) this.k.log.emit('node_state', nid, 'memory');
    this.memory.add(nid);
    if (isKernelZone(name)) this.normalMemory.add(nid);
  }

  /** Pages went; `zones` are those of the node. */
  lost(nid: number, zones: readonly zone[]): void {
    const populated = zones.filter(populated_zone);
    if (!populated.some(({ name }) => isKernelZone(name))) this.normalMemory.delete(nid);
    if (populated.length > 0) return;
    this.memory.delete(nid);
    this.k.log.emit('node_state', nid, 'no memory');
  }
}

/** To be used first at boot, before memory comes and goes. */
export const nodeStates = kernelState((k) => new NodeStates(k));

const toldMasks = kernelState(() => new Map<string, ReadonlySet<number>>());

/** For who draws the nodes: what has changed in the masks of /sys/devices/system/node. */
export function reportNodeMasks(k: Kernel): void {
  const { memory, normalMemory, cpus } = nodeStates(k);
  const { possible, online } = numaTables(k);
  const masks = { possible, online, has_normal_memory: normalMemory, has_memory: memory, has_cpu: cpus };
  for (const [name, nodes] of Object.entries(masks)) {
    const told = toldMasks(k).get(name) ?? new Set();
    for (const nid of nodes) if (!told.has(nid)) k.log.emit('node_mask', name, nid, 1);
    for (const nid of told) if (!nodes.has(nid)) k.log.emit('node_mask', name, nid, 0);
    toldMasks(k).set(name, new Set(nodes));
  }
}

/** CPUHP_AP_ONLINE_DYN, mm/vmstat:online. */
export const vmstat_cpu_online = traced('vmstat_cpu_online', function* (k: Kernel, cpu: number): Co<number> {
  nodeStates(k).cpus.add(cpu_to_node(k, cpu));
  reportNodeMasks(k);
  return 0;
});

/** CPUHP_AP_ONLINE_DYN, mm/vmstat:online, down. */
export const vmstat_cpu_down_prep = traced('vmstat_cpu_down_prep', function* (_k: Kernel, _cpu: number): Co<number> {
  return 0;
});

/** CPUHP_MM_VMSTAT_DEAD: the node may have lost its last CPU. */
export const vmstat_cpu_dead = traced('vmstat_cpu_dead', function* (k: Kernel, cpu: number): Co<number> {
  const node = cpu_to_node(k, cpu);
  if ([...cpu_online_mask(k)].some((other) => cpu_to_node(k, other) === node)) return 0;
  nodeStates(k).cpus.delete(node);
  reportNodeMasks(k);
  return 0;
});

/** init_cpu_node_state(): those that are up before the hotplug states are there. */
export function init_cpu_node_state(k: Kernel): void {
  for (const cpu of cpu_online_mask(k)) nodeStates(k).cpus.add(cpu_to_node(k, cpu));
}
