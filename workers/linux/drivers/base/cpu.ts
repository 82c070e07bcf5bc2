/**
 * /sys/devices/system/cpu: CPU devices and the files beside them.
 *
 * @linux drivers/base/cpu.c, without probe and release
 */
import { type Co, traced } from '../../../sim/coroutine.ts';
import {
  type CpuMask,
  cpu_online_mask,
  cpu_possible_mask,
  cpu_present_mask,
  cpuIds,
} from '../../include/linux/cpumask.ts';
import type { bus_type, device, device_driver } from '../../include/linux/device.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { cpu_device_down, cpu_device_up } from '../../kernel/cpu.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { cpu_to_node, NUMA_NO_NODE } from '../../mm/numa.ts';
import { bus_to_subsys, device_initialize } from './base.ts';
import { subsys_system_register } from './bus.ts';
import { device_register, device_unregister } from './core.ts';
import { cpuSysDevices, get_cpu_device } from './cpu-devices.ts';
import { register_cpu_under_node, unregister_cpu_under_node } from './node.ts';

/** struct cpu. */
export interface cpu {
  node_id: number;
  readonly hotpluggable: boolean;
  dev: device | undefined;
}

export { get_cpu_device };

/** The CPU that a device on the cpu bus stands for. */
const cpuOf = (dev: device): cpu => dev.driver_data as cpu;

const cpu_subsys_online = traced('cpu_subsys_online', function* (k: Kernel, dev: device): Co<number> {
  const from = cpu_to_node(k, dev.id);
  if (from === NUMA_NO_NODE) return -19; // ENODEV
  const ret = yield* cpu_device_up(k, dev);
  const to = cpu_to_node(k, dev.id);
  if (from !== to) {
    unregister_cpu_under_node(k, dev, from);
    register_cpu_under_node(k, dev, to);
    cpuOf(dev).node_id = to;
  }
  return ret;
});

const cpu_subsys_offline = traced('cpu_subsys_offline', function* (k: Kernel, dev: device): Co<number> {
  return yield* cpu_device_down(k, dev);
});

/** Says whether a driver wants a CPU: an ACPI match, so drivers/acpi supplies it. */
export const cpuMatch = kernelState<{ match: (k: Kernel, dev: device, drv: device_driver) => boolean }>(() => ({
  match: () => false,
}));

export const cpu_subsys: bus_type = {
  name: 'cpu',
  match: (k, dev, drv) => cpuMatch(k).match(k, dev, drv),
  // print_cpu_modalias ends its text with a newline, which becomes part of the value
  uevent: (k) => [`MODALIAS=${archOps(k).files.modalias(k)}\n`],
  online: cpu_subsys_online,
  offline: cpu_subsys_offline,
};

/** Where a CPU's ELF notes would be: the per-CPU area of a kernel without address randomisation. */
const CRASH_NOTES_SIZE = 368;
const CRASH_NOTES_BASE = 0x1c03a400;
const PERCPU_UNIT = 0x80000;

const crashNotes = (cpu: number): attribute[] => [
  {
    name: 'crash_notes',
    mode: 0o400,
    *show(): Co<string> {
      return `${(CRASH_NOTES_BASE + cpu * PERCPU_UNIT).toString(16)}\n`;
    },
  },
  {
    name: 'crash_notes_size',
    mode: 0o400,
    *show(): Co<string> {
      return `${CRASH_NOTES_SIZE}\n`;
    },
  },
];

/** Makes and registers the device of CPU `num`. The hotpluggable ones get an `online` file. */
export const register_cpu = traced('register_cpu', function* (k: Kernel, cpu: cpu, num: number): Co<number> {
  cpu.node_id = cpu_to_node(k, num);
  const dev = device_initialize({
    name: `cpu${num}`,
    id: num,
    bus: cpu_subsys,
    groups: [{ attrs: crashNotes(num) }],
    offline_disabled: !cpu.hotpluggable,
    driver_data: cpu,
    pm_qos: true,
  });
  // not yet online when it registers: boot CPUs other than those that run already, and hot-added ones
  dev.offline = !cpu_online_mask(k).has(num);
  cpu.dev = dev;
  const error = yield* device_register(k, dev);
  if (error < 0) return error;
  cpuSysDevices(k, num).dev = dev;
  register_cpu_under_node(k, dev, cpu_to_node(k, num));
  return 0;
});

export const unregister_cpu = traced('unregister_cpu', function* (k: Kernel, cpu: cpu): Co {
  const { dev } = cpu;
  if (!dev) return;
  unregister_cpu_under_node(k, dev, cpu_to_node(k, dev.id));
  yield* device_unregister(k, dev);
  cpuSysDevices(k, dev.id).dev = undefined;
  cpu.dev = undefined;
});

/** A file that shows `text` and a newline. */
const show = (name: string, text: (k: Kernel) => string): attribute => ({
  name,
  mode: 0o444,
  *show(k): Co<string> {
    return `${text(k)}\n`;
  },
});

const mask = (name: string, of: (k: Kernel) => CpuMask): attribute => show(name, (k) => of(k).toList());

/** total_cpus: those that the firmware names, more than nr_cpu_ids when `nr_cpus=` left some out. */
export const totalCpus = kernelState(() => ({ total_cpus: 0 }));

function offlineList(k: Kernel): string {
  const { nr_cpu_ids } = cpuIds(k);
  const { total_cpus } = totalCpus(k);
  const known = cpu_possible_mask(k).andNot(cpu_online_mask(k)).toList();
  if (total_cpus === 0 || nr_cpu_ids >= total_cpus) return known;
  return `${known},${nr_cpu_ids === total_cpus - 1 ? nr_cpu_ids : `${nr_cpu_ids}-${total_cpus - 1}`}`;
}

/** The directory of the bus's root device, for subsystems that put files there (hotplug, smt, cpuidle). */
export const cpuRootDevice = (k: Kernel): device | undefined => bus_to_subsys(k, cpu_subsys)?.dev_root;

export function* cpu_dev_init(k: Kernel): Co<number> {
  return yield* subsys_system_register(k, cpu_subsys, [
    {
      attrs: [
        mask('online', cpu_online_mask),
        mask('possible', cpu_possible_mask),
        mask('present', cpu_present_mask),
        show('kernel_max', (kernel) => `${kernel.profile.maxCpus - 1}`),
        show('offline', offlineList),
        show('isolated', () => ''),
        // the mask is not allocated unless nohz_full= is given; %*pbl of no mask
        show('nohz_full', () => '(null)'),
        show('modalias', (kernel) => archOps(kernel).files.modalias(kernel)),
      ],
    },
    { name: 'vulnerabilities', attrs: archOps(k).files.vulnerabilities.map(([name, text]) => show(name, () => text)) },
  ]);
}
