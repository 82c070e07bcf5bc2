/** What x86 does in start_kernel(), where upstream calls the architecture. @linux init/main.c, arch/x86/kernel/cpu/bugs.c */
import type { Co } from '../../../../sim/coroutine.ts';
import { bootMessages } from '../../../init/boot-messages.ts';
import type { ArchBoot } from '../../../init/main.ts';
import { setup_max_cpus } from '../../../kernel/boot-options.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { setup_APIC_timer, setup_local_APIC } from './apic/apic.ts';
import { setup_arch, setup_per_cpu_areas } from './setup.ts';
import { native_smp_cpus_done, native_smp_prepare_cpus } from './smpboot.ts';

/** Jiffies a second, and what a BogoMIPS stands for in loops. */
const HZ = 250;
const LOOPS_PER_MIPS = 500_000;

function* time_init(k: Kernel): Co {
  yield* setup_local_APIC(k);
  yield* setup_APIC_timer(k);
}

function* boot_cpu_ready(k: Kernel): Co {
  const { bogomips, vendor, modelName, family, model, stepping } = k.platform.cpuModel;
  const skipped = 'Calibrating delay loop (skipped), value calculated using timer frequency..';
  const loopsPerJiffy = Math.round((Number.parseFloat(bogomips) * LOOPS_PER_MIPS) / HZ);
  yield* pr_info(k, `${skipped} ${bogomips} BogoMIPS (lpj=${loopsPerJiffy})`);
  yield* bootMessages(k, 'calibrated');
  const signature = `family: 0x${family.toString(16)}, model: 0x${model.toString(16)}, stepping: 0x${stepping.toString(16)}`;
  const maker = vendor === 'AuthenticAMD' ? 'AMD ' : vendor === 'GenuineIntel' ? 'Intel ' : '';
  const name = `${modelName.startsWith(maker) ? '' : maker}${modelName}`;
  yield* pr_info(k, setup_max_cpus(k) === 0 ? 'smpboot: SMP disabled' : `smpboot: CPU0: ${name} (${signature})`);
  yield* bootMessages(k, 'cpu0');
}

export const x86Boot: ArchBoot = {
  *smp_setup_processor_id(): Co {},
  setup_arch,
  setup_per_cpu_areas,
  time_init,
  boot_cpu_ready,
  *smp_prepare_cpus(k): Co {
    yield* native_smp_prepare_cpus(k);
  },
  smp_cpus_done: native_smp_cpus_done,
};
