/**
 * What subsystems that the lab does not model leave behind at boot: kernel threads that sleep, threads that end at once,
 * programs that the kernel starts, and work items, which are what workqueues make their workers for. The rows stand in
 * the order in which a real 6.1 makes them, so that pids and `ps` are as there.
 *
 * @linux names and order as the sched_process_fork and workqueue_execute_start events of a boot under QEMU show them
 */
import type { Co } from '../../sim/coroutine.ts';
import { cpu_online_mask } from '../include/linux/cpumask.ts';
import { get_current, PF_KTHREAD, PF_WQ_WORKER, TASK_IDLE, TASK_UNINTERRUPTIBLE } from '../include/linux/sched.ts';
import { WQ_HIGHPRI, WQ_UNBOUND, type work_struct } from '../include/linux/workqueue.ts';
import { kthread_create, kthread_run } from '../kernel/kthread.ts';
import { complete, init_completion, wait_for_completion } from '../kernel/sched/completion.ts';
import { schedule, schedule_timeout, wake_up_new_task, wake_up_process } from '../kernel/sched/core.ts';
import { createTask } from '../kernel/task.ts';
import {
  alloc_workqueue,
  find_workqueue,
  flush_work,
  INIT_WORK,
  queue_work,
  queue_work_on,
  system_unbound_wq,
} from '../kernel/workqueue.ts';
import type { Kernel } from '../kernel-context.ts';
import { nodeStates } from '../mm/node_states.ts';
import { for_each_zone, PAGE_SHIFT } from '../mm/page_alloc.ts';

type Row = (k: Kernel) => Co;

/** Niceness of a workqueue's rescuer. */
const RESCUER_NICE_LEVEL = -20;
/** Pages of memory below which transparent huge pages, and their thread, are left off: 512 MiB. */
const HUGEPAGE_MIN_PAGES = 512 << (20 - PAGE_SHIFT);
/** How long a work item waits that another one overtakes, ns. */
const SHORT_SLEEP = 100_000;

function* sleepForever(k: Kernel): Co<number> {
  for (;;) {
    get_current(k).__state = TASK_IDLE;
    yield* schedule(k);
  }
}

/** A thread that is there from now on. */
const thread = (name: string, nice = 0, flags = 0): Row =>
  function* (k) {
    const task = yield* kthread_create(k, () => sleepForever(k), name);
    task.nice = nice;
    task.flags |= flags;
    yield* wake_up_process(k, task);
  };

/** Threads with the name of a workqueue. */
const rescuers = (...names: readonly string[]): Row[] =>
  names.map((name) => thread(name, RESCUER_NICE_LEVEL, PF_WQ_WORKER));

/** A thread that does `body` and ends; awaited. */
const transient = (name: string, body: readonly Row[] = []): Row =>
  function* (k) {
    const done = init_completion(name);
    yield* kthread_run(
      k,
      function* (): Co<number> {
        for (const row of body) yield* row(k);
        yield* complete(k, done);
        return 0;
      },
      name,
    );
    yield* wait_for_completion(k, done);
  };

/** The same row for each node that has memory. */
const eachNode = (row: (nid: number) => Row): Row =>
  function* (k) {
    for (const nid of [...nodeStates(k).memory].sort((a, b) => a - b)) yield* row(nid)(k);
  };

function* shortSleep(k: Kernel): Co {
  get_current(k).__state = TASK_UNINTERRUPTIBLE;
  yield* schedule_timeout(k, SHORT_SLEEP);
}

function* nothing(): Co {}

function* flushAll(k: Kernel, works: readonly work_struct[]): Co {
  for (const work of works) yield* flush_work(k, work);
}

/** A work item on the CPUs that `on` chooses. */
const work = (queue: string, name: string, on: (online: readonly number[]) => readonly number[]): Row =>
  function* (k) {
    const works: work_struct[] = [];
    for (const cpu of on([...cpu_online_mask(k)])) {
      const item = INIT_WORK(name, nothing);
      works.push(item);
      yield* queue_work_on(k, cpu, find_workqueue(k, queue), item);
    }
    yield* flushAll(k, works);
  };

const bootCpu = (online: readonly number[]): readonly number[] => online.slice(0, 1);
const otherCpus = (online: readonly number[]): readonly number[] => online.slice(1);
/** Where init has got to by the middle of the boot. */
const initsCpu = (online: readonly number[]): readonly number[] => online.slice(-1);
const everyCpu = (online: readonly number[]): readonly number[] => online;

/** Work items of any CPU that are under way at the same time. */
const unboundWorks = (...names: readonly string[]): Row =>
  function* (k) {
    const works = names.map((name) => INIT_WORK(name, shortSleep));
    for (const item of works) yield* queue_work(k, system_unbound_wq(k), item);
    yield* flushAll(k, works);
  };

/** Work items of one CPU, of which the first blocks. */
const overtaken = (...[first, ...others]: readonly [string, ...string[]]): Row =>
  function* (k) {
    const works = [INIT_WORK(first, shortSleep), ...others.map((name) => INIT_WORK(name, nothing))];
    for (const item of works) yield* queue_work_on(k, 0, find_workqueue(k, 'events'), item);
    yield* flushAll(k, works);
  };

/** request_module(): a worker starts modprobe, which finds nothing to load. */
const modprobe: Row = function* (k) {
  const done = init_completion('call_usermodehelper');
  const item = INIT_WORK('call_usermodehelper_exec_work', function* (): Co {
    const run = function* (): Co<number> {
      yield* complete(k, done);
      return 0;
    };
    wake_up_new_task(k, createTask(k, { comm: 'modprobe', flags: PF_KTHREAD, run }));
  });
  yield* queue_work(k, system_unbound_wq(k), item);
  yield* wait_for_completion(k, done);
};

/** An algorithm that is looked up, instantiated and put to its tests. */
const cryptomgr_test = transient('cryptomgr_test');
const cryptoAlgorithm = (tests: number): Row =>
  transient(
    'cryptomgr_probe',
    Array.from({ length: tests }, () => cryptomgr_test),
  );

const khugepaged: Row = function* (k) {
  const pages = for_each_zone(k).reduce((sum, zone) => sum + zone.managed_pages, 0);
  if (pages >= HUGEPAGE_MIN_PAGES) yield* thread('khugepaged', 19)(k);
};

const severalCpus = (row: Row): Row =>
  function* (k) {
    if (cpu_online_mask(k).weight > 1) yield* row(k);
  };

/** CONFIG_PREEMPTION; with it there are more kinds of RCU. */
const hasPreemption = (k: Kernel): boolean => k.profile.config['CONFIG_PREEMPTION'] !== false;
const preemptible = (row: Row): Row =>
  function* (k) {
    if (hasPreemption(k)) yield* row(k);
  };

const ROWS = {
  rcu: [
    preemptible(thread('rcu_tasks_kthread')),
    thread('rcu_tasks_rude_kthread'),
    preemptible(thread('rcu_tasks_trace_kthread')),
  ],
  rcu_preempt: [
    function* (k) {
      yield* thread(hasPreemption(k) ? 'rcu_preempt' : 'rcu_sched')(k);
    },
  ],
  /** The first work item: its pool makes a second worker before the first one begins. */
  lockup_detector: [work('events', 'smp_call_on_cpu_callback', bootCpu)],
  smp_done: [
    eachNode((nid) => transient(`pgdatinit${nid}`, nid === 0 ? [severalCpus(unboundWorks('padata_mt_helper'))] : [])),
  ],
  driver_init: [thread('kdevtmpfs')],
  early_initcalls: [
    ...rescuers('inet_frag_wq'),
    thread('kauditd'),
    work('rcu_gp', 'wait_rcu_exp_gp', initsCpu),
    thread('khungtaskd'),
    unboundWorks('ftrace_check_work_func', 'eval_map_work_func'),
    thread('oom_reaper'),
    ...rescuers('writeback'),
    eachNode((nid) => thread(`kcompactd${nid}`)),
    thread('ksmd', 5),
    khugepaged,
    ...rescuers('kintegrityd', 'kblockd', 'blkcg_punt_bio', 'tpm_dev_wq', 'edac-poller', 'devfreq_wq'),
    ...rescuers('quota_events_unbound'),
  ],
  late_initcalls: [
    work('events_highpri', 'fill_page_cache_func', bootCpu),
    eachNode((nid) => thread(`kswapd${nid}`)),
    modprobe,
    modprobe,
    cryptoAlgorithm(2),
    ...rescuers('kthrotld'),
    cryptomgr_test,
    ...rescuers('acpi_thermal_pm'),
    overtaken('serio_handle_event', 'neigh_managed_work'),
    ...rescuers('mld'),
    ...rescuers('ipv6_addrconf'),
    modprobe,
    modprobe,
    cryptoAlgorithm(1),
    ...rescuers('kstrp'),
    cryptoAlgorithm(2),
    cryptomgr_test,
    ...rescuers('zswap-shrink'),
    function* (k) {
      yield* alloc_workqueue(k, 'tr_max_lat_wq', WQ_UNBOUND | WQ_HIGHPRI, 0);
    },
    modprobe,
    modprobe,
    cryptoAlgorithm(2),
    ...Array.from({ length: 13 }, () => cryptomgr_test),
    work('mm_percpu_wq', 'vmstat_update', everyCpu),
    work('events_highpri', 'fill_page_cache_func', otherCpus),
  ],
} satisfies Readonly<Record<string, readonly Row[]>>;

/** Makes the threads and does the works of a place of the boot. */
export function* bootThreads(k: Kernel, place: keyof typeof ROWS): Co {
  const rows: readonly Row[] = ROWS[place];
  for (const row of rows) yield* row(k);
}
