/** Linux 6.1 as Debian 12 ships it for amd64. */

import { CPUHP_STATES_6_1 } from '../kernel/cpuhp-states.ts';
import type { KernelProfile } from '../kernel-context.ts';

const MS = 1_000_000;
const US = 1_000;

const release = '6.1.0-53-amd64';
const version = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.187-1 (2026-09-07)';
const compiler = 'gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40';

/** Entering a function that the table does not name, ns. */
export const DEFAULT_COST = 2 * US;

/**
 * Virtual costs in ns, estimated from the proportions of the recordings (QEMU's TCG): a whole online takes about 70 ms,
 * half of which is the new CPU's own start. Names with a blank are waits, not functions.
 */
const costs: Readonly<Record<string, number>> = {
  // waits
  'rcu grace period': 13 * MS,
  INIT: 5 * MS,
  trampoline: 2 * MS,
  copy_process: 150 * US,
  // functions
  identify_secondary_cpu: 3 * MS,
  mtrr_rendezvous_handler: 2 * MS,
  calibrate_delay: 20 * MS,
  trace_rb_cpu_prepare: 8 * US,
  zswap_cpu_comp_prepare: 110 * US,
  topology_add_dev: 100 * US,
  cacheinfo_cpu_online: 100 * US,
  mce_cpu_online: 200 * US,
  mce_cpu_pre_down: 300 * US,
  cacheinfo_cpu_pre_down: 150 * US,
  perf_event_exit_cpu: 30 * US,
  kcompactd_cpu_online: 10 * US,
  acpi_soft_cpu_online: 60 * US,
  page_alloc_cpu_dead: 200 * US,
  slub_cpu_dead: 300 * US,
  dev_cpu_dead: 50 * US,
  free_vm_stack_cache: 80 * US,
  topology_remove_dev: 100 * US,
  timers_dead_cpu: 20 * US,
  rcutree_migrate_callbacks: 20 * US,
  native_cpu_disable: 800 * US,
  // nothing happens in these but calls
  schedule: 500,
  wait_for_completion: 500,
  schedule_timeout: 500,
  sysvec_reschedule_ipi: 1 * US,
  sysvec_apic_timer_interrupt: 1 * US,
  common_interrupt: 1 * US,
  _printk: 10 * US,
};

export const debian61: KernelProfile = {
  release,
  version,
  banner: `Linux version ${release} (debian-kernel@lists.debian.org) (${compiler}) ${version}`,
  maxCpus: 8192,
  config: {
    CONFIG_HOTPLUG_CPU: true,
    CONFIG_CPU_HOTPLUG_STATE_CONTROL: false,
    CONFIG_MEMORY_HOTPLUG: true,
    CONFIG_MEMORY_HOTPLUG_DEFAULT_ONLINE: false,
    CONFIG_BOOTPARAM_HOTPLUG_CPU0: false,
  },
  cpuhpStates: CPUHP_STATES_6_1,
  costs,
};

/** Virtual cost of entering a function of a profile's kernel, ns: for the machine's scheduler. */
export const costOf =
  (profile: KernelProfile) =>
  (name: string): number =>
    profile.costs[name] ?? DEFAULT_COST;
