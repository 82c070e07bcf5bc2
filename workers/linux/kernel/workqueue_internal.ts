/**
 * Pools and their workers.
 *
 * @linux kernel/workqueue_internal.h, kernel/workqueue.c
 */
import { type Co, traced } from '../../sim/coroutine.ts';
import { type CpuMask, cpu_possible_mask, CpuMask as Mask } from '../include/linux/cpumask.ts';
import { get_current, PF_WQ_WORKER, TASK_IDLE, TASK_RUNNING, type task_struct } from '../include/linux/sched.ts';
import type { work_struct, workqueue_struct } from '../include/linux/workqueue.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { kthread_bind_mask, kthread_create, kthread_set_per_cpu } from './kthread.ts';
import { type mutex, mutex_init } from './locking/mutex.ts';
import { set_cpus_allowed_ptr } from './sched/affinity.ts';
import { schedule, TASK_NORMAL, try_to_wake_up, wake_up_process } from './sched/core.ts';

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

export interface pool_workqueue {
  readonly pool: worker_pool;
  readonly wq: workqueue_struct;
  nr_active: number;
  readonly inactive_works: work_struct[];
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

/** All pools and workqueues of a kernel. */
export const state = kernelState<WorkqueueState>(() => ({
  pools: [],
  cpuPools: new Map(),
  unboundPools: new Map(),
  workqueues: [],
  workers: new WeakMap(),
  attach: mutex_init('wq_pool_attach_mutex'),
  nextWork: 1,
  online: false,
}));

export function newPool(k: Kernel, cpu: number, nice: number): worker_pool {
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
export function unboundPool(k: Kernel, nice: number): worker_pool {
  const { unboundPools } = state(k);
  const known = unboundPools.get(nice);
  if (known) return known;
  const pool = newPool(k, -1, nice);
  unboundPools.set(nice, pool);
  return pool;
}

export const need_more_worker = (pool: worker_pool): boolean => pool.worklist.length > 0 && pool.nr_running === 0;
const idleWorkers = (pool: worker_pool): worker[] => pool.workers.filter(({ idle }) => idle);

/** Wakes the worker that went idle last. */
export function wake_up_worker(k: Kernel, pool: worker_pool): void {
  const worker = idleWorkers(pool).at(-1);
  if (worker) try_to_wake_up(k, worker.task, TASK_NORMAL);
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

export const create_worker = traced('create_worker', function* (k: Kernel, pool: worker_pool): Co {
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
export function wq_worker_sleeping(k: Kernel, task: task_struct): void {
  const worker = state(k).workers.get(task);
  if (!worker || worker.prep || worker.unbound || worker.sleeping) return;
  worker.sleeping = true;
  worker.pool.nr_running--;
  if (need_more_worker(worker.pool)) wake_up_worker(k, worker.pool);
}

/** It runs again. */
export function wq_worker_running(k: Kernel, task: task_struct): void {
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

export const rebind_workers = traced('rebind_workers', function* (k: Kernel, pool: worker_pool): Co {
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

export const unbind_workers = traced('unbind_workers', function* (k: Kernel, pool: worker_pool): Co {
  for (const worker of pool.workers) worker.unbound = true;
  pool.disassociated = true;
  pool.nr_running = 0;
  if (need_more_worker(pool)) wake_up_worker(k, pool);
  for (const { task } of [...pool.workers]) {
    kthread_set_per_cpu(k, task, -1);
    yield* set_cpus_allowed_ptr(k, task, cpu_possible_mask(k));
  }
});
