/** Kernel threads that every CPU has one of: created, parked and unparked as CPUs come and go. @linux kernel/smpboot.c */
import { type Co, Coroutine, type Frame, traced } from '../../sim/coroutine.ts';
import type { Processor } from '../../sim/processor.ts';
import { cpu_online_mask } from '../include/linux/cpumask.ts';
import {
  get_current,
  type PerCpuBase,
  smp_processor_id,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  type task_struct,
} from '../include/linux/sched.ts';
import { type Kernel, kernelState, perCpu } from '../kernel-context.ts';
import { cpus_read_lock, cpus_read_unlock } from './cpu-locks.ts';
import {
  kthread_create_on_cpu,
  kthread_park,
  kthread_parkme,
  kthread_set_per_cpu,
  kthread_should_park,
  kthread_should_stop,
  kthread_unpark,
} from './kthread.ts';
import { mutex_init, mutex_lock, mutex_unlock } from './locking/mutex.ts';
import { runqueues, schedule, schedule_timeout_uninterruptible, udelay } from './sched/core.ts';
import { createIdleTask } from './task.ts';

/** A processor that starts becomes `cpu`, with `idle` as its task, which begins in `entry`. */
export function becomeIdleTask(
  k: Kernel,
  processor: Processor,
  cpu: number,
  idle: task_struct,
  entry: Frame,
): Coroutine {
  const coroutine = new Coroutine(entry);
  coroutine.task = idle.id;
  idle.coroutine = coroutine;
  idle.on_cpu = true;
  idle.need_resched = false;
  idle.exec_start = k.clock.now();
  runqueues(k, cpu).curr = idle;
  processor.guestBase = { cpu, current: idle } satisfies PerCpuBase;
  return coroutine;
}

/** A kind of per-CPU thread. */
export interface smp_hotplug_thread {
  /** The thread of each CPU. */
  readonly store: (k: Kernel, cpu: number) => { task: task_struct | undefined };
  /** Name with `%u` for the CPU. */
  readonly thread_comm: string;
  readonly thread_should_run: (k: Kernel, cpu: number) => boolean;
  readonly thread_fn: (k: Kernel, cpu: number) => Co;
  /** Called once by the creator, the thread being parked. */
  readonly create?: (k: Kernel, cpu: number) => void;
  readonly setup?: (k: Kernel, cpu: number) => Co;
  readonly park?: (k: Kernel, cpu: number) => Co;
  readonly unpark?: (k: Kernel, cpu: number) => Co;
  /** Its owner parks and unparks it, not the hotplug states. */
  readonly selfparking: boolean;
}

/** In the order of being unparked: who registered last comes first. */
const hotplug_threads = kernelState<smp_hotplug_thread[]>(() => []);
const smpboot_threads_lock = kernelState(() => mutex_init('smpboot_threads_lock'));
const idle_threads = perCpu<{ task: task_struct | undefined }>(() => ({ task: undefined }));

/** The idle task of a CPU; made at boot for every possible one. */
export function idle_thread_get(k: Kernel, cpu: number): task_struct {
  const { task } = idle_threads(k, cpu);
  if (!task) throw new Error(`CPU ${cpu} has no idle task`);
  return task;
}

/** Makes a CPU's idle task; the boot CPU's is what booted. */
export function idle_init(k: Kernel, cpu: number, coroutine: Coroutine | undefined): task_struct {
  const task = createIdleTask(k, cpu, coroutine);
  idle_threads(k, cpu).task = task;
  runqueues(k, cpu).idle = task;
  return task;
}

const smpboot_thread_fn = traced(
  'smpboot_thread_fn',
  function* (k: Kernel, ht: smp_hotplug_thread, cpu: number): Co<number> {
    let status: 'none' | 'active' | 'parked' = 'none';
    for (;;) {
      const task = get_current(k);
      task.__state = TASK_INTERRUPTIBLE;
      if (kthread_should_stop(k)) {
        task.__state = TASK_RUNNING;
        return 0;
      }
      if (kthread_should_park(k)) {
        task.__state = TASK_RUNNING;
        if (status === 'active') {
          yield* ht.park?.(k, cpu) ?? nothing();
          status = 'parked';
        }
        yield* kthread_parkme(k);
        continue;
      }
      if (status !== 'active') {
        task.__state = TASK_RUNNING;
        const begin = status === 'none' ? ht.setup : ht.unpark;
        yield* begin?.(k, cpu) ?? nothing();
        status = 'active';
        continue;
      }
      if (ht.thread_should_run(k, cpu)) {
        task.__state = TASK_RUNNING;
        yield* ht.thread_fn(k, cpu);
      } else {
        yield* schedule(k);
      }
    }
  },
);

function* nothing(): Co {}

function* __smpboot_create_thread(k: Kernel, ht: smp_hotplug_thread, cpu: number): Co {
  const slot = ht.store(k, cpu);
  if (slot.task) return;
  const name = ht.thread_comm.replace('%u', `${cpu}`);
  const task = yield* kthread_create_on_cpu(k, () => smpboot_thread_fn(k, ht, cpu), cpu, name);
  kthread_set_per_cpu(k, task, cpu);
  yield* kthread_park(k, task);
  slot.task = task;
  ht.create?.(k, cpu);
}

/** CPUHP_CREATE_THREADS. */
export const smpboot_create_threads = traced('smpboot_create_threads', function* (k: Kernel, cpu: number): Co<number> {
  yield* mutex_lock(k, smpboot_threads_lock(k));
  for (const ht of hotplug_threads(k)) yield* __smpboot_create_thread(k, ht, cpu);
  yield* mutex_unlock(k, smpboot_threads_lock(k));
  return 0;
});

/** CPUHP_AP_SMPBOOT_THREADS. */
export const smpboot_unpark_threads = traced('smpboot_unpark_threads', function* (k: Kernel, cpu: number): Co<number> {
  yield* mutex_lock(k, smpboot_threads_lock(k));
  for (const ht of hotplug_threads(k)) yield* smpboot_unpark_thread(k, ht, cpu);
  yield* mutex_unlock(k, smpboot_threads_lock(k));
  return 0;
});

function* smpboot_unpark_thread(k: Kernel, ht: smp_hotplug_thread, cpu: number): Co {
  const { task } = ht.store(k, cpu);
  if (task && !ht.selfparking) yield* kthread_unpark(k, task);
}

/** CPUHP_AP_SMPBOOT_THREADS, down. */
export const smpboot_park_threads = traced('smpboot_park_threads', function* (k: Kernel, cpu: number): Co<number> {
  yield* mutex_lock(k, smpboot_threads_lock(k));
  for (const ht of [...hotplug_threads(k)].reverse()) {
    const { task } = ht.store(k, cpu);
    if (task && !ht.selfparking) yield* kthread_park(k, task);
  }
  yield* mutex_unlock(k, smpboot_threads_lock(k));
  return 0;
});

/** Creates a kind's threads for all online CPUs; others follow as their CPUs come up. */
export function* smpboot_register_percpu_thread(k: Kernel, ht: smp_hotplug_thread): Co<number> {
  yield* cpus_read_lock(k);
  yield* mutex_lock(k, smpboot_threads_lock(k));
  for (const cpu of cpu_online_mask(k)) {
    yield* __smpboot_create_thread(k, ht, cpu);
    yield* smpboot_unpark_thread(k, ht, cpu);
  }
  hotplug_threads(k).unshift(ht);
  yield* mutex_unlock(k, smpboot_threads_lock(k));
  yield* cpus_read_unlock(k);
  return 0;
}

// --- the death of a CPU, for architectures that use this

const cpu_hotplug_state = perCpu(() => ({ dead: false }));

/** On the dying CPU: it will not touch anything any more. */
export function cpu_report_death(k: Kernel): void {
  cpu_hotplug_state(k, smp_processor_id(k)).dead = true;
}

const JIFFY = 4_000_000;

/** On another CPU: waits for that, at most `timeout` ns. False when it did not come. */
export function* cpu_wait_death(k: Kernel, cpu: number, timeout: number): Co<boolean> {
  const state = cpu_hotplug_state(k, cpu);
  const deadline = k.clock.now() + timeout;
  if (!state.dead) yield* udelay(5);
  for (let sleep = JIFFY; !state.dead && k.clock.now() < deadline; sleep = Math.ceil(sleep * 1.1)) {
    yield* schedule_timeout_uninterruptible(k, sleep);
  }
  const { dead } = state;
  state.dead = false;
  return dead;
}
