/** System registers of the executing processor. @linux arch/arm64/include/asm/sysreg.h */
import type { Arm64Cpu, Arm64SystemRegister } from '../../../../abi/arm64.ts';
import type { Kernel } from '../../../kernel-context.ts';

/** The executing processor; throws on another architecture, which is a fault of ours. */
export function arm64Cpu(k: Kernel): Arm64Cpu {
  const { arm64 } = k.platform.currentVcpu();
  if (!arm64) throw new Error('this processor is not an arm64 one');
  return arm64;
}

export const read_sysreg = (k: Kernel, name: Arm64SystemRegister): number => arm64Cpu(k).readSystemRegister(name);

export function write_sysreg(k: Kernel, name: Arm64SystemRegister, value: number): void {
  arm64Cpu(k).writeSystemRegister(name, value);
}

/** MPIDR_HWID_BITMASK below bit 32: affinities 0 to 2. */
const MPIDR_HWID_BITMASK = 0xff_ffff;

/** Affinity fields of MPIDR_EL1. */
export const read_cpuid_mpidr = (k: Kernel): number => read_sysreg(k, 'MPIDR_EL1') & MPIDR_HWID_BITMASK;

/** MPIDR_AFFINITY_LEVEL. */
export const affinityLevel = (mpidr: number, level: number): number => (mpidr >>> (8 * level)) & 0xff;

/** True when the kernel began at EL2: interrupts end in two steps, and timers are the physical ones. */
export const is_hyp_mode_available = (k: Kernel): boolean => read_sysreg(k, 'CurrentEL') >> 2 === 2;
