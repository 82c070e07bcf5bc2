/**
 * Giving the pages of a memory block to a zone, and taking them back.
 *
 * @linux mm/memory_hotplug.c, the half that bringing blocks online and offline needs; without memory groups
 */
import { ERRNO } from '../../abi/syscall.ts';
import { type Co, spend, traced } from '../../sim/coroutine.ts';
import {
  type MemoryAction,
  memory_block_size_bytes,
  memory_notify,
  ONLINE_TYPES,
  type OnlineType,
} from '../include/linux/memory.ts';
import { signal_pending } from '../include/linux/sched/signal.ts';
import { get_current, TASK_IDLE, TASK_RUNNING, type task_struct } from '../include/linux/sched.ts';
import { cpus_read_lock, cpus_read_unlock } from '../kernel/cpu-locks.ts';
import { kthread_run, kthread_should_stop, kthread_stop } from '../kernel/kthread.ts';
import { init_percpu_rwsem, percpu_down_write, percpu_up_write } from '../kernel/locking/percpu-rwsem.ts';
import { pr_warn } from '../kernel/printk/printk.ts';
import { isSystemRam } from '../kernel/resource.ts';
import { cond_resched, schedule, set_current_state } from '../kernel/sched/core.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { migrateOut } from './frame-claims.ts';
import { addSection, removeSection, settleFrames, type UsedFrames, usedFrames } from './frames.ts';
import { dissolve_free_huge_pages } from './hugetlb.ts';
import { mhpParameters } from './mhp-parameters.ts';
import { nodeStates, reportNodeMasks } from './node_states.ts';
import { for_each_online_node, nodeList } from './numa.ts';
import {
  nodeZone,
  nodeZones,
  PAGE_SIZE,
  PAGES_PER_SECTION,
  populated_zone,
  type zone,
  zone_intersects,
} from './page_alloc.ts';
import {
  dump_page,
  start_isolate_page_range,
  test_pages_isolated,
  undo_isolate_page_range,
  unmovableFrames,
} from './page_isolation.ts';
import { reportFrames } from './report-frames.ts';
import { build_all_zonelists, init_per_zone_wmark_min } from './watermark.ts';

export const mem_hotplug_lock = kernelState(() => init_percpu_rwsem('mem_hotplug_lock'));

/** What mem_hotplug_begin() does, where upstream's compiler inlines it and no tracer shows it. */
export function* lockMemoryHotplug(k: Kernel): Co {
  yield* cpus_read_lock(k);
  yield* percpu_down_write(k, mem_hotplug_lock(k));
}

export function* unlockMemoryHotplug(k: Kernel): Co {
  yield* percpu_up_write(k, mem_hotplug_lock(k));
  yield* cpus_read_unlock(k);
}

/** Keeps everybody else from changing or walking the memory map. */
export const mem_hotplug_begin = traced('mem_hotplug_begin', lockMemoryHotplug);
export const mem_hotplug_done = traced('mem_hotplug_done', unlockMemoryHotplug);

const parameter = (k: Kernel, name: string): string | undefined =>
  new RegExp(`(?:^|\\s)${name}=(\\S*)`).exec(k.commandLine)?.[1];

/** mhp_default_online_type: of the configuration, or memhp_default_state=. */
export const mhp_default_online_type = kernelState<{ type: OnlineType }>((k) => {
  const configured = k.profile.config['CONFIG_MEMORY_HOTPLUG_DEFAULT_ONLINE'] ? 'online' : 'offline';
  const given = parameter(k, 'memhp_default_state');
  return { type: ONLINE_TYPES.find((type) => type === given) ?? configured };
});

const movable_node_enabled = (k: Kernel): boolean => /(?:^|\s)movable_node(?:\s|$)/.test(k.commandLine);

// --- zones

/** The lowest kernel zone that the range meets, Normal when there is none. */
function default_kernel_zone_for_pfn(k: Kernel, nid: number, start: number, count: number): zone {
  const low = nodeZones(k, nid).filter(({ name }) => name === 'DMA' || name === 'DMA32');
  return low.find((zone) => zone_intersects(zone, start, count)) ?? nodeZone(k, nid, 'Normal');
}

/** A range that lies in the span of one kind of zone alone joins it: zones stay in one piece. */
function default_zone_for_pfn(k: Kernel, nid: number, start: number, count: number): zone {
  const kernel = default_kernel_zone_for_pfn(k, nid, start, count);
  const movable = nodeZone(k, nid, 'Movable');
  const inKernel = zone_intersects(kernel, start, count);
  const inMovable = zone_intersects(movable, start, count);
  if (inKernel !== inMovable) return inKernel ? kernel : movable;
  return movable_node_enabled(k) ? movable : kernel;
}

/** Whether movable memory may grow by so many pages: it must not outweigh the kernel's memory of boot. */
function auto_movable_can_online_movable(k: Kernel, nid: number | undefined, count: number): boolean {
  const zones = nid === undefined ? for_each_online_node(k).flatMap((node) => nodeZones(k, node)) : nodeZones(k, nid);
  const kernel = zones.reduce((sum, zone) => sum + presentEarly(k, zone), 0);
  const movable = zones.reduce((sum, { name, present_pages }) => sum + (name === 'Movable' ? present_pages : 0), 0);
  return movable + count <= Math.floor((mhpParameters(k).auto_movable_ratio * kernel) / 100);
}

/** Pages of a kernel zone that were there at boot. */
const earlyPages = kernelState((k) => {
  const pages = new Map<zone, number>();
  for (const nid of for_each_online_node(k)) {
    for (const zone of nodeZones(k, nid)) if (zone.name !== 'Movable') pages.set(zone, zone.present_pages);
  }
  return pages;
});
/** To be called at boot. */
export const rememberEarlyPages = (k: Kernel): void => void earlyPages(k);
const presentEarly = (k: Kernel, zone: zone): number => earlyPages(k).get(zone) ?? 0;

/** The policy `auto-movable`. */
function auto_movable_zone_for_pfn(k: Kernel, nid: number, start: number, count: number): zone {
  const kernel = default_kernel_zone_for_pfn(k, nid, start, count);
  if (mhpParameters(k).auto_movable_ratio === 0 || !auto_movable_can_online_movable(k, undefined, count)) return kernel;
  const numa = mhpParameters(k).auto_movable_numa_aware;
  if (numa && !auto_movable_can_online_movable(k, nid, count)) return kernel;
  return nodeZone(k, nid, 'Movable');
}

/** The zone that a range would join. */
export const zone_for_pfn_range = traced(
  'zone_for_pfn_range',
  function* (k: Kernel, type: OnlineType, nid: number, start: number, count: number): Co<zone> {
    if (type === 'online_kernel') return default_kernel_zone_for_pfn(k, nid, start, count);
    if (type === 'online_movable') return nodeZone(k, nid, 'Movable');
    return mhpParameters(k).online_policy === 'auto-movable'
      ? auto_movable_zone_for_pfn(k, nid, start, count)
      : default_zone_for_pfn(k, nid, start, count);
  },
);

export function reportZone(k: Kernel, zone: zone): void {
  const { nid, name, zone_start_pfn, spanned_pages, present_pages } = zone;
  k.log.emit('zone_pages', nid, name, zone_start_pfn, spanned_pages, present_pages);
  reportValidZones(k, nid);
}

/** Ranges that a zone got by hotplug, so that its span can shrink again. */
const zoneRanges = kernelState(() => new Map<zone, Set<number>>());

const rangesOf = (k: Kernel, zone: zone): Set<number> => {
  const known = zoneRanges(k).get(zone);
  if (known) return known;
  const boot = new Set<number>();
  const end = zone.zone_start_pfn + zone.spanned_pages;
  const first = zone.zone_start_pfn - (zone.zone_start_pfn % PAGES_PER_SECTION);
  if (zone.spanned_pages > 0) for (let at = first; at < end; at += PAGES_PER_SECTION) boot.add(at);
  zoneRanges(k).set(zone, boot);
  return boot;
};

export const move_pfn_range_to_zone = traced(
  'move_pfn_range_to_zone',
  function* (k: Kernel, zone: zone, start: number, count: number): Co {
    const ranges = rangesOf(k, zone);
    const end = zone.spanned_pages === 0 ? start + count : zone.zone_start_pfn + zone.spanned_pages;
    const first = zone.spanned_pages === 0 ? start : zone.zone_start_pfn;
    zone.zone_start_pfn = Math.min(first, start);
    zone.spanned_pages = Math.max(end, start + count) - zone.zone_start_pfn;
    for (let at = start; at < start + count; at += PAGES_PER_SECTION) ranges.add(at);
    yield* spend(INIT_STRUCT_PAGES);
  },
);

/** memmap_init_range() of a section. */
const INIT_STRUCT_PAGES = 900_000;

/** shrink_zone_span(). */
function remove_pfn_range_from_zone(k: Kernel, zone: zone, start: number, count: number): void {
  const ranges = rangesOf(k, zone);
  for (let at = start; at < start + count; at += PAGES_PER_SECTION) ranges.delete(at);
  const left = [...ranges].sort((a, b) => a - b);
  const [first] = left;
  const last = left.at(-1);
  if (first === undefined || last === undefined) {
    zone.zone_start_pfn = 0;
    zone.spanned_pages = 0;
    return;
  }
  const end = Math.min(zone.zone_start_pfn + zone.spanned_pages, last + PAGES_PER_SECTION);
  zone.zone_start_pfn = Math.max(zone.zone_start_pfn, first);
  zone.spanned_pages = end - zone.zone_start_pfn;
}

// --- online

/** 2^order pages, one of the pieces in which the pages reach the allocator. */
const MAX_ORDER_PAGES = 1024;

export const generic_online_page = traced('generic_online_page', function* (_k: Kernel, _pfn: number): Co {});

function* online_pages_range(k: Kernel, start: number, count: number, zone: zone, memmap: number): Co {
  for (let pfn = start + memmap; pfn < start + count; pfn += MAX_ORDER_PAGES) yield* generic_online_page(k, pfn);
  for (let at = start; at < start + count; at += PAGES_PER_SECTION) addSection(k, at, zone, memmap);
  zone.managed_pages += count - memmap;
}

/** Threads of the nodes that came after boot, by name. */
const nodeThreads = kernelState(() => new Map<string, task_struct>());

const threadNames = (nid: number): string[] => [`kswapd${nid}`, `kcompactd${nid}`];

/** kswapd_run() and kcompactd_run(): threads of a node, made when its first memory comes. */
function* runNodeThreads(k: Kernel, nid: number): Co {
  for (const name of threadNames(nid)) {
    // those of the boot's nodes are there
    if (nodeStates(k).atBoot.has(nid) || nodeThreads(k).has(name)) continue;
    nodeThreads(k).set(name, yield* kthread_run(k, () => sleepUntilStopped(k), name));
  }
}

/** kcompactd_stop() and kswapd_stop(): the node's last memory is going. */
function* stopNodeThreads(k: Kernel, nid: number): Co {
  for (const name of threadNames(nid).reverse()) {
    const thread = nodeThreads(k).get(name);
    if (!thread) continue;
    nodeThreads(k).delete(name);
    yield* kthread_stop(k, thread);
  }
}

function* sleepUntilStopped(k: Kernel): Co<number> {
  while (!kthread_should_stop(k)) {
    set_current_state(k, TASK_IDLE);
    if (!kthread_should_stop(k)) yield* schedule(k);
  }
  set_current_state(k, TASK_RUNNING);
  return 0;
}

/**
 * Gives the range to the zone, but for the first `memmap` pages, which hold its struct pages. 0, or -errno when somebody
 * who was asked said no.
 */
export const online_pages = traced(
  'online_pages',
  function* (k: Kernel, start: number, count: number, zone: zone, memmap: number): Co<number> {
    // who is there already has its pages elsewhere
    settleFrames(k);
    yield* move_pfn_range_to_zone(k, zone, start, count);
    const ret = yield* memory_notify(k, 'MEM_GOING_ONLINE', start, count);
    if (ret < 0) {
      yield* memory_notify(k, 'MEM_CANCEL_ONLINE', start, count);
      remove_pfn_range_from_zone(k, zone, start, count);
      return ret;
    }
    const isFirst = !populated_zone(zone);
    yield* online_pages_range(k, start, count, zone, memmap);
    zone.present_pages += count;
    nodeStates(k).gained(zone.nid, zone.name);
    reportNodeMasks(k);
    reportZone(k, zone);
    if (isFirst) yield* build_all_zonelists(k);
    yield* undo_isolate_page_range(k, start, count);
    init_per_zone_wmark_min(k);
    yield* runNodeThreads(k, zone.nid);
    yield* memory_notify(k, 'MEM_ONLINE', start, count);
    return 0;
  },
);

// --- offline

/** Copying a page that a process has to another frame. */
const MIGRATE_PAGE = 4_000;

export const __offline_isolated_pages = traced(
  '__offline_isolated_pages',
  function* (k: Kernel, start: number, count: number): Co {
    for (let at = start; at < start + count; at += PAGES_PER_SECTION) removeSection(k, at);
  },
);

/** Trying again takes the processor: nothing else happens meanwhile. */
const RETRY = 40_000_000;
/** Messages of one kind within five seconds (DEFAULT_RATELIMIT_BURST and _INTERVAL). */
const BURST = 10;
const BURST_INTERVAL = 5_000_000_000;

const ratelimit = kernelState(() => ({ begin: Number.NEGATIVE_INFINITY, printed: 0 }));

/** There is nowhere to go with a page: says so, now and then, and will be tried again. */
function* migrationFailed(k: Kernel, page: UsedFrames, zone: zone): Co {
  reportFrames(k);
  const state = ratelimit(k);
  const now = k.clock.now();
  if (now - state.begin > BURST_INTERVAL) Object.assign(state, { begin: now, printed: 0 });
  if (state.printed++ < BURST) {
    const mode = 'mode:0x144cca(GFP_HIGHUSER_MOVABLE|__GFP_RETRY_MAYFAIL|__GFP_COMP)';
    const from = `nodemask=${zone.nid},cpuset=/,mems_allowed=${nodeList(for_each_online_node(k))}`;
    yield* pr_warn(k, `${get_current(k).comm}: page allocation failure: order:0, ${mode}, ${from}`);
    yield* pr_warn(k, `migrating pfn ${page.start.toString(16)} failed ret:-12`);
    yield* dump_page(k, page, zone, 'migration failure');
  }
  yield* spend(RETRY);
}

/** Moves out what can be moved, until nothing is left that could. 0 or -errno. */
function* emptyRange(k: Kernel, start: number, count: number, zone: zone): Co<number> {
  for (;;) {
    if (signal_pending(k, get_current(k))) return -ERRNO.EINTR;
    yield* cond_resched(k);
    const { moved, stuck } = migrateOut(k, start, count);
    if (moved > 0) {
      k.log.emit('pages_migrated', start, moved);
      yield* spend(moved * MIGRATE_PAGE);
    }
    if (stuck) {
      yield* migrationFailed(k, stuck, zone);
      continue;
    }
    dissolve_free_huge_pages(k, start, count);
    if ((yield* test_pages_isolated(k, start, count)) === 0) return 0;
    const left = usedFrames(k, start, count);
    if (!left.some(({ use }) => use === 'movable')) return -ERRNO.EBUSY;
  }
}

/** What stood against going offline, for who draws it. */
function reportRefusal(k: Kernel, start: number, count: number, zone: zone, reason: string): void {
  const page = unmovableFrames(k, zone, start, count);
  reportFrames(k);
  k.log.emit('memory_offline_refused', start / PAGES_PER_SECTION, page?.start ?? start, reason, page?.holder ?? '');
}

function* notified(k: Kernel, action: MemoryAction, start: number, count: number): Co<number> {
  return yield* memory_notify(k, action, start, count);
}

/** Takes the range from the zone. 0 or -errno; after a failure all is as it was. */
export const offline_pages = traced(
  'offline_pages',
  function* (k: Kernel, start: number, count: number, zone: zone, memmap: number): Co<number> {
    if (!isSystemRam(k, start * PAGE_SIZE, count * PAGE_SIZE)) {
      reportRefusal(k, start, count, zone, 'memory holes');
      return -ERRNO.EINVAL;
    }
    let ret = yield* start_isolate_page_range(k, zone, start, count);
    if (ret < 0) {
      reportRefusal(k, start, count, zone, 'failure to isolate range');
      return ret;
    }
    ret = yield* notified(k, 'MEM_GOING_OFFLINE', start, count);
    const refusal = ret < 0 ? 'notifier failure' : 'signal backoff';
    if (ret === 0) ret = yield* emptyRange(k, start, count, zone);
    if (ret < 0) {
      reportRefusal(k, start, count, zone, ret === -ERRNO.EBUSY ? 'unmovable page' : refusal);
      yield* undo_isolate_page_range(k, start, count);
      yield* notified(k, 'MEM_CANCEL_OFFLINE', start, count);
      return ret;
    }
    yield* __offline_isolated_pages(k, start, count);
    zone.managed_pages -= count - memmap;
    zone.present_pages -= count;
    init_per_zone_wmark_min(k);
    if (!populated_zone(zone)) yield* build_all_zonelists(k);
    nodeStates(k).lost(zone.nid, nodeZones(k, zone.nid));
    reportNodeMasks(k);
    if (!nodeStates(k).memory.has(zone.nid)) yield* stopNodeThreads(k, zone.nid);
    yield* notified(k, 'MEM_OFFLINE', start, count);
    remove_pfn_range_from_zone(k, zone, start, count);
    reportZone(k, zone);
    return 0;
  },
);

/** What was told of a node's blocks last. */
const toldZones = kernelState(() => new Map<number, string>());

/** What valid_zones shows of blocks that are offline. */
const usualZoneFirst = (k: Kernel, nid: number, start: number, count: number): string => {
  const usual = default_zone_for_pfn(k, nid, start, count);
  const all = [usual, default_kernel_zone_for_pfn(k, nid, start, count), nodeZone(k, nid, 'Movable')];
  return [...new Set(all)].map(({ name }) => name).join(' ');
};

/**
 * For who draws the blocks: which zones one that is offline could join. It depends on where it lies to the spans of the
 * node's zones, so a few ranges say it for all blocks.
 */
export function reportValidZones(k: Kernel, nid: number): void {
  const size = memory_block_size_bytes(k) / PAGE_SIZE;
  const spans = nodeZones(k, nid).filter(({ spanned_pages }) => spanned_pages > 0);
  const edges = spans.flatMap(({ zone_start_pfn: start, spanned_pages }) => [
    Math.floor(start / size),
    Math.ceil(start / size),
    Math.floor((start + spanned_pages) / size),
    Math.ceil((start + spanned_pages) / size),
  ]);
  const starts = [...new Set([0, ...edges])].sort((a, b) => a - b);
  const rows: { block: number; blocks: number; zones: string }[] = [];
  for (const [index, block] of starts.entries()) {
    const blocks = (starts[index + 1] ?? LAST_BLOCK) - block;
    const zones = usualZoneFirst(k, nid, block * size, size);
    const last = rows.at(-1);
    if (last?.zones === zones) last.blocks += blocks;
    else rows.push({ block, blocks, zones });
  }
  const told = rows.map(({ block, zones }) => `${block} ${zones}`).join();
  if (toldZones(k).get(nid) === told) return;
  toldZones(k).set(nid, told);
  for (const { block, blocks, zones } of rows) k.log.emit('memory_valid_zones', nid, block, blocks, zones);
}

const LAST_BLOCK = 2 ** 31 - 1;
