/**
 * /sys/devices/system/node: nodes, and the links between them and their CPUs and memory blocks.
 *
 * @linux drivers/base/node.c, without caches and access classes; huge pages, SGX and compaction have their names alone
 */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { sysfs_create_link, sysfs_remove_link } from '../../fs/sysfs/symlink.ts';
import { CpuMask, cpu_online_mask, cpu_present_mask, cpuIds } from '../../include/linux/cpumask.ts';
import type { bus_type, device } from '../../include/linux/device.ts';
import { type memory_block, memoryBlocks, walk_memory_blocks } from '../../include/linux/memory.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { hugetlb_register_node } from '../../mm/hugetlb.ts';
import { init_cpu_node_state, nodeStates, reportNodeMasks } from '../../mm/node_states.ts';
import { cpu_to_node, for_each_online_node, node_distance, node_online, nodeList, numaTables } from '../../mm/numa.ts';
import { nodeZones } from '../../mm/page_alloc.ts';
import { nodeMeminfo, nodeNumastat, nodeVmstat } from '../../mm/vmstat.ts';
import { device_initialize, writeOnly } from './base.ts';
import { subsys_system_register } from './bus.ts';
import { device_register, device_unregister } from './core.ts';
import { get_cpu_device } from './cpu-devices.ts';

export const node_subsys: bus_type = { name: 'node' };

/** node_devices[]. */
const nodeDevices = kernelState(() => new Map<number, device>());

const cpusOfNode = (k: Kernel, nid: number): CpuMask =>
  new CpuMask(
    cpuIds(k).nr_cpu_ids,
    [...cpu_online_mask(k)].filter((cpu) => cpu_to_node(k, cpu) === nid),
  );

const file = (name: string, text: (k: Kernel) => string): attribute => ({
  name,
  mode: 0o444,
  *show(k): Co<string> {
    return `${text(k)}\n`;
  },
});

/** A file that shows a text of several lines. */
const text = (name: string, of: (k: Kernel) => string): attribute => ({
  name,
  mode: 0o444,
  *show(k): Co<string> {
    return of(k);
  },
});

/** Registers a node that has come online, and links its CPUs to it. */
export function* __register_one_node(k: Kernel, nid: number): Co<number> {
  if (nodeDevices(k).has(nid)) return 0;
  const dev = device_initialize({
    name: `node${nid}`,
    id: nid,
    bus: node_subsys,
    groups: [
      {
        attrs: [
          file('cpumap', (kernel) => cpusOfNode(kernel, nid).toHex(cpuIds(kernel).nr_cpu_ids)),
          file('cpulist', (kernel) => cpusOfNode(kernel, nid).toList()),
          file('distance', (kernel) =>
            for_each_online_node(kernel)
              .map((other) => node_distance(kernel, nid, other))
              .join(' '),
          ),
          text('meminfo', (kernel) => nodeMeminfo(kernel, nid)),
          text('numastat', () => nodeNumastat()),
          text('vmstat', (kernel) => nodeVmstat(kernel, nid)),
          writeOnly('compact'),
        ],
      },
      { name: 'x86', attrs: [text('sgx_total_bytes', () => '0\n')] },
      { name: 'hugepages', attrs: [] },
    ],
  });
  const error = yield* device_register(k, dev);
  if (error < 0) return error;
  if (dev.sd) hugetlb_register_node(k, dev.sd, nid);
  nodeDevices(k).set(nid, dev);
  for (const cpu of cpu_present_mask(k)) {
    const device = cpu_to_node(k, cpu) === nid ? get_cpu_device(k, cpu) : undefined;
    if (device) register_cpu_under_node(k, device, nid);
  }
  return 0;
}

/** The same for a node that comes without memory: its blocks would be linked as well, and there are none. */
export function* register_one_node(k: Kernel, nid: number): Co<number> {
  const error = yield* __register_one_node(k, nid);
  if (error < 0) return error;
  yield* register_memory_blocks_under_node(k, nid, 0, 0);
  return 0;
}

export function* unregister_one_node(k: Kernel, nid: number): Co {
  const dev = nodeDevices(k).get(nid);
  if (!dev) return;
  nodeDevices(k).delete(nid);
  yield* device_unregister(k, dev);
}

/** Links a device and its node to each other. */
function link(k: Kernel, dev: device, nid: number): number {
  const node = nodeDevices(k).get(nid);
  if (!node_online(k, nid) || !node?.sd || !dev.sd) return 0;
  sysfs_create_link(k, node.sd, dev.sd, dev.name);
  sysfs_create_link(k, dev.sd, node.sd, node.name);
  return 0;
}

function unlink(k: Kernel, dev: device, nid: number): number {
  const node = nodeDevices(k).get(nid);
  if (!node?.sd || !dev.sd) return 0;
  sysfs_remove_link(k, node.sd, dev.name);
  sysfs_remove_link(k, dev.sd, node.name);
  return 0;
}

export const register_cpu_under_node = link;
export const unregister_cpu_under_node = unlink;
export const register_memory_block_under_node = link;

/** Memory blocks that were registered before the nodes: node_dev_init() links them. */
export const memoryBlockLinks = kernelState<memory_block[]>(() => []);
export const unregister_memory_block_under_nodes = unlink;

/** Hot-added blocks learn which node they are in. */
export function* register_memory_blocks_under_node(k: Kernel, nid: number, start: number, size: number): Co {
  yield* walk_memory_blocks(k, start, size, function* (mem): Co<number> {
    mem.nid = nid;
    k.log.emit('memory_block', mem.block, mem.state, 'none', nid);
    return mem.dev ? register_memory_block_under_node(k, mem.dev, nid) : 0;
  });
}

/**
 * Takes a node offline that has neither memory nor CPUs left.
 *
 * @linux mm/memory_hotplug.c
 */
export const try_offline_node = traced('try_offline_node', function* (k: Kernel, nid: number): Co {
  const spans = nodeZones(k, nid).some(({ spanned_pages }) => spanned_pages > 0);
  const hasBlock = [...memoryBlocks(k).values()].some((mem) => mem.nid === nid);
  if (spans || hasBlock || [...cpu_present_mask(k)].some((cpu) => cpu_to_node(k, cpu) === nid)) return;
  numaTables(k).online.delete(nid);
  reportNodeMasks(k);
  yield* unregister_one_node(k, nid);
});

const nodes = (name: string, of: (k: Kernel) => Iterable<number>): attribute => file(name, (k) => nodeList(of(k)));

export function* node_dev_init(k: Kernel): Co<number> {
  const ret = yield* subsys_system_register(k, node_subsys, [
    {
      attrs: [
        nodes('possible', (kernel) => numaTables(kernel).possible),
        nodes('online', (kernel) => numaTables(kernel).online),
        nodes('has_normal_memory', (kernel) => nodeStates(kernel).normalMemory),
        nodes('has_memory', (kernel) => nodeStates(kernel).memory),
        nodes('has_cpu', (kernel) => nodeStates(kernel).cpus),
        nodes('has_generic_initiator', () => []),
      ],
    },
  ]);
  if (ret < 0) return ret;
  init_cpu_node_state(k);
  reportNodeMasks(k);
  for (const nid of for_each_online_node(k)) {
    const error = yield* __register_one_node(k, nid);
    if (error < 0) return error;
  }
  for (const { dev, nid } of memoryBlockLinks(k).splice(0)) if (dev) register_memory_block_under_node(k, dev, nid);
  return 0;
}
