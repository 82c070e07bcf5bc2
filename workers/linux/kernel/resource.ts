/**
 * Physical addresses and who has them: /proc/iomem.
 *
 * @linux kernel/resource.c, for memory alone
 */
import { type Kernel, kernelState } from '../kernel-context.ts';
import { archOps } from './arch-ops.ts';

export interface resource {
  /** First and last address. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly children: resource[];
}

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
  for (const [start, end, name] of archOps(k).memory.resources(k)) insert(tree, node(start, end, name));
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
