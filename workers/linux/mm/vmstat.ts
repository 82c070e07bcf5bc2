/**
 * /proc/zoneinfo, /proc/buddyinfo, and the memory files of a node.
 *
 * @linux mm/vmstat.c, drivers/base/node.c node_read_meminfo. What the model does not count is 0; what is used of boot
 * memory is an estimate.
 */

import { cpu_online_mask } from '../include/linux/cpumask.ts';
import type { Kernel } from '../kernel-context.ts';
import { claimedBy, claimedInZone, type FrameUse, ROOT_FILE_PAGES, settleFrames, usedInZone } from './frames.ts';
import { for_each_online_node } from './numa.ts';
import { nodeZones, populated_zone, type zone } from './page_alloc.ts';
import { protection } from './watermark.ts';

/** What slabs, page tables and the per-CPU lists of an idle guest take, pages, as the recordings' free memory tells. */
const IDLE_USE = 18_300;
/** Slab pages that could be given back. */
export const RECLAIMABLE_SLAB = 2_370;
/** Pages that zone DMA never gets rid of. */
const DMA_USE = 32;

/** Pages that files in memory hold: those of the recorded guest's root file system, and what came since. */
export const filePages = (k: Kernel): number => ROOT_FILE_PAGES + claimedBy(k, 'tmpfs');

/** Anonymous pages that processes have claimed, of all movable ones that were claimed, as a share. */
function anonShare(k: Kernel): number {
  const movable = claimedMovable(k);
  return movable === 0 ? 0 : anonPagesOfAll(k) / movable;
}

const claimedMovable = (k: Kernel): number =>
  for_each_online_node(k)
    .flatMap((nid) => nodeZones(k, nid))
    .reduce((sum, zone) => sum + claimedInZone(k, zone, 'movable'), 0);

/** Anonymous pages beyond those that every process has. */
export const anonPagesOfAll = (k: Kernel): number => claimedMovable(k) - claimedBy(k, 'tmpfs');

const isHotAdded = ({ name }: zone): boolean => name === 'Normal' || name === 'Movable';

/** The zone that boot's allocations came from: the last of node 0's boot zones. */
const bootZone = (k: Kernel): zone | undefined => {
  for (const nid of for_each_online_node(k)) {
    const last = nodeZones(k, nid)
      .filter((zone) => populated_zone(zone) && !isHotAdded(zone))
      .at(-1);
    if (last) return last;
  }
  return undefined;
};

/** NR_FREE_PAGES of a zone. */
export function freePages(k: Kernel, zone: zone): number {
  settleFrames(k);
  // of boot memory only what was claimed is known page by page
  let used = isHotAdded(zone) ? usedInZone(k, zone) : claimedInZone(k, zone);
  if (zone.name === 'DMA') used += DMA_USE;
  if (zone === bootZone(k)) used += IDLE_USE + ROOT_FILE_PAGES;
  return Math.max(0, zone.managed_pages - used);
}

export const nodeFreePages = (k: Kernel, nid: number): number =>
  nodeZones(k, nid).reduce((sum, zone) => sum + freePages(k, zone), 0);

export const totalFreePages = (k: Kernel): number =>
  for_each_online_node(k).reduce((sum, nid) => sum + nodeFreePages(k, nid), 0);

const NODE_STATS = `nr_inactive_anon nr_active_anon nr_inactive_file nr_active_file nr_unevictable nr_slab_reclaimable
   nr_slab_unreclaimable nr_isolated_anon nr_isolated_file workingset_nodes workingset_refault_anon
   workingset_refault_file workingset_activate_anon workingset_activate_file workingset_restore_anon
   workingset_restore_file workingset_nodereclaim nr_anon_pages nr_mapped nr_file_pages nr_dirty nr_writeback
   nr_writeback_temp nr_shmem nr_shmem_hugepages nr_shmem_pmdmapped nr_file_hugepages nr_file_pmdmapped
   nr_anon_transparent_hugepages nr_vmscan_write nr_vmscan_immediate_reclaim nr_dirtied nr_written
   nr_throttled_written nr_kernel_misc_reclaimable nr_foll_pin_acquired nr_foll_pin_released nr_kernel_stack
   nr_page_table_pages nr_sec_page_table_pages nr_swapcached pgpromote_success pgpromote_candidate`.split(/\s+/);
const ZONE_STATS = `nr_free_pages nr_zone_inactive_anon nr_zone_active_anon nr_zone_inactive_file nr_zone_active_file
   nr_zone_unevictable nr_zone_write_pending nr_mlock nr_bounce nr_zspages nr_free_cma`.split(/\s+/);
const NUMA_STATS = ['numa_hit', 'numa_miss', 'numa_foreign', 'numa_interleave', 'numa_local', 'numa_other'];

const item = (name: string, value: number): string => `\n      ${name.padEnd(12)} ${value}`;

function zoneText(k: Kernel, zone: zone, isFirst: boolean): string {
  const { nid, name, watermark } = zone;
  const free = freePages(k, zone);
  const files = zone === bootZone(k) ? filePages(k) : 0;
  const nodeStat = (stat: string): number => (stat === 'nr_file_pages' || stat === 'nr_shmem' ? files : 0);
  const lines = [`Node ${nid}, zone ${name.padStart(8)}`];
  if (isFirst) lines.push('\n  per-node stats', ...NODE_STATS.map((stat) => item(stat, nodeStat(stat))));
  lines.push(`\n  pages free     ${free}`);
  const numbers: readonly (readonly [string, number])[] = [
    ['boost', 0],
    ['min', watermark.min],
    ['low', watermark.low],
    ['high', watermark.high],
    ['spanned', zone.spanned_pages],
    ['present', zone.present_pages],
    ['managed', zone.managed_pages],
    ['cma', 0],
  ];
  for (const [label, value] of numbers) lines.push(`\n        ${label.padEnd(8)} ${value}`);
  lines.push(`\n        protection: (${protection(k, zone).join(', ')})`);
  if (!populated_zone(zone)) return `${lines.join('')}\n`;
  const movable = claimedInZone(k, zone, 'movable') + (zone === bootZone(k) ? ROOT_FILE_PAGES : 0);
  const stats: Readonly<Record<string, number>> = { nr_free_pages: free, nr_zone_inactive_anon: movable };
  for (const stat of ZONE_STATS) lines.push(item(stat, stats[stat] ?? 0));
  for (const stat of NUMA_STATS) lines.push(item(stat, 0));
  lines.push('\n  pagesets');
  for (const cpu of cpu_online_mask(k)) {
    lines.push(`\n    cpu: ${cpu}\n              count: 0\n              high:  0\n              batch: 63`);
    lines.push('\n  vm stats threshold: 8');
  }
  lines.push(`\n  node_unreclaimable:  0\n  start_pfn:           ${zone.zone_start_pfn}\n`);
  return lines.join('');
}

/** /proc/zoneinfo. */
export const zoneinfo_show = (k: Kernel): string =>
  for_each_online_node(k)
    .flatMap((nid) => {
      const zones = nodeZones(k, nid);
      const first = zones.find(populated_zone);
      return zones.map((zone) => zoneText(k, zone, zone === first));
    })
    .join('');

const ORDERS = 11;

/** Free pages as the fewest pieces of 2^order pages. */
function pieces(free: number): number[] {
  const largest = 2 ** (ORDERS - 1);
  return Array.from({ length: ORDERS }, (_, order) =>
    order === ORDERS - 1 ? Math.floor(free / largest) : (free >> order) & 1,
  );
}

/** /proc/buddyinfo. */
export const frag_show = (k: Kernel): string =>
  for_each_online_node(k)
    .flatMap((nid) =>
      nodeZones(k, nid)
        .filter(populated_zone)
        .map((zone) => {
          const counts = pieces(freePages(k, zone)).map((count) => `${`${count}`.padStart(6)} `);
          return `Node ${nid}, zone ${zone.name.padStart(8)} ${counts.join('')}\n`;
        }),
    )
    .join('');

const MIGRATE_TYPES = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'Isolate'];
const PAGEBLOCK_PAGES = 512;

/** Pageblocks of a zone by type: those with kernel pages, and the rest. */
function pageblocks(zone: zone, kernelPages: number): number[] {
  const all = Math.ceil(zone.spanned_pages / PAGEBLOCK_PAGES);
  const unmovable = zone.name === 'Movable' ? 0 : Math.min(all, Math.ceil(kernelPages / PAGEBLOCK_PAGES));
  return [unmovable, all - unmovable, 0, 0, 0];
}

/** /proc/pagetypeinfo: all that is free counts as movable. */
export function pagetypeinfo_show(k: Kernel): string {
  const zones = for_each_online_node(k).flatMap((nid) => nodeZones(k, nid).filter(populated_zone));
  const orders = Array.from({ length: ORDERS }, (_, order) => `${`${order}`.padStart(6)} `).join('');
  const lines = ['Page block order: 9', `Pages per block:  ${PAGEBLOCK_PAGES}`, ''];
  lines.push(`${'Free pages count per migrate type at order'.padEnd(43)}${orders}`);
  for (const zone of zones) {
    for (const type of MIGRATE_TYPES) {
      const counts = pieces(type === 'Movable' ? freePages(k, zone) : 0).map((count) => `${`${count}`.padStart(6)} `);
      const where = `Node ${`${zone.nid}`.padStart(4)}, zone ${zone.name.padStart(8)}, type ${type.padStart(12)} `;
      lines.push(`${where}${counts.join('')}`);
    }
  }
  lines.push('', `Number of blocks type ${MIGRATE_TYPES.map((type) => `${type.padStart(12)} `).join('')}`);
  for (const zone of zones) {
    const kernel = zone.managed_pages - freePages(k, zone) - claimedInZone(k, zone);
    const counts = pageblocks(zone, kernel).map((count) => `${`${count}`.padStart(12)} `);
    lines.push(`Node ${zone.nid}, zone ${zone.name.padStart(8)} ${counts.join('')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Lines of a node's meminfo, in kB, in their order; those that are not counted are 0. */
const NODE_MEMINFO =
  `MemTotal MemFree MemUsed SwapCached Active Inactive Active(anon) Inactive(anon) Active(file) Inactive(file)
   Unevictable Mlocked Dirty Writeback FilePages Mapped AnonPages Shmem KernelStack PageTables SecPageTables
   NFS_Unstable Bounce WritebackTmp KReclaimable Slab SReclaimable SUnreclaim AnonHugePages ShmemHugePages
   ShmemPmdMapped FileHugePages FilePmdMapped`.split(/\s+/);

/** /sys/devices/system/node/nodeN/meminfo. */
export function nodeMeminfo(k: Kernel, nid: number): string {
  const total = nodeZones(k, nid).reduce((sum, { managed_pages }) => sum + managed_pages, 0);
  const free = nodeFreePages(k, nid);
  const zones = nodeZones(k, nid);
  const claimed = (use: FrameUse): number => zones.reduce((sum, zone) => sum + claimedInZone(k, zone, use), 0);
  const atBoot = bootZone(k)?.nid === nid ? ROOT_FILE_PAGES : 0;
  // which node's pages are files' and which are anonymous nobody counts: the share is that of all
  const anon = Math.round(claimed('movable') * anonShare(k));
  const files = atBoot + claimed('movable') - anon;
  const known: Readonly<Record<string, number>> = {
    MemTotal: total,
    MemFree: free,
    MemUsed: total - free,
    Inactive: files + anon,
    'Inactive(anon)': files + anon,
    FilePages: files,
    AnonPages: anon,
    Shmem: files,
  };
  const lines = NODE_MEMINFO.map((name) => {
    const label = `${name}:`.padEnd(15);
    return `Node ${nid} ${label} ${`${(known[name] ?? 0) * 4}`.padStart(8)} kB\n`;
  });
  const pool = claimed('hugetlb') / PAGEBLOCK_PAGES;
  const huge = [
    ['HugePages_Total', pool],
    ['HugePages_Free', pool],
    ['HugePages_Surp', 0],
  ] as const;
  return `${lines.join('')}${huge.map(([name, count]) => `Node ${nid} ${`${name}:`.padEnd(16)} ${`${count}`.padStart(5)}\n`).join('')}`;
}

/** /sys/devices/system/node/nodeN/numastat. */
export const nodeNumastat = (): string =>
  ['numa_hit', 'numa_miss', 'numa_foreign', 'interleave_hit', 'local_node', 'other_node']
    .map((name) => `${name} 0\n`)
    .join('');

/** /sys/devices/system/node/nodeN/vmstat. */
export function nodeVmstat(k: Kernel, nid: number): string {
  const free = nodeFreePages(k, nid);
  const zoneStats = ZONE_STATS.map((name) => `${name} ${name === 'nr_free_pages' ? free : 0}\n`);
  return [...zoneStats, ...NUMA_STATS.map((name) => `${name} 0\n`), ...NODE_STATS.map((name) => `${name} 0\n`)].join(
    '',
  );
}
