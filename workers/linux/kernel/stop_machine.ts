/**
 * The stopper threads `migration/N`, which no other task outranks, and the stopping of all CPUs at once.
 *
 * @linux kernel/stop_machine.c
 */
import { type Co, spinUntil, traced } from '../../sim/coroutine.ts';
import { type CpuMask, cpu_active_mask, cpu_online, cpu_online_mask } from '../include/linux/cpumask.ts';
import { irqs_disabled, local_irq_disable, local_irq_restore, local_irq_save } from '../include/linux/irqflags.ts';
import { smp_processor_id, type task_struct } from '../include/linux/sched.ts';
import { type Kernel, kernelState, perCpu } from '../kernel-context.ts';
import { cpus_read_lock, cpus_read_unlock } from './cpu-locks.ts';
import { kthread_park, kthread_unpark } from './kthread.ts';
import { mutex_init, mutex_lock, mutex_trylock, mutex_unlock } from './locking/mutex.ts';
import { complete, type completion, init_completion, wait_for_completion } from './sched/completion.ts';
import { TASK_NORMAL, try_to_wake_up } from './sched/core.ts';
import { smpboot_register_percpu_thread } from './smpboot.ts';

type StopFn = (k: Kernel) => Co<number>;

interface cpu_stop_done {
  left: number;
  result: number;
  readonly completion: completion;
}

interface cpu_stop_work {
  readonly fn: StopFn;
  readonly done: cpu_stop_done | undefined;
}

interface cpu_stopper {
  task: task_struct | undefined;
  enabled: boolean;
  readonly works: cpu_stop_work[];
}

const cpu_stopper = perCpu<cpu_stopper>(() => ({ task: undefined, enabled: false, works: [] }));
const stop_cpus_mutex = kernelState(() => mutex_init('stop_cpus_mutex'));
const stop_machine_state = kernelState(() => ({ initialized: false }));

function newDone(count: number): cpu_stop_done {
  return { left: count, result: 0, completion: init_completion('cpu_stop_done') };
}

function* cpu_stop_signal_done(k: Kernel, done: cpu_stop_done): Co {
  if (--done.left === 0) yield* complete(k, done.completion);
}

/** False when the CPU's stopper is not enabled: the CPU is not online. */
function* cpu_stop_queue_work(k: Kernel, cpu: number, work: cpu_stop_work): Co<boolean> {
  const stopper = cpu_stopper(k, cpu);
  if (!stopper.enabled) {
    if (work.done) yield* cpu_stop_signal_done(k, work.done);
    return false;
  }
  stopper.works.push(work);
  if (stopper.task) try_to_wake_up(k, stopper.task, TASK_NORMAL);
  return true;
}

/** Runs `fn` on `cpu` in its stopper and returns its result, -ENOENT when the CPU is offline. */
export const stop_one_cpu = traced('stop_one_cpu', function* (k: Kernel, cpu: number, fn: StopFn): Co<number> {
  const done = newDone(1);
  if (!(yield* cpu_stop_queue_work(k, cpu, { fn, done }))) return -2;
  yield* wait_for_completion(k, done.completion);
  return done.result;
});

/** Does not wait. May be called where sleeping is not allowed. */
export function stop_one_cpu_nowait(k: Kernel, cpu: number, fn: StopFn): boolean {
  const stopper = cpu_stopper(k, cpu);
  if (!stopper.enabled) return false;
  stopper.works.push({ fn, done: undefined });
  if (stopper.task) try_to_wake_up(k, stopper.task, TASK_NORMAL);
  return true;
}

type StopState = 'PREPARE' | 'DISABLE_IRQ' | 'RUN' | 'EXIT';
const NEXT_STATE: Readonly<Record<StopState, StopState>> = {
  PREPARE: 'DISABLE_IRQ',
  DISABLE_IRQ: 'RUN',
  RUN: 'EXIT',
  EXIT: 'EXIT',
};

interface multi_stop_data {
  readonly fn: StopFn;
  readonly threads: number;
  /** CPUs that call `fn`; undefined: the first online one. */
  readonly active: CpuMask | undefined;
  state: StopState;
  acks: number;
}

function newMultiStop(fn: StopFn, threads: number, active: CpuMask | undefined): multi_stop_data {
  return { fn, threads, active, state: 'PREPARE', acks: threads };
}

/** The last one to acknowledge moves everybody to the next state. */
function ack_state(msdata: multi_stop_data): void {
  if (--msdata.acks > 0) return;
  msdata.acks = msdata.threads;
  msdata.state = NEXT_STATE[msdata.state];
}

/** On every CPU at once: all disable interrupts, then those concerned call the function while the rest spin. */
const multi_cpu_stop = traced('multi_cpu_stop', function* (k: Kernel, msdata: multi_stop_data): Co<number> {
  const cpu = smp_processor_id(k);
  const flags = local_irq_save(k);
  local_irq_restore(k, flags);
  const isActive = msdata.active ? msdata.active.has(cpu) : cpu === cpu_online_mask(k).first;
  let result = 0;
  let current: StopState | undefined;
  for (;;) {
    yield* spinUntil(() => msdata.state !== current);
    current = msdata.state;
    if (current === 'DISABLE_IRQ') local_irq_disable(k);
    else if (current === 'RUN' && isActive) result = yield* msdata.fn(k);
    const last = current === 'EXIT';
    ack_state(msdata);
    if (last) break;
  }
  local_irq_restore(k, flags);
  return result;
});

/** Stops the CPUs of `mask` by queueing one work item on each. */
function* queue_stop_cpus_work(k: Kernel, mask: Iterable<number>, fn: StopFn, done: cpu_stop_done): Co {
  for (const cpu of mask) yield* cpu_stop_queue_work(k, cpu, { fn, done });
}

function* stop_cpus(k: Kernel, mask: readonly number[], fn: StopFn): Co<number> {
  yield* mutex_lock(k, stop_cpus_mutex(k));
  const done = newDone(mask.length);
  yield* queue_stop_cpus_work(k, mask, fn, done);
  yield* wait_for_completion(k, done.completion);
  yield* mutex_unlock(k, stop_cpus_mutex(k));
  return done.result;
}

/** Stops all online CPUs and lets those of `cpus` (undefined: one) call `fn`. The caller holds the hotplug lock. */
export const stop_machine_cpuslocked = traced(
  'stop_machine_cpuslocked',
  function* (k: Kernel, fn: StopFn, cpus: CpuMask | undefined): Co<number> {
    const online = [...cpu_online_mask(k)];
    const msdata = newMultiStop(fn, online.length, cpus);
    if (!stop_machine_state(k).initialized) {
      const flags = local_irq_save(k);
      const result = yield* fn(k);
      local_irq_restore(k, flags);
      return result;
    }
    return yield* stop_cpus(k, online, (kernel) => multi_cpu_stop(kernel, msdata));
  },
);

export function* stop_machine(k: Kernel, fn: StopFn, cpus: CpuMask | undefined): Co<number> {
  yield* cpus_read_lock(k);
  const result = yield* stop_machine_cpuslocked(k, fn, cpus);
  yield* cpus_read_unlock(k);
  return result;
}

/** From a CPU that is not online yet: stops the active ones, joins them, busy-waits until they are through. */
export const stop_machine_from_inactive_cpu = traced(
  'stop_machine_from_inactive_cpu',
  function* (k: Kernel, fn: StopFn, cpus: CpuMask | undefined): Co<number> {
    const active = [...cpu_active_mask(k)];
    const msdata = newMultiStop(fn, active.length + 1, cpus);
    const done = newDone(active.length);
    while (!mutex_trylock(k, stop_cpus_mutex(k))) yield* spinUntil(() => stop_cpus_mutex(k).owner === undefined);
    yield* queue_stop_cpus_work(k, active, (kernel) => multi_cpu_stop(kernel, msdata), done);
    const result = yield* multi_cpu_stop(k, msdata);
    yield* spinUntil(() => done.left === 0);
    yield* mutex_unlock(k, stop_cpus_mutex(k));
    return result || done.result;
  },
);

function* cpu_stopper_thread(k: Kernel, cpu: number): Co {
  const { works } = cpu_stopper(k, cpu);
  for (let work = works.shift(); work; work = works.shift()) {
    const result = yield* work.fn(k);
    if (irqs_disabled(k)) throw new Error(`migration/${cpu}: a stop function left interrupts off`);
    if (!work.done) continue;
    if (result) work.done.result = result;
    yield* cpu_stop_signal_done(k, work.done);
  }
}

/** On the dying CPU: its stopper takes no more work. */
export function* stop_machine_park(k: Kernel, cpu: number): Co {
  const stopper = cpu_stopper(k, cpu);
  stopper.enabled = false;
  if (stopper.task) yield* kthread_park(k, stopper.task);
}

export function* stop_machine_unpark(k: Kernel, cpu: number): Co {
  const stopper = cpu_stopper(k, cpu);
  stopper.enabled = true;
  if (stopper.task) yield* kthread_unpark(k, stopper.task);
}

/** early_initcall: makes the boot CPU's stopper. */
export function* cpu_stop_init(k: Kernel): Co<number> {
  yield* smpboot_register_percpu_thread(k, {
    store: cpu_stopper,
    thread_comm: 'migration/%u',
    thread_should_run: (kernel, cpu) => cpu_stopper(kernel, cpu).works.length > 0,
    thread_fn: cpu_stopper_thread,
    create: (kernel, cpu) => {
      const { task } = cpu_stopper(kernel, cpu);
      if (task) task.sched_class = 'stop';
    },
    park: function* (kernel, cpu): Co {
      const left = cpu_stopper(kernel, cpu).works.length;
      if (left > 0) throw new Error(`migration/${cpu} parks with ${left} works to do`);
    },
    selfparking: true,
  });
  const cpu = smp_processor_id(k);
  if (cpu_online(k, cpu)) yield* stop_machine_unpark(k, cpu);
  stop_machine_state(k).initialized = true;
  return 0;
}
