/**
 * Taking pageblocks out of the allocator's hands.
 *
 * @linux mm/page_isolation.c, by sections instead of pageblocks; mm/debug.c dump_page
 */
import { ERRNO } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { pr_warn } from '../kernel/printk/printk.ts';
import type { Kernel } from '../kernel-context.ts';
import { type FrameUse, RESERVED, setIsolated, settleFrames, type UsedFrames, usedFrames } from './frames.ts';
import { ZONE_NAMES, type zone } from './page_alloc.ts';

const hex16 = (value: bigint): string => value.toString(16).padStart(16, '0');

/** What a pointer prints as with %p: a hash; ours is one of the page frame's number. */
const hashedPointer = (pfn: number): string =>
  hex16(BigInt.asUintN(32, BigInt(pfn) * 0x9e37_79b1n + 0x7f4a_7c15n)).slice(-16);

const PG_SLAB = 0x200n;
const NODE_SHIFT = 54n;
const ZONE_SHIFT = 51n;
/** LAST_CPUPID of a page that no task has touched. */
const LAST_CPUPID = 0x1f_ffffn << 30n;

/** dump_page(): who is to blame, in the kernel's own words. */
export function* dump_page(k: Kernel, range: UsedFrames, zone: zone, reason: string): Co {
  const index = ZONE_NAMES.indexOf(zone.name);
  const isSlab = range.use === 'slab';
  const flags =
    (BigInt(zone.nid) << NODE_SHIFT) | (BigInt(index) << ZONE_SHIFT) | LAST_CPUPID | (isSlab ? PG_SLAB : 0n);
  const names = `${isSlab ? 'slab|' : ''}node=${zone.nid}|zone=${index}|lastcpupid=0x1fffff`;
  const page = `page:${hashedPointer(range.start)} refcount:1 mapcount:0 mapping:${hex16(0n)} index:0x0`;
  yield* pr_warn(k, `${page} pfn:0x${range.start.toString(16)}`);
  yield* pr_warn(k, `flags: 0x${flags.toString(16)}(${names})`);
  yield* pr_warn(k, `raw: ${hex16(flags)} ${hex16(0n)} dead000000000122 ${hex16(0n)}`);
  yield* pr_warn(k, `raw: ${hex16(0n)} ${hex16(0n)} 00000001ffffffff ${hex16(0n)}`);
  yield* pr_warn(k, `page dumped because: ${reason}`);
}

/** What migration moves, what is dissolved, and what lies outside the range that is isolated. */
const CAN_GO: ReadonlySet<FrameUse> = new Set(['movable', 'hugetlb', 'memmap']);

/** has_unmovable_pages(). In zone Movable all can be moved that came there by allocation. */
export function unmovableFrames(k: Kernel, zone: zone, start: number, count: number): UsedFrames | undefined {
  // at boot even this zone may have lost pages to the kernel
  if (zone.name === 'Movable') return usedFrames(k, start, count).find(({ holder }) => holder === RESERVED);
  return usedFrames(k, start, count).find(({ use }) => !CAN_GO.has(use));
}

/** 0 with the range isolated, or -EBUSY with a word on the page that cannot be moved. */
export const start_isolate_page_range = traced(
  'start_isolate_page_range',
  function* (k: Kernel, zone: zone, start_pfn: number, nr_pages: number): Co<number> {
    settleFrames(k);
    const unmovable = unmovableFrames(k, zone, start_pfn, nr_pages);
    if (unmovable) {
      yield* dump_page(k, unmovable, zone, 'unmovable page');
      return -ERRNO.EBUSY;
    }
    setIsolated(k, start_pfn, nr_pages, true);
    k.log.emit('pages_isolated', start_pfn, nr_pages, 1);
    return 0;
  },
);

export const undo_isolate_page_range = traced(
  'undo_isolate_page_range',
  function* (k: Kernel, start_pfn: number, nr_pages: number): Co {
    setIsolated(k, start_pfn, nr_pages, false);
    k.log.emit('pages_isolated', start_pfn, nr_pages, 0);
  },
);

/** 0 when every page of the isolated range is free, or -EBUSY. */
export const test_pages_isolated = traced(
  'test_pages_isolated',
  function* (k: Kernel, start_pfn: number, nr_pages: number): Co<number> {
    return usedFrames(k, start_pfn, nr_pages).every(({ use }) => use === 'memmap') ? 0 : -ERRNO.EBUSY;
  },
);
