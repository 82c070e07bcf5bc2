/**
 * What page frames are used for: the model behind the allocator. Per section of memory a list of used ranges; the rest
 * is free. It is fed by the tasks that there are (kernel stacks, page tables, slabs; the memory of user processes), as
 * seen when somebody looks, so that nothing has to be told of every page. Kernel pages cannot be moved, a process's can.
 *
 * Sizes are estimates for an idle Debian guest. Where they land follows mm/page_alloc.c: the kernel asks the zones from
 * Normal down, user pages begin with Movable, and a zone's pages are used from those that came online first.
 */

import { PF_KTHREAD } from '../include/linux/sched.ts';
import { tasks } from '../kernel/sched/core.ts';
import { nextPid } from '../kernel/task.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { for_each_online_node } from './numa.ts';
import { PAGES_PER_SECTION, type ZoneName, type zone } from './page_alloc.ts';

export type FrameUse = 'kernel' | 'slab' | 'movable';

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
  /** First frames of the sections whose use has changed since somebody asked. */
  readonly touched: Set<number>;
}

const frames = kernelState<Frames>(() => ({
  sections: [],
  holders: new Map(),
  nextPid: 1,
  slabs: 0,
  touched: new Set(),
}));

/** A section's pages are given to the allocator. */
export function addSection(k: Kernel, start: number, zone: zone): void {
  frames(k).sections.push({ start, zone, used: [], isolated: true });
  frames(k).touched.add(start);
}

/** Page frames of the buffer of the software IO TLB and of what lies above it, from the end of memory down. */
const HELD_AT_TOP = 0xa000;

/** A boot section: the kernel's image is in the first, its early allocations and the IO TLB's buffer in the last ones. */
export function addBootSection(k: Kernel, start: number, count: number, zone: zone): void {
  const end = zone.zone_start_pfn + zone.spanned_pages;
  const held = start === 0 || (start + count > end - HELD_AT_TOP && zone.name !== 'Normal');
  for (let at = start; at < start + count; at += PAGES_PER_SECTION) {
    const first = at === 0 ? 0 : Math.max(at, end - HELD_AT_TOP);
    const used: UsedFrames[] = held
      ? [
          {
            start: first,
            count: Math.max(1, Math.min(at + PAGES_PER_SECTION, end) - first),
            use: 'kernel',
            holder: 'boot',
          },
        ]
      : [];
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

/** The first free run in a section, at most `count` pages. */
function freeRun({ start, used }: Section, count: number): { start: number; count: number } | undefined {
  let at = start;
  for (const range of used) {
    if (range.start > at) return { start: at, count: Math.min(count, range.start - at) };
    at = range.start + range.count;
  }
  const left = start + PAGES_PER_SECTION - at;
  return left > 0 ? { start: at, count: Math.min(count, left) } : undefined;
}

const KERNEL_ZONES: readonly ZoneName[] = ['Normal'];
const MOVABLE_ZONES: readonly ZoneName[] = ['Movable', 'Normal'];

/**
 * Takes pages from hot-added sections; what does not fit there comes from boot memory, which is not tracked page by
 * page. Returns what it took, in pages.
 */
function take(k: Kernel, use: FrameUse, pages: number, holder: string): number {
  let left = pages;
  const { sections, touched } = frames(k);
  for (const name of use === 'movable' ? MOVABLE_ZONES : KERNEL_ZONES) {
    for (const nid of for_each_online_node(k)) {
      for (const section of sections) {
        if (section.isolated || section.zone.name !== name || section.zone.nid !== nid) continue;
        for (let run = freeRun(section, left); left > 0 && run; run = freeRun(section, left)) {
          touched.add(section.start);
          section.used.push({ ...run, use, holder });
          section.used.sort((a, b) => a.start - b.start);
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

/** Moves the movable pages out of a range: how many. Boot memory takes what no hot-added section has room for. */
export function migrateFrames(k: Kernel, start: number, count: number): number {
  let pages = 0;
  for (const section of sectionsIn(k, start, count)) {
    const moving = section.used.filter(({ use }) => use === 'movable');
    section.used = section.used.filter(({ use }) => use !== 'movable');
    if (moving.length > 0) frames(k).touched.add(section.start);
    for (const range of moving) {
      take(k, 'movable', range.count, range.holder);
      pages += range.count;
    }
  }
  return pages;
}

/** Used pages of a zone's hot-added sections. */
export function usedInZone(k: Kernel, zone: zone): number {
  let pages = 0;
  for (const section of frames(k).sections) {
    if (section.zone === zone) pages += section.used.reduce((total, { count }) => total + count, 0);
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
