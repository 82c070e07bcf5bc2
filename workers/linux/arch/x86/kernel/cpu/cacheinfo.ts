/** The caches that QEMU 7.2's AMD models describe (target/i386/cpu.c). @linux arch/x86/kernel/cpu/cacheinfo.c */
import type { CacheLeaf } from '../../../../kernel/arch-ops.ts';
import type { Kernel } from '../../../../kernel-context.ts';
import { cpu_physical_id } from '../apic/apicid.ts';
import { coreOf, packageOf, threadsAreKnown } from './topology.ts';

/** Without TOPOEXT nothing tells how many share a cache: each has its own number. */
const id =
  (of: (k: Kernel, cpu: number) => number) =>
  (k: Kernel, cpu: number): number =>
    threadsAreKnown(k) ? of(k, cpu) : cpu_physical_id(k, cpu);

const own = { lineSize: 64, id: id(coreOf), packageWide: false } as const;

export const X86_CACHE_LEAVES: readonly CacheLeaf[] = [
  { ...own, level: 1, type: 'Data', kib: 64, ways: 2, sets: 512 },
  { ...own, level: 1, type: 'Instruction', kib: 64, ways: 2, sets: 512 },
  { ...own, level: 2, type: 'Unified', kib: 512, ways: 16, sets: 512 },
  { level: 3, type: 'Unified', kib: 16384, ways: 16, sets: 16384, lineSize: 64, id: id(packageOf), packageWide: true },
];
