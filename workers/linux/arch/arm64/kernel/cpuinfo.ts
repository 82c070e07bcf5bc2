/**
 * What a processor tells of itself: cache policy at boot, /proc/cpuinfo, regs/identification.
 *
 * @linux arch/arm64/kernel/cpuinfo.c
 */
import { type Co, traced } from '../../../../sim/coroutine.ts';
import { get_cpu_device } from '../../../drivers/base/cpu.ts';
import { sysfs_create_dir, sysfs_remove_dir } from '../../../fs/sysfs/dir.ts';
import { sysfs_create_group } from '../../../fs/sysfs/group.ts';
import { cpu_online_mask } from '../../../include/linux/cpumask.ts';
import type { kernfs_node } from '../../../include/linux/kernfs.ts';
import { smp_processor_id } from '../../../include/linux/sched.ts';
import type { attribute_group } from '../../../include/linux/sysfs.ts';
import { cpuhp_setup_state } from '../../../kernel/cpuhp.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import { type Kernel, perCpu } from '../../../kernel-context.ts';
import { read_sysreg } from './sysreg.ts';

const CPUHP_AP_ONLINE_DYN = 206;

/** CTR_EL0.L1Ip, instruction cache policies. */
const ICACHE_POLICIES = ['VPIPT', 'RESERVED/UNKNOWN', 'VIPT', 'PIPT'] as const;

interface CpuinfoArm64 {
  midr: number;
  revidr: number;
}

const cpu_data = perCpu<CpuinfoArm64>(() => ({ midr: 0, revidr: 0 }));

export const midrOf = (k: Kernel, cpu: number): number => cpu_data(k, cpu).midr;

/** The executing CPU's registers are kept, and its instruction cache is told of. */
export const cpuinfo_store_cpu = traced('__cpuinfo_store_cpu', function* (k: Kernel): Co {
  const cpu = smp_processor_id(k);
  const info = cpu_data(k, cpu);
  info.midr = read_sysreg(k, 'MIDR_EL1');
  info.revidr = read_sysreg(k, 'REVIDR_EL1');
  const policy = ICACHE_POLICIES[(read_sysreg(k, 'CTR_EL0') >>> 14) & 3] ?? '';
  yield* pr_info(k, `Detected ${policy} I-cache on CPU${cpu}`);
});

/** hwcap_str[], with the ID register's field that says so: register, shift, least value. */
const FEATURES: readonly (readonly [string, (k: Kernel) => boolean])[] = (() => {
  const isar0 =
    (shift: number, least = 1) =>
    (k: Kernel): boolean =>
      (Math.floor(read_sysreg(k, 'ID_AA64ISAR0_EL1') / 2 ** shift) & 0xf) >= least;
  const pfr0 =
    (shift: number) =>
    (k: Kernel): boolean =>
      (Math.floor(read_sysreg(k, 'ID_AA64PFR0_EL1') / 2 ** shift) & 0xf) !== 0xf;
  const always = (): boolean => true;
  return [
    ['fp', pfr0(16)],
    ['asimd', pfr0(20)],
    ['evtstrm', always],
    ['aes', isar0(4)],
    ['pmull', isar0(4, 2)],
    ['sha1', isar0(8)],
    ['sha2', isar0(12)],
    ['crc32', isar0(16)],
    ['atomics', isar0(20, 2)],
    ['cpuid', always],
  ];
})();

export function cpuinfo(k: Kernel): string {
  const features = FEATURES.filter(([, has]) => has(k)).map(([name]) => name);
  return [...cpu_online_mask(k)]
    .map((cpu) => {
      const midr = midrOf(k, cpu);
      return [
        `processor\t: ${cpu}`,
        `BogoMIPS\t: ${k.platform.cpuModel.bogomips}`,
        `Features\t: ${features.join(' ')}`,
        `CPU implementer\t: 0x${(midr >>> 24).toString(16).padStart(2, '0')}`,
        'CPU architecture: 8',
        `CPU variant\t: 0x${((midr >>> 20) & 0xf).toString(16)}`,
        `CPU part\t: 0x${((midr >>> 4) & 0xfff).toString(16).padStart(3, '0')}`,
        `CPU revision\t: ${midr & 0xf}`,
        '',
        '',
      ].join('\n');
    })
    .join('');
}

/** cpuN/regs/identification. */
const registers = (cpu: number): attribute_group => {
  const register = (name: string, of: (info: CpuinfoArm64) => number) => ({
    name,
    mode: 0o444,
    *show(k: Kernel): Co<string> {
      return `0x${of(cpu_data(k, cpu)).toString(16).padStart(16, '0')}\n`;
    },
  });
  return {
    name: 'identification',
    attrs: [register('midr_el1', ({ midr }) => midr), register('revidr_el1', ({ revidr }) => revidr)],
  };
};

const regsDirectory = perCpu<{ dir: kernfs_node | undefined }>(() => ({ dir: undefined }));

const cpuid_cpu_online = traced('cpuid_cpu_online', function* (k: Kernel, cpu: number): Co<number> {
  const sd = get_cpu_device(k, cpu)?.sd;
  if (!sd) return 0;
  const dir = sysfs_create_dir(k, sd, 'regs');
  sysfs_create_group(k, dir, registers(cpu));
  regsDirectory(k, cpu).dir = dir;
  return 0;
});

const cpuid_cpu_offline = traced('cpuid_cpu_offline', function* (k: Kernel, cpu: number): Co<number> {
  const state = regsDirectory(k, cpu);
  if (state.dir) sysfs_remove_dir(k, state.dir);
  state.dir = undefined;
  return 0;
});

/** device_initcall. */
export function* cpuinfo_regs_init(k: Kernel): Co<number> {
  return yield* cpuhp_setup_state(k, CPUHP_AP_ONLINE_DYN, 'arm64/cpuinfo:online', cpuid_cpu_online, cpuid_cpu_offline);
}
