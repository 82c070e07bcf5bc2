/**
 * The first chunk of per-CPU areas: how many units share an allocation of a large page, by the rules of upstream.
 *
 * @linux mm/percpu.c: pcpu_build_alloc_info and pcpu_dump_alloc_info; without the allocator
 */

import { roundUpPowerOfTwo } from '../../sim/bits.ts';
import type { Co } from '../../sim/coroutine.ts';
import { cpu_possible_mask } from '../include/linux/cpumask.ts';
import { KERN_DEBUG, KERN_INFO, printk } from '../kernel/printk/printk.ts';
import type { Kernel } from '../kernel-context.ts';
import { cpu_to_node } from './numa.ts';
import { PAGE_SIZE } from './page_alloc.ts';

/** Bytes of a unit, of the recorded kernel. */
const STATIC_SIZE = 217_088;
const RESERVED_SIZE = 8192;
const DYNAMIC_SIZE = 28_672;
/** PMD_SIZE: an allocation. */
const ATOM_SIZE = 1 << 21;
const LINE_WIDTH = 60;

/** CPUs of each group: of a node, in order. */
function groupsOf(k: Kernel): number[][] {
  const groups = new Map<number, number[]>();
  for (const cpu of cpu_possible_mask(k)) {
    const node = cpu_to_node(k, cpu);
    const group = groups.get(node);
    if (group) group.push(cpu);
    else groups.set(node, [cpu]);
  }
  return [...groups.values()];
}

/** Units of an allocation: as many as fit, as long as not too many of them stay empty. */
function unitsPerAllocation(groups: readonly number[][], minUnit: number): number {
  const cpus = groups.reduce((sum, group) => sum + group.length, 0);
  let best = 1;
  let fewest = Number.POSITIVE_INFINITY;
  for (let units = Math.floor(ATOM_SIZE / minUnit); units > 0; units--) {
    if (ATOM_SIZE % units !== 0 || (ATOM_SIZE / units) % PAGE_SIZE !== 0) continue;
    const allocations = groups.reduce((sum, group) => sum + Math.ceil(group.length / units), 0);
    if (allocations * units - cpus > Math.floor(cpus / 3)) continue;
    if (allocations > fewest) break;
    fewest = allocations;
    best = units;
  }
  return best;
}

const roundDownPowerOfTwo = (value: number): number => {
  const power = roundUpPowerOfTwo(value);
  return power > value && power > 1 ? power / 2 : power;
};

export function* pcpu_embed_first_chunk(k: Kernel): Co {
  const groups = groupsOf(k);
  const minUnit = STATIC_SIZE + RESERVED_SIZE + DYNAMIC_SIZE;
  const units = unitsPerAllocation(groups, minUnit);
  const sizes = `s${STATIC_SIZE} r${RESERVED_SIZE} d${DYNAMIC_SIZE} u${ATOM_SIZE / units}`;
  yield* printk(k, KERN_INFO, `percpu: Embedded ${minUnit / PAGE_SIZE} pages/cpu ${sizes}`);
  yield* printk(k, KERN_DEBUG, `pcpu-alloc: ${sizes} alloc=1*${ATOM_SIZE}`);
  const cpuWidth = `${cpu_possible_mask(k).weight}`.length;
  const groupWidth = `${groups.length}`.length;
  const width = units * (cpuWidth + 1) + groupWidth + 3;
  const perLine = roundDownPowerOfTwo(LINE_WIDTH / width);
  const allocations = groups.flatMap((cpus, group) =>
    Array.from({ length: Math.ceil(cpus.length / units) }, (_, part) => {
      const held = Array.from({ length: units }, (_unused, unit) => cpus[part * units + unit]);
      const shown = held.map((cpu) => (cpu === undefined ? '-'.repeat(cpuWidth) : `${cpu}`.padStart(cpuWidth, '0')));
      return `[${`${group}`.padStart(groupWidth, '0')}] ${shown.join(' ')} `;
    }),
  );
  for (let at = 0; at < allocations.length; at += perLine) {
    yield* printk(k, KERN_DEBUG, `pcpu-alloc: ${allocations.slice(at, at + perLine).join('')}`);
  }
}
