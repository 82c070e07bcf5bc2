/**
 * @linux fs/proc/meminfo.c, the lines that the lab can tell. Nothing allocates memory there, so that free memory is an
 * estimate: all but what a kernel of this size keeps for itself and the files of the root file system hold.
 */
import type { Kernel } from '../../kernel-context.ts';
import { init_mnt_ns } from '../namespace.ts';
import { ramfs_used } from '../ramfs/inode.ts';

const KIB = 1024;
const PAGE_SIZE = 4096;
const E820_RAM = 1;
/** Code, data and bss of Debian's 6.1 kernel, as its message `Memory:` tells them, less the init part that is freed. */
const KERNEL_IMAGE = (14343 + 2338 + 9124 + 17356 - 2816) * KIB;
/** Hash tables, per-CPU areas and early allocations of a guest with 512 MiB, measured as the rest of its MemTotal. */
const EARLY_ALLOCATIONS = 9_600 * KIB;
/** sizeof(struct page) for each page. */
const STRUCT_PAGE = 64;
/** What the slabs and page tables of an idle system take. */
const IDLE_USE = 24_000 * KIB;

/** Bytes of memory that the kernel manages: the firmware's map without what the kernel holds from the start. */
function totalram(k: Kernel): number {
  const usable = k.platform.e820.reduce((sum, { type, length }) => sum + (type === E820_RAM ? length : 0), 0);
  const mem_map = (usable / PAGE_SIZE) * STRUCT_PAGE;
  return Math.max(0, usable - KERNEL_IMAGE - EARLY_ALLOCATIONS - mem_map);
}

const line = (name: string, bytes: number): string =>
  `${`${name}:`.padEnd(16)}${`${Math.floor(bytes / KIB)}`.padStart(8)} kB\n`;

export function meminfo_proc_show(k: Kernel): string {
  const total = totalram(k);
  const files = init_mnt_ns(k).mounts.reduce((sum, { mnt_root }) => sum + ramfs_used(mnt_root), 0);
  const free = Math.max(0, total - files - IDLE_USE);
  return [
    line('MemTotal', total),
    line('MemFree', free),
    line('MemAvailable', free),
    line('Buffers', 0),
    line('Cached', files),
    line('SwapCached', 0),
    line('Shmem', files),
    line('SReclaimable', 0),
    line('SwapTotal', 0),
    line('SwapFree', 0),
    line('Hugepagesize', 2 << 20),
  ].join('');
}
