/** CPU devices of x86. @linux arch/x86/kernel/topology.c */
import { type Co, traced } from '../../../../sim/coroutine.ts';
import { type cpu, register_cpu, unregister_cpu } from '../../../drivers/base/cpu.ts';
import { cpu_present_mask } from '../../../include/linux/cpumask.ts';
import { type Kernel, perCpu } from '../../../kernel-context.ts';

/** CPU 0 may go only on Intel's processors, and only if the command line says so. */
const cpu0Hotpluggable = (k: Kernel): boolean =>
  k.platform.cpuModel.vendor === 'GenuineIntel' && /(?:^|\s)cpu0_hotplug(?:\s|$)/.test(k.commandLine);

const cpu_devices = perCpu<cpu>((k, num) => ({
  node_id: 0,
  hotpluggable: num !== 0 || cpu0Hotpluggable(k),
  dev: undefined,
}));

export const arch_register_cpu = traced('arch_register_cpu', function* (k: Kernel, num: number): Co<number> {
  return yield* register_cpu(k, cpu_devices(k, num), num);
});

export const arch_unregister_cpu = traced('arch_unregister_cpu', function* (k: Kernel, num: number): Co {
  yield* unregister_cpu(k, cpu_devices(k, num));
});

/** subsys_initcall: the CPUs that are present. */
export function* topology_init(k: Kernel): Co<number> {
  for (const num of cpu_present_mask(k)) yield* arch_register_cpu(k, num);
  return 0;
}
