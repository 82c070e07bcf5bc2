/**
 * Memory that comes and goes: its place in the address space, its blocks, its node.
 *
 * @linux mm/memory_hotplug.c, the half that adds and removes; arch/x86/mm/init_64.c; without memory groups
 */
import { ERRNO } from '../../abi/syscall.ts';
import { type Co, spend, traced } from '../../sim/coroutine.ts';
import { device_online } from '../drivers/base/core.ts';
import { create_memory_block_devices, remove_memory_block_devices } from '../drivers/base/memory.ts';
import {
  __register_one_node,
  register_memory_blocks_under_node,
  register_one_node,
  try_offline_node,
} from '../drivers/base/node.ts';
import { memory_block_size_bytes, walk_memory_blocks } from '../include/linux/memory.ts';
import { archOps } from '../kernel/arch-ops.ts';
import { pr_err } from '../kernel/printk/printk.ts';
import { release_mem_region_adjustable, release_resource, request_region, type resource } from '../kernel/resource.ts';
import type { Kernel } from '../kernel-context.ts';
import { mhpParameters } from './mhp-parameters.ts';
import { reportNodeMasks } from './node_states.ts';
import { node_online, node_possible, numaTables } from './numa.ts';
import { lockMemoryHotplug, mhp_default_online_type, reportValidZones, unlockMemoryHotplug } from './online_pages.ts';
import { PAGE_SIZE } from './page_alloc.ts';
import { build_all_zonelists } from './watermark.ts';

/** set_node_online: false when the caller registers the node once its memory is there. */
const __try_online_node = traced(
  '__try_online_node',
  function* (k: Kernel, nid: number, set_node_online: boolean): Co<number> {
    if (node_online(k, nid)) return 0;
    yield* build_all_zonelists(k, nid);
    if (!set_node_online) return 1;
    numaTables(k).online.add(nid);
    reportNodeMasks(k);
    const ret = yield* register_one_node(k, nid);
    return ret < 0 ? ret : 1;
  },
);

/** Brings a node without memory online. 0; the node is online afterwards. */
export const try_online_node = traced('try_online_node', function* (k: Kernel, nid: number): Co<number> {
  yield* lockMemoryHotplug(k);
  const added = yield* __try_online_node(k, nid, true);
  yield* unlockMemoryHotplug(k);
  return Math.min(0, added);
});

/** Claims the range, or -errno: -E2BIG when no kernel could map it, -EEXIST when it is taken. */
const register_memory_resource = traced(
  'register_memory_resource',
  function* (k: Kernel, start: number, size: number): Co<resource | number> {
    if (start + size > archOps(k).memory.physicalLimit) return -ERRNO.E2BIG;
    return request_region(k, start, size, 'System RAM') ?? -ERRNO.EEXIST;
  },
);

function* check_hotplug_memory_range(k: Kernel, start: number, size: number): Co<number> {
  const unit = memory_block_size_bytes(k);
  if (size > 0 && start % unit === 0 && size % unit === 0) return 0;
  const hex = (value: number): string => `0x${value.toString(16)}`;
  yield* pr_err(k, `Block size [${hex(unit)}] unaligned hotplug range: start ${hex(start)}, size ${hex(size)}`);
  return -ERRNO.EINVAL;
}

/** Making the struct pages of a section, and the direct map. */
const POPULATE_SECTION = 4_000_000;

const __add_pages = traced('__add_pages', function* (k: Kernel, _start: number, size: number): Co<number> {
  for (let done = 0; done < size; done += 0x800_0000) yield* spend(POPULATE_SECTION);
  return 0;
});

const add_pages = traced('add_pages', function* (k: Kernel, start: number, size: number): Co<number> {
  return yield* __add_pages(k, start, size);
});

const arch_add_memory = traced('arch_add_memory', function* (k: Kernel, start: number, size: number): Co<number> {
  return archOps(k).memory.hasAddPages ? yield* add_pages(k, start, size) : yield* __add_pages(k, start, size);
});

const arch_remove_memory = traced('arch_remove_memory', function* (_k: Kernel, _start: number, size: number): Co {
  for (let done = 0; done < size; done += 0x800_0000) yield* spend(POPULATE_SECTION / 4);
});

/** mhp_supports_memmap_on_memory(): only for a range that is one block. */
const vmemmapPages = (k: Kernel, size: number): number =>
  mhpParameters(k).memmap_on_memory && size === memory_block_size_bytes(k) ? (size / PAGE_SIZE / PAGE_SIZE) * 64 : 0;

/** With the memory hotplug lock held: node, struct pages, blocks. */
function* addBlocks(k: Kernel, nid: number, start: number, size: number): Co<number> {
  const added = yield* __try_online_node(k, nid, false);
  if (added < 0) return added;
  let ret = yield* arch_add_memory(k, start, size);
  if (ret < 0) return ret;
  ret = yield* create_memory_block_devices(k, start, size, vmemmapPages(k, size));
  if (ret < 0) {
    yield* arch_remove_memory(k, start, size);
    return ret;
  }
  if (added > 0) {
    numaTables(k).online.add(nid);
    reportNodeMasks(k);
    yield* __register_one_node(k, nid);
  }
  yield* register_memory_blocks_under_node(k, nid, start, size);
  return 0;
}

const add_memory_resource = traced(
  'add_memory_resource',
  function* (k: Kernel, nid: number, start: number, size: number): Co<number> {
    let ret = yield* check_hotplug_memory_range(k, start, size);
    if (ret < 0) return ret;
    if (!node_possible(k, nid)) return -ERRNO.EINVAL;
    yield* lockMemoryHotplug(k);
    ret = yield* addBlocks(k, nid, start, size);
    reportValidZones(k, nid);
    yield* unlockMemoryHotplug(k);
    if (ret < 0) return ret;
    const { type } = mhp_default_online_type(k);
    if (type === 'offline') return 0;
    yield* walk_memory_blocks(k, start, size, function* (mem): Co<number> {
      mem.online_type = type;
      return mem.dev ? yield* device_online(k, mem.dev) : 0;
    });
    return 0;
  },
);

/** Adds a range of memory to a node; its blocks are offline unless the policy says otherwise. With the device hotplug lock held. */
export const __add_memory = traced(
  '__add_memory',
  function* (k: Kernel, nid: number, start: number, size: number): Co<number> {
    const claimed = yield* register_memory_resource(k, start, size);
    if (typeof claimed === 'number') return claimed;
    const ret = yield* add_memory_resource(k, nid, start, size);
    if (ret < 0) release_resource(k, claimed);
    return ret;
  },
);

const try_remove_memory = traced('try_remove_memory', function* (k: Kernel, start: number, size: number): Co<number> {
  let node = -1;
  const busy = yield* walk_memory_blocks(k, start, size, function* (mem): Co<number> {
    node = mem.nid;
    return mem.state === 'offline' ? 0 : -ERRNO.EBUSY;
  });
  if (busy !== 0) return busy;
  yield* remove_memory_block_devices(k, start, size);
  yield* lockMemoryHotplug(k);
  yield* arch_remove_memory(k, start, size);
  release_mem_region_adjustable(k, start, size);
  if (node >= 0) yield* try_offline_node(k, node);
  yield* unlockMemoryHotplug(k);
  return 0;
});

/** Removes memory whose blocks are all offline; anything else is a fault of the caller. */
export const __remove_memory = traced('__remove_memory', function* (k: Kernel, start: number, size: number): Co {
  const ret = yield* try_remove_memory(k, start, size);
  if (ret < 0) throw new Error('memory removed that is not offline');
});
