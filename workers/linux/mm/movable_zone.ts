/**
 * Where ZONE_MOVABLE begins at boot: `movablecore=` and `kernelcore=`.
 *
 * @linux mm/page_alloc.c find_zone_movable_pfns_for_nodes, without `kernelcore=mirror` and `movable_node`
 */
import type { Kernel } from '../kernel-context.ts';

/** Page frames of a node's boot memory. */
export interface NodeRange {
  readonly start: number;
  readonly end: number;
  readonly nid: number;
}

const MAX_ORDER_NR_PAGES = 1024;
const PAGE_SHIFT = 12;

const roundUp = (value: number): number => Math.ceil(value / MAX_ORDER_NR_PAGES) * MAX_ORDER_NR_PAGES;

/** `128M` or `50%` of an option, in pages; undefined when it is not given or is nothing of the kind. */
function option(k: Kernel, name: string, total: number): number | undefined {
  const text = new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(k.commandLine)?.[1];
  const [, number, unit = ''] = /^(0x[0-9a-f]+|\d+)([KMGT%]?)/i.exec(text ?? '') ?? [];
  if (number === undefined) return undefined;
  if (unit === '%') return Math.floor((total * Number(number)) / 100);
  return Math.floor((Number(number) * 1024 ** ' KMGT'.indexOf(unit.toUpperCase() || ' ')) / 2 ** PAGE_SHIFT);
}

/** The first page frame of ZONE_MOVABLE, by node; none for nodes that have no such zone. */
export function zoneMovableStart(k: Kernel, ranges: readonly NodeRange[]): ReadonlyMap<number, number> {
  const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  let kernelcore = option(k, 'kernelcore', total) ?? 0;
  const movablecore = option(k, 'movablecore', total);
  if (movablecore !== undefined && movablecore > 0) {
    kernelcore = Math.max(kernelcore, total - Math.min(total, roundUp(movablecore)));
  }
  const starts = new Map<number, number>();
  if (kernelcore === 0 || kernelcore >= total) return starts;
  const nodes = [...new Set(ranges.map(({ nid }) => nid))];
  const begins = new Map<number, number>();
  // the kernel's share is dealt out evenly; nodes that are too small leave theirs to the others
  for (let left = kernelcore, usable = nodes.length; left > 0 && usable > 0; ) {
    const share = Math.floor(left / usable);
    if (share === 0) break;
    const before = left;
    for (const nid of nodes) {
      let wanted = share;
      for (const range of ranges.filter((other) => other.nid === nid)) {
        if (wanted === 0) break;
        const start = Math.max(range.start, begins.get(nid) ?? 0);
        const taken = Math.max(0, Math.min(wanted, range.end - start));
        if (taken === 0) continue;
        begins.set(nid, start + taken);
        wanted -= taken;
        left -= taken;
      }
    }
    usable--;
    if (left === before) break;
  }
  for (const nid of nodes) {
    const start = roundUp(begins.get(nid) ?? ranges.find((range) => range.nid === nid)?.start ?? 0);
    const end = Math.max(...ranges.filter((range) => range.nid === nid).map((range) => range.end));
    if (start < end) starts.set(nid, start);
  }
  return starts;
}
