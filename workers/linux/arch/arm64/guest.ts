/** What the machine's composition root gets of Linux for arm64. See linux/guest.ts. */
import type { Co } from '../../../sim/coroutine.ts';
import type { GuestProgram } from '../../../sim/processor.ts';
import { acpi_init } from '../../drivers/acpi/bus.ts';
import { acpi_button_driver_init } from '../../drivers/acpi/button.ts';
import { ged_driver_init } from '../../drivers/acpi/evged.ts';
import { acpi_processor_driver_init } from '../../drivers/acpi/processor_driver.ts';
import { cacheinfo_sysfs_init } from '../../drivers/base/cacheinfo.ts';
import { topology_sysfs_init } from '../../drivers/base/topology.ts';
import { dmi_init } from '../../drivers/firmware/dmi_scan.ts';
import { gic_handle_irq } from '../../drivers/irqchip/irq-gic-v3.ts';
import { of_core_init } from '../../drivers/of/kobj.ts';
import { type KernelOptions, type LinuxGuest, startBootCpu } from '../../guest.ts';
import { bootMessages } from '../../init/boot-messages.ts';
import type { BootParts, Initcall } from '../../init/main.ts';
import { commonInitcalls, type InitOptions, runInit } from '../../init/parts.ts';
import { driver_init, init_irq_proc_call } from '../../init/platform.ts';
import { cpuhp_sysfs_init, cpuidle_sysfs_init } from '../../kernel/cpu_sysfs.ts';
import { pm_init } from '../../kernel/power/main.ts';
import { Kernel } from '../../kernel-context.ts';
import { labmemhpArm64On } from '../../profiles/labmemhp-arm64-6-1.ts';
import { acpiEnabled } from './kernel/acpi.ts';
import { cpuinfo_regs_init } from './kernel/cpuinfo.ts';
import { of_blob, of_root } from './kernel/of.ts';
import { ofPlatformInit, pl011_init, pmuInit } from './kernel/platform-devices.ts';
import { SECONDARY_ENTRY } from './kernel/psci.ts';
import { acpi_resources_init } from './kernel/resource.ts';
import { arm64Boot, init_IRQ } from './kernel/setup.ts';
import { startSecondary } from './kernel/smp.ts';
import { topology_init } from './kernel/topology.ts';
import { prevent_bootmem_remove_init } from './mm/init.ts';

const messages =
  (place: Parameters<typeof bootMessages>[1]): ((k: Kernel) => Co) =>
  (k) =>
    bootMessages(k, place);

const ifAcpi = (fn: (k: Kernel) => Co<unknown>): ((k: Kernel) => Co) =>
  function* (k: Kernel): Co {
    if (acpiEnabled(k)) yield* fn(k);
  };

const withoutAcpi = (fn: (k: Kernel) => Co<unknown>): ((k: Kernel) => Co) =>
  function* (k: Kernel): Co {
    if (!acpiEnabled(k)) yield* fn(k);
  };

/** In the order of the levels, and of links within one. */
const subsysInitcalls: readonly Initcall[] = [
  { name: 'prevent_bootmem_remove_init', fn: prevent_bootmem_remove_init },
  { name: 'of_core_init', fn: (k) => of_core_init(k, of_root(k), of_blob(k)) },
  { name: 'pm_init', fn: pm_init },
  { name: 'init_irq_proc', fn: init_irq_proc_call },
  { name: 'topology_init', fn: topology_init },
  { name: 'of_platform_default_populate_init', fn: ofPlatformInit },
  { name: 'uart_driver_messages', fn: messages('uart_driver') },
  { name: 'pl011_init', fn: pl011_init },
  { name: 'acpi_init', fn: ifAcpi(acpi_init) },
  { name: 'acpi_resources_init', fn: ifAcpi(acpi_resources_init) },
  { name: 'pmu_init', fn: pmuInit },
  { name: 'subsystem_messages', fn: withoutAcpi(messages('acpi_scan')) },
  {
    name: 'dmi_init',
    fn: (k) => dmi_init(k, k.platform.arm64?.uefi?.tables.find(([name]) => name === 'SMBIOS 3.0')?.[1]),
  },
];

const deviceInitcalls: readonly Initcall[] = [
  { name: 'cpuhp_sysfs_init', fn: cpuhp_sysfs_init },
  { name: 'ged_driver_init', fn: ifAcpi(ged_driver_init) },
  { name: 'acpi_button_driver_init', fn: ifAcpi(acpi_button_driver_init) },
  { name: 'cpuinfo_regs_init', fn: cpuinfo_regs_init },
  { name: 'acpi_processor_driver_init', fn: ifAcpi(acpi_processor_driver_init) },
  { name: 'topology_sysfs_init', fn: topology_sysfs_init },
  { name: 'cacheinfo_sysfs_init', fn: cacheinfo_sysfs_init },
  { name: 'cpuidle_init', fn: cpuidle_sysfs_init },
  { name: 'late_messages', fn: messages('late') },
];

function bootParts(init: InitOptions): BootParts {
  const { console_init, initcalls } = commonInitcalls(init);
  return {
    arch: arm64Boot,
    *acpi_boot(): Co {},
    init_IRQ,
    console_init,
    driver_init,
    initcalls: [...subsysInitcalls, ...initcalls, ...deviceInitcalls],
    run_init_process: (k) => runInit(k, init),
  };
}

/** A kernel that has not booted yet; the boot processor starts it where the firmware's work would begin. */
export function createArm64Kernel({ init, ...environment }: KernelOptions): LinuxGuest {
  const { platform, log, clock, entropy } = environment;
  // QEMU's loader inside UEFI names the RAM disk that it hands over
  const commandLine = `${environment.commandLine}${platform.arm64?.uefi ? ' initrd=initrd' : ''}`;
  const profile = labmemhpArm64On(platform, commandLine);
  const kernel = new Kernel(platform, log, clock, profile, commandLine, entropy);
  const parts = bootParts(init);
  const program: GuestProgram = {
    start: (processor, address) =>
      address === SECONDARY_ENTRY ? startSecondary(kernel, processor) : startBootCpu(kernel, processor, parts),
    interrupt: () => gic_handle_irq(kernel),
  };
  return { kernel, program };
}
