/** For who draws the blocks: what their pages are used for, in the event log. */
import { memory_block_size_bytes } from '../include/linux/memory.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { frameCounts, touchedSections, type UsedFrames, usedFrames } from './frames.ts';
import { PAGE_SIZE } from './page_alloc.ts';

/** Neighbours of one use and holder are told of as one. */
function joined(ranges: readonly UsedFrames[]): UsedFrames[] {
  const found: UsedFrames[] = [];
  for (const range of ranges) {
    const last = found.at(-1);
    const meets = last && last.start + last.count === range.start;
    if (meets && last.use === range.use && last.holder === range.holder) {
      found[found.length - 1] = { ...last, count: last.count + range.count };
    } else found.push(range);
  }
  return found;
}

/** For who draws the blocks: what the pages of those that have changed are used for now. */
export function reportFrames(k: Kernel): void {
  const size = memory_block_size_bytes(k) / PAGE_SIZE;
  const blocks = new Set(touchedSections(k).map((start) => Math.floor(start / size)));
  for (const block of [...blocks].sort((a, b) => a - b)) {
    const start = block * size;
    const { kernel, movable } = frameCounts(k, start, size);
    const ranges = joined(usedFrames(k, start, size));
    k.log.emit('memory_block_pages', block, kernel, movable, size, ranges.length);
    for (const range of ranges) k.log.emit('page_frames', range.start, range.count, range.use, range.holder);
  }
}

/** Claimed or dropped pages between two reports: files grow in small steps. */
const PAGES_PER_REPORT = 4096;

const pendingClaims = kernelState(() => ({ pages: 0 }));

/** Pages were claimed or dropped: told when there are enough of them. */
export function reportClaims(k: Kernel, pages: number): void {
  const pending = pendingClaims(k);
  pending.pages += pages;
  if (pending.pages >= PAGES_PER_REPORT) flushClaims(k);
}

/** Whoever claimed pages is done with it: a file was closed, a process has ended. */
export function flushClaims(k: Kernel): void {
  const pending = pendingClaims(k);
  if (pending.pages === 0) return;
  pending.pages = 0;
  reportFrames(k);
}
