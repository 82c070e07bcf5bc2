/**
 * Workqueues: work items run in process context by pools of kernel threads. A pool lets one work item run at a time on
 * its CPU; when that blocks, the next worker takes over, and a pool always keeps one idle worker in reserve.
 *
 * @linux kernel/workqueue.c, without rescuers' rescuing, CPU-intensive works, colours of flushing and NUMA pools
 */
import type { Ns } from '../../protocol/units.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { type CpuMask, cpu_possible_mask, CpuMask as Mask } from '../include/linux/cpumask.ts';
import {
  get_current,
  PF_WQ_WORKER,
  smp_processor_id,
  TASK_IDLE,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  type task_struct,
} from '../include/linux/sched.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { kthread_bind_mask, kthread_create, kthread_set_per_cpu } from './kthread.ts';
import { type mutex, mutex_init, mutex_lock, mutex_unlock } from './locking/mutex.ts';
import { set_cpus_allowed_ptr } from './sched/affinity.ts';
import { schedule, TASK_NORMAL, try_to_wake_up, wake_up_process, wq_worker_hooks } from './sched/core.ts';
import { type hrtimer, hrtimer_cancel, hrtimer_init, hrtimer_start } from './time/hrtimer.ts';

export const WQ_UNBOUND = 0x2;
export const WQ_FREEZABLE = 0x4;
export const WQ_MEM_RECLAIM = 0x8;
export const WQ_HIGHPRI = 0x10;
export const WQ_CPU_INTENSIVE = 0x20;
export const WQ_SYSFS = 0x40;
export const WQ_POWER_EFFICIENT = 0x80;
export const __WQ_ORDERED = 0x20000;
export const WQ_DFL_ACTIVE = 256;
const RESCUER_NICE_LEVEL = -20;

/** What queue_work() puts into the trace as the requested CPU: any. It is NR_CPUS. */
export const WORK_CPU_UNBOUND = (k: Kernel): number => k.profile.maxCpus;

export interface work_struct {
  /** Name of the function, as the trace shows it. */
  readonly name: string;
  readonly func: (k: Kernel, work: work_struct) => Co;
  /** Number in the log while queued or running. */
  id: number;
  pending: boolean;
  /** Where it was last queued or is running. */
  pwq: pool_workqueue | undefined;
  readonly flushers: task_struct[];
}

export interface delayed_work {
  readonly work: work_struct;
  readonly timer: hrtimer;
  wq: workqueue_struct | undefined;
}

export interface worker {
  readonly id: number;
  readonly pool: worker_pool;
  task: task_struct;
  current_work: work_struct | undefined;
  idle: boolean;
  /** Does not count as running: it is about to start, or its pool has lost its CPU. */
  prep: boolean;
  unbound: boolean;
  sleeping: boolean;
  /** Items that another worker found and that this one is running already: they follow. */
  readonly scheduled: work_struct[];
  /** Name of the workqueue that it served last, for its name in /proc. */
  desc: string;
}

export interface worker_pool {
  readonly id: number;
  /** -1: unbound. */
  readonly cpu: number;
  readonly nice: number;
  readonly worklist: work_struct[];
  readonly workers: worker[];
  nr_running: number;
  nextWorker: number;
  managing: boolean;
  /** POOL_DISASSOCIATED: unbound, or its CPU is offline. */
  disassociated: boolean;
}

interface pool_workqueue {
  readonly pool: worker_pool;
  readonly wq: workqueue_struct;
  nr_active: number;
  readonly inactive_works: work_struct[];
}

export interface workqueue_struct {
  readonly name: string;
  readonly flags: number;
  readonly max_active: number;
  /** By CPU; unbound ones have a single entry at -1. */
  readonly pwqs: Map<number, pool_workqueue>;
  /** Work items queued or running, with their numbers. */
  readonly outstanding: Set<number>;
  readonly flushers: { readonly task: task_struct; readonly upTo: number }[];
}

interface WorkqueueState {
  readonly pools: worker_pool[];
  readonly cpuPools: Map<number, readonly [worker_pool, worker_pool]>;
  readonly unboundPools: Map<number, worker_pool>;
  readonly workqueues: workqueue_struct[];
  readonly workers: WeakMap<task_struct, worker>;
  readonly attach: mutex;
  nextWork: number;
  /** workqueue_init() was called: workers can be created. */
  online: boolean;
}

const state = kernelState<WorkqueueState>(() => ({
  pools: [],
  cpuPools: new Map(),
  unboundPools: new Map(),
  workqueues: [],
  workers: new WeakMap(),
  attach: mutex_init('wq_pool_attach_mutex'),
  nextWork: 1,
  online: false,
}));

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

function newPool(k: Kernel, cpu: number, nice: number): worker_pool {
  const pool: worker_pool = {
    id: state(k).pools.length,
    cpu,
    nice,
    worklist: [],
    workers: [],
    nr_running: 0,
    nextWorker: 0,
    managing: false,
    disassociated: true,
  };
  state(k).pools.push(pool);
  return pool;
}

/** The pool of all unbound workqueues of one niceness. */
function unboundPool(k: Kernel, nice: number): worker_pool {
  const { unboundPools } = state(k);
  const known = unboundPools.get(nice);
  if (known) return known;
  const pool = newPool(k, -1, nice);
  unboundPools.set(nice, pool);
  return pool;
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

const need_more_worker = (pool: worker_pool): boolean => pool.worklist.length > 0 && pool.nr_running === 0;
const idleWorkers = (pool: worker_pool): worker[] => pool.workers.filter(({ idle }) => idle);

/** Wakes the worker that went idle last. */
function wake_up_worker(k: Kernel, pool: worker_pool): void {
  const worker = idleWorkers(pool).at(-1);
  if (worker) try_to_wake_up(k, worker.task, TASK_NORMAL);
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

/** Wakes flushers of a work item and of its workqueue. */
function workDone(k: Kernel, wq: workqueue_struct, id: number, flushers: readonly task_struct[]): void {
  wq.outstanding.delete(id);
  for (const task of flushers) try_to_wake_up(k, task, TASK_NORMAL);
  for (const entry of [...wq.flushers]) {
    if ([...wq.outstanding].some((other) => other < entry.upTo)) continue;
    wq.flushers.splice(wq.flushers.indexOf(entry), 1);
    try_to_wake_up(k, entry.task, TASK_NORMAL);
  }
}

const process_one_work = traced('process_one_work', function* (k: Kernel, worker: worker, work: work_struct): Co {
  const { pool } = worker;
  const pwq = work.pwq;
  if (!pwq) throw new Error(`${work.name} runs without having been queued`);
  const { id } = work;
  for (const list of [pool.worklist, worker.scheduled]) if (list.includes(work)) list.splice(list.indexOf(work), 1);
  const collision = pool.workers.find(({ current_work }) => current_work === work);
  if (collision) {
    collision.scheduled.push(work);
    return;
  }
  worker.current_work = work;
  worker.desc = pwq.wq.name;
  work.pending = false;
  // unbound pools and those without their CPU do not manage concurrency: the next worker may start
  if (worker.unbound && pool.worklist.length > 0) wake_up_worker(k, pool);
  k.log.emit('workqueue_execute_start', id, work.name);
  yield* work.func(k, work);
  k.log.emit('workqueue_execute_end', id, work.name);
  worker.current_work = undefined;
  // who asked for a flush after it was queued again waits for that
  const flushers = work.pending ? [] : work.flushers.splice(0);
  pwq.nr_active--;
  const next = pwq.inactive_works.shift();
  if (next) {
    pwq.nr_active++;
    pool.worklist.push(next);
  }
  workDone(k, pwq.wq, id, flushers);
});

function setPrep(worker: worker, prep: boolean): void {
  if (worker.prep === prep) return;
  worker.prep = prep;
  if (!worker.unbound) worker.pool.nr_running += prep ? -1 : 1;
}

const worker_thread = traced('worker_thread', function* (k: Kernel, worker: worker): Co<number> {
  const { pool } = worker;
  for (;;) {
    worker.idle = false;
    while (need_more_worker(pool)) {
      if (idleWorkers(pool).length === 0 && !pool.managing) {
        yield* manage_workers(k, pool);
        continue;
      }
      setPrep(worker, false);
      for (let work = pool.worklist[0]; work; work = keepWorking(pool) ? pool.worklist[0] : undefined) {
        yield* process_one_work(k, worker, work);
        for (let next = worker.scheduled[0]; next; next = worker.scheduled[0]) yield* process_one_work(k, worker, next);
        if (get_current(k).need_resched) yield* reschedule(k);
      }
      setPrep(worker, true);
    }
    // idle workers are woken last in, first out
    pool.workers.splice(pool.workers.indexOf(worker), 1);
    pool.workers.push(worker);
    worker.idle = true;
    get_current(k).__state = TASK_IDLE;
    yield* schedule(k);
  }
});

const keepWorking = (pool: worker_pool): boolean => pool.worklist.length > 0 && pool.nr_running <= 1;

function* reschedule(k: Kernel): Co {
  get_current(k).__state = TASK_RUNNING;
  yield* schedule(k);
}

/** One worker at a time makes sure that the pool has an idle one. */
const manage_workers = traced('manage_workers', function* (k: Kernel, pool: worker_pool): Co {
  pool.managing = true;
  yield* create_worker(k, pool);
  pool.managing = false;
});

const create_worker = traced('create_worker', function* (k: Kernel, pool: worker_pool): Co {
  const id = pool.nextWorker++;
  const suffix = pool.nice < 0 ? 'H' : '';
  const name = pool.cpu < 0 ? `kworker/u${pool.id}:${id}` : `kworker/${pool.cpu}:${id}${suffix}`;
  let worker: worker | undefined;
  const task = yield* kthread_create(
    k,
    function* (): Co<number> {
      return worker ? yield* worker_thread(k, worker) : 0;
    },
    name,
  );
  worker = {
    id,
    pool,
    task,
    current_work: undefined,
    idle: true,
    prep: true,
    unbound: pool.disassociated,
    sleeping: false,
    scheduled: [],
    desc: '',
  };
  task.flags |= PF_WQ_WORKER;
  task.nice = pool.nice;
  yield* kthread_bind_mask(k, task, poolMask(k, pool));
  if (pool.cpu >= 0 && !pool.disassociated) kthread_set_per_cpu(k, task, pool.cpu);
  state(k).workers.set(task, worker);
  pool.workers.push(worker);
  yield* wake_up_process(k, task);
});

const poolMask = (k: Kernel, pool: worker_pool): CpuMask =>
  pool.cpu < 0 ? cpu_possible_mask(k) : new Mask(k.profile.maxCpus, [pool.cpu]);

/** From schedule(): a worker that runs a work item blocks. */
function wq_worker_sleeping(k: Kernel, task: task_struct): void {
  const worker = state(k).workers.get(task);
  if (!worker || worker.prep || worker.unbound || worker.sleeping) return;
  worker.sleeping = true;
  worker.pool.nr_running--;
  if (need_more_worker(worker.pool)) wake_up_worker(k, worker.pool);
}

/** It runs again. */
function wq_worker_running(k: Kernel, task: task_struct): void {
  const worker = state(k).workers.get(task);
  if (!worker?.sleeping) return;
  worker.sleeping = false;
  if (!worker.unbound && !worker.prep) worker.pool.nr_running++;
}

/** What `ps` shows behind a worker's name: `kworker/0:1-events`. */
export function wq_worker_comm(k: Kernel, task: task_struct): string {
  const worker = state(k).workers.get(task);
  if (!worker?.desc) return task.comm;
  return `${task.comm}${worker.current_work ? '+' : '-'}${worker.desc}`;
}

// --- CPU hotplug

/** CPUHP_WORKQUEUE_PREP: the CPU's pools need a first worker each. */
export const workqueue_prepare_cpu = traced('workqueue_prepare_cpu', function* (k: Kernel, cpu: number): Co<number> {
  for (const pool of state(k).cpuPools.get(cpu) ?? []) {
    if (pool.workers.length === 0) yield* create_worker(k, pool);
  }
  return 0;
});

/** CPUHP_AP_WORKQUEUE_ONLINE: binds the workers to their CPU again. */
export const workqueue_online_cpu = traced('workqueue_online_cpu', function* (k: Kernel, cpu: number): Co<number> {
  yield* mutex_lock(k, state(k).attach);
  for (const pool of state(k).cpuPools.get(cpu) ?? []) yield* rebind_workers(k, pool);
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

const rebind_workers = traced('rebind_workers', function* (k: Kernel, pool: worker_pool): Co {
  for (const { task } of pool.workers) {
    kthread_set_per_cpu(k, task, pool.cpu);
    yield* set_cpus_allowed_ptr(k, task, poolMask(k, pool));
  }
  pool.disassociated = false;
  for (const worker of pool.workers) {
    if (!worker.unbound) continue;
    worker.unbound = false;
    if (!worker.prep && !worker.sleeping) pool.nr_running++;
  }
});

const unbind_workers = traced('unbind_workers', function* (k: Kernel, pool: worker_pool): Co {
  for (const worker of pool.workers) worker.unbound = true;
  pool.disassociated = true;
  pool.nr_running = 0;
  if (need_more_worker(pool)) wake_up_worker(k, pool);
  for (const { task } of [...pool.workers]) {
    kthread_set_per_cpu(k, task, -1);
    yield* set_cpus_allowed_ptr(k, task, cpu_possible_mask(k));
  }
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
