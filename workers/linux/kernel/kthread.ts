/** Kernel threads, made by kthreadd; parking. @linux kernel/kthread.c, without kthread workers and NUMA */
import { type Co, traced } from '../../sim/coroutine.ts';
import { CpuMask } from '../include/linux/cpumask.ts';
import {
  get_current,
  PF_KTHREAD,
  PF_NO_SETAFFINITY,
  TASK_INTERRUPTIBLE,
  TASK_PARKED,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  type task_struct,
} from '../include/linux/sched.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import {
  complete,
  type completion,
  init_completion,
  reinit_completion,
  wait_for_completion,
} from './sched/completion.ts';
import {
  do_set_cpus_allowed,
  perCpuKthreads,
  schedule,
  set_current_state,
  TASK_NORMAL,
  try_to_wake_up,
  wait_task_inactive,
  wake_up_new_task,
  wake_up_process,
  wake_up_state,
} from './sched/core.ts';
import { createTask } from './task.ts';

interface kthread {
  /** Its whole name; `comm` keeps 15 characters. */
  readonly full_name: string;
  /** CPU that it belongs to, -1 for none. */
  cpu: number;
  shouldStop: boolean;
  shouldPark: boolean;
  readonly parked: completion;
  readonly exited: completion;
  result: number;
}

interface kthread_create_info {
  readonly name: string;
  readonly threadfn: () => Co<number>;
  result: task_struct | undefined;
  readonly done: completion;
}

const kthreads = kernelState<WeakMap<task_struct, kthread>>(() => new WeakMap());
const kthread_create_list = kernelState<kthread_create_info[]>(() => []);
const kthreadd_task = kernelState<{ task: task_struct | undefined }>(() => ({ task: undefined }));

function to_kthread(k: Kernel, task: task_struct): kthread {
  const known = kthreads(k).get(task);
  if (!known) throw new Error(`${task.comm} is not a kernel thread`);
  return known;
}

/** The whole name of a kernel thread, where `comm` was too short for it. */
export const get_kthread_comm = (k: Kernel, task: task_struct): string => kthreads(k).get(task)?.full_name ?? task.comm;

export const kthread_should_stop = (k: Kernel): boolean => to_kthread(k, get_current(k)).shouldStop;
export const kthread_should_park = (k: Kernel): boolean => to_kthread(k, get_current(k)).shouldPark;

/** The function that every kernel thread begins in: waits for its first wake-up, parks if asked to, runs. */
function* kthread(k: Kernel, task: task_struct, info: kthread_create_info): Co<number> {
  const self = to_kthread(k, task);
  set_current_state(k, TASK_UNINTERRUPTIBLE);
  info.result = task;
  yield* complete(k, info.done);
  yield* schedule(k);
  let result = -4;
  if (!self.shouldStop) {
    yield* kthread_parkme(k);
    result = yield* info.threadfn();
  }
  self.result = result;
  yield* complete_all_exited(k, self);
  return result;
}

function* complete_all_exited(k: Kernel, self: kthread): Co {
  yield* complete(k, self.exited);
}

function create_kthread(k: Kernel, info: kthread_create_info): void {
  const task = createTask(k, {
    comm: info.name,
    flags: PF_KTHREAD,
    entry: 'kthread',
    run: (self) => kthread(k, self, info),
  });
  kthreads(k).set(task, {
    full_name: info.name,
    cpu: -1,
    shouldStop: false,
    shouldPark: false,
    parked: init_completion(`${info.name} parked`),
    exited: init_completion(`${info.name} exited`),
    result: 0,
  });
  wake_up_new_task(k, task);
}

/** pid 2. */
export function* kthreadd(k: Kernel): Co<number> {
  kthreadd_task(k).task = get_current(k);
  for (;;) {
    set_current_state(k, TASK_INTERRUPTIBLE);
    if (kthread_create_list(k).length === 0) yield* schedule(k);
    set_current_state(k, TASK_RUNNING);
    for (let info = kthread_create_list(k).shift(); info; info = kthread_create_list(k).shift()) {
      yield k.profile.costs['copy_process'] ?? 0;
      create_kthread(k, info);
    }
  }
}

/** Asks kthreadd for a thread and waits for it. It sleeps until it is first woken. */
export function* kthread_create(k: Kernel, threadfn: () => Co<number>, name: string): Co<task_struct> {
  const info: kthread_create_info = {
    name,
    threadfn,
    result: undefined,
    done: init_completion(`kthread_create ${name}`),
  };
  kthread_create_list(k).push(info);
  const daemon = kthreadd_task(k).task;
  if (daemon) try_to_wake_up(k, daemon, TASK_NORMAL);
  yield* wait_for_completion(k, info.done);
  if (!info.result) throw new Error(`kthreadd made no ${name}`);
  return info.result;
}

/** Creates a thread and lets it run. */
export function* kthread_run(k: Kernel, threadfn: () => Co<number>, name: string): Co<task_struct> {
  const task = yield* kthread_create(k, threadfn, name);
  yield* wake_up_process(k, task);
  return task;
}

/** Binds a thread, once it sleeps, to CPUs; user space may not change that. */
export function* kthread_bind_mask(k: Kernel, task: task_struct, mask: CpuMask): Co {
  yield* wait_task_inactive(k, task);
  do_set_cpus_allowed(task, mask);
  task.flags |= PF_NO_SETAFFINITY;
}

export function* kthread_bind(k: Kernel, task: task_struct, cpu: number): Co {
  yield* kthread_bind_mask(k, task, new CpuMask(k.profile.maxCpus, [cpu]));
}

/** Creates a thread bound to `cpu`, which may be offline. */
export function* kthread_create_on_cpu(
  k: Kernel,
  threadfn: () => Co<number>,
  cpu: number,
  name: string,
): Co<task_struct> {
  const task = yield* kthread_create(k, threadfn, name);
  yield* kthread_bind(k, task, cpu);
  to_kthread(k, task).cpu = cpu;
  return task;
}

/** Makes it a thread that must never leave its CPU (cpu ≥ 0), or an ordinary one (-1). */
export function kthread_set_per_cpu(k: Kernel, task: task_struct, cpu: number): void {
  if (cpu < 0) {
    perCpuKthreads(k).delete(task);
    return;
  }
  to_kthread(k, task).cpu = cpu;
  perCpuKthreads(k).add(task);
}

/** In the thread itself: stays parked as long as somebody wants it to be. */
export function* kthread_parkme(k: Kernel): Co {
  const task = get_current(k);
  const self = to_kthread(k, task);
  for (;;) {
    task.__state = TASK_PARKED;
    if (!self.shouldPark) break;
    yield* complete(k, self.parked);
    yield* schedule(k);
  }
  task.__state = TASK_RUNNING;
}

/** Tells a thread to park and waits until it has. */
export const kthread_park = traced('kthread_park', function* (k: Kernel, task: task_struct): Co<number> {
  const self = to_kthread(k, task);
  if (self.shouldPark) return -16;
  self.shouldPark = true;
  if (task !== get_current(k)) {
    yield* wake_up_process(k, task);
    yield* wait_for_completion(k, self.parked);
  }
  return 0;
});

/** Lets a parked thread go on. A thread of a CPU is bound to it again: the binding was lost while that was offline. */
export const kthread_unpark = traced('kthread_unpark', function* (k: Kernel, task: task_struct): Co {
  const self = to_kthread(k, task);
  if (!self.shouldPark) return;
  if (perCpuKthreads(k).has(task)) yield* kthread_bind(k, task, self.cpu);
  reinit_completion(self.parked);
  self.shouldPark = false;
  yield* wake_up_state(k, task, TASK_PARKED);
});

/** Tells a thread to end and waits until it has; its result. */
export const kthread_stop = traced('kthread_stop', function* (k: Kernel, task: task_struct): Co<number> {
  const self = to_kthread(k, task);
  self.shouldStop = true;
  yield* kthread_unpark(k, task);
  yield* wake_up_process(k, task);
  yield* wait_for_completion(k, self.exited);
  return self.result;
});
