/**
 * Numbers of packages and dies in the order in which they were first seen, beside those that CPUID tells.
 *
 * @linux arch/x86/kernel/smpboot.c topology_update_package_map, topology_update_die_map
 */
import type { Co } from '../../../../sim/coroutine.ts';
import { cpu_possible_mask } from '../../../include/linux/cpumask.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import { type Kernel, kernelState, perCpu } from '../../../kernel-context.ts';
import { packageOf, x86Topology } from './cpu/topology.ts';

interface Identity {
  physicalPackage: number;
  physicalDie: number;
  package: number;
  die: number;
}

/** What was stored of a CPU; it stays when the CPU goes. */
const identities = perCpu<{ known: Identity | undefined }>(() => ({ known: undefined }));

const counted = kernelState(() => ({ packages: 0, dies: 0 }));

/** What the CPU's CPUID tells goes into the maps; a number that is not CPUID's own is told. */
export function* updatePackageMap(k: Kernel, cpu: number): Co {
  const physicalPackage = packageOf(k, cpu);
  const physicalDie = x86Topology.die_id?.(k, cpu) ?? 0;
  const own = identities(k, cpu);
  // a CPU that takes a number over finds what was stored under it, in its new place
  if (own.known) Object.assign(own.known, { physicalPackage, physicalDie });
  const known = [...cpu_possible_mask(k)].map((other) => identities(k, other).known).filter((one) => one !== undefined);
  const samePackage = known.filter((one) => one.physicalPackage === physicalPackage);
  const sameDie = samePackage.find((one) => one.physicalDie === physicalDie);
  const told = function* (physical: number, logical: number, what: string): Co<number> {
    if (logical !== physical) {
      yield* pr_info(k, `smpboot: CPU ${cpu} Converting physical ${physical} to logical ${what} ${logical}`);
    }
    return logical;
  };
  const logicalPackage = samePackage[0]?.package ?? (yield* told(physicalPackage, counted(k).packages++, 'package'));
  const logicalDie = sameDie?.die ?? (yield* told(physicalDie, counted(k).dies++, 'die'));
  own.known = { physicalPackage, physicalDie, package: logicalPackage, die: logicalDie };
}
