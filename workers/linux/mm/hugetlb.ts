/**
 * The pool of huge pages. Nothing in the guest maps them, so all of the pool is free; a block that goes offline takes its
 * part of it along.
 *
 * @linux mm/hugetlb.c, without surplus pages, reservations, policies and the vmemmap optimisation
 */
import { ERRNO } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { sysfs_create_dir, sysfs_find_or_create_dir } from '../fs/sysfs/dir.ts';
import { sysfs_create_file } from '../fs/sysfs/file.ts';
import type { kernfs_node } from '../include/linux/kernfs.ts';
import type { attribute } from '../include/linux/sysfs.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { claimFrames } from './frame-claims.ts';
import { claimedBy, claimedInZone, dropClaim } from './frames.ts';
import { nodeStates } from './node_states.ts';
import { nodeZones } from './page_alloc.ts';
import { flushClaims, reportClaims } from './report-frames.ts';

/** 2 MiB. */
const PAGES_PER_HUGE_PAGE = 512;
const HOLDER = 'hugetlb pool';
/** hugepages-1048576kB as well, where the processor has pages of that size: their pool stays empty. */
const GIGANTIC = /\bpdpe1gb\b/;

const settings = kernelState(() => ({ overcommit: 0, preallocated: undefined as number | undefined }));

export const nr_huge_pages = (k: Kernel): number => claimedBy(k, HOLDER) / PAGES_PER_HUGE_PAGE;

export const nr_huge_pages_node = (k: Kernel, nid: number): number =>
  nodeZones(k, nid).reduce((sum, zone) => sum + claimedInZone(k, zone, 'hugetlb'), 0) / PAGES_PER_HUGE_PAGE;

/** Makes the pool as large as asked, or as large as it can be; of one node, if given. */
function set_max_huge_pages(k: Kernel, count: number, node?: number): void {
  const now = node === undefined ? nr_huge_pages(k) : nr_huge_pages_node(k, node);
  const missing = Math.floor(Math.min(count, MAX_HUGE_PAGES)) - now;
  if (missing < 0) {
    const zones = node === undefined ? [] : nodeZones(k, node);
    const inNode = (pfn: number): boolean =>
      zones.some((zone) => pfn >= zone.zone_start_pfn && pfn < zone.zone_start_pfn + zone.spanned_pages);
    reportClaims(k, dropClaim(k, HOLDER, -missing * PAGES_PER_HUGE_PAGE, node === undefined ? undefined : inNode));
  } else {
    const nodes = node === undefined ? [...nodeStates(k).memory].sort((a, b) => a - b) : [node];
    let left = missing;
    // the nodes take turns
    nodes.forEach((nid, index) => {
      const share = Math.ceil(left / (nodes.length - index));
      const taken = claimFrames(k, 'hugetlb', share * PAGES_PER_HUGE_PAGE, HOLDER, PAGES_PER_HUGE_PAGE, nid);
      reportClaims(k, taken);
      left -= taken / PAGES_PER_HUGE_PAGE;
    });
    if (left > 0 && node === undefined) {
      reportClaims(k, claimFrames(k, 'hugetlb', left * PAGES_PER_HUGE_PAGE, HOLDER, PAGES_PER_HUGE_PAGE));
    }
  }
  flushClaims(k);
}

/** More than any memory has. */
const MAX_HUGE_PAGES = 2 ** 31;

/** Free huge pages of a range that is going away leave the pool. */
export function dissolve_free_huge_pages(k: Kernel, start: number, count: number): void {
  dropClaim(k, HOLDER, Number.MAX_SAFE_INTEGER, (pfn) => pfn >= start && pfn < start + count);
}

/** `hugepages=` behind no size or 2M: what boot has put into the pool. */
export function hugetlbPreallocated(k: Kernel): number {
  const state = settings(k);
  if (state.preallocated !== undefined) return state.preallocated;
  let size = '2M';
  let wanted = 0;
  for (const [, name, value = ''] of k.commandLine.matchAll(/(?:^|\s)(hugepagesz|hugepages)=(\S+)/g)) {
    if (name === 'hugepagesz') size = value;
    else if (size.toUpperCase() === '2M') wanted = Number(value) || 0;
  }
  if (wanted > 0) set_max_huge_pages(k, wanted);
  state.preallocated = nr_huge_pages(k);
  return state.preallocated;
}

/** Sizes that this kernel has no pages of, as the options ask for them. */
export function hugetlbComplaints(k: Kernel): string[] {
  const known = (size: string): boolean =>
    size.toUpperCase() === '2M' || (size.toUpperCase() === '1G' && GIGANTIC.test(k.platform.cpuModel.flags));
  const lines: string[] = [];
  let valid = true;
  for (const [, name, value = ''] of k.commandLine.matchAll(
    /(?:^|\s)(default_hugepagesz|hugepagesz|hugepages)=(\S+)/g,
  )) {
    if (name === 'hugepages') {
      if (!valid) lines.push(`HugeTLB: hugepages=${value} does not follow a valid hugepagesz, ignoring`);
      continue;
    }
    if (name === 'hugepagesz') valid = known(value);
    if (!known(value)) lines.push(`HugeTLB: unsupported ${name}=${value}`);
  }
  return lines;
}

/** The pools that boot tells of. */
export function hugetlbMessages(k: Kernel): string[] {
  const pages = hugetlbPreallocated(k);
  const pool = (size: string, count: number, freed: string): string[] => [
    `HugeTLB: registered ${size} page size, pre-allocated ${count} pages`,
    `HugeTLB: ${freed} vmemmap can be freed for a ${size} page`,
  ];
  return [
    ...(GIGANTIC.test(k.platform.cpuModel.flags) ? pool('1.00 GiB', 0, '16380 KiB') : []),
    ...pool('2.00 MiB', pages, '28 KiB'),
  ];
}

/** A number as kstrtoul reads it: undefined for other text. */
function kstrtoul(text: string): number | undefined {
  const trimmed = text.replace(/\n$/, '');
  return /^(?:0x[0-9a-f]+|\d+)$/i.test(trimmed) ? Number(trimmed) : undefined;
}

function counter(name: string, get: (k: Kernel) => number, set?: (k: Kernel, value: number) => void): attribute {
  return {
    name,
    mode: set ? 0o644 : 0o444,
    *show(k): Co<string> {
      return `${get(k)}\n`;
    },
    ...(set && {
      *store(k: Kernel, buf: string): Co<number> {
        const value = kstrtoul(buf);
        if (value === undefined) return -ERRNO.EINVAL;
        set(k, value);
        return buf.length;
      },
    }),
  };
}

const setPool = (k: Kernel, value: number): void => set_max_huge_pages(k, value);

const overcommit = (name: string): attribute =>
  counter(
    name,
    (k) => settings(k).overcommit,
    (k, value) => {
      settings(k).overcommit = value;
    },
  );

const nothing = (name: string): attribute => counter(name, () => 0);
const ignored = (name: string): attribute =>
  counter(
    name,
    () => 0,
    () => undefined,
  );

const sizes = (k: Kernel): readonly string[] =>
  GIGANTIC.test(k.platform.cpuModel.flags) ? ['hugepages-1048576kB', 'hugepages-2048kB'] : ['hugepages-2048kB'];

/** The files of a node: hugetlb_register_node(). */
export function hugetlb_register_node(k: Kernel, node: kernfs_node, nid: number): void {
  const parent = node.children?.get('hugepages');
  if (!parent) return;
  for (const size of sizes(k)) {
    const dir = sysfs_create_dir(k, parent, size);
    const own = size === 'hugepages-2048kB';
    const files = own
      ? [
          counter(
            'nr_hugepages',
            (of) => nr_huge_pages_node(of, nid),
            (of, value) => set_max_huge_pages(of, value, nid),
          ),
          counter('free_hugepages', (of) => nr_huge_pages_node(of, nid)),
        ]
      : [ignored('nr_hugepages'), nothing('free_hugepages')];
    for (const file of [...files, nothing('surplus_hugepages')]) sysfs_create_file(k, dir, file);
  }
}

/** /sys/kernel/mm/hugepages. */
export function* hugetlb_init(k: Kernel): Co {
  hugetlbPreallocated(k);
  const parent = sysfs_find_or_create_dir(k, 'kernel/mm/hugepages');
  for (const size of sizes(k)) {
    const dir = sysfs_create_dir(k, parent, size);
    const files =
      size === 'hugepages-2048kB'
        ? [
            counter('nr_hugepages', nr_huge_pages, setPool),
            overcommit('nr_overcommit_hugepages'),
            counter('free_hugepages', nr_huge_pages),
            counter('nr_hugepages_mempolicy', nr_huge_pages, setPool),
          ]
        : [
            ignored('nr_hugepages'),
            ignored('nr_overcommit_hugepages'),
            nothing('free_hugepages'),
            ignored('nr_hugepages_mempolicy'),
          ];
    for (const file of [...files, nothing('resv_hugepages'), nothing('surplus_hugepages')]) {
      sysfs_create_file(k, dir, file);
    }
  }
}

/** /proc/sys/vm: name, text, and what a write does. */
export const hugetlbSysctls: readonly (readonly [
  name: string,
  get: (k: Kernel) => number,
  set: (k: Kernel, value: number) => void,
])[] = [
  ['nr_hugepages', nr_huge_pages, setPool],
  ['nr_hugepages_mempolicy', nr_huge_pages, setPool],
  [
    'nr_overcommit_hugepages',
    (k) => settings(k).overcommit,
    (k, value) => {
      settings(k).overcommit = value;
    },
  ],
];
