/**
 * cpuN/cache: the caches that CPUID describes.
 *
 * @linux drivers/base/cacheinfo.c and arch/x86/kernel/cpu/cacheinfo.c
 */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { cpu_physical_id } from '../../arch/x86/kernel/apic/apicid.ts';
import { coreOf, packageOf, threadsAreKnown } from '../../arch/x86/kernel/cpu/topology.ts';
import { sysfs_create_dir, sysfs_remove_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_file, sysfs_create_files } from '../../fs/sysfs/file.ts';
import { type CpuMask, cpuIds } from '../../include/linux/cpumask.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { cpuhp_setup_state } from '../../kernel/cpuhp.ts';
import { type Kernel, perCpu } from '../../kernel-context.ts';
import { writeOnly } from './base.ts';
import { get_cpu_device } from './cpu.ts';
import { topology_core_cpumask, topology_sibling_cpumask } from './topology.ts';

interface CacheLeaf {
  readonly level: number;
  readonly type: 'Data' | 'Instruction' | 'Unified';
  readonly kib: number;
  readonly ways: number;
  readonly sets: number;
  /** True where all of a package share it, false where the threads of a core do. */
  readonly packageWide: boolean;
}

/** The caches that QEMU 7.2's AMD models describe (target/i386/cpu.c). */
const LEAVES: readonly CacheLeaf[] = [
  { level: 1, type: 'Data', kib: 64, ways: 2, sets: 512, packageWide: false },
  { level: 1, type: 'Instruction', kib: 64, ways: 2, sets: 512, packageWide: false },
  { level: 2, type: 'Unified', kib: 512, ways: 16, sets: 512, packageWide: false },
  { level: 3, type: 'Unified', kib: 16384, ways: 16, sets: 16384, packageWide: true },
];
const LINE_SIZE = 64;

function leafFiles(cpu: number, leaf: CacheLeaf): attribute[] {
  const file = (name: string, of: (k: Kernel) => string | number): attribute => ({
    name,
    mode: 0o444,
    *show(k): Co<string> {
      return `${of(k)}\n`;
    },
  });
  const shared = (k: Kernel): CpuMask =>
    leaf.packageWide ? topology_core_cpumask(k, cpu) : topology_sibling_cpumask(k, cpu);
  return [
    file('coherency_line_size', () => LINE_SIZE),
    // without TOPOEXT nothing tells how many share a cache: each has its own number
    file('id', (k) => {
      if (!threadsAreKnown(k)) return cpu_physical_id(k, cpu);
      return leaf.packageWide ? packageOf(k, cpu) : coreOf(k, cpu);
    }),
    file('level', () => leaf.level),
    file('number_of_sets', () => leaf.sets),
    file('physical_line_partition', () => 1),
    file('shared_cpu_list', (k) => shared(k).toList()),
    file('shared_cpu_map', (k) => shared(k).toHex(cpuIds(k).nr_cpu_ids)),
    file('size', () => `${leaf.kib}K`),
    file('type', () => leaf.type),
    file('ways_of_associativity', () => leaf.ways),
    { ...writeOnly('uevent'), mode: 0o644 },
  ];
}

const cacheDirectory = perCpu<{ dir: kernfs_node | undefined }>(() => ({ dir: undefined }));

const cacheinfo_cpu_online = traced('cacheinfo_cpu_online', function* (k: Kernel, cpu: number): Co<number> {
  const dev = get_cpu_device(k, cpu);
  if (!dev?.sd) return 0;
  const dir = sysfs_create_dir(k, dev.sd, 'cache');
  sysfs_create_file(k, dir, { ...writeOnly('uevent'), mode: 0o644 });
  LEAVES.forEach((leaf, index) => {
    sysfs_create_files(k, sysfs_create_dir(k, dir, `index${index}`), leafFiles(cpu, leaf));
  });
  cacheDirectory(k, cpu).dir = dir;
  return 0;
});

const cacheinfo_cpu_pre_down = traced('cacheinfo_cpu_pre_down', function* (k: Kernel, cpu: number): Co<number> {
  const state = cacheDirectory(k, cpu);
  if (state.dir) sysfs_remove_dir(k, state.dir);
  state.dir = undefined;
  return 0;
});

const CPUHP_AP_BASE_CACHEINFO_ONLINE = 200;

/** device_initcall. */
export const cacheinfo_sysfs_init = (k: Kernel): Co<number> =>
  cpuhp_setup_state(
    k,
    CPUHP_AP_BASE_CACHEINFO_ONLINE,
    'base/cacheinfo:online',
    cacheinfo_cpu_online,
    cacheinfo_cpu_pre_down,
  );
