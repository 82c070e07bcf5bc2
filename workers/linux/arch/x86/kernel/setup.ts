/**
 * setup_arch: what x86 finds out before there is a scheduler, and the architecture's part of the arch operations.
 *
 * @linux arch/x86/kernel/setup.c, e820.c and setup_percpu.c
 */

import { type Co, traced } from '../../../../sim/coroutine.ts';
import { dmi_setup } from '../../../drivers/firmware/dmi-id.ts';
import { cpuIds } from '../../../include/linux/cpumask.ts';
import { bootMessages } from '../../../init/boot-messages.ts';
import { type ArchOps, archOps } from '../../../kernel/arch-ops.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { numaTables } from '../../../mm/numa.ts';
import { pcpu_embed_first_chunk } from '../../../mm/percpu.ts';
import { x86Memory } from '../mm/init.ts';
import { acpi_map_cpu, acpi_unmap_cpu } from './acpi/hotplug.ts';
import { madtProcessor } from './acpi/madt.ts';
import {
  lapic_next_event,
  native_send_call_func_single_ipi,
  native_smp_send_reschedule,
  read_apic_id,
} from './apic/apic.ts';
import { cpu_physical_id, processorCount } from './apic/apicid.ts';
import { acpi_register_gsi, skip_ioapic_setup } from './apic/io_apic.ts';
import { X86_BOOT_MESSAGES } from './boot-messages.ts';
import { X86_VULNERABILITIES } from './cpu/bugs.ts';
import { X86_CACHE_LEAVES } from './cpu/cacheinfo.ts';
import { cpuModalias } from './cpu/match.ts';
import { cpuinfo } from './cpu/proc.ts';
import { x86Topology } from './cpu/topology.ts';
import { arch_show_interrupts } from './irq.ts';
import { default_idle } from './process.ts';
import { native_machine_restart } from './reboot.ts';
import {
  arch_thaw_secondary_cpus_begin,
  arch_thaw_secondary_cpus_end,
  native_cpu_die,
  native_cpu_disable,
  native_cpu_up,
  native_play_dead,
  prefill_possible_map,
} from './smpboot.ts';
import { arch_register_cpu, arch_unregister_cpu } from './topology.ts';

/** What \_PIC is told. */
const ACPI_IRQ_MODEL_PIC = 0;
const ACPI_IRQ_MODEL_IOAPIC = 1;

const E820_NAMES: Readonly<Record<number, string>> = { 1: 'usable', 2: 'reserved', 3: 'ACPI data', 4: 'ACPI NVS' };

const address = (value: number): string => `0x${value.toString(16).padStart(16, '0')}`;

function* e820__print_table(k: Kernel): Co {
  yield* pr_info(k, 'BIOS-provided physical RAM map:');
  for (const { address: start, length, type } of k.platform.e820) {
    const range = `[mem ${address(start)}-${address(start + length - 1)}]`;
    yield* pr_info(k, `BIOS-e820: ${range} ${E820_NAMES[type] ?? `type ${type}`}`);
  }
}

function installArchOps(k: Kernel): void {
  Object.assign(archOps(k), {
    smp_send_reschedule: native_smp_send_reschedule,
    send_call_function_single_ipi: native_send_call_func_single_ipi,
    set_next_event: lapic_next_event,
    cpu_up: native_cpu_up,
    cpu_disable: native_cpu_disable,
    cpu_die: native_cpu_die,
    play_dead: native_play_dead,
    thaw_secondary_cpus_begin: arch_thaw_secondary_cpus_begin,
    thaw_secondary_cpus_end: arch_thaw_secondary_cpus_end,
    idle: default_idle,
    restart: native_machine_restart,
    cpu_physical_id,
    arch_register_cpu,
    arch_unregister_cpu,
    acpi_map_cpu,
    acpi_unmap_cpu,
    topology: x86Topology,
    cacheLeaves: X86_CACHE_LEAVES,
    memory: x86Memory,
    acpi: {
      irq_model: skip_ioapic_setup(k)
        ? { number: ACPI_IRQ_MODEL_PIC, name: 'PIC' }
        : { number: ACPI_IRQ_MODEL_IOAPIC, name: 'IOAPIC' },
      sleep_states: 'S0 S3 S4 S5',
      madtProcessor,
      register_gsi: acpi_register_gsi,
      hasThrottling: true,
      hasPlatformDevices: false,
      wantsPdc: (kernel) => ['GenuineIntel', 'CentaurHauls'].includes(kernel.platform.cpuModel.vendor),
    },
    files: {
      cpuinfo,
      interrupts: arch_show_interrupts,
      modalias: cpuModalias,
      vulnerabilities: X86_VULNERABILITIES,
      machine: 'x86_64',
    },
    bootMessages: X86_BOOT_MESSAGES,
  } satisfies ArchOps);
}

/** `acpi_boot`: reads the firmware's tables of processors, interrupt controllers and memory. */
export const setup_arch = traced('setup_arch', function* (k: Kernel, acpi_boot: (k: Kernel) => Co): Co {
  installArchOps(k);
  yield* pr_info(k, `Command line: ${k.commandLine}`);
  yield* e820__print_table(k);
  yield* bootMessages(k, 'e820');
  yield* dmi_setup(k);
  yield* bootMessages(k, 'dmi');
  yield* pr_info(k, `tsc: Detected ${k.platform.cpuModel.mhz.toFixed(3)} MHz processor`);
  yield* bootMessages(k, 'tsc');
  processorCount(k).boot_cpu_physical_apicid = read_apic_id(k);
  yield* acpi_boot(k);
  yield* prefill_possible_map(k);
  yield* bootMessages(k, 'possible_map');
});

export const setup_per_cpu_areas = traced('setup_per_cpu_areas', function* (k: Kernel): Co {
  const { nr_cpu_ids } = cpuIds(k);
  const nodes = numaTables(k).possible.size;
  const ids = `nr_cpumask_bits:${nr_cpu_ids} nr_cpu_ids:${nr_cpu_ids} nr_node_ids:${nodes}`;
  yield* pr_info(k, `setup_percpu: NR_CPUS:${k.profile.maxCpus} ${ids}`);
  yield* pcpu_embed_first_chunk(k);
});
