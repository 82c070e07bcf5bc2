/** The hardware's number of each logical CPU. @linux arch/arm64/kernel/setup.c, arch/arm64/include/asm/smp_plat.h */
import { type Kernel, kernelState } from '../../../kernel-context.ts';

export const INVALID_HWID = -1;

/** __cpu_logical_map[]: MPIDRs by CPU. */
const logicalMap = kernelState<number[]>(() => []);

export const cpu_logical_map = (k: Kernel, cpu: number): number => logicalMap(k)[cpu] ?? INVALID_HWID;

export function set_cpu_logical_map(k: Kernel, cpu: number, hwid: number): void {
  if (logicalMap(k)[cpu] === hwid) return;
  logicalMap(k)[cpu] = hwid;
  if (hwid !== INVALID_HWID) k.log.emit('cpu_number', cpu, hwid);
}

/** The CPU with this number, -1 when none has it. */
export const get_logical_index = (k: Kernel, mpidr: number): number => logicalMap(k).indexOf(mpidr);
