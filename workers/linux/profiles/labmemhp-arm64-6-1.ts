/** Linux 6.1 for arm64 with memory hotplug, as the recordings of `virt` were made with. */
import type { Platform } from '../../abi/vcpu.ts';
import { type CpuhpStepInfo, cpuhpStep as step } from '../kernel/cpuhp-states.ts';
import type { KernelProfile } from '../kernel-context.ts';

const MS = 1_000_000;
const US = 1_000;

const release = '6.1.192-labmemhp';
const version = '#2 SMP Fri Nov 20 18:06:04 UTC 2026';
const compiler = 'aarch64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40';

/** Estimated from the proportions of the recordings (QEMU's TCG), as the table for x86 is. */
const costs: Readonly<Record<string, number>> = {
  'rcu grace period': 13 * MS,
  copy_process: 150 * US,
  gic_starting_cpu: 600 * US,
  arch_timer_starting_cpu: 100 * US,
  trace_rb_cpu_prepare: 4 * US,
  zswap_cpu_comp_prepare: 240 * US,
  zswap_cpu_comp_dead: 200 * US,
  topology_add_dev: 300 * US,
  topology_remove_dev: 120 * US,
  cacheinfo_cpu_online: 550 * US,
  cacheinfo_cpu_pre_down: 500 * US,
  perf_event_exit_cpu: 230 * US,
  kcompactd_cpu_online: 80 * US,
  acpi_soft_cpu_online: 60 * US,
  page_alloc_cpu_dead: 700 * US,
  slub_cpu_dead: 450 * US,
  dev_cpu_dead: 140 * US,
  free_vm_stack_cache: 25 * US,
  timers_dead_cpu: 170 * US,
  irq_migrate_all_off_this_cpu: 200 * US,
  cpu_psci_cpu_disable: 400 * US,
  // nothing happens in these but calls
  schedule: 500,
  wait_for_completion: 500,
  schedule_timeout: 500,
  gic_handle_irq: 1 * US,
  _printk: 10 * US,
};

/**
 * States, numbered as this kernel numbers them (recordings virt-cpu-psci, virt-without-firmware). Dynamic states from 201
 * on have their numbers from the order of registration: with UEFI, the interrupt translation service has 201 while it
 * checks that its tables survive, and padata gets the number afterwards; without ACPI there is no processor driver.
 */
export function arm64CpuhpStates(uefi: boolean, acpi: boolean): readonly CpuhpStepInfo[] {
  let dynamic = 201;
  const next = (...rest: [string, string?, string?, number?]): CpuhpStepInfo => step(dynamic++, ...rest);
  const padata = ['padata:online', 'padata_cpu_online', 'padata_cpu_prep_down', 0] as const;
  return [
    step(0, 'offline'),
    step(1, 'threads:prepare', 'smpboot_create_threads'),
    step(2, 'perf:prepare', 'perf_event_init_cpu', 'perf_event_exit_cpu'),
    step(11, 'slub:dead', undefined, 'slub_cpu_dead'),
    step(13, 'mm/writeback:dead', undefined, 'page_writeback_cpu_online'),
    step(15, 'mm/vmstat:dead', undefined, 'vmstat_cpu_dead'),
    step(16, 'softirq:dead', undefined, 'takeover_tasklets'),
    step(19, 'arm64/fpsimd:dead', undefined, 'fpsimd_cpu_dead'),
    step(21, 'irq_poll:dead', undefined, 'irq_poll_cpu_dead'),
    step(22, 'block/softirq:dead', undefined, 'blk_softirq_cpu_dead'),
    step(23, 'block/bio:dead', undefined, 'bio_cpu_dead', 2),
    ...(acpi ? [step(24, 'acpi/cpu-drv:dead', undefined, 'acpi_soft_cpu_dead')] : []),
    step(26, 'block/mq:dead', undefined, 'blk_mq_hctx_notify_dead', 0),
    step(27, 'fs/buffer:dead', undefined, 'buffer_exit_cpu_dead'),
    step(28, 'printk:dead', undefined, 'console_cpu_notify'),
    step(29, 'mm/memctrl:dead', undefined, 'memcg_hotplug_cpu_dead'),
    step(31, 'lib/percpu_cnt:dead', undefined, 'percpu_counter_cpu_dead'),
    step(32, 'lib/radix:dead', undefined, 'radix_tree_cpu_dead'),
    step(33, 'mm/page_alloc:pcp', 'page_alloc_cpu_online', 'page_alloc_cpu_dead'),
    step(34, 'net/dev:dead', undefined, 'dev_cpu_dead'),
    step(36, 'iommu/iova:dead', undefined, 'iova_cpuhp_dead', 0),
    step(40, 'random:prepare', 'random_prepare_cpu'),
    step(41, 'workqueue:prepare', 'workqueue_prepare_cpu'),
    step(43, 'hrtimers:prepare', 'hrtimers_prepare_cpu'),
    step(46, 'smpcfd:prepare', 'smpcfd_prepare_cpu', 'smpcfd_dead_cpu'),
    step(47, 'relay:prepare', 'relay_prepare_cpu'),
    step(48, 'slab:prepare'),
    step(50, 'RCU/tree:prepare', 'rcutree_prepare_cpu', 'rcutree_dead_cpu'),
    step(59, 'base/topology:prepare', 'topology_add_dev', 'topology_remove_dev'),
    step(62, 'trace/RB:prepare', 'trace_rb_cpu_prepare', undefined, 3),
    step(64, 'mm/zswap:prepare', 'zswap_dstmem_prepare', 'zswap_dstmem_dead'),
    step(65, 'mm/zswap_pool:prepare', 'zswap_cpu_comp_prepare', 'zswap_cpu_comp_dead', 1),
    step(68, 'timers:prepare', 'timers_prepare_cpu', 'timers_dead_cpu'),
    step(70, 'fork:vm_stack_cache', undefined, 'free_vm_stack_cache'),
    step(91, 'cpu:bringup', 'bringup_cpu', 'finish_cpu'),
    step(92, 'idle:dead'),
    step(93, 'ap:offline'),
    step(94, 'sched:starting', 'sched_cpu_starting', 'sched_cpu_dying'),
    step(95, 'RCU/tree:dying', undefined, 'rcutree_dying_cpu'),
    step(97, 'irqchip/arm/gicv3:starting', 'gic_starting_cpu'),
    step(116, 'arm64/debug_monitors:starting', 'clear_os_lock'),
    step(117, 'perf/arm64/hw_breakpoint:starting', 'hw_breakpoint_reset'),
    ...(acpi ? [step(118, 'perf/arm/pmu_acpi:starting', 'arm_pmu_acpi_cpu_starting')] : []),
    step(119, 'perf/arm/pmu:starting', 'arm_perf_starting_cpu', 'arm_perf_teardown_cpu', 1),
    step(123, 'clockevents/arm/arch_timer:starting', 'arch_timer_starting_cpu', 'arch_timer_dying_cpu'),
    step(142, 'clockevents/dummy_timer:starting', 'dummy_timer_starting_cpu'),
    step(148, 'smpcfd:dying', undefined, 'smpcfd_dying_cpu'),
    step(149, 'hrtimers:dying', 'hrtimers_cpu_starting', 'hrtimers_cpu_dying'),
    step(152, 'ap:online'),
    step(153, 'cpu:teardown', undefined, 'takedown_cpu'),
    step(155, 'sched:waitempty', undefined, 'sched_cpu_wait_empty'),
    step(156, 'smpboot/threads:online', 'smpboot_unpark_threads', 'smpboot_park_threads'),
    step(158, 'irq/affinity:online', 'irq_affinity_online_cpu'),
    step(159, 'block/mq:online', 'blk_mq_hctx_notify_online', 'blk_mq_hctx_notify_offline', 0),
    step(162, 'perf:online', 'perf_event_init_cpu', 'perf_event_exit_cpu'),
    step(175, 'AP_PERF_ARM_HISI_CPA_ONLINE', 'hisi_uncore_pmu_online_cpu', 'hisi_uncore_pmu_offline_cpu', 0),
    step(176, 'AP_PERF_ARM_HISI_DDRC_ONLINE', 'hisi_uncore_pmu_online_cpu', 'hisi_uncore_pmu_offline_cpu', 0),
    step(177, 'AP_PERF_ARM_HISI_HHA_ONLINE', 'hisi_uncore_pmu_online_cpu', 'hisi_uncore_pmu_offline_cpu', 0),
    step(178, 'AP_PERF_ARM_HISI_L3_ONLINE', 'hisi_uncore_pmu_online_cpu', 'hisi_uncore_pmu_offline_cpu', 0),
    step(179, 'AP_PERF_ARM_HISI_PA_ONLINE', 'hisi_uncore_pmu_online_cpu', 'hisi_uncore_pmu_offline_cpu', 0),
    step(180, 'AP_PERF_ARM_HISI_SLLC_ONLINE', 'hisi_uncore_pmu_online_cpu', 'hisi_uncore_pmu_offline_cpu', 0),
    step(196, 'lockup_detector:online', 'lockup_detector_online_cpu', 'lockup_detector_offline_cpu'),
    step(197, 'workqueue:online', 'workqueue_online_cpu', 'workqueue_offline_cpu'),
    step(198, 'random:online', 'random_online_cpu'),
    step(199, 'RCU/tree:online', 'rcutree_online_cpu', 'rcutree_offline_cpu'),
    step(200, 'base/cacheinfo:online', 'cacheinfo_cpu_online', 'cacheinfo_cpu_pre_down'),
    ...(uefi ? [next(...padata)] : []),
    next('mm/writeback:online', 'page_writeback_cpu_online'),
    next('mm/vmstat:online', 'vmstat_cpu_online', 'vmstat_cpu_down_prep'),
    ...(uefi ? [] : [next(...padata)]),
    next('mm/compaction:online', 'kcompactd_cpu_online'),
    next('io-wq/online', 'io_wq_cpu_online', 'io_wq_cpu_offline', 0),
    next('arm64/cpuinfo:online', 'cpuid_cpu_online', 'cpuid_cpu_offline'),
    next('lib/percpu_cnt:online', 'compute_batch_value'),
    ...(acpi ? [next('acpi/cpu-drv:online', 'acpi_soft_cpu_online')] : []),
    next('printk:online', 'console_cpu_notify'),
    step(235, 'sched:active', 'sched_cpu_activate', 'sched_cpu_deactivate'),
    step(236, 'online'),
  ];
}

export const labmemhpArm64: KernelProfile = {
  release,
  version,
  banner: `Linux version ${release} (root@vm) (${compiler}) ${version}`,
  maxCpus: 256,
  config: {
    CONFIG_ARM64: true,
    CONFIG_HOTPLUG_CPU: true,
    CONFIG_PREEMPTION: false,
    CONFIG_CPU_HOTPLUG_STATE_CONTROL: false,
    CONFIG_MEMORY_HOTPLUG: true,
    CONFIG_MEMORY_HOTPLUG_DEFAULT_ONLINE: false,
  },
  cpuhpStates: arm64CpuhpStates(true, true),
  costs,
};

/** The profile as it is on a machine: its states depend on the firmware. */
export function labmemhpArm64On(platform: Platform, commandLine: string): KernelProfile {
  const acpi = platform.rsdpAddress !== 0 && !commandLine.split(/\s+/).includes('acpi=off');
  return { ...labmemhpArm64, cpuhpStates: arm64CpuhpStates(platform.arm64?.uefi !== undefined, acpi) };
}
