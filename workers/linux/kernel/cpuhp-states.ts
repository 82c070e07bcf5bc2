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

/** A row of a table of states: the callbacks' names, and how many instances a multi-instance state has. */
export const cpuhpStep = (
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
  cpuhpStep(0, 'offline'),
  cpuhpStep(1, 'threads:prepare', 'smpboot_create_threads'),
  cpuhpStep(2, 'perf:prepare', 'perf_event_init_cpu', 'perf_event_exit_cpu'),
  cpuhpStep(9, 'x86/mce:dead', undefined, 'mce_cpu_dead'),
  cpuhpStep(11, 'slub:dead', undefined, 'slub_cpu_dead'),
  cpuhpStep(13, 'mm/writeback:dead', undefined, 'page_writeback_cpu_online'),
  cpuhpStep(15, 'mm/vmstat:dead', undefined, 'vmstat_cpu_dead'),
  cpuhpStep(16, 'softirq:dead', undefined, 'takeover_tasklets'),
  cpuhpStep(21, 'irq_poll:dead', undefined, 'irq_poll_cpu_dead'),
  cpuhpStep(22, 'block/softirq:dead', undefined, 'blk_softirq_cpu_dead'),
  cpuhpStep(23, 'block/bio:dead', undefined, 'bio_cpu_dead', 2),
  cpuhpStep(24, 'acpi/cpu-drv:dead', undefined, 'acpi_soft_cpu_dead'),
  cpuhpStep(26, 'block/mq:dead', undefined, 'blk_mq_hctx_notify_dead', 0),
  cpuhpStep(27, 'fs/buffer:dead', undefined, 'buffer_exit_cpu_dead'),
  cpuhpStep(28, 'printk:dead', undefined, 'console_cpu_notify'),
  cpuhpStep(29, 'mm/memctrl:dead', undefined, 'memcg_hotplug_cpu_dead'),
  cpuhpStep(31, 'lib/percpu_cnt:dead', undefined, 'percpu_counter_cpu_dead'),
  cpuhpStep(32, 'lib/radix:dead', undefined, 'radix_tree_cpu_dead'),
  cpuhpStep(33, 'mm/page_alloc:pcp', 'page_alloc_cpu_online', 'page_alloc_cpu_dead'),
  cpuhpStep(34, 'net/dev:dead', undefined, 'dev_cpu_dead'),
  cpuhpStep(36, 'iommu/iova:dead', undefined, 'iova_cpuhp_dead', 0),
  cpuhpStep(40, 'random:prepare', 'random_prepare_cpu'),
  cpuhpStep(41, 'workqueue:prepare', 'workqueue_prepare_cpu'),
  cpuhpStep(43, 'hrtimers:prepare', 'hrtimers_prepare_cpu'),
  cpuhpStep(46, 'smpcfd:prepare', 'smpcfd_prepare_cpu', 'smpcfd_dead_cpu'),
  cpuhpStep(47, 'relay:prepare', 'relay_prepare_cpu'),
  cpuhpStep(48, 'slab:prepare'),
  cpuhpStep(50, 'RCU/tree:prepare', 'rcutree_prepare_cpu', 'rcutree_dead_cpu'),
  cpuhpStep(59, 'base/topology:prepare', 'topology_add_dev', 'topology_remove_dev'),
  cpuhpStep(62, 'trace/RB:prepare', 'trace_rb_cpu_prepare', undefined, 3),
  cpuhpStep(64, 'mm/zswap:prepare', 'zswap_dstmem_prepare', 'zswap_dstmem_dead'),
  cpuhpStep(65, 'mm/zswap_pool:prepare', 'zswap_cpu_comp_prepare', 'zswap_cpu_comp_dead', 1),
  cpuhpStep(68, 'timers:prepare', 'timers_prepare_cpu', 'timers_dead_cpu'),
  cpuhpStep(70, 'fork:vm_stack_cache', undefined, 'free_vm_stack_cache'),
  cpuhpStep(91, 'cpu:bringup', 'bringup_cpu', 'finish_cpu'),
  cpuhpStep(92, 'idle:dead'),
  cpuhpStep(93, 'ap:offline'),
  cpuhpStep(94, 'sched:starting', 'sched_cpu_starting', 'sched_cpu_dying'),
  cpuhpStep(95, 'RCU/tree:dying', undefined, 'rcutree_dying_cpu'),
  cpuhpStep(148, 'smpcfd:dying', undefined, 'smpcfd_dying_cpu'),
  cpuhpStep(149, 'hrtimers:dying', 'hrtimers_cpu_starting', 'hrtimers_cpu_dying'),
  cpuhpStep(152, 'ap:online'),
  cpuhpStep(153, 'cpu:teardown', undefined, 'takedown_cpu'),
  cpuhpStep(155, 'sched:waitempty', undefined, 'sched_cpu_wait_empty'),
  cpuhpStep(156, 'smpboot/threads:online', 'smpboot_unpark_threads', 'smpboot_park_threads'),
  cpuhpStep(158, 'irq/affinity:online', 'irq_affinity_online_cpu'),
  cpuhpStep(159, 'block/mq:online', 'blk_mq_hctx_notify_online', 'blk_mq_hctx_notify_offline', 0),
  cpuhpStep(162, 'perf:online', 'perf_event_init_cpu', 'perf_event_exit_cpu'),
  cpuhpStep(196, 'lockup_detector:online', 'lockup_detector_online_cpu', 'lockup_detector_offline_cpu'),
  cpuhpStep(197, 'workqueue:online', 'workqueue_online_cpu', 'workqueue_offline_cpu'),
  cpuhpStep(198, 'random:online', 'random_online_cpu'),
  cpuhpStep(199, 'RCU/tree:online', 'rcutree_online_cpu', 'rcutree_offline_cpu'),
  cpuhpStep(200, 'base/cacheinfo:online', 'cacheinfo_cpu_online', 'cacheinfo_cpu_pre_down'),
  cpuhpStep(201, 'mm/writeback:online', 'page_writeback_cpu_online'),
  cpuhpStep(202, 'mm/vmstat:online', 'vmstat_cpu_online', 'vmstat_cpu_down_prep'),
  cpuhpStep(203, 'padata:online', 'padata_cpu_online', 'padata_cpu_prep_down', 0),
  cpuhpStep(204, 'mm/compaction:online', 'kcompactd_cpu_online'),
  cpuhpStep(205, 'io-wq/online', 'io_wq_cpu_online', 'io_wq_cpu_offline', 0),
  cpuhpStep(206, 'lib/percpu_cnt:online', 'compute_batch_value'),
  cpuhpStep(207, 'acpi/cpu-drv:online', 'acpi_soft_cpu_online'),
  cpuhpStep(208, 'leds/trigger:starting', 'ledtrig_online_cpu', 'ledtrig_prepare_down_cpu'),
  cpuhpStep(209, 'x86/mce:online', 'mce_cpu_online', 'mce_cpu_pre_down'),
  cpuhpStep(210, 'printk:online', 'console_cpu_notify'),
  cpuhpStep(235, 'sched:active', 'sched_cpu_activate', 'sched_cpu_deactivate'),
  cpuhpStep(236, 'online'),
];
