/** Memory blocks, the units that go online and offline, and who is told. @linux include/linux/memory.h, drivers/base/memory.c */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { max_pfn, PAGE_SIZE, type zone } from '../../mm/page_alloc.ts';
import type { device } from './device.ts';

/** MIN_MEMORY_BLOCK_SIZE: a section of x86-64, 128 MiB. */
export const SECTION_SIZE = 0x800_0000;
/** From this much memory on, blocks may be larger. */
const MEM_SIZE_FOR_LARGE_BLOCK = 64 * 2 ** 30;
const MAX_BLOCK_SIZE = 2 * 2 ** 30;

export type MemoryState = 'online' | 'offline' | 'going-offline';

/** MMOP_ constants, in their order, as sysfs and the command line spell them. */
export const ONLINE_TYPES = ['offline', 'online', 'online_kernel', 'online_movable'] as const;
export type OnlineType = (typeof ONLINE_TYPES)[number];

/** mhp_online_type_from_str(): one line feed at the end does not count. */
export const mhp_online_type_from_str = (text: string): OnlineType | undefined =>
  ONLINE_TYPES.find((word) => word === text.replace(/\n$/, ''));

/** struct memory_block. */
export interface memory_block {
  /** Number of the block: its first address over the block size. */
  readonly block: number;
  nid: number;
  state: MemoryState;
  /** What is asked for while it goes online; `offline` otherwise. */
  online_type: OnlineType;
  /** Undefined when the block is offline, or spans several zones: then it cannot go offline. */
  zone: zone | undefined;
  dev: device | undefined;
  /** Pages at its beginning that hold its struct pages (memmap_on_memory). */
  nr_vmemmap_pages: number;
}

/** By block number. */
export const memoryBlocks = kernelState(() => new Map<number, memory_block>());

export const find_memory_block = (k: Kernel, block: number): memory_block | undefined => memoryBlocks(k).get(block);

const blockSize = kernelState((k) => {
  const end = max_pfn(k) * PAGE_SIZE;
  let size = SECTION_SIZE;
  if (archOps(k).memory.largeBlocks && end >= MEM_SIZE_FOR_LARGE_BLOCK) {
    // under a hypervisor: the largest size that the end of memory is a multiple of
    for (size = MAX_BLOCK_SIZE; size > SECTION_SIZE && end % size !== 0; ) size /= 2;
  }
  return { size };
});

export const memory_block_size_bytes = (k: Kernel): number => blockSize(k).size;

/** Calls back for each block that the range of addresses touches, until one answers other than 0. */
export const walk_memory_blocks = traced(
  'walk_memory_blocks',
  function* (k: Kernel, start: number, size: number, func: (block: memory_block) => Co<number>): Co<number> {
    if (size === 0) return 0;
    const unit = memory_block_size_bytes(k);
    const last = Math.floor((start + size - 1) / unit);
    for (let block = Math.floor(start / unit); block <= last; block++) {
      const mem = find_memory_block(k, block);
      if (!mem) continue;
      const ret = yield* func(mem);
      if (ret !== 0) return ret;
    }
    return 0;
  },
);

export type MemoryAction =
  | 'MEM_GOING_ONLINE'
  | 'MEM_ONLINE'
  | 'MEM_CANCEL_ONLINE'
  | 'MEM_GOING_OFFLINE'
  | 'MEM_OFFLINE'
  | 'MEM_CANCEL_OFFLINE';

export interface MemoryNotice {
  readonly action: MemoryAction;
  readonly start_pfn: number;
  readonly nr_pages: number;
}

/** Who wants to know; 0 or -errno, which ends what was going on. */
export const memory_chain = kernelState<((k: Kernel, notice: MemoryNotice) => Co<number>)[]>(() => []);

export const memory_notify = traced(
  'memory_notify',
  function* (k: Kernel, action: MemoryAction, start_pfn: number, nr_pages: number): Co<number> {
    k.log.emit('memory_notify', action, start_pfn, nr_pages);
    for (const call of memory_chain(k)) {
      const ret = yield* call(k, { action, start_pfn, nr_pages });
      if (ret < 0) return ret;
    }
    return 0;
  },
);
