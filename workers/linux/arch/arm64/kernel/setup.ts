/**
 * setup_arch: what arm64 finds out before there is a scheduler, and the architecture's part of the arch operations.
 *
 * @linux arch/arm64/kernel/setup.c, irq.c, time.c
 */
import { ERRNO } from '../../../../abi/syscall.ts';
import { type Co, traced } from '../../../../sim/coroutine.ts';
import { acpi_early_init } from '../../../drivers/acpi/bus.ts';
import {
  arch_timer_common_init,
  arch_timer_set_next_event,
  usesPhysicalTimer,
} from '../../../drivers/clocksource/arm_arch_timer.ts';
import { psci_init, psci_sys_poweroff, psci_sys_reset } from '../../../drivers/firmware/psci/psci.ts';
import { type GicAddresses, gic_init_bases, irq_create_mapping } from '../../../drivers/irqchip/irq-gic-v3.ts';
import { of_address, of_find_compatible_node } from '../../../drivers/of/fdt.ts';
import { cpu_possible_mask } from '../../../include/linux/cpumask.ts';
import { bootMessages } from '../../../init/boot-messages.ts';
import type { ArchBoot } from '../../../init/main.ts';
import { type ArchOps, archOps, type CacheLeaf } from '../../../kernel/arch-ops.ts';
import { numericOption } from '../../../kernel/boot-options.ts';
import { panic } from '../../../kernel/panic.ts';
import { KERN_DEBUG, pr_info, printk } from '../../../kernel/printk/printk.ts';
import { pm_power_off } from '../../../kernel/reboot.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { cpu_to_node, numa_set_node, numaTables } from '../../../mm/numa.ts';
import { free_area_init } from '../../../mm/page_alloc.ts';
import { arm64Memory } from '../mm/init.ts';
import { acpi_map_cpus_to_nodes, arch_numa_init } from '../mm/srat.ts';
import {
  acpi_boot_table_init,
  acpi_parse_and_init_cpus,
  acpiEnabled,
  gicOfMadt,
  madtProcessor,
  psciConduitOfFadt,
  timersOfGtdt,
} from './acpi.ts';
import { ARM64_BOOT_MESSAGES } from './boot-messages.ts';
import { cpuinfo } from './cpuinfo.ts';
import { arch_show_interrupts } from './irq.ts';
import { interruptsOf, of_machine_model, of_parse_and_init_cpus, of_root, psciConduitOf } from './of.ts';
import {
  __cpu_die,
  __cpu_disable,
  __cpu_up,
  arch_cpu_idle_dead,
  arch_send_call_function_single_ipi,
  arch_smp_send_reschedule,
  arch_thaw_secondary_cpus,
  cpu_do_idle,
  set_smp_ipi_range,
  smp_cpus_done,
  smp_init_cpus,
  smp_prepare_boot_cpu,
  smp_prepare_cpus,
  smp_setup_processor_id,
} from './smp.ts';
import { cpu_logical_map } from './smp_plat.ts';
import { acpiUids, arch_register_cpu, arch_unregister_cpu, arm64Topology } from './topology.ts';

/** What \_PIC is told: the GIC. */
const ACPI_IRQ_MODEL_GIC = 3;
/** A unit of a per-CPU area in the recorded kernel: pages, and bytes of its parts. */
const PERCPU = { pages: 27, sizes: 's71400 r8192 d31000 u110592' } as const;
const PERCPU_LINE = 8;
/** Jiffies a second, and what a BogoMIPS stands for in loops. */
const HZ = 250;
const LOOPS_PER_MIPS = 500_000;

/** Without cache nodes in the PPTT or the device tree only CLIDR_EL1 tells: which levels there are, and of what kind. */
const unknown = { kib: undefined, ways: undefined, sets: undefined, lineSize: undefined, id: undefined } as const;
const CACHE_LEAVES: readonly CacheLeaf[] = [
  { ...unknown, level: 1, type: 'Data', packageWide: true },
  { ...unknown, level: 1, type: 'Instruction', packageWide: true },
  { ...unknown, level: 2, type: 'Unified', packageWide: true },
];

const VULNERABILITIES: readonly (readonly [string, string])[] = [
  ['gather_data_sampling', 'Not affected'],
  ['indirect_target_selection', 'Not affected'],
  ['itlb_multihit', 'Not affected'],
  ['l1tf', 'Not affected'],
  ['mds', 'Not affected'],
  ['meltdown', 'Not affected'],
  ['mmio_stale_data', 'Not affected'],
  ['reg_file_data_sampling', 'Not affected'],
  ['retbleed', 'Not affected'],
  ['spec_rstack_overflow', 'Not affected'],
  ['spec_store_bypass', 'Vulnerable'],
  ['spectre_v1', 'Mitigation: __user pointer sanitization'],
  ['spectre_v2', 'Vulnerable'],
  ['srbds', 'Not affected'],
  ['tsa', 'Not affected'],
  ['tsx_async_abort', 'Not affected'],
  ['vmscape', 'Not affected'],
];

/** A global system interrupt is the GIC's number of it. */
const acpi_register_gsi = (k: Kernel, gsi: number, level: boolean): number => irq_create_mapping(k, gsi, level);

function installArchOps(k: Kernel): void {
  Object.assign(archOps(k), {
    smp_send_reschedule: arch_smp_send_reschedule,
    send_call_function_single_ipi: arch_send_call_function_single_ipi,
    set_next_event: arch_timer_set_next_event,
    cpu_up: __cpu_up,
    cpu_disable: __cpu_disable,
    cpu_die: __cpu_die,
    play_dead: arch_cpu_idle_dead,
    thaw_secondary_cpus_begin: arch_thaw_secondary_cpus,
    thaw_secondary_cpus_end: arch_thaw_secondary_cpus,
    idle: cpu_do_idle,
    *restart(kernel: Kernel): Co {
      yield* psci_sys_reset(kernel);
    },
    cpu_physical_id: cpu_logical_map,
    arch_register_cpu,
    arch_unregister_cpu,
    // arm64 of this version knows no CPUs that come
    *acpi_map_cpu(): Co<number> {
      return -ERRNO.EINVAL;
    },
    *acpi_unmap_cpu(): Co<number> {
      return 0;
    },
    topology: arm64Topology,
    cacheLeaves: CACHE_LEAVES,
    memory: arm64Memory,
    acpi: {
      irq_model: { number: ACPI_IRQ_MODEL_GIC, name: 'GIC' },
      sleep_states: undefined,
      madtProcessor,
      register_gsi: acpi_register_gsi,
      hasThrottling: false,
      hasPlatformDevices: true,
      wantsPdc: () => false,
    },
    files: {
      cpuinfo,
      interrupts: arch_show_interrupts,
      modalias: () => 'cpu:type:aarch64:feature:,0000,0001,0002,0003,0004,0005,0006,0007,000B',
      vulnerabilities: VULNERABILITIES,
      machine: 'aarch64',
    },
    bootMessages: ARM64_BOOT_MESSAGES,
  } satisfies ArchOps);
}

/** `nr_cpus=`, at most NR_CPUS. */
function cpuLimit(k: Kernel): number {
  const given = numericOption(k, 'nr_cpus') ?? 0;
  return given > 0 ? Math.min(given, k.profile.maxCpus) : k.profile.maxCpus;
}

/** Nodes of the processors: by the SRAT, else all are node 0's. */
function* mapProcessors(k: Kernel): Co {
  if (!acpiEnabled(k)) {
    yield* of_parse_and_init_cpus(k);
    return;
  }
  const uids = yield* acpi_parse_and_init_cpus(k);
  for (const [uid, mpidr] of uids) acpiUids(k).set(mpidr, uid);
  yield* acpi_map_cpus_to_nodes(k, (uid) => uids.get(uid));
}

const setup_arch = traced('setup_arch', function* (k: Kernel): Co {
  if (!acpiEnabled(k)) {
    const model = of_machine_model(k);
    if (model !== '') yield* pr_info(k, `Machine model: ${model}`);
  }
  yield* bootMessages(k, 'efi');
  yield* acpi_boot_table_init(k);
  yield* arch_numa_init(k);
  yield* free_area_init(k);
  yield* bootMessages(k, 'cma');
  if (acpiEnabled(k)) yield* psci_init(k, 'ACPI', psciConduitOfFadt(k));
  else yield* psci_init(k, 'DT', psciConduitOf(k));
  const power = pm_power_off(k);
  power.handler = function* (kernel): Co {
    yield* psci_sys_poweroff(kernel);
  };
  yield* mapProcessors(k);
  yield* smp_init_cpus(k, cpuLimit(k));
  for (const cpu of cpu_possible_mask(k)) {
    numa_set_node(k, cpu, numaTables(k).apicidToNode.get(cpu_logical_map(k, cpu)) ?? 0);
  }
});

function* setup_per_cpu_areas(k: Kernel): Co {
  yield* pr_info(k, `percpu: Embedded ${PERCPU.pages} pages/cpu ${PERCPU.sizes}`);
  yield* printk(k, KERN_DEBUG, `pcpu-alloc: ${PERCPU.sizes} alloc=${PERCPU.pages}*4096`);
  const units = [...cpu_possible_mask(k)].map((cpu) => `[${cpu_to_node(k, cpu)}] ${cpu} `);
  for (let at = 0; at < units.length; at += PERCPU_LINE) {
    yield* printk(k, KERN_DEBUG, `pcpu-alloc: ${units.slice(at, at + PERCPU_LINE).join('')}`);
  }
  yield* smp_prepare_boot_cpu(k);
}

/** Where the GIC is, in the device tree. */
function gicOfTree(k: Kernel): GicAddresses | undefined {
  const node = of_find_compatible_node(of_root(k), 'arm,gic-v3');
  const [distributor, ...redistributors] = node ? of_address(node) : [];
  const its = of_find_compatible_node(of_root(k), 'arm,gic-v3-its');
  if (!distributor || redistributors.length === 0) return undefined;
  return { distributor: distributor.base, redistributors, its: its && of_address(its)[0]?.base };
}

/** Timers of the device tree, in its order: secure, non-secure, virtual, hypervisor. */
function timersOfTree(k: Kernel): { readonly hwirq: number; readonly level: boolean; readonly name: string }[] {
  const node = of_find_compatible_node(of_root(k), 'arm,armv8-timer');
  const names = ['secure', 'nonSecure', 'virtual', 'hypervisor'];
  return node ? interruptsOf(node).map((entry, index) => ({ ...entry, name: names[index] ?? '' })) : [];
}

/** The GIC with its IPIs, the timer; then ACPICA, which needs no interrupts yet. */
export function* init_IRQ(k: Kernel): Co {
  const gic = acpiEnabled(k) ? gicOfMadt(k) : gicOfTree(k);
  if (!gic) return yield* panic(k, 'No interrupt controller found.');
  yield* gic_init_bases(k, gic);
  yield* bootMessages(k, 'gic');
  yield* set_smp_ipi_range(k);
  const timers = acpiEnabled(k) ? timersOfGtdt(k) : timersOfTree(k);
  const irqs = new Map(timers.map(({ name, hwirq, level }) => [name, irq_create_mapping(k, hwirq, level)]));
  const used = irqs.get(usesPhysicalTimer(k) ? 'nonSecure' : 'virtual');
  if (used === undefined) return yield* panic(k, 'Unable to initialise architected timer.');
  yield* arch_timer_common_init(k, used);
  yield* bootMessages(k, 'timer');
  if (acpiEnabled(k)) yield* acpi_early_init(k);
}

function* boot_cpu_ready(k: Kernel): Co {
  const { bogomips } = k.platform.cpuModel;
  const skipped = 'Calibrating delay loop (skipped), value calculated using timer frequency..';
  const loopsPerJiffy = Math.round((Number.parseFloat(bogomips) * LOOPS_PER_MIPS) / HZ);
  yield* pr_info(k, `${skipped} ${bogomips} BogoMIPS (lpj=${loopsPerJiffy})`);
  yield* bootMessages(k, 'calibrated');
  yield* bootMessages(k, 'cpu0');
}

export const arm64Boot: ArchBoot = {
  *smp_setup_processor_id(k): Co {
    installArchOps(k);
    yield* smp_setup_processor_id(k);
  },
  setup_arch,
  setup_per_cpu_areas,
  *time_init(): Co {},
  boot_cpu_ready,
  smp_prepare_cpus,
  smp_cpus_done,
};
