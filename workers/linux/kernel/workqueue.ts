/**
 * Workqueues: work items run in process context by pools of kernel threads. A pool lets one work item run at a time on
 * its CPU; when that blocks, the next worker takes over, and a pool always keeps one idle worker in reserve.
 *
 * @linux kernel/workqueue.c, without rescuers' rescuing, CPU-intensive works, colours of flushing and NUMA pools
 */
import type { Ns } from '../../protocol/units.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { cpu_possible_mask } from '../include/linux/cpumask.ts';
import {
  get_current,
  PF_WQ_WORKER,
  smp_processor_id,
  TASK_IDLE,
  TASK_UNINTERRUPTIBLE,
} from '../include/linux/sched.ts';
import {
  __WQ_ORDERED,
  type delayed_work,
  WQ_DFL_ACTIVE,
  WQ_FREEZABLE,
  WQ_HIGHPRI,
  WQ_MEM_RECLAIM,
  WQ_POWER_EFFICIENT,
  WQ_UNBOUND,
  type work_struct,
  type workqueue_struct,
} from '../include/linux/workqueue.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { cpu_to_node, for_each_node } from '../mm/numa.ts';
import { kthread_create } from './kthread.ts';
import { mutex_lock, mutex_unlock } from './locking/mutex.ts';
import { pr_warn } from './printk/printk.ts';
import { schedule, wake_up_process, wq_worker_hooks } from './sched/core.ts';
import { hrtimer_cancel, hrtimer_init, hrtimer_start } from './time/hrtimer.ts';
import {
  create_worker,
  need_more_worker,
  newPool,
  rebind_workers,
  state,
  unbind_workers,
  unboundPool,
  wake_up_worker,
  type worker_pool,
  wq_worker_running,
  wq_worker_sleeping,
} from './workqueue_internal.ts';

const RESCUER_NICE_LEVEL = -20;

/** What queue_work() puts into the trace as the requested CPU: any. It is NR_CPUS. */
export const WORK_CPU_UNBOUND = (k: Kernel): number => k.profile.maxCpus;

const systemWorkqueues = kernelState<Map<string, workqueue_struct>>(() => new Map());
const systemWorkqueue =
  (name: string) =>
  (k: Kernel): workqueue_struct => {
    const wq = systemWorkqueues(k).get(name);
    if (!wq) throw new Error(`workqueue ${name} before workqueue_init_early`);
    return wq;
  };
export const system_wq = systemWorkqueue('events');
export const system_highpri_wq = systemWorkqueue('events_highpri');
export const system_long_wq = systemWorkqueue('events_long');
export const system_unbound_wq = systemWorkqueue('events_unbound');
export const system_freezable_wq = systemWorkqueue('events_freezable');
export const system_power_efficient_wq = systemWorkqueue('events_power_efficient');

/** The system's own workqueues: name, flags, max_active. */
const SYSTEM_WORKQUEUES: readonly (readonly [string, number, number])[] = [
  ['events', 0, 0],
  ['events_highpri', WQ_HIGHPRI, 0],
  ['events_long', 0, 0],
  ['events_unbound', WQ_UNBOUND, 512],
  ['events_freezable', WQ_FREEZABLE, 0],
  ['events_power_efficient', WQ_POWER_EFFICIENT, 0],
];

/** The workqueue with this name; throws when there is none. */
export function find_workqueue(k: Kernel, name: string): workqueue_struct {
  const wq = state(k).workqueues.find((candidate) => candidate.name === name);
  if (!wq) throw new Error(`there is no workqueue ${name}`);
  return wq;
}

export function INIT_WORK(name: string, func: (k: Kernel, work: work_struct) => Co): work_struct {
  return { name, func, id: 0, pending: false, pwq: undefined, flushers: [] };
}

export function INIT_DELAYED_WORK(name: string, func: (k: Kernel, work: work_struct) => Co): delayed_work {
  const work = INIT_WORK(name, func);
  const dwork: delayed_work = {
    work,
    wq: undefined,
    timer: hrtimer_init(function* (k): Co {
      if (dwork.wq) insert(k, WORK_CPU_UNBOUND(k), dwork.wq, work);
    }),
  };
  return dwork;
}

/** Makes a workqueue. `max_active` 0 stands for WQ_DFL_ACTIVE. */
export function* alloc_workqueue(k: Kernel, name: string, flags: number, max_active: number): Co<workqueue_struct> {
  const s = state(k);
  const nice = flags & WQ_HIGHPRI ? -20 : 0;
  const wq: workqueue_struct = {
    name,
    flags,
    max_active: max_active || WQ_DFL_ACTIVE,
    pwqs: new Map(),
    outstanding: new Set(),
    flushers: [],
  };
  const addPwq = (cpu: number, pool: worker_pool) => wq.pwqs.set(cpu, { pool, wq, nr_active: 0, inactive_works: [] });
  if (flags & WQ_UNBOUND) {
    const pool = unboundPool(k, nice);
    addPwq(-1, pool);
    if (s.online && pool.workers.length === 0) yield* create_worker(k, pool);
  } else {
    for (const [cpu, pools] of s.cpuPools) addPwq(cpu, pools[nice === 0 ? 0 : 1]);
  }
  s.workqueues.push(wq);
  if (flags & WQ_MEM_RECLAIM && s.online) yield* init_rescuer(k, wq);
  return wq;
}

export function* alloc_ordered_workqueue(k: Kernel, name: string, flags: number): Co<workqueue_struct> {
  return yield* alloc_workqueue(k, name, WQ_UNBOUND | __WQ_ORDERED | flags, 1);
}

/** The thread with the workqueue's name that ps shows. It would run works when no worker can be created for want of memory. */
function* init_rescuer(k: Kernel, wq: workqueue_struct): Co {
  const task = yield* kthread_create(
    k,
    function* (): Co<number> {
      for (;;) {
        get_current(k).__state = TASK_IDLE;
        yield* schedule(k);
      }
    },
    wq.name,
  );
  task.nice = RESCUER_NICE_LEVEL;
  task.flags |= PF_WQ_WORKER;
  yield* wake_up_process(k, task);
}

function insert(k: Kernel, reqCpu: number, wq: workqueue_struct, work: work_struct): void {
  const cpu = wq.flags & WQ_UNBOUND ? -1 : reqCpu === WORK_CPU_UNBOUND(k) ? smp_processor_id(k) : reqCpu;
  let pwq = wq.pwqs.get(cpu);
  if (!pwq) throw new Error(`${wq.name} has no pool for CPU ${cpu}`);
  const running = work.pwq;
  // a work item that still runs elsewhere is queued there: it never runs twice at the same time
  if (running?.wq === wq && running.pool.workers.some(({ current_work }) => current_work === work)) pwq = running;
  work.id = state(k).nextWork++;
  work.pwq = pwq;
  wq.outstanding.add(work.id);
  k.log.emit('workqueue_queue_work', work.id, work.name, wq.name, reqCpu, pwq.pool.cpu);
  if (pwq.nr_active < wq.max_active) {
    pwq.nr_active++;
    pwq.pool.worklist.push(work);
    if (need_more_worker(pwq.pool)) wake_up_worker(k, pwq.pool);
  } else {
    pwq.inactive_works.push(work);
  }
}

/** Queues `work` on `cpu` (WORK_CPU_UNBOUND: here). False when it is queued already. May be called from interrupts. */
export function* queue_work_on(k: Kernel, cpu: number, wq: workqueue_struct, work: work_struct): Co<boolean> {
  if (work.pending) return false;
  work.pending = true;
  insert(k, cpu, wq, work);
  return true;
}

export function* queue_work(k: Kernel, wq: workqueue_struct, work: work_struct): Co<boolean> {
  return yield* queue_work_on(k, WORK_CPU_UNBOUND(k), wq, work);
}

export function* schedule_work(k: Kernel, work: work_struct): Co<boolean> {
  return yield* queue_work(k, system_wq(k), work);
}

export function* schedule_work_on(k: Kernel, cpu: number, work: work_struct): Co<boolean> {
  return yield* queue_work_on(k, cpu, system_wq(k), work);
}

/** Queues `dwork` after `delay` ns. */
export function* queue_delayed_work(k: Kernel, wq: workqueue_struct, dwork: delayed_work, delay: Ns): Co<boolean> {
  if (dwork.work.pending) return false;
  dwork.work.pending = true;
  dwork.wq = wq;
  if (delay <= 0) insert(k, WORK_CPU_UNBOUND(k), wq, dwork.work);
  else hrtimer_start(k, dwork.timer, delay);
  return true;
}

/** Takes it back if it waits for its time; does not wait for a running one. True when it was pending. */
export function* cancel_delayed_work(k: Kernel, dwork: delayed_work): Co<boolean> {
  if (!hrtimer_cancel(k, dwork.timer)) return false;
  dwork.work.pending = false;
  return true;
}

const isBusy = (work: work_struct): boolean =>
  work.pending || work.pwq?.pool.workers.some(({ current_work }) => current_work === work) === true;

/** Waits until the last queueing of `work` has run. False when there was nothing to wait for. */
export const flush_work = traced('flush_work', function* (k: Kernel, work: work_struct): Co<boolean> {
  if (!isBusy(work)) return false;
  const task = get_current(k);
  work.flushers.push(task);
  while (work.flushers.includes(task)) {
    task.__state = TASK_UNINTERRUPTIBLE;
    yield* schedule(k);
  }
  return true;
});

/** Waits until everything that is queued on `wq` now has run. */
export const flush_workqueue = traced('__flush_workqueue', function* (k: Kernel, wq: workqueue_struct): Co {
  if (wq.outstanding.size === 0) return;
  const entry = { task: get_current(k), upTo: state(k).nextWork };
  wq.flushers.push(entry);
  while (wq.flushers.includes(entry)) {
    entry.task.__state = TASK_UNINTERRUPTIBLE;
    yield* schedule(k);
  }
});

/** Runs `fn` in a worker of `cpu` and returns its result. `name`: the function's, for the trace. */
export function* work_on_cpu(k: Kernel, cpu: number, name: string, fn: (k: Kernel) => Co<number>): Co<number> {
  let result = 0;
  const work = INIT_WORK(name, function* (): Co {
    result = yield* fn(k);
  });
  yield* schedule_work_on(k, cpu, work);
  yield* flush_work(k, work);
  return result;
}

// --- CPU hotplug

/** CPUHP_WORKQUEUE_PREP: the CPU's pools need a first worker each. */
export const workqueue_prepare_cpu = traced('workqueue_prepare_cpu', function* (k: Kernel, cpu: number): Co<number> {
  for (const pool of state(k).cpuPools.get(cpu) ?? []) {
    if (pool.workers.length === 0) yield* create_worker(k, pool);
  }
  return 0;
});

/** wq_numa_possible_cpumask: the nodes that had a possible CPU at boot; empty where there is one node alone. */
const numaNodes = kernelState<{ withCpus: Set<number>; warned: boolean }>(() => ({
  withCpus: new Set(),
  warned: false,
}));

/** Possible CPUs that are not there yet stand where they were dealt to. */
function wq_numa_init(k: Kernel): void {
  if (for_each_node(k).length <= 1) return;
  for (const cpu of cpu_possible_mask(k)) numaNodes(k).withCpus.add(cpu_to_node(k, cpu));
}

/** A node whose CPUs came after boot alone keeps the default pool, and that is told once. */
function* wq_update_unbound_numa(k: Kernel, cpu: number): Co {
  const nodes = numaNodes(k);
  if (nodes.withCpus.size === 0 || nodes.warned || nodes.withCpus.has(cpu_to_node(k, cpu))) return;
  nodes.warned = true;
  yield* pr_warn(k, 'WARNING: workqueue cpumask: online intersect > possible intersect');
}

/** CPUHP_AP_WORKQUEUE_ONLINE: binds the workers to their CPU again. */
export const workqueue_online_cpu = traced('workqueue_online_cpu', function* (k: Kernel, cpu: number): Co<number> {
  yield* mutex_lock(k, state(k).attach);
  for (const pool of state(k).cpuPools.get(cpu) ?? []) yield* rebind_workers(k, pool);
  yield* wq_update_unbound_numa(k, cpu);
  yield* mutex_unlock(k, state(k).attach);
  return 0;
});

/** CPUHP_AP_WORKQUEUE_ONLINE, down: the workers may run anywhere from now on. */
export const workqueue_offline_cpu = traced('workqueue_offline_cpu', function* (k: Kernel, cpu: number): Co<number> {
  yield* mutex_lock(k, state(k).attach);
  for (const pool of state(k).cpuPools.get(cpu) ?? []) yield* unbind_workers(k, pool);
  yield* mutex_unlock(k, state(k).attach);
  return 0;
});

// --- boot

/** Makes the pools and the system's own workqueues; works can be queued from here on, nobody runs them yet. */
export function* workqueue_init_early(k: Kernel): Co {
  const s = state(k);
  wq_worker_hooks(k).sleeping = wq_worker_sleeping;
  wq_worker_hooks(k).running = wq_worker_running;
  for (const cpu of cpu_possible_mask(k)) s.cpuPools.set(cpu, [newPool(k, cpu, 0), newPool(k, cpu, -20)]);
  for (const [name, flags, maxActive] of SYSTEM_WORKQUEUES) {
    systemWorkqueues(k).set(name, yield* alloc_workqueue(k, name, flags, maxActive));
  }
}

/** Creates the rescuers of early workqueues and the boot CPU's first workers. */
export function* workqueue_init(k: Kernel): Co {
  wq_numa_init(k);
  const s = state(k);
  for (const wq of s.workqueues) if (wq.flags & WQ_MEM_RECLAIM) yield* init_rescuer(k, wq);
  const cpu = smp_processor_id(k);
  for (const pool of s.cpuPools.get(cpu) ?? []) {
    pool.disassociated = false;
    yield* create_worker(k, pool);
  }
  for (const pool of s.unboundPools.values()) yield* create_worker(k, pool);
  s.online = true;
}
