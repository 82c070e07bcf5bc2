/** Where the boot loader has put the initial file system. @linux arch/x86/kernel/setup.c: reserve_initrd */
import type { Kernel } from '../kernel-context.ts';
import { bootMemory, PAGE_SIZE, type PfnRange } from './page_alloc.ts';

/** Bytes of the recorded guest's initial file system, in whole pages; the lab's own is not in guest memory. */
export const INITRD_SIZE = 0x406_e000;

/** Addresses, `end` exclusive: the last RAM below 4 GiB. */
export function initrdRange(k: Kernel): PfnRange {
  const low = bootMemory(k).filter(({ end }) => end * PAGE_SIZE <= 2 ** 32);
  const end = Math.max(0, ...low.map((range) => range.end)) * PAGE_SIZE;
  return { start: Math.max(0, end - INITRD_SIZE), end };
}
