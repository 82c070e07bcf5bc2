/**
 * /sys/devices/system/memory: memory blocks and their way online and offline.
 *
 * @linux drivers/base/memory.c, without groups and probing
 */
import { ERRNO } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import type { bus_type, device } from '../../include/linux/device.ts';
import {
  find_memory_block,
  type MemoryState,
  type memory_block,
  memory_block_size_bytes,
  memoryBlocks,
  mhp_online_type_from_str,
  type OnlineType,
} from '../../include/linux/memory.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { addBootSection } from '../../mm/frames.ts';
import { nodeStates } from '../../mm/node_states.ts';
import { memory_add_physaddr_to_nid, NUMA_NO_NODE } from '../../mm/numa.ts';
import {
  mem_hotplug_begin,
  mem_hotplug_done,
  mhp_default_online_type,
  offline_pages,
  online_pages,
  rememberEarlyPages,
  reportZone,
  zone_for_pfn_range,
} from '../../mm/online_pages.ts';
import {
  bootMemory,
  for_each_zone,
  nodeZones,
  PAGE_SHIFT,
  PAGE_SIZE,
  populated_zone,
  type zone,
  zonesSpanning,
} from '../../mm/page_alloc.ts';
import { reportFrames } from '../../mm/report-frames.ts';
import { init_boot_pages } from '../../mm/watermark.ts';
import { device_initialize, writeOnly } from './base.ts';
import { subsys_system_register } from './bus.ts';
import {
  device_offline,
  device_online,
  device_register,
  device_unregister,
  lock_device_hotplug_sysfs,
  unlock_device_hotplug,
} from './core.ts';
import { memoryBlockLinks, unregister_memory_block_under_nodes } from './node.ts';

const blockOf = (dev: device): memory_block => dev.driver_data as memory_block;

const pagesPerBlock = (k: Kernel): number => memory_block_size_bytes(k) / PAGE_SIZE;
const startPfn = (k: Kernel, mem: memory_block): number => mem.block * pagesPerBlock(k);

function report(k: Kernel, mem: memory_block): void {
  k.log.emit('memory_block', mem.block, mem.state, mem.zone?.name ?? 'none', mem.nid);
  reportFrames(k);
}

function* memory_block_online(k: Kernel, mem: memory_block): Co<number> {
  const [start, count] = [startPfn(k, mem), pagesPerBlock(k)];
  const zone = yield* zone_for_pfn_range(k, mem.online_type, mem.nid, start, count);
  yield* mem_hotplug_begin(k);
  const ret = yield* online_pages(k, start, count, zone, mem.nr_vmemmap_pages);
  if (ret === 0) {
    mem.zone = zone;
    k.log.emit('memory_block_zone', mem.block, 'online', zone.name, mem.nid, count);
  }
  yield* mem_hotplug_done(k);
  return ret;
}

function* memory_block_offline(k: Kernel, mem: memory_block): Co<number> {
  const { zone } = mem;
  if (!zone) return -ERRNO.EINVAL;
  yield* mem_hotplug_begin(k);
  const ret = yield* offline_pages(k, startPfn(k, mem), pagesPerBlock(k), zone, mem.nr_vmemmap_pages);
  if (ret === 0) {
    mem.zone = undefined;
    k.log.emit('memory_block_zone', mem.block, 'offline', zone.name, mem.nid, pagesPerBlock(k));
  }
  yield* mem_hotplug_done(k);
  return ret;
}

/** The device lock makes its callers take turns. */
const memory_subsys_online = traced('memory_subsys_online', function* (k: Kernel, dev: device): Co<number> {
  const mem = blockOf(dev);
  if (mem.state === 'online') return 0;
  if (mem.online_type === 'offline') mem.online_type = 'online';
  const ret = yield* memory_block_online(k, mem);
  if (ret === 0) mem.state = 'online';
  mem.online_type = 'offline';
  report(k, mem);
  return ret;
});

const memory_subsys_offline = traced('memory_subsys_offline', function* (k: Kernel, dev: device): Co<number> {
  const mem = blockOf(dev);
  if (mem.state === 'offline') return 0;
  mem.state = 'going-offline';
  report(k, mem);
  const ret = yield* memory_block_offline(k, mem);
  mem.state = ret === 0 ? 'offline' : 'online';
  report(k, mem);
  return ret;
});

export const memory_subsys: bus_type = {
  name: 'memory',
  online: memory_subsys_online,
  offline: memory_subsys_offline,
};

const state_store = traced('state_store', function* (k: Kernel, dev: device, buf: string): Co<number> {
  const type = mhp_online_type_from_str(buf);
  if (type === undefined) return -ERRNO.EINVAL;
  let ret = yield* lock_device_hotplug_sysfs(k);
  if (ret < 0) return ret;
  if (type === 'offline') ret = yield* device_offline(k, dev);
  else {
    blockOf(dev).online_type = type;
    ret = yield* device_online(k, dev);
  }
  yield* unlock_device_hotplug(k);
  if (ret < 0) return ret;
  return ret === 0 ? buf.length : -ERRNO.EINVAL;
});

/** The zone that the block is in, or those that it could join, the one of `online` first. */
function* valid_zones_show(k: Kernel, mem: memory_block): Co<string> {
  if (mem.state === 'online') return `${mem.zone?.name ?? 'none'}\n`;
  const zoneOf = (type: OnlineType): Co<zone> =>
    zone_for_pfn_range(k, type, mem.nid, startPfn(k, mem), pagesPerBlock(k));
  const usual = yield* zoneOf('online');
  const kernel = yield* zoneOf('online_kernel');
  const movable = yield* zoneOf('online_movable');
  const others = [kernel, movable].filter((zone) => zone !== usual);
  return `${[usual, ...others].map(({ name }) => name).join(' ')}\n`;
}

function blockFiles(mem: memory_block, device: () => device): attribute[] {
  const file = (name: string, of: () => string): attribute => ({
    name,
    mode: 0o444,
    *show(): Co<string> {
      return `${of()}\n`;
    },
  });
  return [
    file('phys_index', () => mem.block.toString(16).padStart(8, '0')),
    {
      ...file('state', () => mem.state),
      mode: 0o644,
      store: (k, buf) => state_store(k, device(), buf),
    },
    file('phys_device', () => '0'),
    file('removable', () => '1'),
    { name: 'valid_zones', mode: 0o444, show: (k) => valid_zones_show(k, mem) },
  ];
}

/** Makes the block and its device. Which node it is in, its links tell. */
const add_memory_block = traced(
  'add_memory_block',
  function* (k: Kernel, block: number, state: MemoryState): Co<number> {
    if (find_memory_block(k, block)) return -ERRNO.EEXIST;
    const mem: memory_block = {
      block,
      nid: NUMA_NO_NODE,
      state,
      online_type: 'offline',
      zone: undefined,
      dev: undefined,
      nr_vmemmap_pages: 0,
    };
    const dev = device_initialize({
      name: `memory${block}`,
      id: block,
      bus: memory_subsys,
      groups: [{ attrs: blockFiles(mem, () => dev) }],
      driver_data: mem,
    });
    dev.offline = state === 'offline';
    mem.dev = dev;
    const ret = yield* device_register(k, dev);
    if (ret < 0) return ret;
    memoryBlocks(k).set(block, mem);
    return 0;
  },
);

/** A block of boot memory: its zone is that of all its pages, if they have one zone. */
function* add_boot_memory_block(k: Kernel, block: number): Co<number> {
  const ret = yield* add_memory_block(k, block, 'online');
  const mem = find_memory_block(k, block);
  if (ret < 0 || !mem?.dev) return ret;
  mem.nid = memory_add_physaddr_to_nid(k, block * memory_block_size_bytes(k));
  const start = startPfn(k, mem);
  const zones = zonesSpanning(nodeZones(k, mem.nid), start, pagesPerBlock(k));
  const [first] = zones;
  mem.zone = zones.length === 1 ? first : undefined;
  if (first) addBootSection(k, start, pagesPerBlock(k), zones.at(-1) ?? first);
  memoryBlockLinks(k).push(mem);
  report(k, mem);
  return 0;
}

function* remove_memory_block(k: Kernel, mem: memory_block): Co {
  memoryBlocks(k).delete(mem.block);
  k.log.emit('memory_block', mem.block, 'removed', 'none', mem.nid);
  if (mem.dev) yield* device_unregister(k, mem.dev);
  mem.dev = undefined;
}

const blocksOf = (k: Kernel, start: number, size: number): number[] => {
  const unit = memory_block_size_bytes(k);
  return Array.from({ length: size / unit }, (_, index) => start / unit + index);
};

/** Blocks for a range of addresses, all offline. 0 or -errno; then there are none. */
export const create_memory_block_devices = traced(
  'create_memory_block_devices',
  function* (k: Kernel, start: number, size: number, nr_vmemmap_pages: number): Co<number> {
    const made: number[] = [];
    for (const block of blocksOf(k, start, size)) {
      const ret = yield* add_memory_block(k, block, 'offline');
      if (ret === 0) {
        const mem = find_memory_block(k, block);
        if (mem) mem.nr_vmemmap_pages = nr_vmemmap_pages;
        made.push(block);
        continue;
      }
      for (const other of made) {
        const mem = find_memory_block(k, other);
        if (mem) yield* remove_memory_block(k, mem);
      }
      return ret;
    }
    return 0;
  },
);

export const remove_memory_block_devices = traced(
  'remove_memory_block_devices',
  function* (k: Kernel, start: number, size: number): Co {
    for (const block of blocksOf(k, start, size)) {
      const mem = find_memory_block(k, block);
      if (!mem?.dev) continue;
      unregister_memory_block_under_nodes(k, mem.dev, mem.nid);
      yield* remove_memory_block(k, mem);
    }
  },
);

export function* memory_dev_init(k: Kernel): Co<number> {
  init_boot_pages(k);
  nodeStates(k);
  rememberEarlyPages(k);
  const size = memory_block_size_bytes(k);
  if (archOps(k).memory.largeBlocks) yield* pr_info(k, `x86/mm: Memory block size: ${size / 2 ** 20}MB`);
  const ret = yield* subsys_system_register(k, memory_subsys, [
    {
      attrs: [
        {
          name: 'auto_online_blocks',
          mode: 0o644,
          *show(kernel): Co<string> {
            return `${mhp_default_online_type(kernel).type}\n`;
          },
          *store(kernel, buf): Co<number> {
            const type = mhp_online_type_from_str(buf);
            if (type === undefined) return -ERRNO.EINVAL;
            mhp_default_online_type(kernel).type = type;
            return buf.length;
          },
        },
        {
          name: 'block_size_bytes',
          mode: 0o444,
          *show(): Co<string> {
            return `${size.toString(16)}\n`;
          },
        },
        writeOnly('hard_offline_page'),
        writeOnly('soft_offline_page'),
      ],
    },
  ]);
  if (ret < 0) return ret;
  const blocks = new Set<number>();
  const perBlock = size >> PAGE_SHIFT;
  for (const { start, end } of bootMemory(k)) {
    for (let block = Math.floor(start / perBlock); block * perBlock < end; block++) blocks.add(block);
  }
  for (const block of [...blocks].sort((a, b) => a - b)) {
    const error = yield* add_boot_memory_block(k, block);
    if (error < 0) return error;
  }
  for (const zone of for_each_zone(k).filter(populated_zone)) reportZone(k, zone);
  return 0;
}
