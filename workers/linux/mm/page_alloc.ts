/**
 * Zones of the nodes as they are at boot: how /sys/devices/system/memory and /proc know them.
 *
 * @linux mm/page_alloc.c, without the allocator
 */
import type { Co } from '../../sim/coroutine.ts';
import { archOps } from '../kernel/arch-ops.ts';
import { pr_info } from '../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { zoneMovableStart } from './movable_zone.ts';
import { for_each_node, for_each_online_node, node_online, numaTables } from './numa.ts';
import { buildFallbackOrders, fallbackOrder } from './zonelists.ts';

export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 4096;
/** PAGES_PER_SECTION of x86-64: 128 MiB. */
export const PAGES_PER_SECTION = 0x8000;

/** In the order of their indexes. */
export const ZONE_NAMES = ['DMA', 'DMA32', 'Normal', 'Movable', 'Device'] as const;
export type ZoneName = (typeof ZONE_NAMES)[number];

export interface zone {
  readonly name: ZoneName;
  readonly nid: number;
  zone_start_pfn: number;
  spanned_pages: number;
  present_pages: number;
  /** Pages that the allocator has been given. */
  managed_pages: number;
  /** _watermark[]: pages. */
  readonly watermark: { min: number; low: number; high: number };
}

/** Page frames, `end` exclusive. */
export interface PfnRange {
  readonly start: number;
  readonly end: number;
}

const E820_RAM = 1;
/** What is left of a range without a hole. */
function without({ start, end }: PfnRange, hole: PfnRange): PfnRange[] {
  if (start >= hole.end || end <= hole.start) return [{ start, end }];
  return [
    { start, end: hole.start },
    { start: hole.end, end },
  ];
}

/** Usable RAM at boot, in order. */
export const bootMemory = kernelState<PfnRange[]>((k) => {
  let ranges: PfnRange[] = [];
  for (const { address, length, type } of k.platform.e820) {
    if (type !== E820_RAM) continue;
    ranges.push({ start: Math.ceil(address / PAGE_SIZE), end: Math.floor((address + length) / PAGE_SIZE) });
  }
  for (const hole of archOps(k).memory.holes) ranges = ranges.flatMap((range) => without(range, hole));
  return ranges.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
});

/** Bounds of the zones by address (arch_zone_lowest_possible_pfn and highest). */
const zoneBounds = (k: Kernel): readonly (PfnRange & { readonly name: ZoneName })[] =>
  archOps(k).memory.zoneBounds(bootMemory(k)[0]?.start ?? 0, max_pfn(k));

export const max_pfn = (k: Kernel): number => Math.max(0, ...bootMemory(k).map(({ end }) => end));

const allZones = kernelState(() => new Map<number, readonly zone[]>());

/** node_zones[]: all zones of a node, lowest first, the empty ones too. */
export function nodeZones(k: Kernel, nid: number): readonly zone[] {
  const known = allZones(k).get(nid);
  if (known) return known;
  const { hasDeviceZone } = archOps(k).memory;
  const made = ZONE_NAMES.filter((name) => name !== 'Device' || hasDeviceZone).map((name): zone => {
    const watermark = { min: 0, low: 0, high: 0 };
    return { name, nid, zone_start_pfn: 0, spanned_pages: 0, present_pages: 0, managed_pages: 0, watermark };
  });
  allZones(k).set(nid, made);
  return made;
}

export function nodeZone(k: Kernel, nid: number, name: ZoneName): zone {
  const found = nodeZones(k, nid).find((zone) => zone.name === name);
  if (!found) throw new Error(`no zone ${name}`);
  return found;
}

/** for_each_zone(): of all online nodes. */
export const for_each_zone = (k: Kernel): zone[] => for_each_online_node(k).flatMap((nid) => [...nodeZones(k, nid)]);

export const populated_zone = ({ present_pages }: zone): boolean => present_pages > 0;

export const zone_intersects = (zone: zone, start: number, count: number): boolean =>
  zone.spanned_pages > 0 && start < zone.zone_start_pfn + zone.spanned_pages && start + count > zone.zone_start_pfn;

/** The zones whose span meets the page frames. */
export const zonesSpanning = (zones: readonly zone[], start: number, count: number): zone[] =>
  zones.filter((zone) => zone_intersects(zone, start, count));

const intersect = (a: PfnRange, b: PfnRange): PfnRange => ({
  start: Math.max(a.start, b.start),
  end: Math.min(a.end, b.end),
});

const pages = ({ start, end }: PfnRange): number => Math.max(0, end - start);

/** Boot memory by node, cut where the node changes; all of node 0 without an SRAT. */
function memoryByNode(k: Kernel): (PfnRange & { readonly nid: number })[] {
  const { memblks } = numaTables(k);
  if (memblks.length === 0) return bootMemory(k).map((range) => ({ ...range, nid: 0 }));
  const owned = memblks.map(({ start, end, nid }) => ({ start: start / PAGE_SIZE, end: end / PAGE_SIZE, nid }));
  return bootMemory(k)
    .flatMap((range) => owned.map((block) => ({ ...intersect(range, block), nid: block.nid })))
    .filter((range) => pages(range) > 0)
    .sort((a, b) => a.start - b.start);
}

const nodeRanges = (k: Kernel, nid: number): PfnRange[] => memoryByNode(k).filter((range) => range.nid === nid);

const spanOf = (ranges: readonly PfnRange[]): PfnRange => ({
  start: ranges[0]?.start ?? 0,
  end: ranges.at(-1)?.end ?? 0,
});

const movableStarts = kernelState((k) => zoneMovableStart(k, memoryByNode(k)));

/** Bounds of a node's zones: ZONE_MOVABLE takes the end of them, where an option asks for it. */
function nodeBounds(k: Kernel, nid: number): readonly (PfnRange & { readonly name: ZoneName })[] {
  const start = movableStarts(k).get(nid);
  if (start === undefined) return zoneBounds(k);
  const below = zoneBounds(k).map((bounds) => ({ ...bounds, end: Math.min(bounds.end, start) }));
  return [...below.filter((bounds) => pages(bounds) > 0), { name: 'Movable', start, end: max_pfn(k) }];
}

function calculate_node_totalpages(k: Kernel, nid: number): void {
  const ranges = nodeRanges(k, nid);
  for (const bounds of nodeBounds(k, nid)) {
    const span = intersect(bounds, spanOf(ranges));
    if (pages(span) === 0) continue;
    const zone = nodeZone(k, nid, bounds.name);
    zone.zone_start_pfn = span.start;
    zone.spanned_pages = pages(span);
    zone.present_pages = ranges.reduce((sum, range) => sum + pages(intersect(range, span)), 0);
  }
}

const byteRange = ({ start, end }: PfnRange): string => {
  const digits = (value: number): string => value.toString(16).padStart(16, '0');
  return `[mem 0x${digits(start * PAGE_SIZE)}-0x${digits(end * PAGE_SIZE - 1)}]`;
};

/** Tells of page frames that have a struct page and no memory behind them. */
function* memmap_init(k: Kernel, nid: number): Co {
  const report = function* (hole: PfnRange, name: ZoneName): Co {
    if (pages(hole) > 0) yield* pr_info(k, `On node ${nid}, zone ${name}: ${pages(hole)} pages in unavailable ranges`);
  };
  let at = 0;
  let last: ZoneName = 'DMA';
  for (const range of nodeRanges(k, nid)) {
    for (const bounds of nodeBounds(k, nid)) {
      const part = intersect(range, bounds);
      if (pages(part) === 0) continue;
      // holes between sections have no struct page
      const start = Math.max(at, part.start - (part.start % PAGES_PER_SECTION));
      yield* report({ start, end: part.start }, bounds.name);
      at = part.end;
      last = bounds.name;
    }
  }
  yield* report({ start: at, end: Math.ceil(at / PAGES_PER_SECTION) * PAGES_PER_SECTION }, last);
}

/** Makes the zones from the memory map and tells of them. */
export function* free_area_init(k: Kernel): Co {
  const top = max_pfn(k);
  yield* pr_info(k, 'Zone ranges:');
  for (const { name, start, end } of zoneBounds(k)) {
    const range = { start, end: Math.min(end, top) };
    yield* pr_info(k, `  ${name.padEnd(8)} ${pages(range) > 0 ? byteRange(range) : 'empty'}`);
  }
  if (archOps(k).memory.hasDeviceZone) yield* pr_info(k, '  Device   empty');
  yield* pr_info(k, 'Movable zone start for each node');
  for (const [nid, start] of movableStarts(k)) {
    yield* pr_info(k, `  Node ${nid}: 0x${(start * PAGE_SIZE).toString(16).padStart(16, '0')}`);
  }
  yield* pr_info(k, 'Early memory node ranges');
  for (const range of memoryByNode(k)) yield* pr_info(k, `  node ${`${range.nid}`.padStart(3)}: ${byteRange(range)}`);
  for (const nid of for_each_node(k)) {
    const span = spanOf(nodeRanges(k, nid));
    if (pages(span) === 0) {
      if (!node_online(k, nid)) yield* pr_info(k, `Initializing node ${nid} as memoryless`);
      yield* pr_info(k, `Initmem setup node ${nid} as memoryless`);
      continue;
    }
    yield* pr_info(k, `Initmem setup node ${nid} ${byteRange(span)}`);
    calculate_node_totalpages(k, nid);
  }
  for (const nid of for_each_online_node(k)) yield* memmap_init(k, nid);
}

/** Pages of struct page for the memory, which the allocator does not hand out. */
const memmapPages = (count: number): number => Math.ceil((count * 64) / PAGE_SIZE);

/** Tells of the order in which nodes are asked for memory, at boot. */
export function* build_all_zonelists_init(k: Kernel): Co {
  const nodes = for_each_online_node(k);
  const withMemory = nodes.filter((nid) => nodeZones(k, nid).some(populated_zone));
  // no CPU has told its node yet
  buildFallbackOrders(k, for_each_node(k), withMemory, () => false);
  for (const nid of for_each_node(k)) {
    yield* pr_info(k, `Fallback order for Node ${nid}: ${fallbackOrder(k, nid).join(' ')} `);
  }
  const zones = for_each_zone(k).filter(populated_zone);
  const total = zones.reduce((sum, zone) => sum + zone.present_pages - memmapPages(zone.spanned_pages), 0);
  yield* pr_info(
    k,
    `Built ${nodes.length} zonelists, mobility grouping on.  Total pages: ${total - archOps(k).memory.bootReserve(k).dma}`,
  );
  const highest = zoneBounds(k)
    .filter(({ name }) => zones.some((zone) => zone.name === name))
    .at(-1);
  yield* pr_info(k, `Policy zone: ${highest?.name ?? 'DMA'}`);
}
