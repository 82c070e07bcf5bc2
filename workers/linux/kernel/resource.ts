/**
 * Physical addresses and who has them: /proc/iomem.
 *
 * @linux kernel/resource.c, for memory alone; arch/x86/kernel/e820.c e820__reserve_resources
 */
import { type Kernel, kernelState } from '../kernel-context.ts';

export interface resource {
  /** First and last address. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly children: resource[];
}

const E820_RAM = 1;
const PAGE_SIZE = 4096;
/** Where a kernel without address randomisation lies, section by section (recording q35-guest-tools). */
const KERNEL_SECTIONS: readonly (readonly [number, number, string])[] = [
  [0x100_0000, 0x1e0_1d31, 'Kernel code'],
  [0x200_0000, 0x28e_8fff, 'Kernel rodata'],
  [0x2a0_0000, 0x2c4_89ff, 'Kernel data'],
  [0x330_d000, 0x43f_ffff, 'Kernel bss'],
];

const node = (start: number, end: number, name: string): resource => ({ start, end, name, children: [] });

/** Puts `item` into the tree: below what contains it, above what it contains. False when it cuts through something. */
function insert(level: resource[], item: resource): boolean {
  const outer = level.find((other) => other.start <= item.start && other.end >= item.end);
  return outer ? insert(outer.children, item) : enclose(level, item);
}

/** Puts `item` above all that lies in its range. */
function enclose(level: resource[], item: resource): boolean {
  const touching = level.filter((other) => other.start <= item.end && other.end >= item.start);
  if (touching.some((other) => other.start < item.start || other.end > item.end)) return false;
  item.children.push(...touching);
  for (const inner of touching) level.splice(level.indexOf(inner), 1);
  level.push(item);
  level.sort((a, b) => a.start - b.start);
  return true;
}

export const iomem_resource = kernelState<resource[]>((k) => {
  const tree: resource[] = [];
  insert(tree, node(0, PAGE_SIZE - 1, 'Reserved'));
  for (const { address, length, type } of k.platform.e820) {
    const start = Math.max(address, address === 0 ? PAGE_SIZE : 0);
    if (length === 0) continue;
    insert(tree, node(start, address + length - 1, type === E820_RAM ? 'System RAM' : 'Reserved'));
  }
  for (const [start, end, name] of KERNEL_SECTIONS) insert(tree, node(start, end, name));
  return tree;
});

/** Adds what the firmware's tables and the drivers of fixed devices claim. */
export function insert_resource(k: Kernel, start: number, end: number, name: string): boolean {
  return insert(iomem_resource(k), node(start, end, name));
}

/** The same, above a range that is as large. */
export function wrap_resource(k: Kernel, start: number, end: number, name: string): boolean {
  return enclose(iomem_resource(k), node(start, end, name));
}

/** __request_region() at the top level: undefined when something busy is there. */
export function request_region(k: Kernel, start: number, size: number, name: string): resource | undefined {
  const tree = iomem_resource(k);
  const end = start + size - 1;
  const conflict = tree.some((other) => other.start <= end && other.end >= start);
  if (conflict) return undefined;
  const made = node(start, end, name);
  insert(tree, made);
  return made;
}

export function release_resource(k: Kernel, item: resource): void {
  const tree = iomem_resource(k);
  const at = tree.indexOf(item);
  if (at >= 0) tree.splice(at, 1);
}

/** release_mem_region_adjustable(): cuts a range out of the region that has it. */
export function release_mem_region_adjustable(k: Kernel, start: number, size: number): void {
  const tree = iomem_resource(k);
  const end = start + size - 1;
  const owner = tree.find((other) => other.start <= start && other.end >= end);
  if (!owner) return;
  release_resource(k, owner);
  if (owner.start < start) insert(tree, node(owner.start, start - 1, owner.name));
  if (owner.end > end) insert(tree, node(end + 1, owner.end, owner.name));
}

/** True when all of the range is System RAM (walk_system_ram_range). */
export const isSystemRam = (k: Kernel, start: number, size: number): boolean => {
  let at = start;
  for (const { start: from, end, name } of iomem_resource(k)) {
    if (name === 'System RAM' && from <= at && end >= at) at = end + 1;
  }
  return at >= start + size;
};

/** /proc/iomem. */
export function iomem_show(k: Kernel): string {
  const top = iomem_resource(k);
  const width = (top.at(-1)?.end ?? 0) < 2 ** 32 ? 8 : 16;
  const digits = (value: number): string => value.toString(16).padStart(Math.min(width, 8), '0');
  const lines = (level: readonly resource[], depth: number): string[] =>
    level.flatMap(({ start, end, name, children }) => [
      `${'  '.repeat(depth)}${digits(start)}-${digits(end)} : ${name}\n`,
      ...lines(children, depth + 1),
    ]);
  return lines(top, 0).join('');
}
