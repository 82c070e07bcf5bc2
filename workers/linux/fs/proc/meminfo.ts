/** @linux fs/proc/meminfo.c, the lines that the lab can tell. What is used of boot memory is an estimate (mm/vmstat.ts). */
import type { Kernel } from '../../kernel-context.ts';
import { PAGE_SIZE } from '../../mm/page_alloc.ts';
import { filePages, RECLAIMABLE_SLAB, totalFreePages } from '../../mm/vmstat.ts';
import { totalram_pages } from '../../mm/watermark.ts';

const KIB = 1024;

const line = (name: string, bytes: number): string =>
  `${`${name}:`.padEnd(16)}${`${Math.floor(bytes / KIB)}`.padStart(8)} kB\n`;

export function meminfo_proc_show(k: Kernel): string {
  const total = totalram_pages(k) * PAGE_SIZE;
  const files = filePages(k) * PAGE_SIZE;
  const free = totalFreePages(k) * PAGE_SIZE;
  return [
    line('MemTotal', total),
    line('MemFree', free),
    line('MemAvailable', free),
    line('Buffers', 0),
    line('Cached', files),
    line('SwapCached', 0),
    line('Shmem', files),
    line('SReclaimable', RECLAIMABLE_SLAB * PAGE_SIZE),
    line('SwapTotal', 0),
    line('SwapFree', 0),
    line('Hugepagesize', 2 << 20),
  ].join('');
}
