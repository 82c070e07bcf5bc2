/**
 * What page frames are used for: the model behind the allocator. Per section of memory a list of used ranges; the rest
 * is free. It is fed by the tasks that there are (kernel stacks, page tables, slabs; the memory of user processes), as
 * seen when somebody looks, so that nothing has to be told of every page. Kernel pages cannot be moved, a process's can.
 *
 * Sizes are estimates for an idle Debian guest. Where they land follows mm/page_alloc.c: the kernel asks the zones from
 * Normal down, user pages begin with Movable, and a zone's pages are used from those that came online first.
 * What a user makes the guest hold beyond that (files in memory, huge pages, anonymous memory) is claimed page by page:
 * frame-claims.ts.
 */

import { PF_KTHREAD } from '../include/linux/sched.ts';
import { tasks } from '../kernel/sched/core.ts';
import { nextPid } from '../kernel/task.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { for_each_online_node } from './numa.ts';
import { bootMemory, PAGES_PER_SECTION, type ZoneName, type zone } from './page_alloc.ts';

/** `hugetlb`: a free huge page of the pool, which is given up when its block goes; `memmap`: the block's own struct pages. */
export type FrameUse = 'kernel' | 'slab' | 'movable' | 'hugetlb' | 'memmap';

/** Page frames in one section that one holder has. */
export interface UsedFrames {
  readonly start: number;
  readonly count: number;
  readonly use: FrameUse;
  /** `slab`, `bash-1`. */
  readonly holder: string;
}

interface Section {
  readonly start: number;
  readonly zone: zone;
  /** By page frame. */
  used: UsedFrames[];
  /** Nothing may be allocated here: the pageblocks are isolated. */
  isolated: boolean;
}

/** Pages of a task: its stack, and of a process its page tables and its memory. */
const STACK_PAGES = 4;
const PAGE_TABLE_PAGES = 8;
const PROCESS_PAGES = 300;
/** Slab pages of a new task: task_struct, files, credentials; they seldom empty again, but others use them. */
const SLAB_PAGES_PER_TASK = 1;
const MAX_SLAB_PAGES = 256;

interface Frames {
  /** In the order of coming online: the order in which they are used. */
  sections: Section[];
  /** By task id. */
  readonly holders: Map<number, string>;
  nextPid: number;
  slabs: number;
  /** Who has claimed pages, and how many. */
  readonly claims: Map<string, number>;
  /** Pages of the root file system that have a place. */
  rootFiles: number;
  /** First frames of the sections whose use has changed since somebody asked. */
  readonly touched: Set<number>;
}

const frames = kernelState<Frames>(() => ({
  sections: [],
  holders: new Map(),
  nextPid: 1,
  slabs: 0,
  claims: new Map(),
  rootFiles: 0,
  touched: new Set(),
}));

/** A section's pages are given to the allocator; its first `memmap` ones hold the struct pages of the block. */
export function addSection(k: Kernel, start: number, zone: zone, memmap = 0): void {
  const used: UsedFrames[] = memmap > 0 ? [{ start, count: memmap, use: 'memmap', holder: 'memmap' }] : [];
  frames(k).sections.push({ start, zone, used, isolated: true });
  frames(k).touched.add(start);
}

/** Page frames of the buffer of the software IO TLB and of what lies above it, from the end of memory down. */
const HELD_AT_TOP = 0xa000;
/** Of those, as a share, what is in use: the IO TLB's buffer, struct pages, hash tables. */
const SHARE_HELD_AT_TOP = 0.4;
/** Where the kernel's image ends, with what was allocated behind it. */
const IMAGE_END = 0x4400;
/** Files of the recorded guest's root file system. */
export const ROOT_FILE_PAGES = 16_966;

/** Holders of what boot has put there. */
const KERNEL_IMAGE = 'kernel image';
export const RESERVED = 'boot';
const ROOT_FILES = 'rootfs';
const BOOT_HOLDERS: ReadonlySet<string> = new Set([KERNEL_IMAGE, RESERVED, ROOT_FILES]);

/** What boot has put into a section. Places are estimates; which sections have kernel pages is as recorded. */
function bootFrames(k: Kernel, at: number, count: number, zone: zone): UsedFrames[] {
  const end = zone.zone_start_pfn + zone.spanned_pages;
  const firstSection = Math.floor((bootMemory(k)[0]?.start ?? 0) / PAGES_PER_SECTION) * PAGES_PER_SECTION;
  // an image that is not at the bottom: early slabs are
  if (at === firstSection && at > 0) return [{ start: at, count: PAGES_PER_SECTION, use: 'slab', holder: 'slab' }];
  if (at === 0) {
    return [
      { start: 0, count: IMAGE_END, use: 'kernel', holder: KERNEL_IMAGE },
      { start: IMAGE_END, count: PAGES_PER_SECTION - IMAGE_END, use: 'slab', holder: 'slab' },
    ];
  }
  if (at + count > end - HELD_AT_TOP && zone.name !== 'Normal') {
    const first = Math.max(at, end - HELD_AT_TOP);
    const size = Math.max(1, Math.floor((Math.min(at + PAGES_PER_SECTION, end) - first) * SHARE_HELD_AT_TOP));
    return [{ start: first, count: size, use: 'kernel', holder: RESERVED }];
  }
  const state = frames(k);
  const files = Math.min(count, ROOT_FILE_PAGES - state.rootFiles);
  if (files <= 0 || zone.name === 'Normal') return [];
  state.rootFiles += files;
  return [{ start: at, count: files, use: 'movable', holder: ROOT_FILES }];
}

/** A boot section: the kernel's image is in the first, its early allocations and the IO TLB's buffer in the last ones. */
export function addBootSection(k: Kernel, start: number, count: number, zone: zone): void {
  for (let at = start; at < start + count; at += PAGES_PER_SECTION) {
    const used = bootFrames(k, at, Math.min(count, PAGES_PER_SECTION), zone);
    frames(k).sections.push({ start: at, zone, used, isolated: false });
    frames(k).touched.add(at);
  }
}

export function removeSection(k: Kernel, start: number): void {
  const state = frames(k);
  state.sections = state.sections.filter((section) => section.start !== start);
}

const sectionsIn = (k: Kernel, start: number, count: number): Section[] =>
  frames(k).sections.filter((section) => section.start >= start && section.start < start + count);

export function setIsolated(k: Kernel, start: number, count: number, isolated: boolean): void {
  for (const section of sectionsIn(k, start, count)) section.isolated = isolated;
}

/** What is used in a range, lowest first. */
export const usedFrames = (k: Kernel, start: number, count: number): UsedFrames[] =>
  sectionsIn(k, start, count)
    .flatMap(({ used }) => used)
    .sort((a, b) => a.start - b.start);

const alignUp = (value: number, align: number): number => Math.ceil(value / align) * align;

/** The first free run in a section, at most `count` pages, a multiple of `align` and aligned to it. */
function freeRun({ start, used }: Section, count: number, align = 1): { start: number; count: number } | undefined {
  const fits = (from: number, to: number): { start: number; count: number } | undefined => {
    const first = alignUp(from, align);
    const pages = Math.floor(Math.min(count, to - first) / align) * align;
    return pages > 0 ? { start: first, count: pages } : undefined;
  };
  let at = start;
  for (const range of used) {
    const run = range.start > at ? fits(at, range.start) : undefined;
    if (run) return run;
    at = Math.max(at, range.start + range.count);
  }
  return fits(at, start + PAGES_PER_SECTION);
}

function occupy(k: Kernel, section: Section, range: UsedFrames): void {
  frames(k).touched.add(section.start);
  const next = section.used.findIndex(({ start }) => start > range.start);
  const at = next < 0 ? section.used.length : next;
  const before = section.used[at - 1];
  const joins = before && before.start + before.count === range.start;
  if (joins && before.use === range.use && before.holder === range.holder) {
    section.used[at - 1] = { ...before, count: before.count + range.count };
  } else section.used.splice(at, 0, range);
}

/** Places pages in a zone, where its sections have room: how many. */
function placeInZone(k: Kernel, zone: zone, use: FrameUse, pages: number, holder: string, align = 1): number {
  let left = pages;
  for (const section of frames(k).sections) {
    if (section.isolated || section.zone !== zone) continue;
    for (let run = freeRun(section, left, align); left > 0 && run; run = freeRun(section, left, align)) {
      occupy(k, section, { ...run, use, holder });
      left -= run.count;
    }
  }
  return pages - left;
}

/** Places pages that `holder` is to account for itself: how many had room. */
export function claimInZone(
  k: Kernel,
  zone: zone,
  use: FrameUse,
  pages: number,
  holder: string,
  align: number,
): number {
  const taken = placeInZone(k, zone, use, pages, holder, align);
  const { claims } = frames(k);
  if (taken > 0) claims.set(holder, (claims.get(holder) ?? 0) + taken);
  return taken;
}

/** Pages that were claimed. */
export const claimedBy = (k: Kernel, holder: string): number => frames(k).claims.get(holder) ?? 0;

/** Gives claimed pages back, the latest sections' first; only those of `within`, if given: how many. */
export function dropClaim(k: Kernel, holder: string, pages: number, within?: (pfn: number) => boolean): number {
  const { sections, claims } = frames(k);
  let left = Math.min(pages, claimedBy(k, holder));
  const wanted = left;
  for (const section of [...sections].reverse()) {
    for (const range of [...section.used].reverse()) {
      if (left === 0) break;
      if (range.holder !== holder || (within && !within(range.start))) continue;
      const count = Math.min(left, range.count);
      section.used.splice(section.used.indexOf(range), 1);
      if (count < range.count) occupy(k, section, { ...range, count: range.count - count });
      frames(k).touched.add(section.start);
      left -= count;
    }
  }
  const now = claimedBy(k, holder) - (wanted - left);
  if (now > 0) claims.set(holder, now);
  else claims.delete(holder);
  return wanted - left;
}

/** Claimed pages of a zone by use: what its free pages lack beside the estimate of boot's allocations. */
export function claimedInZone(k: Kernel, zone: zone, use?: FrameUse): number {
  const { sections, claims } = frames(k);
  let pages = 0;
  for (const section of sections) {
    if (section.zone !== zone) continue;
    for (const range of section.used) {
      if (claims.has(range.holder) && (use === undefined || range.use === use)) pages += range.count;
    }
  }
  return pages;
}

const KERNEL_ZONES: readonly ZoneName[] = ['Normal'];
const MOVABLE_ZONES: readonly ZoneName[] = ['Movable', 'Normal'];

/**
 * Takes pages from hot-added sections; what does not fit there comes from boot memory, which is not tracked page by
 * page. Returns what it took, in pages.
 */
function take(k: Kernel, use: FrameUse, pages: number, holder: string): number {
  let left = pages;
  const { sections } = frames(k);
  for (const name of use === 'movable' ? MOVABLE_ZONES : KERNEL_ZONES) {
    for (const nid of for_each_online_node(k)) {
      for (const section of sections) {
        if (section.isolated || section.zone.name !== name || section.zone.nid !== nid) continue;
        for (let run = freeRun(section, left); left > 0 && run; run = freeRun(section, left)) {
          occupy(k, section, { ...run, use, holder });
          left -= run.count;
        }
      }
    }
  }
  return pages - left;
}

function release(k: Kernel, holder: string): void {
  const { sections, touched } = frames(k);
  for (const section of sections) {
    const kept = section.used.filter((range) => range.holder !== holder);
    if (kept.length < section.used.length) touched.add(section.start);
    section.used = kept;
  }
}

/** Brings the model up to date with the tasks that there are. */
export function settleFrames(k: Kernel): void {
  const state = frames(k);
  const alive = new Set([...tasks(k).values()].map(({ id }) => id));
  const made = nextPid(k) - state.nextPid;
  state.nextPid += made;
  const slabs = Math.min(made * SLAB_PAGES_PER_TASK, MAX_SLAB_PAGES - state.slabs);
  if (slabs > 0) state.slabs += take(k, 'slab', slabs, 'slab');
  for (const [id, holder] of [...state.holders]) {
    if (alive.has(id)) continue;
    release(k, holder);
    state.holders.delete(id);
  }
  for (const task of [...tasks(k).values()]) {
    if (state.holders.has(task.id) || task.pid === 0) continue;
    const holder = `${task.comm}-${task.pid}`;
    state.holders.set(task.id, holder);
    const isKernelThread = (task.flags & PF_KTHREAD) !== 0;
    take(k, 'kernel', STACK_PAGES + (isKernelThread ? 0 : PAGE_TABLE_PAGES), holder);
    if (!isKernelThread) take(k, 'movable', PROCESS_PAGES, holder);
  }
}

/** What went to other frames, and what found none. */
export interface Migration {
  readonly moved: number;
  /** The first page that has to stay, because there is nowhere to go. */
  readonly stuck: UsedFrames | undefined;
}

/**
 * Moves the movable pages out of a range. Those of small processes find room in boot memory when no hot-added section
 * has any; claimed ones go where `place` finds room: the pages that it placed.
 */
export function migrateFrames(
  k: Kernel,
  start: number,
  count: number,
  place: (range: UsedFrames) => number,
): Migration {
  let moved = 0;
  let stuck: UsedFrames | undefined;
  for (const section of sectionsIn(k, start, count)) {
    const moving = section.used.filter(({ use }) => use === 'movable');
    section.used = section.used.filter(({ use }) => use !== 'movable');
    if (moving.length > 0) frames(k).touched.add(section.start);
    for (const range of moving) {
      const claimed = frames(k).claims.has(range.holder);
      const placed = claimed ? place(range) : range.count;
      if (!claimed) take(k, 'movable', range.count, range.holder);
      moved += placed;
      if (placed === range.count) continue;
      const rest = { ...range, start: range.start + placed, count: range.count - placed };
      occupy(k, section, rest);
      stuck ??= rest;
    }
  }
  return { moved, stuck };
}

/** Places pages of a holder that has claimed them already: migration's target. */
export const moveInZone = (k: Kernel, zone: zone, { use, holder }: UsedFrames, pages: number): number =>
  placeInZone(k, zone, use, pages, holder);

/** Used pages of a zone, but for those that boot took before the allocator had any, or that are counted elsewhere. */
export function usedInZone(k: Kernel, zone: zone): number {
  let pages = 0;
  for (const section of frames(k).sections) {
    if (section.zone !== zone) continue;
    for (const { holder, count } of section.used) if (!BOOT_HOLDERS.has(holder)) pages += count;
  }
  return pages;
}

/** First frames of the sections whose use has changed since the last call. */
export function touchedSections(k: Kernel): number[] {
  const { touched } = frames(k);
  const starts = [...touched];
  touched.clear();
  return starts;
}

/** Pages of a range by use, for who draws it. */
export function frameCounts(k: Kernel, start: number, count: number): { kernel: number; movable: number } {
  let kernel = 0;
  let movable = 0;
  for (const { use, count: pages } of usedFrames(k, start, count)) {
    if (use === 'movable') movable += pages;
    else kernel += pages;
  }
  return { kernel, movable };
}
