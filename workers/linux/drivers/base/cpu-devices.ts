/** The devices of CPUs, for those who only look them up. @linux drivers/base/cpu.c */
import { cpuIds } from '../../include/linux/cpumask.ts';
import type { device } from '../../include/linux/device.ts';
import { type Kernel, perCpu } from '../../kernel-context.ts';

export const cpuSysDevices = perCpu<{ dev: device | undefined }>(() => ({ dev: undefined }));

/** The device of a CPU, while it is registered. */
export const get_cpu_device = (k: Kernel, cpu: number): device | undefined =>
  cpu >= 0 && cpu < cpuIds(k).nr_cpu_ids ? cpuSysDevices(k, cpu).dev : undefined;
