/**
 * cpuN/topology: who shares a core, a die, a package.
 *
 * @linux drivers/base/topology.c, and the masks of arch/x86/kernel/smpboot.c set_cpu_sibling_map
 */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { sysfs_create_group, sysfs_remove_group } from '../../fs/sysfs/group.ts';
import { CpuMask, cpu_online, cpu_online_mask, cpuIds } from '../../include/linux/cpumask.ts';
import type { attribute, attribute_group, bin_attribute } from '../../include/linux/sysfs.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { cpuhp_setup_state } from '../../kernel/cpuhp.ts';
import type { Kernel } from '../../kernel-context.ts';
import { get_cpu_device } from './cpu.ts';

/** CPU_FILE_MAX_SIZE rounded up to pages, for 8192 CPUs: the size that stat(2) tells of the list files. */
const LIST_SIZE = 28672;
const MAP_SIZE = 4096;

/** Online CPUs for which `key` is what it is for `cpu`; `cpu` itself alone while it is offline. */
function sharing(k: Kernel, cpu: number, key: (k: Kernel, cpu: number) => number): CpuMask {
  const same = [...cpu_online_mask(k)].filter((other) => key(k, other) === key(k, cpu));
  return new CpuMask(cpuIds(k).nr_cpu_ids, cpu_online(k, cpu) ? same : [cpu]);
}

export const topology_physical_package_id = (k: Kernel, cpu: number): number =>
  archOps(k).topology.physical_package_id(k, cpu);
export const topology_core_id = (k: Kernel, cpu: number): number => archOps(k).topology.core_id(k, cpu);
const topology_cluster_id = (k: Kernel, cpu: number): number => archOps(k).topology.cluster_id(k, cpu);

export const topology_sibling_cpumask = (k: Kernel, cpu: number): CpuMask => sharing(k, cpu, archOps(k).topology.core);
export const topology_core_cpumask = (k: Kernel, cpu: number): CpuMask => sharing(k, cpu, topology_physical_package_id);
/** The lab's machines have one die a package where the kernel is concerned. */
export const topology_die_cpumask = topology_core_cpumask;
export const topology_cluster_cpumask = (k: Kernel, cpu: number): CpuMask =>
  sharing(k, cpu, archOps(k).topology.cluster);

function* isRegistered(k: Kernel, cpu: number): Co<boolean> {
  return get_cpu_device(k, cpu) !== undefined;
}

function topologyGroup(k: Kernel, cpu: number): attribute_group {
  const { die_id } = archOps(k).topology;
  const id = (name: string, of: (k: Kernel) => number): attribute => ({
    name,
    mode: 0o444,
    *show(kernel): Co<string> {
      return `${of(kernel)}\n`;
    },
  });
  const file = (name: string, size: number, of: (k: Kernel) => string): bin_attribute => ({
    name,
    mode: 0o444,
    size,
    *read(kernel, offset, count): Co<string> {
      return (yield* isRegistered(kernel, cpu)) ? `${of(kernel)}\n`.slice(offset, offset + count) : '';
    },
  });
  const masks = (map: string, list: string, of: (k: Kernel, cpu: number) => CpuMask): bin_attribute[] => [
    file(map, MAP_SIZE, (kernel) => of(kernel, cpu).toHex(cpuIds(kernel).nr_cpu_ids)),
    file(list, LIST_SIZE, (kernel) => of(kernel, cpu).toList()),
  ];
  return {
    name: 'topology',
    attrs: [
      id('physical_package_id', (kernel) => topology_physical_package_id(kernel, cpu)),
      ...(die_id ? [id('die_id', (kernel) => die_id(kernel, cpu))] : []),
      id('cluster_id', (kernel) => topology_cluster_id(kernel, cpu)),
      id('core_id', (kernel) => topology_core_id(kernel, cpu)),
    ],
    bin_attrs: [
      ...masks('core_cpus', 'core_cpus_list', topology_sibling_cpumask),
      ...masks('thread_siblings', 'thread_siblings_list', topology_sibling_cpumask),
      ...masks('core_siblings', 'core_siblings_list', topology_core_cpumask),
      ...masks('cluster_cpus', 'cluster_cpus_list', topology_cluster_cpumask),
      ...(die_id ? masks('die_cpus', 'die_cpus_list', topology_die_cpumask) : []),
      ...masks('package_cpus', 'package_cpus_list', topology_core_cpumask),
    ],
  };
}

const topology_add_dev = traced('topology_add_dev', function* (k: Kernel, cpu: number): Co<number> {
  const dev = get_cpu_device(k, cpu);
  if (dev?.sd) sysfs_create_group(k, dev.sd, topologyGroup(k, cpu));
  return 0;
});

const topology_remove_dev = traced('topology_remove_dev', function* (k: Kernel, cpu: number): Co<number> {
  const dev = get_cpu_device(k, cpu);
  if (dev?.sd) sysfs_remove_group(k, dev.sd, topologyGroup(k, cpu));
  return 0;
});

const CPUHP_TOPOLOGY_PREPARE = 59;

/** device_initcall. */
export const topology_sysfs_init = (k: Kernel): Co<number> =>
  cpuhp_setup_state(k, CPUHP_TOPOLOGY_PREPARE, 'base/topology:prepare', topology_add_dev, topology_remove_dev);
