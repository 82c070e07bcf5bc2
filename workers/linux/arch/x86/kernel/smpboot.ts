/**
 * Starting processors by INIT and start-up IPIs, and letting them die.
 *
 * @linux arch/x86/kernel/smpboot.c, without TSC synchronisation and the sibling maps
 */

import { ERRNO } from '../../../../abi/syscall.ts';
import { hex } from '../../../../sim/bits.ts';
import { type Co, type Coroutine, Frame, spend, spinUntil, traced } from '../../../../sim/coroutine.ts';
import type { Processor } from '../../../../sim/processor.ts';
import { totalCpus } from '../../../drivers/base/cpu.ts';
import {
  CpuMask,
  cpu_online,
  cpu_online_mask,
  cpu_possible_mask,
  cpu_present_mask,
  cpuIds,
  num_online_cpus,
  set_cpu_online,
  set_cpu_possible,
  set_cpu_present,
} from '../../../include/linux/cpumask.ts';
import { local_irq_enable } from '../../../include/linux/irqflags.ts';
import { get_current, smp_processor_id, type task_struct } from '../../../include/linux/sched.ts';
import { numericOption, setup_max_cpus } from '../../../kernel/boot-options.ts';
import { notify_cpu_starting } from '../../../kernel/cpu.ts';
import { irq_migrate_all_off_this_cpu } from '../../../kernel/irq/cpuhotplug.ts';
import { KERN_INFO, pr_cont, pr_err, pr_info, pr_warn, printk_begin } from '../../../kernel/printk/printk.ts';
import { cond_resched, schedule_timeout_uninterruptible, udelay } from '../../../kernel/sched/core.ts';
import { cpu_startup_entry } from '../../../kernel/sched/idle.ts';
import { becomeIdleTask, idle_thread_get } from '../../../kernel/smpboot.ts';
import { systemState } from '../../../kernel/system-state.ts';
import { type Kernel, kernelState, perCpu } from '../../../kernel-context.ts';
import { cpu_to_node } from '../../../mm/numa.ts';
import { alternatives_enable_smp } from './alternative.ts';
import {
  APIC_DM_INIT,
  APIC_DM_STARTUP,
  APIC_INT_ASSERT,
  APIC_INT_LEVELTRIG,
  apic_icr_write,
  apic_soft_disable,
  setup_APIC_timer,
  setup_local_APIC,
} from './apic/apic.ts';
import { BAD_APICID, cpu_physical_id, processorCount } from './apic/apicid.ts';
import { mtrr_ap_init, mtrr_aps_init, set_mtrr_aps_delayed_init } from './cpu/mtrr/mtrr.ts';
import { updatePackageMap } from './package_map.ts';

/** Where the start-up code for secondaries stands: real_mode_header->trampoline_start, below 1 MiB. */
export const TRAMPOLINE_START = 0x99000;
const STARTUP_PAGE_SHIFT = 12;

/** How long the control processor waits for a sign of life, ns. */
const CPU_START_TIMEOUT = 10_000_000_000;
/** common_cpu_die: how long it waits for the dead CPU, and its first sleep, a jiffy. */
const CPU_DIE_TIMEOUT = 5_000_000_000;
const JIFFY = 4_000_000;

interface SmpBoot {
  readonly cpu_initialized_mask: CpuMask;
  readonly cpu_callout_mask: CpuMask;
  readonly cpu_callin_mask: CpuMask;
  /** initial_gs and initial_stack: whom the trampoline turns into. */
  initial: { readonly cpu: number; readonly idle: task_struct } | undefined;
  /** announce_cpu's place in its line of numbers. */
  announcedNode: number;
}

const smpboot = kernelState<SmpBoot>((k) => ({
  cpu_initialized_mask: new CpuMask(k.profile.maxCpus),
  cpu_callout_mask: new CpuMask(k.profile.maxCpus),
  cpu_callin_mask: new CpuMask(k.profile.maxCpus),
  initial: undefined,
  announcedNode: -1,
}));

/** True once the CPU has stopped for good (CPU_DEAD). */
const cpuDead = perCpu(() => ({ dead: false }));

const cost = (k: Kernel, name: string): number => k.profile.costs[name] ?? 0;

/** possible_cpus= not given, or given as this. */
const UNSET = -1;

/** nr_cpu_ids and the possible mask, from what the MADT told. */
export const prefill_possible_map = traced('prefill_possible_map', function* (k: Kernel): Co {
  const count = processorCount(k);
  const given = numericOption(k, 'possible_cpus') ?? UNSET;
  const setupMaxCpus = setup_max_cpus(k);
  count.num_processors = Math.max(1, count.num_processors);
  let possible = count.num_processors + (setupMaxCpus ? count.disabled_cpus : 0);
  if (given !== UNSET) possible = Math.max(1, given);
  totalCpus(k).total_cpus = Math.max(possible, count.num_processors + count.disabled_cpus);
  if (possible > count.limit) {
    yield* pr_warn(k, `smpboot: ${possible} Processors exceeds NR_CPUS limit of ${count.limit}`);
    possible = count.limit;
  }
  if (!setupMaxCpus && possible > 1) {
    yield* pr_warn(k, `smpboot: ${possible} Processors exceeds max_cpus limit of ${setupMaxCpus}`);
    possible = 1;
  }
  cpuIds(k).nr_cpu_ids = possible;
  const hotplug = Math.max(0, possible - count.num_processors);
  yield* pr_info(k, `smpboot: Allowing ${possible} CPUs, ${hotplug} hotplug CPUs`);
  for (const cpu of [...cpu_possible_mask(k)]) if (cpu >= possible) set_cpu_possible(k, cpu, false);
  // masks end at nr_cpu_ids from here on
  for (const cpu of [...cpu_present_mask(k)]) if (cpu >= possible) set_cpu_present(k, cpu, false);
  for (let cpu = 0; cpu < possible; cpu++) set_cpu_possible(k, cpu, true);
});

function* announce_cpu(k: Kernel, cpu: number, apicid: number): Co {
  const state = smpboot(k);
  const node = cpu_to_node(k, cpu);
  const width = `${cpu_possible_mask(k).weight}`.length + 1;
  if (cpu === 1) yield* pr_info(k, 'x86: Booting SMP configuration:');
  if (systemState(k).running) {
    yield* pr_info(k, `smpboot: Booting Node ${node} Processor ${cpu} APIC ${hex(apicid)}`);
    return;
  }
  if (node !== state.announcedNode) {
    state.announcedNode = node;
    yield* printk_begin(k, KERN_INFO, `.... node  #${node}, CPUs:  `);
  }
  if (cpu === 1) yield* pr_cont(k, ' '.repeat(width + 1));
  yield* pr_cont(k, `#${cpu}`.padStart(width + 1));
}

/** INIT, then twice the start-up IPI with the trampoline's page as vector. */
const wakeup_secondary_cpu_via_init = traced(
  'wakeup_secondary_cpu_via_init',
  function* (k: Kernel, apicid: number): Co {
    apic_icr_write(k, APIC_INT_LEVELTRIG | APIC_INT_ASSERT | APIC_DM_INIT, apicid);
    yield* spend(cost(k, 'INIT'));
    apic_icr_write(k, APIC_INT_LEVELTRIG | APIC_DM_INIT, apicid);
    for (let start = 0; start < 2; start++) {
      apic_icr_write(k, APIC_DM_STARTUP | (TRAMPOLINE_START >> STARTUP_PAGE_SHIFT), apicid);
      yield* udelay(10);
    }
  },
);

/** Starts the processor and sees it through to smp_callin. */
const do_boot_cpu = traced('do_boot_cpu', function* (k: Kernel, apicid: number, cpu: number): Co<number> {
  const state = smpboot(k);
  state.initial = { cpu, idle: idle_thread_get(k, cpu) };
  yield* announce_cpu(k, cpu, apicid);
  state.cpu_initialized_mask.clear(cpu);
  yield* wakeup_secondary_cpu_via_init(k, apicid);
  const deadline = k.clock.now() + CPU_START_TIMEOUT;
  while (!state.cpu_initialized_mask.has(cpu)) {
    if (k.clock.now() > deadline) return -1;
    yield* udelay(100);
    yield* cond_resched(k);
  }
  state.cpu_callout_mask.set(cpu);
  const task = get_current(k);
  while (!state.cpu_callin_mask.has(cpu)) {
    yield* spinUntil(() => state.cpu_callin_mask.has(cpu) || task.need_resched);
    yield* cond_resched(k);
  }
  return 0;
});

/** smp_ops.cpu_up: returns when the CPU is in the online mask. */
export const native_cpu_up = traced('native_cpu_up', function* (k: Kernel, cpu: number): Co<number> {
  const apicid = cpu_physical_id(k, cpu);
  const { boot_cpu_physical_apicid, phys_cpu_present_map } = processorCount(k);
  if (apicid === BAD_APICID || apicid === boot_cpu_physical_apicid || !phys_cpu_present_map.has(apicid)) {
    yield* pr_err(k, `smpboot: native_cpu_up: bad cpu ${cpu}`);
    return -ERRNO.EINVAL;
  }
  if (smpboot(k).cpu_callin_mask.has(cpu)) return -ERRNO.ENOSYS;
  yield* alternatives_enable_smp(k);
  cpuDead(k, cpu).dead = false;
  const error = yield* do_boot_cpu(k, apicid, cpu);
  if (error) {
    yield* pr_err(k, `smpboot: do_boot_cpu failed(${error}) to wakeup CPU#${cpu}`);
    return -ERRNO.EIO;
  }
  yield* spinUntil(() => cpu_online(k, cpu));
  return 0;
});

/** What the processor executes at the trampoline: it becomes the idle task that do_boot_cpu named. */
export function startSecondary(k: Kernel, processor: Processor): Coroutine {
  const { initial } = smpboot(k);
  if (!initial) throw new Error('a processor starts that nobody asked for');
  const { cpu, idle } = initial;
  return becomeIdleTask(k, processor, cpu, idle, new Frame('start_secondary', start_secondary(k)));
}

const identify_secondary_cpu = traced('identify_secondary_cpu', function* (k: Kernel): Co {
  yield* updatePackageMap(k, smp_processor_id(k));
  yield* mtrr_ap_init(k);
});

const calibrate_delay = traced('calibrate_delay', function* (): Co {});

/** Tells the control processor that it is there and goes through the STARTING states. */
const smp_callin = traced('smp_callin', function* (k: Kernel): Co {
  const cpu = smp_processor_id(k);
  yield* setup_local_APIC(k);
  yield* identify_secondary_cpu(k);
  yield* calibrate_delay();
  yield* notify_cpu_starting(k, cpu);
  smpboot(k).cpu_callin_mask.set(cpu);
});

function* start_secondary(k: Kernel): Co {
  const cpu = smp_processor_id(k);
  yield* spend(cost(k, 'trampoline'));
  smpboot(k).cpu_initialized_mask.set(cpu);
  yield* spinUntil(() => smpboot(k).cpu_callout_mask.has(cpu));
  yield* smp_callin(k);
  set_cpu_online(k, cpu, true);
  local_irq_enable(k);
  yield* setup_APIC_timer(k);
  yield* cpu_startup_entry(k, true);
}

/** smp_ops.cpu_disable, in stop_machine on the dying CPU. */
export const native_cpu_disable = traced('native_cpu_disable', function* (k: Kernel): Co<number> {
  yield* cpu_disable_common(k);
  yield* apic_soft_disable(k);
  return 0;
});

/** Leaves the masks; device interrupts go elsewhere. */
const cpu_disable_common = traced('cpu_disable_common', function* (k: Kernel): Co {
  const cpu = smp_processor_id(k);
  const { cpu_initialized_mask, cpu_callout_mask, cpu_callin_mask } = smpboot(k);
  set_cpu_online(k, cpu, false);
  cpu_callout_mask.clear(cpu);
  cpu_callin_mask.clear(cpu);
  cpu_initialized_mask.clear(cpu);
  yield* fixup_irqs(k);
});

const fixup_irqs = traced('fixup_irqs', function* (k: Kernel): Co {
  yield* irq_migrate_all_off_this_cpu(k);
});

/** smp_ops.cpu_die, on another CPU. */
export const native_cpu_die = traced('native_cpu_die', function* (k: Kernel, cpu: number): Co {
  const deadline = k.clock.now() + CPU_DIE_TIMEOUT;
  if (!cpuDead(k, cpu).dead) yield* udelay(5);
  for (let sleep = JIFFY; !cpuDead(k, cpu).dead && k.clock.now() < deadline; sleep = Math.ceil(sleep * 1.1)) {
    yield* schedule_timeout_uninterruptible(k, sleep);
  }
  if (!cpuDead(k, cpu).dead) {
    yield* pr_err(k, `smpboot: CPU ${cpu} didn't die...`);
  } else if (systemState(k).running) {
    yield* pr_info(k, `smpboot: CPU ${cpu} is now offline`);
  }
});

/** On the dead CPU: says so and halts with interrupts off; only INIT wakes it. */
export const native_play_dead = traced('native_play_dead', function* (k: Kernel): Co {
  cpuDead(k, smp_processor_id(k)).dead = true;
  for (;;) yield { kind: 'halt' };
});

/** All secondaries are up. */
export const native_smp_cpus_done = traced('native_smp_cpus_done', function* (k: Kernel): Co {
  const online = num_online_cpus(k);
  const packages = maxPackages(k);
  const bogomips = k.platform.cpuModel.bogomips;
  yield* pr_info(k, `smpboot: Max logical packages: ${packages}`);
  const total = (Number.parseFloat(bogomips) * online).toFixed(2);
  yield* pr_info(k, `smpboot: Total of ${online} processors activated (${total} BogoMIPS)`);
  yield* mtrr_aps_init(k);
});

/** Packages that all processors of the machine fill, if each holds as many as the boot CPU's has online. */
function maxPackages(k: Kernel): number {
  const { package: shift } = k.platform.apicIdShifts;
  const packageOf = (cpu: number) => cpu_physical_id(k, cpu) >> shift;
  const perPackage = [...cpu_online_mask(k)].filter((cpu) => packageOf(cpu) === packageOf(0)).length;
  return Math.ceil(totalCpus(k).total_cpus / Math.max(1, perPackage));
}

export function* arch_thaw_secondary_cpus_begin(k: Kernel): Co {
  set_mtrr_aps_delayed_init(k);
}
export const arch_thaw_secondary_cpus_end = (k: Kernel): Co => mtrr_aps_init(k);
export function* native_smp_prepare_cpus(k: Kernel): Co {
  yield* updatePackageMap(k, smp_processor_id(k));
  set_mtrr_aps_delayed_init(k);
}
