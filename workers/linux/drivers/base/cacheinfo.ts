/**
 * cpuN/cache: the caches that CPUID describes.
 *
 * @linux drivers/base/cacheinfo.c and arch/x86/kernel/cpu/cacheinfo.c
 */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { sysfs_create_dir, sysfs_remove_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_file, sysfs_create_files } from '../../fs/sysfs/file.ts';
import { CpuMask, cpuIds } from '../../include/linux/cpumask.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { archOps, type CacheLeaf } from '../../kernel/arch-ops.ts';
import { cpuhp_setup_state } from '../../kernel/cpuhp.ts';
import { type Kernel, perCpu } from '../../kernel-context.ts';
import { writeOnly } from './base.ts';
import { get_cpu_device } from './cpu.ts';
import { topology_core_cpumask, topology_sibling_cpumask } from './topology.ts';

function leafFiles(cpu: number, leaf: CacheLeaf): attribute[] {
  const file = (name: string, of: (k: Kernel) => string | number): attribute => ({
    name,
    mode: 0o444,
    *show(k): Co<string> {
      return `${of(k)}\n`;
    },
  });
  const shared = (k: Kernel): CpuMask =>
    leaf.packageWide ? lastLevelSharers(k, cpu).mask : topology_sibling_cpumask(k, cpu);
  const optional = (name: string, value: number | undefined, unit = ''): attribute[] =>
    value === undefined ? [] : [file(name, () => `${value}${unit}`)];
  const { id } = leaf;
  return [
    ...optional('coherency_line_size', leaf.lineSize),
    ...(id ? [file('id', (k) => id(k, cpu))] : []),
    file('level', () => leaf.level),
    ...optional('number_of_sets', leaf.sets),
    ...optional('physical_line_partition', leaf.lineSize === undefined ? undefined : 1),
    file('shared_cpu_list', (k) => shared(k).toList()),
    file('shared_cpu_map', (k) => shared(k).toHex(cpuIds(k).nr_cpu_ids)),
    ...optional('size', leaf.kib, 'K'),
    file('type', () => leaf.type),
    ...optional('ways_of_associativity', leaf.ways),
    { ...writeOnly('uevent'), mode: 0o644 },
  ];
}

/**
 * CPUs that share the last-level cache, as each CPU has them: a CPU adds itself to the others' when it comes online,
 * and nobody takes it out again when it goes (recorded with AMD's processors).
 */
const lastLevelSharers = perCpu<{ mask: CpuMask }>((k) => ({ mask: new CpuMask(k.profile.maxCpus) }));

function cache_shared_cpu_map_setup(k: Kernel, cpu: number): void {
  const sharers = topology_core_cpumask(k, cpu);
  lastLevelSharers(k, cpu).mask = sharers.copy();
  for (const other of sharers) lastLevelSharers(k, other).mask.set(cpu);
}

const cacheDirectory = perCpu<{ dir: kernfs_node | undefined }>(() => ({ dir: undefined }));

const cacheinfo_cpu_online = traced('cacheinfo_cpu_online', function* (k: Kernel, cpu: number): Co<number> {
  const dev = get_cpu_device(k, cpu);
  if (!dev?.sd) return 0;
  cache_shared_cpu_map_setup(k, cpu);
  const dir = sysfs_create_dir(k, dev.sd, 'cache');
  sysfs_create_file(k, dir, { ...writeOnly('uevent'), mode: 0o644 });
  archOps(k).cacheLeaves.forEach((leaf, index) => {
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
