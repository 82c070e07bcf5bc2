/**
 * Processors: numbered from MADT or device tree, started and stopped through their operations, called by IPIs.
 *
 * @linux arch/arm64/kernel/smp.c, without crash stops and the parking protocol
 */
import { ERRNO } from '../../../../abi/syscall.ts';
import { type Co, type Coroutine, Frame, spend, traced } from '../../../../sim/coroutine.ts';
import type { Processor } from '../../../../sim/processor.ts';
import { gic_ipi_send, irq_create_mapping } from '../../../drivers/irqchip/irq-gic-v3.ts';
import {
  cpu_online,
  cpu_possible_mask,
  cpuIds,
  num_online_cpus,
  set_cpu_online,
  set_cpu_possible,
  set_cpu_present,
} from '../../../include/linux/cpumask.ts';
import { IRQ_HANDLED } from '../../../include/linux/irq.ts';
import { local_irq_disable, local_irq_enable } from '../../../include/linux/irqflags.ts';
import { smp_processor_id, type task_struct } from '../../../include/linux/sched.ts';
import { bootMessages } from '../../../init/boot-messages.ts';
import { setup_max_cpus } from '../../../kernel/boot-options.ts';
import { notify_cpu_starting } from '../../../kernel/cpu.ts';
import { irq_migrate_all_off_this_cpu } from '../../../kernel/irq/cpuhotplug.ts';
import { irq_to_desc } from '../../../kernel/irq/irqdesc.ts';
import { disable_percpu_irq, enable_percpu_irq, request_percpu_irq } from '../../../kernel/irq/manage.ts';
import { pr_crit, pr_err, pr_info, pr_warn } from '../../../kernel/printk/printk.ts';
import { complete, init_completion, wait_for_completion_timeout } from '../../../kernel/sched/completion.ts';
import { scheduler_ipi } from '../../../kernel/sched/core.ts';
import { cpu_startup_entry } from '../../../kernel/sched/idle.ts';
import { generic_smp_call_function_single_interrupt } from '../../../kernel/smp.ts';
import { becomeIdleTask, cpu_report_death, cpu_wait_death, idle_thread_get } from '../../../kernel/smpboot.ts';
import { type Kernel, kernelState } from '../../../kernel-context.ts';
import { cpuinfo_store_cpu } from './cpuinfo.ts';
import {
  cpu_psci_cpu_boot,
  cpu_psci_cpu_die,
  cpu_psci_cpu_disable,
  cpu_psci_cpu_kill,
  cpu_psci_cpu_prepare,
} from './psci.ts';
import { cpu_logical_map, get_logical_index, INVALID_HWID, set_cpu_logical_map } from './smp_plat.ts';
import { is_hyp_mode_available, read_cpuid_mpidr, read_sysreg } from './sysreg.ts';

/** enum ipi_msg_type, and what /proc/interrupts calls them. */
const IPI_RESCHEDULE = 0;
const IPI_CALL_FUNC = 1;
export const ipi_types = [
  'Rescheduling interrupts',
  'Function call interrupts',
  'CPU stop interrupts',
  'CPU stop (for crash dump) interrupts',
  'Timer broadcast interrupts',
  'IRQ work interrupts',
  'CPU wake-up interrupts',
] as const;

const NS_PER_MS = 1_000_000;
/** How long the control processor waits for a sign of life. */
const CPU_START_TIMEOUT = 5_000 * NS_PER_MS;
const CPU_DIE_TIMEOUT = 5_000 * NS_PER_MS;
/** From CPU_ON to secondary_start_kernel(): caches, page tables, ns. */
const SECONDARY_ENTRY_COST = 300_000;

interface SmpState {
  /** secondary_data.task: whom the next processor that starts turns into. */
  secondary: { readonly cpu: number; readonly idle: task_struct } | undefined;
  bootcpu_valid: boolean;
  cpu_count: number;
  /** Interrupt number of the first IPI. */
  ipi_irq_base: number;
}

const smp = kernelState<SmpState>(() => ({
  secondary: undefined,
  bootcpu_valid: false,
  cpu_count: 1,
  ipi_irq_base: 0,
}));
const cpu_running = kernelState(() => init_completion('cpu_running'));

// --- IPIs

export const arch_smp_send_reschedule = (k: Kernel, cpu: number): void => gic_ipi_send(k, cpu, IPI_RESCHEDULE);
export const arch_send_call_function_single_ipi = (k: Kernel, cpu: number): void => gic_ipi_send(k, cpu, IPI_CALL_FUNC);

const ipi_handler = traced('ipi_handler', function* (k: Kernel, irq: number): Co<number> {
  const ipi = irq - smp(k).ipi_irq_base;
  if (ipi === IPI_RESCHEDULE) scheduler_ipi(k);
  else if (ipi === IPI_CALL_FUNC) yield* generic_smp_call_function_single_interrupt(k);
  else k.log.emit('unmodelled', 'do_handle_IPI', `IPI ${ipi}`);
  return IRQ_HANDLED;
});

function* ipi_setup(k: Kernel): Co {
  for (const ipi of ipi_types.keys()) yield* enable_percpu_irq(k, smp(k).ipi_irq_base + ipi);
}

function* ipi_teardown(k: Kernel): Co {
  for (const ipi of ipi_types.keys()) yield* disable_percpu_irq(k, smp(k).ipi_irq_base + ipi);
}

/** Takes the software-generated interrupts for IPIs. */
export function* set_smp_ipi_range(k: Kernel): Co {
  smp(k).ipi_irq_base = irq_create_mapping(k, 0, false);
  for (const [ipi, name] of ipi_types.entries()) {
    request_percpu_irq(k, smp(k).ipi_irq_base + ipi, ipi_handler, name);
  }
  yield* ipi_setup(k);
}

/** IPIs of a kind that a CPU has had. */
export const ipiCount = (k: Kernel, ipi: number, cpu: number): number =>
  irq_to_desc(k, smp(k).ipi_irq_base + ipi)?.kstat_irqs[cpu] ?? 0;

// --- numbering

/** A processor of the firmware's list: an enabled GICC of the MADT, or a cpu node of the device tree. */
export function* map_cpu(k: Kernel, hwid: number, source: string): Co {
  const state = smp(k);
  if (hwid === cpu_logical_map(k, 0)) {
    if (state.bootcpu_valid) yield* pr_err(k, `duplicate boot CPU MPIDR: 0x${hwid.toString(16)} in ${source}`);
    state.bootcpu_valid = true;
    return;
  }
  if (get_logical_index(k, hwid) > 0) {
    yield* pr_err(k, `duplicate CPU MPIDR 0x${hwid.toString(16)} in ${source}`);
    return;
  }
  if (state.cpu_count < k.profile.maxCpus) set_cpu_logical_map(k, state.cpu_count, hwid);
  state.cpu_count++;
}

/** What is known of the processors becomes the possible mask. `limit`: nr_cpu_ids before it is final. */
export function* smp_init_cpus(k: Kernel, limit: number): Co {
  const { cpu_count, bootcpu_valid } = smp(k);
  if (cpu_count > limit) {
    yield* pr_warn(k, `Number of cores (${cpu_count}) exceeds configured maximum of ${limit} - clipping`);
  }
  cpuIds(k).nr_cpu_ids = bootcpu_valid ? Math.min(cpu_count, limit) : 1;
  if (!bootcpu_valid) {
    yield* pr_err(k, 'missing boot CPU MPIDR, not enabling secondaries');
    return;
  }
  for (let cpu = 1; cpu < cpuIds(k).nr_cpu_ids; cpu++) {
    if (cpu_logical_map(k, cpu) !== INVALID_HWID) set_cpu_possible(k, cpu, true);
  }
}

export function* smp_prepare_cpus(k: Kernel): Co {
  if (setup_max_cpus(k) === 0) return;
  for (const cpu of cpu_possible_mask(k)) {
    if (cpu !== smp_processor_id(k) && (yield* cpu_psci_cpu_prepare(k, cpu)) === 0) set_cpu_present(k, cpu, true);
  }
}

export function* smp_cpus_done(k: Kernel): Co {
  yield* pr_info(k, `SMP: Total of ${num_online_cpus(k)} processors activated.`);
  yield* pr_info(k, 'CPU features: detected: 32-bit EL0 Support');
  yield* pr_info(k, 'CPU features: detected: CRC32 instructions');
  yield* pr_info(k, `CPU: All CPU(s) started at EL${is_hyp_mode_available(k) ? 2 : 1}`);
  yield* pr_info(k, 'alternatives: applying system-wide alternatives');
}

// --- up

/** Brings a processor to secondary_start_kernel(); returns when it is online. */
export const __cpu_up = traced('__cpu_up', function* (k: Kernel, cpu: number): Co<number> {
  smp(k).secondary = { cpu, idle: idle_thread_get(k, cpu) };
  const ret = yield* cpu_psci_cpu_boot(k, cpu);
  if (ret) {
    yield* pr_err(k, `CPU${cpu}: failed to boot: ${ret}`);
    return ret;
  }
  yield* wait_for_completion_timeout(k, cpu_running(k), CPU_START_TIMEOUT);
  if (cpu_online(k, cpu)) return 0;
  yield* pr_crit(k, `CPU${cpu}: failed to come online`);
  smp(k).secondary = undefined;
  return -ERRNO.EIO;
});

/** What a processor executes at secondary_entry: it becomes the idle task that __cpu_up() named. */
export function startSecondary(k: Kernel, processor: Processor): Coroutine {
  const { secondary } = smp(k);
  if (!secondary) throw new Error('a processor starts that nobody asked for');
  const { cpu, idle } = secondary;
  return becomeIdleTask(k, processor, cpu, idle, new Frame('secondary_start_kernel', secondary_start_kernel(k)));
}

function* secondary_start_kernel(k: Kernel): Co {
  const cpu = smp_processor_id(k);
  yield* spend(SECONDARY_ENTRY_COST);
  yield* cpuinfo_store_cpu(k);
  yield* notify_cpu_starting(k, cpu);
  yield* ipi_setup(k);
  const mpidr = read_cpuid_mpidr(k).toString(16).padStart(10, '0');
  const midr = read_sysreg(k, 'MIDR_EL1').toString(16).padStart(8, '0');
  yield* pr_info(k, `CPU${cpu}: Booted secondary processor 0x${mpidr} [0x${midr}]`);
  set_cpu_online(k, cpu, true);
  yield* complete(k, cpu_running(k));
  local_irq_enable(k);
  yield* cpu_startup_entry(k, true);
}

// --- down

/** In stop_machine on the dying CPU: leaves the online mask; device interrupts go elsewhere. */
export const __cpu_disable = traced('__cpu_disable', function* (k: Kernel): Co<number> {
  const cpu = smp_processor_id(k);
  const ret = yield* cpu_psci_cpu_disable(k);
  if (ret) return ret;
  set_cpu_online(k, cpu, false);
  yield* ipi_teardown(k);
  yield* irq_migrate_all_off_this_cpu(k);
  return 0;
});

/** On another CPU: waits until the dying one is beyond return, then asks the firmware. */
export const __cpu_die = traced('__cpu_die', function* (k: Kernel, cpu: number): Co {
  if (!(yield* cpu_wait_death(k, cpu, CPU_DIE_TIMEOUT))) {
    yield* pr_crit(k, `CPU${cpu}: cpu didn't die`);
    return;
  }
  const err = yield* cpu_psci_cpu_kill(k, cpu);
  if (err) yield* pr_warn(k, `CPU${cpu} may not have shut down cleanly: ${err}`);
});

/** In the dead CPU's idle task. Does not return. */
const cpu_die = traced('cpu_die', function* (k: Kernel): Co {
  local_irq_disable(k);
  cpu_report_death(k);
  yield* cpu_psci_cpu_die(k);
  for (;;) yield { kind: 'halt' };
});

/** @linux arch/arm64/kernel/process.c */
export const arch_cpu_idle_dead = traced('arch_cpu_idle_dead', function* (k: Kernel): Co {
  yield* cpu_die(k);
});

/** WFI, and interrupts on. @linux arch/arm64/kernel/idle.c */
export function* cpu_do_idle(k: Kernel): Co {
  local_irq_enable(k);
  yield { kind: 'halt' };
}

/** Before and after all secondaries are brought back: nothing is put off. */
export function* arch_thaw_secondary_cpus(): Co {}

/** Boot CPU's number, and what smp_prepare_boot_cpu() finds out. */
export function* smp_setup_processor_id(k: Kernel): Co {
  set_cpu_logical_map(k, 0, read_cpuid_mpidr(k));
  const mpidr = read_cpuid_mpidr(k).toString(16).padStart(10, '0');
  const midr = read_sysreg(k, 'MIDR_EL1').toString(16).padStart(8, '0');
  yield* pr_info(k, `Booting Linux on physical CPU 0x${mpidr} [0x${midr}]`);
}

export function* smp_prepare_boot_cpu(k: Kernel): Co {
  yield* cpuinfo_store_cpu(k);
  yield* bootMessages(k, 'boot_cpu');
}
