/**
 * How many pages the allocator has, its watermarks, and the order in which it asks the zones.
 *
 * @linux mm/page_alloc.c init_per_zone_wmark_min, setup_per_zone_wmarks, build_all_zonelists; mm/khugepaged.c
 */
import { roundUpPowerOfTwo } from '../../sim/bits.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { cpu_online_mask, cpu_possible_mask } from '../include/linux/cpumask.ts';
import { archOps } from '../kernel/arch-ops.ts';
import { pr_info } from '../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { nodeStates } from './node_states.ts';
import { cpu_to_node, for_each_node, for_each_online_node, numaTables } from './numa.ts';
import { for_each_zone, nodeZones, PAGES_PER_SECTION, populated_zone, type zone } from './page_alloc.ts';
import { buildFallbackOrders, fallbackOrder } from './zonelists.ts';

/** struct page of a section's pages. */
const MEMMAP_PAGES = (PAGES_PER_SECTION * 64) / 4096;
/** Entries of the dentry and the inode hash: one for 8 KiB and one for 16 KiB of memory, 8 bytes each. */
const hashPages = (present: number): number => {
  const power = roundUpPowerOfTwo(Math.max(present, 2));
  return ((power / 2) * 8 + (power / 4) * 8) / 4096;
};
const LAST_PFN_BELOW_4G = 0x10_0000;

const sum = (zones: readonly zone[], of: (zone: zone) => number): number =>
  zones.reduce((total, zone) => total + of(zone), 0);

/** Pages that the node's memory has lost to the kernel before the allocator started. */
function reservedPages(k: Kernel, nid: number, nodes: readonly number[]): number {
  const zones = nodeZones(k, nid).filter(populated_zone);
  const sections = sum(zones, ({ present_pages }) => present_pages) / PAGES_PER_SECTION;
  const cpus = [...cpu_possible_mask(k)].filter((cpu) => cpu_to_node(k, cpu) === nid).length;
  const low = nodes.filter((other) => nodeZones(k, other).some((zone) => startsBelow4G(zone)));
  const reserve = archOps(k).memory.bootReserve(k);
  let pages = Math.ceil(sections) * MEMMAP_PAGES + reserve.nodeData + cpus * reserve.percpu;
  if (nid === nodes[0]) pages += reserve.image;
  if (nid === low.at(-1)) pages += reserve.offlineNodeData * offlineNodes(k);
  if (nid === low.at(-1)) pages += reserve.swiotlb + reserve.top + (nodes.length > 1 ? reserve.distances : 0);
  // with several nodes the hash tables are spread with vmalloc
  if (nodes.length === 1) pages += hashPages(sum(zones, ({ present_pages }) => present_pages));
  return pages;
}

const offlineNodes = (k: Kernel): number => numaTables(k).possible.size - numaTables(k).online.size;

const startsBelow4G = (zone: zone): boolean => populated_zone(zone) && zone.zone_start_pfn < LAST_PFN_BELOW_4G;

const settings = kernelState(() => ({ min_free_kbytes: 0, started: false }));

export const min_free_kbytes = (k: Kernel): number => settings(k).min_free_kbytes;

/** Gives the allocator the boot memory, once; the watermarks are those of the moment when they were set at boot. */
export function init_boot_pages(k: Kernel): void {
  const state = settings(k);
  if (state.started) return;
  state.started = true;
  const bootReserve = archOps(k).memory.bootReserve(k);
  const nodes = for_each_online_node(k).filter((nid) => nodeZones(k, nid).some(populated_zone));
  for (const nid of nodes) {
    let reserved = reservedPages(k, nid, nodes);
    const zones = nodeZones(k, nid).filter(populated_zone);
    for (const zone of zones) {
      const isLast = zone === zones.at(-1);
      // the kernel's image lies low, what else it takes at the end
      const image = Math.max(0, bootReserve.image - bootReserve.dma);
      const isMovableNext = zones.at(-1)?.name === 'Movable' && nid === nodes[0];
      const low = zone.name === 'DMA' ? bootReserve.dma : isMovableNext ? Math.min(image, reserved) : reserved;
      const wanted = isLast ? reserved : low;
      const taken = Math.min(zone.present_pages, isLast ? reserved : wanted);
      zone.managed_pages = zone.present_pages - taken;
      reserved -= taken;
    }
  }
  // the RAM disk lies at the top of the memory below 4 GiB, the kernel in the first node
  const below = for_each_zone(k).filter(startsBelow4G);
  const aboveDma = below.filter(({ name }) => name !== 'DMA');
  const low = aboveDma.length > 0 ? aboveDma : below;
  const later: readonly (readonly [zone | undefined, number])[] = [
    [low.at(-1), bootReserve.initrd],
    [low[0], bootReserve.initSections],
  ];
  const borrowed = later.map(([zone, pages]) => Math.min(pages, zone?.managed_pages ?? 0));
  const shift = (sign: number): void => {
    later.forEach(([zone], index) => {
      if (zone) zone.managed_pages += sign * (borrowed[index] ?? 0);
    });
  };
  shift(-1);
  init_per_zone_wmark_min(k);
  shift(1);
}

/** int_sqrt(). */
const int_sqrt = (value: number): number => Math.floor(Math.sqrt(value));

/** Pages above the high watermark in the zones up to `highest`, as they are managed. */
function nr_free_zone_pages(k: Kernel, upTo: (zone: zone) => boolean): number {
  return sum(for_each_zone(k).filter(upTo), ({ managed_pages, watermark }) =>
    Math.max(0, managed_pages - watermark.high),
  );
}

const isKernelZone = ({ name }: zone): boolean => name === 'DMA' || name === 'DMA32' || name === 'Normal';
const nr_free_buffer_pages = (k: Kernel): number => nr_free_zone_pages(k, isKernelZone);

export const totalram_pages = (k: Kernel): number => sum(for_each_zone(k), ({ managed_pages }) => managed_pages);

function setup_per_zone_wmarks(k: Kernel): void {
  const zones = for_each_zone(k);
  const pages_min = settings(k).min_free_kbytes >> 2;
  const lowmem = sum(zones, ({ managed_pages }) => managed_pages);
  for (const { managed_pages, watermark } of zones) {
    const min = lowmem === 0 ? 0 : Math.floor((pages_min * managed_pages) / lowmem);
    const distance = Math.max(min >> 2, Math.floor((managed_pages * 10) / 10_000));
    watermark.min = min;
    watermark.low = min + distance;
    watermark.high = min + 2 * distance;
  }
}

const PAGEBLOCK_PAGES = 512;
/** MIGRATE_PCPTYPES. */
const MOBILITY_TYPES = 3;
/** Transparent huge pages, and with them khugepaged, are off in a machine with less. */
const THP_MINIMUM_PAGES = 131_072;

const hugePages = kernelState<{ enabled: boolean | undefined }>(() => ({ enabled: undefined }));

/** Pages that khugepaged wants free: it raises min_free_kbytes to that. */
function khugepaged_min_free_kbytes_update(k: Kernel): void {
  const state = hugePages(k);
  state.enabled ??= totalram_pages(k) >= THP_MINIMUM_PAGES;
  if (!state.enabled) return;
  const zones = for_each_zone(k).filter((zone) => populated_zone(zone) && isKernelZone(zone)).length;
  const wanted = PAGEBLOCK_PAGES * zones * 2 + PAGEBLOCK_PAGES * zones * MOBILITY_TYPES * MOBILITY_TYPES;
  const recommended = Math.min(wanted, Math.floor(nr_free_buffer_pages(k) / 20)) * 4;
  if (recommended > settings(k).min_free_kbytes) settings(k).min_free_kbytes = recommended;
  setup_per_zone_wmarks(k);
}

/** sysctl_lowmem_reserve_ratio of DMA, DMA32, Normal and Movable. */
const RESERVE_RATIO: Readonly<Record<string, number>> = { DMA: 256, DMA32: 256, Normal: 32 };

/** lowmem_reserve[]: pages that a zone keeps from allocations that could have come from a higher one. */
export function protection(k: Kernel, zone: zone): number[] {
  const zones = nodeZones(k, zone.nid);
  const own = zones.indexOf(zone);
  const ratio = RESERVE_RATIO[zone.name];
  return zones.map((_, index) => {
    if (index <= own || ratio === undefined || zone.managed_pages === 0) return 0;
    return Math.floor(sum(zones.slice(own + 1, index + 1), ({ managed_pages }) => managed_pages) / ratio);
  });
}

export function init_per_zone_wmark_min(k: Kernel): void {
  const lowmem_kbytes = nr_free_buffer_pages(k) * 4;
  settings(k).min_free_kbytes = Math.min(Math.max(int_sqrt(lowmem_kbytes * 16), 128), 262_144);
  setup_per_zone_wmarks(k);
  khugepaged_min_free_kbytes_update(k);
}

/** The highest zone that policies apply to: the last populated kernel zone. */
const policyZones = kernelState<{ zone: string }>(() => ({ zone: 'DMA' }));

/** Makes the fallback lists anew, when a zone got its first page or lost its last; of one node, when it comes. */
export const build_all_zonelists = traced('build_all_zonelists', function* (k: Kernel, node?: number): Co {
  const nodes = for_each_online_node(k);
  const built = node === undefined ? for_each_node(k) : [node];
  const withCpus = new Set([...cpu_online_mask(k)].map((cpu) => cpu_to_node(k, cpu)));
  buildFallbackOrders(k, built, nodeStates(k).memory, (nid) => withCpus.has(nid));
  for (const nid of built) {
    const order = fallbackOrder(k, nid).map((other) => `${other} `);
    yield* pr_info(k, `Fallback order for Node ${nid}: ${order.join('')}`);
  }
  const order = ['DMA', 'DMA32', 'Normal'];
  const policy = policyZones(k);
  for (const zone of for_each_zone(k)) {
    const rank = order.indexOf(zone.name);
    if (zone.managed_pages > 0 && rank > order.indexOf(policy.zone)) policy.zone = zone.name;
  }
  const total = nr_free_zone_pages(k, ({ name }) => name !== 'Device');
  const mobility = total < PAGEBLOCK_PAGES * 6 ? 'off' : 'on';
  yield* pr_info(k, `Built ${nodes.length} zonelists, mobility grouping ${mobility}.  Total pages: ${total}`);
  yield* pr_info(k, `Policy zone: ${policy.zone}`);
});
