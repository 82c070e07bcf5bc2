/**
 * What CPUID tells a guest of the processor models: as Linux 6.1 prints it in /proc/cpuinfo under QEMU 7.2 with TCG.
 * The lab has no host processor to pass through: `host`, and `max` under KVM, show the same as `max` under TCG.
 */
import type { MachineConfig } from '../abi/machine-config.ts';
import type { CpuModel } from '../abi/vcpu.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { apicIdWidths } from './apic-ids.ts';

const COMMON = {
  vendor: 'AuthenticAMD',
  family: 15,
  model: 107,
  stepping: 1,
  bugs: 'fxsave_leak sysret_ss_attrs null_seg swapgs_fence amd_e400 spectre_v1 spectre_v2',
  mhz: 2596.14,
  bogomips: '5192.28',
} as const;

const MAX: CpuModel = {
  ...COMMON,
  modelName: 'QEMU TCG CPU version 2.5+',
  flags:
    'fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush acpi mmx fxsr sse sse2 ss ht syscall nx ' +
    'mmxext pdpe1gb rdtscp lm 3dnowext 3dnow rep_good nopl cpuid extd_apicid pni pclmulqdq monitor ssse3 fma cx16 sse4_1 ' +
    'sse4_2 movbe popcnt aes xsave avx f16c rdrand hypervisor lahf_lm cmp_legacy svm cr8_legacy abm sse4a 3dnowprefetch ' +
    'vmmcall fsgsbase bmi1 avx2 smep bmi2 erms mpx adx smap clflushopt clwb xsaveopt xgetbv1 arat npt vgif umip pku ospke ' +
    'vaes la57',
};

const QEMU64: CpuModel = {
  ...COMMON,
  modelName: 'QEMU Virtual CPU version 2.5+',
  flags:
    'fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx lm ' +
    'rep_good nopl cpuid extd_apicid pni cx16 hypervisor lahf_lm cmp_legacy svm 3dnowprefetch vmmcall',
};

const MODELS: Readonly<Record<string, CpuModel>> = { max: MAX, host: MAX, qemu64: QEMU64 };

/** Facts of a `-cpu` model; qemu64's for one that the lab does not know. */
export const knownCpuModel = (name: string): CpuModel => MODELS[name] ?? QEMU64;

/** Facts of a `-cpu` model; one that the lab does not know is shown as qemu64, and the log says so. */
export function cpuModelOf(name: string, log: LogWriter): CpuModel {
  const known = MODELS[name];
  if (known) return known;
  log.emit('unmodelled', 'cpuid', `processor model ${name}, shown as qemu64`);
  return QEMU64;
}

/** CPUID leaf 0xb: how far to shift an APIC id for the core's and the package's number. */
export function apicIdShifts(topology: MachineConfig['topology']): { core: number; package: number } {
  const { smt, core, die } = apicIdWidths(topology);
  return { core: smt, package: smt + core + die };
}
