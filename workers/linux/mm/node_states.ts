/** N_MEMORY and N_NORMAL_MEMORY: the nodes that have memory. @linux include/linux/nodemask.h, mm/memory_hotplug.c */
import { for_each_online_node } from '../arch/x86/mm/numa.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { nodeZones, populated_zone, type ZoneName, type zone } from './page_alloc.ts';

const isKernelZone = (name: ZoneName): boolean => name !== 'Movable' && name !== 'Device';

class NodeStates {
  readonly memory = new Set<number>();
  readonly normalMemory = new Set<number>();
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
