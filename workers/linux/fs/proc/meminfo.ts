/**
 * @linux fs/proc/meminfo.c. What is used of boot memory is an estimate (mm/vmstat.ts), and so is what an idle guest has of
 * anonymous pages, slabs, stacks and page tables.
 */
import type { Kernel } from '../../kernel-context.ts';
import { nr_huge_pages } from '../../mm/hugetlb.ts';
import { PAGE_SIZE } from '../../mm/page_alloc.ts';
import { anonPagesOfAll, filePages, RECLAIMABLE_SLAB, totalFreePages } from '../../mm/vmstat.ts';
import { totalram_pages } from '../../mm/watermark.ts';

const KIB = 1024;
const HUGE_PAGE = 2 << 20;
/** Of the recorded guest, idle, in bytes. */
const IDLE = {
  active: 5908 * KIB,
  anon: 556 * KIB,
  mapped: 2992 * KIB,
  unreclaimableSlab: 7520 * KIB,
  stacks: 864 * KIB,
  pageTables: 104 * KIB,
  committed: 55_176 * KIB,
  vmalloc: 5612 * KIB,
  percpu: 520 * KIB,
  smallMappings: 26_496 * KIB,
};
const VMALLOC_TOTAL = 34_359_738_367 * KIB;

const line = (name: string, bytes: number): string =>
  `${`${name}:`.padEnd(16)}${`${Math.floor(bytes / KIB)}`.padStart(8)} kB\n`;
const count = (name: string, value: number): string => `${`${name}:`.padEnd(16)}${`${value}`.padStart(8)}\n`;

export function meminfo_proc_show(k: Kernel): string {
  const total = totalram_pages(k) * PAGE_SIZE;
  const files = filePages(k) * PAGE_SIZE;
  const free = totalFreePages(k) * PAGE_SIZE;
  const anon = anonPagesOfAll(k) * PAGE_SIZE + IDLE.anon;
  const reclaimable = RECLAIMABLE_SLAB * PAGE_SIZE;
  const huge = nr_huge_pages(k);
  const inactive = files + anon - IDLE.active;
  return [
    line('MemTotal', total),
    line('MemFree', free),
    line('MemAvailable', free),
    ...['Buffers'].map((name) => line(name, 0)),
    line('Cached', files),
    line('SwapCached', 0),
    line('Active', IDLE.active),
    line('Inactive', inactive),
    line('Active(anon)', IDLE.active),
    line('Inactive(anon)', inactive),
    ...['Active(file)', 'Inactive(file)', 'Unevictable', 'Mlocked', 'SwapTotal', 'SwapFree', 'Zswap', 'Zswapped'].map(
      (name) => line(name, 0),
    ),
    ...['Dirty', 'Writeback'].map((name) => line(name, 0)),
    line('AnonPages', anon),
    line('Mapped', IDLE.mapped),
    line('Shmem', files),
    line('KReclaimable', reclaimable),
    line('Slab', reclaimable + IDLE.unreclaimableSlab),
    line('SReclaimable', reclaimable),
    line('SUnreclaim', IDLE.unreclaimableSlab),
    line('KernelStack', IDLE.stacks),
    line('PageTables', IDLE.pageTables),
    ...['SecPageTables', 'NFS_Unstable', 'Bounce', 'WritebackTmp'].map((name) => line(name, 0)),
    line('CommitLimit', (total - huge * HUGE_PAGE) / 2),
    line('Committed_AS', IDLE.committed + anon - IDLE.anon),
    line('VmallocTotal', VMALLOC_TOTAL),
    line('VmallocUsed', IDLE.vmalloc),
    line('VmallocChunk', 0),
    line('Percpu', IDLE.percpu),
    ...['HardwareCorrupted', 'AnonHugePages', 'ShmemHugePages', 'ShmemPmdMapped', 'FileHugePages', 'FilePmdMapped'].map(
      (name) => line(name, 0),
    ),
    count('HugePages_Total', huge),
    count('HugePages_Free', huge),
    count('HugePages_Rsvd', 0),
    count('HugePages_Surp', 0),
    line('Hugepagesize', HUGE_PAGE),
    line('Hugetlb', huge * HUGE_PAGE),
    line('DirectMap4k', IDLE.smallMappings),
    line('DirectMap2M', Math.max(0, Math.ceil(total / HUGE_PAGE) * HUGE_PAGE - IDLE.smallMappings)),
  ].join('');
}
