/**
 * What interrupts, ACPI and the driver core do at boot, in the order of upstream's calls and initcall levels.
 *
 * @linux init/main.c, include/linux/init.h
 */

import { acpi_gbl_FADT } from '../../acpica/tables/tbfadt.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_boot, acpi_pic_sci_set_trigger, initCpuNodes } from '../arch/x86/kernel/acpi/boot.ts';
import { setup_IO_APIC, skip_ioapic_setup } from '../arch/x86/kernel/apic/io_apic.ts';
import { x86Boot } from '../arch/x86/kernel/arch-boot.ts';
import { init_ISA_irqs, setup_legacy_vectors } from '../arch/x86/kernel/i8259.ts';
import { pci_subsys_init } from '../arch/x86/kernel/resource.ts';
import { setup_default_timer_irq } from '../arch/x86/kernel/time.ts';
import { topology_init } from '../arch/x86/kernel/topology.ts';
import { acpi_early_init, acpi_init, acpi_subsystem_init } from '../drivers/acpi/bus.ts';
import { acpi, acpiInstance } from '../drivers/acpi/internal.ts';
import { acpi_processor_driver_init } from '../drivers/acpi/processor_driver.ts';
import { cacheinfo_sysfs_init } from '../drivers/base/cacheinfo.ts';
import { cpu_dev_init } from '../drivers/base/cpu.ts';
import { memory_dev_init } from '../drivers/base/memory.ts';
import { node_dev_init } from '../drivers/base/node.ts';
import { topology_sysfs_init } from '../drivers/base/topology.ts';
import { dmi_id_init } from '../drivers/firmware/dmi-id.ts';
import { i8042_init } from '../drivers/input/serio/i8042.ts';
import { cmos_init } from '../drivers/rtc/rtc-cmos.ts';
import { setup_max_cpus } from '../kernel/boot-options.ts';
import { cpuhp_sysfs_init, cpuidle_sysfs_init } from '../kernel/cpu_sysfs.ts';
import { init_irq_proc } from '../kernel/irq/manage.ts';
import { pm_init } from '../kernel/power/main.ts';
import { pr_info } from '../kernel/printk/printk.ts';
import type { Kernel } from '../kernel-context.ts';
import { uevent_seqnum_init } from '../lib/kobject_uevent.ts';
import { hugetlb_init } from '../mm/hugetlb.ts';
import { mhp_parameters_init } from '../mm/mhp-parameters.ts';
import { bootMessages } from './boot-messages.ts';
import type { BootParts, Initcall } from './main.ts';

/** ACPICA, which needs no interrupts yet; descriptors of the ISA interrupts and the IO-APIC; then ACPI mode. */
function* init_IRQ(k: Kernel): Co {
  initCpuNodes(k);
  const hasTables = acpiInstance(k).globals !== undefined;
  const legacy = skip_ioapic_setup(k);
  init_ISA_irqs(k);
  if (legacy) yield* setup_legacy_vectors(k);
  if (hasTables) yield* acpi_early_init(k);
  const sci = hasTables ? acpi_gbl_FADT(acpi(k)).fadt?.sciInterrupt : undefined;
  if (legacy && sci !== undefined) yield* acpi_pic_sci_set_trigger(k, sci);
  const noSmp = setup_max_cpus(k) === 0;
  if (noSmp) yield* pr_info(k, 'APIC: SMP mode deactivated');
  yield* bootMessages(k, 'acpi_early');
  yield* pr_info(k, `APIC: Switch to symmetric I/O mode setup${noSmp ? ' in no SMP routine' : ''}`);
  if (legacy) yield* pr_info(k, 'Not enabling interrupt remapping due to skipped IO-APIC setup');
  else yield* setup_IO_APIC(k);
  yield* setup_default_timer_irq(k);
  if (hasTables) yield* acpi_subsystem_init(k);
}

/** Devices of the system. */
export function* driver_init(k: Kernel): Co {
  uevent_seqnum_init(k);
  yield* cpu_dev_init(k);
  yield* memory_dev_init(k);
  yield* node_dev_init(k);
}

/** do_basic_setup calls it between driver_init() and the initcalls. */
export function* init_irq_proc_call(k: Kernel): Co {
  init_irq_proc(k);
}

export const platformParts: Pick<BootParts, 'arch' | 'acpi_boot' | 'init_IRQ' | 'driver_init'> = {
  arch: x86Boot,
  acpi_boot,
  init_IRQ,
  driver_init,
};

/** subsys_initcalls: before file systems and devices. */
export const platformSubsysInitcalls: readonly Initcall[] = [
  { name: 'dmi_id_init', fn: dmi_id_init },
  { name: 'pm_init', fn: pm_init },
  { name: 'init_irq_proc', fn: init_irq_proc_call },
  { name: 'topology_init', fn: topology_init },
  { name: 'hugetlb_init', fn: hugetlb_init },
  { name: 'param_sysfs_init', fn: mhp_parameters_init },
  { name: 'acpi_init', fn: acpi_init },
  { name: 'pci_subsys_init', fn: pci_subsys_init },
];

/** device_initcalls; the serial port's belongs behind `cacheinfo_sysfs_init`. */
export const platformDeviceInitcalls: readonly Initcall[] = [
  { name: 'cpuhp_sysfs_init', fn: cpuhp_sysfs_init },
  { name: 'acpi_processor_driver_init', fn: acpi_processor_driver_init },
  { name: 'topology_sysfs_init', fn: topology_sysfs_init },
  { name: 'cacheinfo_sysfs_init', fn: cacheinfo_sysfs_init },
  { name: 'i8042_init', fn: i8042_init },
  { name: 'cmos_init', fn: cmos_init },
  { name: 'cpuidle_init', fn: cpuidle_sysfs_init },
];
