/**
 * The hotplug states of Linux 6.1 as Debian configures it: what /sys/devices/system/cpu/hotplug/states lists, and the
 * callbacks that the trace points cpuhp_enter and cpuhp_multi_enter name (recordings q35-cpu-plug, q35-cpu-many). Those
 * that run with interrupts off on a CPU that is not online leave no trace; they are from kernel/cpu.c.
 */
import type { CpuhpSection, CpuhpStateInfo } from '../../protocol/machine-api.ts';

export const CPUHP_OFFLINE = 0;
export const CPUHP_CREATE_THREADS = 1;
export const CPUHP_BRINGUP_CPU = 91;
export const CPUHP_AP_IDLE_DEAD = 92;
export const CPUHP_AP_OFFLINE = 93;
export const CPUHP_AP_ONLINE = 152;
export const CPUHP_TEARDOWN_CPU = 153;
export const CPUHP_AP_ONLINE_IDLE = 154;
export const CPUHP_AP_ACTIVE = 235;
export const CPUHP_ONLINE = 236;
/** No state: hotplug/fail holds it when no failure is asked for. */
export const CPUHP_INVALID = -1;

/** A state, and how many instances its callbacks have when it is a multi-instance one. */
export interface CpuhpStepInfo extends CpuhpStateInfo {
  readonly instances: number;
}

const sectionOf = (state: number): CpuhpSection =>
  state <= CPUHP_BRINGUP_CPU ? 'PREPARE' : state < CPUHP_AP_ONLINE ? 'STARTING' : 'ONLINE';

const step = (
  state: number,
  name: string,
  startup?: string | undefined,
  teardown?: string | undefined,
  instances?: number,
): CpuhpStepInfo => ({
  state,
  name,
  section: sectionOf(state),
  startup,
  teardown,
  multi: instances !== undefined,
  instances: instances ?? 0,
});

/** State, name, startup, teardown; a number at the end: multi-instance, with so many instances. */
export const CPUHP_STATES_6_1: readonly CpuhpStepInfo[] = [
  step(0, 'offline'),
  step(1, 'threads:prepare', 'smpboot_create_threads'),
  step(2, 'perf:prepare', 'perf_event_init_cpu', 'perf_event_exit_cpu'),
  step(9, 'x86/mce:dead', undefined, 'mce_cpu_dead'),
  step(11, 'slub:dead', undefined, 'slub_cpu_dead'),
  step(13, 'mm/writeback:dead', undefined, 'page_writeback_cpu_online'),
  step(15, 'mm/vmstat:dead', undefined, 'vmstat_cpu_dead'),
  step(16, 'softirq:dead', undefined, 'takeover_tasklets'),
  step(21, 'irq_poll:dead', undefined, 'irq_poll_cpu_dead'),
  step(22, 'block/softirq:dead', undefined, 'blk_softirq_cpu_dead'),
  step(23, 'block/bio:dead', undefined, 'bio_cpu_dead', 2),
  step(24, 'acpi/cpu-drv:dead', undefined, 'acpi_soft_cpu_dead'),
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
  step(148, 'smpcfd:dying', undefined, 'smpcfd_dying_cpu'),
  step(149, 'hrtimers:dying', 'hrtimers_cpu_starting', 'hrtimers_cpu_dying'),
  step(152, 'ap:online'),
  step(153, 'cpu:teardown', undefined, 'takedown_cpu'),
  step(155, 'sched:waitempty', undefined, 'sched_cpu_wait_empty'),
  step(156, 'smpboot/threads:online', 'smpboot_unpark_threads', 'smpboot_park_threads'),
  step(158, 'irq/affinity:online', 'irq_affinity_online_cpu'),
  step(159, 'block/mq:online', 'blk_mq_hctx_notify_online', 'blk_mq_hctx_notify_offline', 0),
  step(162, 'perf:online', 'perf_event_init_cpu', 'perf_event_exit_cpu'),
  step(196, 'lockup_detector:online', 'lockup_detector_online_cpu', 'lockup_detector_offline_cpu'),
  step(197, 'workqueue:online', 'workqueue_online_cpu', 'workqueue_offline_cpu'),
  step(198, 'random:online', 'random_online_cpu'),
  step(199, 'RCU/tree:online', 'rcutree_online_cpu', 'rcutree_offline_cpu'),
  step(200, 'base/cacheinfo:online', 'cacheinfo_cpu_online', 'cacheinfo_cpu_pre_down'),
  step(201, 'mm/writeback:online', 'page_writeback_cpu_online'),
  step(202, 'mm/vmstat:online', 'vmstat_cpu_online', 'vmstat_cpu_down_prep'),
  step(203, 'padata:online', 'padata_cpu_online', 'padata_cpu_prep_down', 0),
  step(204, 'mm/compaction:online', 'kcompactd_cpu_online'),
  step(205, 'io-wq/online', 'io_wq_cpu_online', 'io_wq_cpu_offline', 0),
  step(206, 'lib/percpu_cnt:online', 'compute_batch_value'),
  step(207, 'acpi/cpu-drv:online', 'acpi_soft_cpu_online'),
  step(208, 'leds/trigger:starting', 'ledtrig_online_cpu', 'ledtrig_prepare_down_cpu'),
  step(209, 'x86/mce:online', 'mce_cpu_online', 'mce_cpu_pre_down'),
  step(210, 'printk:online', 'console_cpu_notify'),
  step(235, 'sched:active', 'sched_cpu_activate', 'sched_cpu_deactivate'),
  step(236, 'online'),
];
