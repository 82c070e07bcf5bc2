/**
 * Page frames that somebody asks for one by one: files in memory, anonymous memory, huge pages. The zones are asked in
 * the order of the zonelist, each down to its watermark.
 *
 * @linux mm/page_alloc.c get_page_from_freelist, without reclaim: there is no swap, and files live in memory alone
 */
import { smp_processor_id } from '../include/linux/sched.ts';
import type { Kernel } from '../kernel-context.ts';
import { claimInZone, type FrameUse, type Migration, migrateFrames, moveInZone, type UsedFrames } from './frames.ts';
import { cpu_to_node } from './numa.ts';
import { nodeZone, type ZoneName, type zone } from './page_alloc.ts';
import { freePages } from './vmstat.ts';
import { protection } from './watermark.ts';
import { fallbackOrder } from './zonelists.ts';

const ZONE_ORDER: readonly ZoneName[] = ['Movable', 'Normal', 'DMA32', 'DMA'];

/** Zones that movable pages may come from, the best first; of one node alone, if given. */
function zonelist(k: Kernel, only?: number): zone[] {
  const nodes = only === undefined ? fallbackOrder(k, Math.max(0, cpu_to_node(k, smp_processor_id(k)))) : [only];
  return nodes.flatMap((nid) => ZONE_ORDER.map((name) => nodeZone(k, nid, name)));
}

/** Pages that a zone gives to movable allocations: down to its watermark and what it keeps for others. */
function room(k: Kernel, zone: zone): number {
  if (zone.present_pages === 0) return 0;
  const reserve = protection(k, zone).at(ZONE_INDEX_MOVABLE) ?? 0;
  return Math.max(0, freePages(k, zone) - zone.watermark.min - reserve);
}

/** Of DMA, DMA32, Normal, Movable, Device. */
const ZONE_INDEX_MOVABLE = 3;

/** Claims pages for a holder: how many there were. `unit`: pages that must lie together, aligned. */
export function claimFrames(k: Kernel, use: FrameUse, pages: number, holder: string, unit = 1, node?: number): number {
  let left = pages;
  for (const zone of zonelist(k, node)) {
    if (left === 0) break;
    const wanted = Math.floor(Math.min(left, room(k, zone)) / unit) * unit;
    if (wanted > 0) left -= claimInZone(k, zone, use, wanted, holder, unit);
  }
  return pages - left;
}

/** Empties a range of what can be moved, as far as there is room elsewhere. */
export function migrateOut(k: Kernel, start: number, count: number): Migration {
  return migrateFrames(k, start, count, (range: UsedFrames) => {
    let left = range.count;
    for (const zone of zonelist(k)) {
      if (left === 0) break;
      const wanted = Math.min(left, room(k, zone));
      if (wanted > 0) left -= moveInZone(k, zone, range, wanted);
    }
    return range.count - left;
  });
}
