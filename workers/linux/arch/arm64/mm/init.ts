/**
 * Physical memory of arm64 with pages of 4 KiB and 48 bits of address.
 *
 * @linux arch/arm64/mm/init.c zone_sizes_init, mmu.c arch_get_mappable_range, prevent_bootmem_remove_notifier;
 * arch/arm64/kernel/setup.c request_standard_resources
 */
import type { Co } from '../../../../sim/coroutine.ts';
import { memory_chain } from '../../../include/linux/memory.ts';
import type { ArchMemory } from '../../../kernel/arch-ops.ts';
import { pr_warn } from '../../../kernel/printk/printk.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { numaTables } from '../../../mm/numa.ts';
import { bootMemory, PAGE_SIZE, PAGES_PER_SECTION } from '../../../mm/page_alloc.ts';

const FRAMES_BELOW_4G = 0x10_0000;
/** The linear map: half of the kernel's addresses, from the beginning of RAM. */
const LINEAR_REGION = 2 ** 47;
/** Where the image lies: at the beginning of RAM, its data behind its code (sizes as the boot log tells them). */
const KERNEL_OFFSET = 0x21_0000;
const KERNEL_CODE_SIZE = 0x0c9_0000;
const KERNEL_DATA = { offset: 0x0ff_0000, size: 0x020_3fff } as const;

/** As observed of a boot by edk2. */
const UEFI_IMAGE_BELOW_END = 0x9c0_0000;

function firstNodeEnd(k: Kernel): number {
  const [node] = numaTables(k).memblks;
  return node?.end ?? (bootMemory(k).at(-1)?.end ?? 0) * PAGE_SIZE;
}

/** Pages for `kilobytes` kB. */
const kB = (kilobytes: number): number => kilobytes / 4;

export const arm64Memory: ArchMemory = {
  // all boot memory below 4 GiB is fit for every device; DMA32 has nothing left
  zoneBounds: (firstFrame, lastFrame) => {
    const limit = Math.min(lastFrame, FRAMES_BELOW_4G);
    return [
      { name: 'DMA', start: Math.min(firstFrame, limit), end: limit },
      { name: 'DMA32', start: limit, end: limit },
      { name: 'Normal', start: limit, end: Number.MAX_SAFE_INTEGER },
    ];
  },
  holes: [],
  resources(k) {
    const ranges = mergeAdjacent(k);
    const uefi = k.platform.arm64?.uefi !== undefined;
    // UEFI's loader puts the image near the end of the first node, QEMU's at the beginning of RAM
    const first = uefi ? firstNodeEnd(k) - UEFI_IMAGE_BELOW_END : (ranges[0]?.start ?? 0) * PAGE_SIZE;
    const code = first + KERNEL_OFFSET;
    const data = first + KERNEL_DATA.offset;
    return [
      ...ranges.map(({ start, end }): readonly [number, number, string] => [
        start * PAGE_SIZE,
        end * PAGE_SIZE - 1,
        'System RAM',
      ]),
      [code, code + KERNEL_CODE_SIZE - 1, 'Kernel code'],
      [data, data + KERNEL_DATA.size, 'Kernel data'],
    ];
  },
  physicalLimit: LINEAR_REGION,
  hasAddPages: false,
  largeBlocks: false,
  hasDeviceZone: false,
  bootReserve: (k) => ({
    // what UEFI keeps for run time, and its tables, come on top
    image: kB(15_400) + (k.platform.arm64?.uefi ? kB(4_600) : 0),
    swiotlb: 0,
    top: kB(2_212),
    dma: 0,
    nodeData: kB(12),
    offlineNodeData: kB(12),
    distances: 0,
    percpu: 27,
    initrd: kB(57_676),
    initSections: kB(3_520),
  }),
};

/** Ranges of boot memory that touch, as one. */
export function mergeAdjacent(k: Kernel): { readonly start: number; readonly end: number }[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of bootMemory(k)) {
    const last = merged.at(-1);
    if (last?.end === start) last.end = end;
    else merged.push({ start, end });
  }
  return merged;
}

/** early_initcall: memory that was there at boot stays. */
export function* prevent_bootmem_remove_init(k: Kernel): Co {
  memory_chain(k).push(function* (kernel, { action, start_pfn, nr_pages }): Co<number> {
    if (action !== 'MEM_GOING_OFFLINE') return 0;
    for (let at = start_pfn; at < start_pfn + nr_pages; at += PAGES_PER_SECTION) {
      const end = at + PAGES_PER_SECTION;
      if (!bootMemory(kernel).some((range) => range.start < end && range.end > at)) continue;
      const [from, to] = [at, end].map((frame) => (frame * PAGE_SIZE).toString(16));
      yield* pr_warn(kernel, `Boot memory [${from} ${to}] offlining attempted`);
      return -1; // EPERM, which NOTIFY_BAD stands for
    }
    return 0;
  });
}

/**
 * How far below the end of memory early allocations were seen: what lies above them (firmware, RAM disk, device tree)
 * differs with the way of booting and is not modelled byte for byte.
 */
export function bootPlacement(k: Kernel): { readonly nodeData: number; readonly cma: number } {
  if (!k.platform.arm64?.uefi) return { nodeData: 0x21_3000, cma: 0x140_0000 };
  return numaTables(k).memblks.length > 1
    ? { nodeData: 0x20_9000, cma: 0xc0_0000 }
    : { nodeData: 0x3b_9000, cma: 0xc80_0000 };
}
