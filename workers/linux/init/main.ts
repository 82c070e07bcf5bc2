/**
 * Booting: from the first instruction on the boot CPU to the first process.
 *
 * @linux init/main.c; what the other parts of the kernel do at boot comes in as {@link BootParts}
 */

import { type Co, traced } from '../../sim/coroutine.ts';
import {
  cpu_possible_mask,
  num_online_cpus,
  set_cpu_active,
  set_cpu_online,
  set_cpu_possible,
  set_cpu_present,
} from '../include/linux/cpumask.ts';
import { local_irq_enable } from '../include/linux/irqflags.ts';
import { get_current, PF_KTHREAD, smp_processor_id } from '../include/linux/sched.ts';
import { WQ_MEM_RECLAIM, WQ_UNBOUND } from '../include/linux/workqueue.ts';
import { setup_max_cpus } from '../kernel/boot-options.ts';
import { bringup_nonboot_cpus, link_cpuhp_callbacks } from '../kernel/cpu.ts';
import { boot_cpu_hotplug_init, cpuhp_init_state, cpuhp_threads_init } from '../kernel/cpuhp.ts';
import { CPUHP_ONLINE } from '../kernel/cpuhp-states.ts';
import { kthreadd } from '../kernel/kthread.ts';
import { pr_info, pr_notice, sched_clock_init, set_console_loglevel } from '../kernel/printk/printk.ts';
import { rcu_scheduler } from '../kernel/rcu/tree.ts';
import { complete, init_completion, wait_for_completion } from '../kernel/sched/completion.ts';
import { do_set_cpus_allowed, schedule, wake_up_new_task } from '../kernel/sched/core.ts';
import { cpu_startup_entry } from '../kernel/sched/idle.ts';
import { idle_init } from '../kernel/smpboot.ts';
import { spawn_ksoftirqd } from '../kernel/softirq.ts';
import { cpu_stop_init } from '../kernel/stop_machine.ts';
import { systemState } from '../kernel/system-state.ts';
import { createTask } from '../kernel/task.ts';
import { alloc_workqueue, workqueue_init, workqueue_init_early } from '../kernel/workqueue.ts';
import type { Kernel } from '../kernel-context.ts';
import { numaTables } from '../mm/numa.ts';
import { build_all_zonelists_init } from '../mm/page_alloc.ts';
import { bootMessages } from './boot-messages.ts';
import { bootThreads } from './boot-threads.ts';

export interface Initcall {
  /** Upstream's name; it is traced. */
  readonly name: string;
  readonly fn: (k: Kernel) => Co<unknown>;
}

/** What the architecture does at boot, in the order of being called. */
export interface ArchBoot {
  /** The very first: what the boot CPU says of itself. */
  smp_setup_processor_id(k: Kernel): Co;
  /** Fills in the arch operations, finds memory and processors; calls `acpi_boot` for what the tables tell. */
  setup_arch(k: Kernel, acpi_boot: (k: Kernel) => Co): Co;
  /** Per-CPU areas, and what the boot CPU finds out about itself. */
  setup_per_cpu_areas(k: Kernel): Co;
  /** The boot CPU's local interrupt controller and clock event device; then interrupts may come. */
  time_init(k: Kernel): Co;
  /** From calibrate_delay() to the end of start_kernel(). */
  boot_cpu_ready(k: Kernel): Co;
  smp_prepare_cpus(k: Kernel): Co;
  smp_cpus_done(k: Kernel): Co;
}

/** What the rest of the kernel does at boot, in the order of being called. */
export interface BootParts {
  readonly arch: ArchBoot;
  /** acpi_boot_table_init to acpi_boot_init and the NUMA tables; calls generic_processor_info for each processor. */
  readonly acpi_boot: (k: Kernel) => Co;
  /** Descriptors and the IO-APIC, with interrupts still off. */
  readonly init_IRQ: (k: Kernel) => Co;
  readonly console_init: (k: Kernel) => Co;
  /** Buses, devices of the system: CPUs, memory, nodes. */
  readonly driver_init: (k: Kernel) => Co;
  /** do_initcalls, in the order of the levels. */
  readonly initcalls: readonly Initcall[];
  /** Turns pid 1 into a process; returns its exit code. */
  readonly run_init_process: (k: Kernel) => Co<number>;
}

/** Memory-reclaim workqueues that exist before there are workers, by name: each has a rescuer in ps. */
const EARLY_WORKQUEUES: readonly (readonly [string, number])[] = [
  ['rcu_gp', WQ_MEM_RECLAIM],
  ['rcu_par_gp', WQ_MEM_RECLAIM],
  ['slub_flushwq', WQ_MEM_RECLAIM],
  ['netns', WQ_MEM_RECLAIM | WQ_UNBOUND],
];

/** The boot CPU is there, whatever the tables will say. */
function boot_cpu_init(k: Kernel): void {
  const cpu = smp_processor_id(k);
  set_cpu_online(k, cpu, true);
  set_cpu_active(k, cpu, true);
  set_cpu_present(k, cpu, true);
  set_cpu_possible(k, cpu, true);
}

/** `loglevel=` and `quiet`, `debug`. */
function parse_early_param(k: Kernel): void {
  const level = /(?:^|\s)loglevel=(\d+)/.exec(k.commandLine)?.[1];
  if (/(?:^|\s)quiet(?:\s|$)/.test(k.commandLine)) set_console_loglevel(k, 4);
  if (/(?:^|\s)debug(?:\s|$)/.test(k.commandLine)) set_console_loglevel(k, 10);
  if (level !== undefined) set_console_loglevel(k, Number.parseInt(level, 10));
}

/** Runs in swapper/0; interrupts are off at first. Does not return: it becomes the idle loop. */
export function* start_kernel(k: Kernel, parts: BootParts): Co {
  yield* parts.arch.smp_setup_processor_id(k);
  boot_cpu_init(k);
  yield* pr_notice(k, k.profile.banner);
  parse_early_param(k);
  yield* parts.arch.setup_arch(k, parts.acpi_boot);
  yield* parts.arch.setup_per_cpu_areas(k);
  boot_cpu_hotplug_init(k, CPUHP_ONLINE);
  link_cpuhp_callbacks(k);
  yield* build_all_zonelists_init(k);
  yield* pr_notice(k, `Kernel command line: ${k.commandLine}`);
  yield* bootMessages(k, 'command_line');
  sched_clock_init(k);
  yield* workqueue_init_early(k);
  for (const [name, flags] of EARLY_WORKQUEUES) yield* alloc_workqueue(k, name, flags, 0);
  yield* parts.console_init(k);
  yield* parts.init_IRQ(k);
  yield* parts.arch.time_init(k);
  local_irq_enable(k);
  yield* parts.arch.boot_cpu_ready(k);
  yield* rest_init(k, parts);
}

const rest_init = traced('rest_init', function* (k: Kernel, parts: BootParts): Co {
  rcu_scheduler(k).active = true;
  const kthreadd_done = init_completion('kthreadd_done');
  const init = createTask(k, {
    comm: 'swapper/0',
    entry: 'kernel_init',
    run: () => kernel_init(k, parts, kthreadd_done),
  });
  wake_up_new_task(k, init);
  wake_up_new_task(
    k,
    createTask(k, { comm: 'kthreadd', flags: PF_KTHREAD, entry: 'kthreadd', run: () => kthreadd(k) }),
  );
  yield* complete(k, kthreadd_done);
  yield* schedule(k);
  yield* cpu_startup_entry(k, false);
});

function* kernel_init(k: Kernel, parts: BootParts, kthreadd_done: ReturnType<typeof init_completion>): Co<number> {
  yield* wait_for_completion(k, kthreadd_done);
  yield* kernel_init_freeable(k, parts);
  systemState(k).running = true;
  return yield* parts.run_init_process(k);
}

const kernel_init_freeable = traced('kernel_init_freeable', function* (k: Kernel, parts: BootParts): Co {
  yield* parts.arch.smp_prepare_cpus(k);
  yield* workqueue_init(k);
  yield* alloc_workqueue(k, 'mm_percpu_wq', WQ_MEM_RECLAIM, 0);
  yield* do_pre_smp_initcalls(k);
  yield* smp_init(k, parts);
  // until here it had to stay on the boot CPU
  do_set_cpus_allowed(get_current(k), cpu_possible_mask(k));
  yield* do_basic_setup(k, parts);
});

/** early_initcalls: the threads of the boot CPU. */
function* do_pre_smp_initcalls(k: Kernel): Co {
  yield* bootThreads(k, 'rcu');
  yield* spawn_ksoftirqd(k);
  yield* bootThreads(k, 'rcu_preempt');
  yield* cpu_stop_init(k);
  yield* bootThreads(k, 'lockup_detector');
}

const smp_init = traced('smp_init', function* (k: Kernel, parts: BootParts): Co {
  for (const cpu of cpu_possible_mask(k)) if (cpu !== smp_processor_id(k)) idle_init(k, cpu, undefined);
  cpuhp_init_state(k);
  yield* cpuhp_threads_init(k);
  yield* pr_info(k, 'smp: Bringing up secondary CPUs ...');
  yield* bringup_nonboot_cpus(k, setup_max_cpus(k));
  const online = num_online_cpus(k);
  const nodes = numaTables(k).online.size;
  yield* pr_info(k, `smp: Brought up ${nodes} node${nodes === 1 ? '' : 's'}, ${online} CPU${online === 1 ? '' : 's'}`);
  yield* parts.arch.smp_cpus_done(k);
  yield* bootThreads(k, 'smp_done');
  yield* bootMessages(k, 'smp_done');
});

function* do_basic_setup(k: Kernel, parts: BootParts): Co {
  yield* bootThreads(k, 'driver_init');
  yield* parts.driver_init(k);
  yield* bootMessages(k, 'driver_init');
  yield* bootThreads(k, 'early_initcalls');
  for (const { name, fn } of parts.initcalls) yield* do_one_initcall(k, name, fn);
  yield* bootThreads(k, 'late_initcalls');
}

const do_one_initcall = traced(
  'do_one_initcall',
  function* (k: Kernel, name: string, fn: (k: Kernel) => Co<unknown>): Co {
    yield* traced(name, fn)(k);
  },
);
