/**
 * /sys/devices/system/memory: the memory blocks that there are at boot.
 *
 * @linux drivers/base/memory.c, without onlining, offlining, groups and notifiers
 */
import { ERRNO } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { memory_add_physaddr_to_nid } from '../../arch/x86/mm/numa.ts';
import type { bus_type, device } from '../../include/linux/device.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import {
  bootMemory,
  max_pfn,
  nodeZones,
  PAGE_SHIFT,
  PAGE_SIZE,
  type zone,
  zonesSpanning,
} from '../../mm/page_alloc.ts';
import { device_initialize, writeOnly } from './base.ts';
import { subsys_system_register } from './bus.ts';
import {
  device_offline,
  device_online,
  device_register,
  lock_device_hotplug_sysfs,
  unlock_device_hotplug,
} from './core.ts';
import { memoryBlockLinks } from './node.ts';

/** MIN_MEMORY_BLOCK_SIZE: a section of x86-64, 128 MiB. */
export const SECTION_SIZE = 0x800_0000;
/** From this much memory on, blocks may be larger. */
const MEM_SIZE_FOR_LARGE_BLOCK = 64 * 2 ** 30;
const MAX_BLOCK_SIZE = 2 * 2 ** 30;

type MemoryState = 'online' | 'offline' | 'going-offline';

/** struct memory_block. */
export interface memory_block {
  /** Number of the block: its first address over the block size. */
  readonly block: number;
  readonly nid: number;
  state: MemoryState;
  /** Undefined when the block spans several zones: it cannot go offline. */
  zone: zone | undefined;
  dev: device | undefined;
}

const memoryBlocks = kernelState(() => new Map<number, memory_block>());

export const find_memory_block = (k: Kernel, block: number): memory_block | undefined => memoryBlocks(k).get(block);

const blockSize = kernelState((k) => {
  const end = max_pfn(k) * PAGE_SIZE;
  let size = SECTION_SIZE;
  if (end >= MEM_SIZE_FOR_LARGE_BLOCK) {
    // under a hypervisor: the largest size that the end of memory is a multiple of
    for (size = MAX_BLOCK_SIZE; size > SECTION_SIZE && end % size !== 0; ) size /= 2;
  }
  return { size };
});

export const memory_block_size_bytes = (k: Kernel): number => blockSize(k).size;

const blockOf = (dev: device): memory_block => dev.driver_data as memory_block;

export const memory_subsys: bus_type = {
  name: 'memory',
  *online(k, dev): Co<number> {
    if (blockOf(dev).state === 'online') return 0;
    k.log.emit('unmodelled', 'memory', 'onlining of a memory block');
    return -ERRNO.EINVAL;
  },
  *offline(k, dev): Co<number> {
    const mem = blockOf(dev);
    if (mem.state === 'offline') return 0;
    if (!mem.zone) return -ERRNO.EINVAL;
    k.log.emit('unmodelled', 'memory', 'offlining of a memory block');
    return -ERRNO.EBUSY;
  },
};

/** Words of the `state` file, in the order of the MMOP_ constants. */
const ONLINE_TYPES = ['offline', 'online', 'online_kernel', 'online_movable'];

function* state_store(k: Kernel, dev: device, buf: string): Co<number> {
  const word = buf.replace(/\n$/, '');
  if (!ONLINE_TYPES.includes(word)) return -ERRNO.EINVAL;
  let ret = yield* lock_device_hotplug_sysfs(k);
  if (ret < 0) return ret;
  ret = word === 'offline' ? yield* device_offline(k, dev) : yield* device_online(k, dev);
  yield* unlock_device_hotplug(k);
  if (ret < 0) return ret;
  return ret === 0 ? buf.length : -ERRNO.EINVAL;
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
    file('valid_zones', () => mem.zone?.name ?? 'none'),
  ];
}

/** Makes the block and its device. */
function* add_memory_block(k: Kernel, block: number, state: MemoryState): Co<number> {
  if (find_memory_block(k, block)) return -ERRNO.EEXIST;
  const size = memory_block_size_bytes(k);
  const nid = memory_add_physaddr_to_nid(k, block * size);
  const pages = size / PAGE_SIZE;
  const zones = zonesSpanning(nodeZones(k, nid), block * pages, pages);
  const mem: memory_block = { block, nid, state, zone: zones.length === 1 ? zones[0] : undefined, dev: undefined };
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
  memoryBlockLinks(k).push({ dev, nid });
  k.log.emit('memory_block', block, state, mem.zone?.name ?? 'none', nid);
  return 0;
}

/** mhp_default_online_type. */
const onlinePolicy = kernelState((k) => ({
  word: k.profile.config['CONFIG_MEMORY_HOTPLUG_DEFAULT_ONLINE'] ? 'online' : 'offline',
}));

export function* memory_dev_init(k: Kernel): Co<number> {
  const size = memory_block_size_bytes(k);
  yield* pr_info(k, `x86/mm: Memory block size: ${size / 2 ** 20}MB`);
  const ret = yield* subsys_system_register(k, memory_subsys, [
    {
      attrs: [
        {
          name: 'auto_online_blocks',
          mode: 0o644,
          *show(kernel): Co<string> {
            return `${onlinePolicy(kernel).word}\n`;
          },
          *store(kernel, buf): Co<number> {
            const word = buf.replace(/\n$/, '');
            if (!ONLINE_TYPES.includes(word)) return -ERRNO.EINVAL;
            onlinePolicy(kernel).word = word;
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
  const pagesPerBlock = size >> PAGE_SHIFT;
  for (const { start, end } of bootMemory(k)) {
    for (let block = Math.floor(start / pagesPerBlock); block * pagesPerBlock < end; block++) blocks.add(block);
  }
  for (const block of [...blocks].sort((a, b) => a - b)) {
    const error = yield* add_memory_block(k, block, 'online');
    if (error < 0) return error;
  }
  return 0;
}
