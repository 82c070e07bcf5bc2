/**
 * The scheduler: a runqueue per CPU, fair choice by vruntime below the stop class, context switches, wake-ups.
 * Runqueue locks are not modelled: what happens between two requests of a coroutine happens at once.
 *
 * @linux kernel/sched/core.c and fair.c, one level of fair scheduling; no load tracking, no groups, no real-time class
 */
import type { Ns } from '../../../protocol/units.ts';
import { type Co, spinUntil, traced } from '../../../sim/coroutine.ts';
import {
  type CpuMask,
  cpu_active,
  cpu_dying_mask,
  cpu_online,
  cpu_online_mask,
  cpu_possible_mask,
} from '../../include/linux/cpumask.ts';
import { local_irq_disable, local_irq_enable } from '../../include/linux/irqflags.ts';
import { signal_pending } from '../../include/linux/sched/signal.ts';
import {
  get_current,
  PF_IDLE,
  PF_KTHREAD,
  PF_WQ_WORKER,
  perCpuBase,
  smp_processor_id,
  TASK_DEAD,
  TASK_INTERRUPTIBLE,
  TASK_NEW,
  TASK_PARKED,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  type task_struct,
} from '../../include/linux/sched.ts';
import { type Kernel, kernelState, perCpu } from '../../kernel-context.ts';
import { archOps } from '../arch-ops.ts';
import { KERN_WARNING, vprintk_store } from '../printk/printk.ts';
import { type hrtimer, hrtimer_cancel, hrtimer_init, hrtimer_start } from '../time/hrtimer.ts';
import { account_cputime } from './cputime.ts';

export const TASK_NORMAL = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE;

/** sysctl_sched_min_granularity and wakeup_granularity with two or more CPUs (ns), and a tick at HZ = 250. */
const SCHED_MIN_GRANULARITY: Ns = 3_000_000;
const SCHED_WAKEUP_GRANULARITY: Ns = 4_000_000;
const SCHED_LATENCY: Ns = 24_000_000;
export const TICK_NSEC: Ns = 4_000_000;

export interface rq {
  readonly cpu: number;
  curr: task_struct | undefined;
  idle: task_struct | undefined;
  /** Runnable tasks that do not run; the idle task is never among them. */
  readonly queue: task_struct[];
  min_vruntime: number;
  /** Set by balance_push_set: called after each choice of a task while the CPU goes down. */
  balance_callback: ((k: Kernel, rq: rq) => void) | undefined;
  /** balance_hotplug_wait's waiter. */
  hotplug_wait: task_struct | undefined;
  tick: hrtimer | undefined;
  nr_switches: number;
}

export const runqueues = perCpu<rq>((_k, cpu) => ({
  cpu,
  curr: undefined,
  idle: undefined,
  queue: [],
  min_vruntime: 0,
  balance_callback: undefined,
  hotplug_wait: undefined,
  tick: undefined,
  nr_switches: 0,
}));

/** Hooks of the workqueues, which the scheduler tells when a worker blocks and runs again. */
export const wq_worker_hooks = kernelState<{
  sleeping: ((k: Kernel, task: task_struct) => void) | undefined;
  running: ((k: Kernel, task: task_struct) => void) | undefined;
}>(() => ({ sleeping: undefined, running: undefined }));

/** All tasks but idle tasks, by pid. */
export const tasks = kernelState<Map<number, task_struct>>(() => new Map());

/** Kernel threads that must stay on their CPU (KTHREAD_IS_PER_CPU), idle tasks included. */
export const perCpuKthreads = kernelState<WeakSet<task_struct>>(() => new WeakSet());
export const kthread_is_per_cpu = (k: Kernel, task: task_struct): boolean => perCpuKthreads(k).has(task);

export const this_rq = (k: Kernel): rq => runqueues(k, smp_processor_id(k));
export const task_rq = (k: Kernel, task: task_struct): rq => runqueues(k, task.cpu);
export const is_idle_task = (task: task_struct): boolean => (task.flags & PF_IDLE) !== 0;

export function rq_nr_running(rq: rq): number {
  return rq.queue.length + (rq.curr?.on_rq && !is_idle_task(rq.curr) ? 1 : 0);
}

/** True when the CPU has nothing to do and nothing on its way. */
export const idle_cpu = (k: Kernel, cpu: number): boolean => rq_nr_running(runqueues(k, cpu)) === 0;

export function set_current_state(k: Kernel, state: number): void {
  get_current(k).__state = state;
}

function is_cpu_allowed(k: Kernel, task: task_struct, cpu: number): boolean {
  if (!task.cpus_mask.has(cpu)) return false;
  if ((task.flags & PF_KTHREAD) === 0) return cpu_active(k, cpu);
  if (kthread_is_per_cpu(k, task)) return cpu_online(k, cpu);
  return !cpu_dying_mask(k).has(cpu) && cpu_online(k, cpu);
}

/** A CPU for a task whose own is gone: one that its mask allows, or else the mask is widened to all possible CPUs. */
export function select_fallback_rq(k: Kernel, cpu: number, task: task_struct): number {
  for (const dest of task.cpus_mask) if (dest !== cpu && is_cpu_allowed(k, task, dest)) return dest;
  if (is_cpu_allowed(k, task, cpu)) return cpu;
  task.cpus_mask = cpu_possible_mask(k).copy();
  if ((task.flags & PF_KTHREAD) === 0) {
    vprintk_store(k, KERN_WARNING, `process ${task.pid} (${task.comm}) no longer affine to cpu${cpu}`);
  }
  for (const dest of task.cpus_mask) if (is_cpu_allowed(k, task, dest)) return dest;
  return cpu_online_mask(k).first;
}

/** Where a task that wakes up or is new shall run: where it was if that is idle, here if idle, any idle CPU, where it was. */
function select_task_rq(k: Kernel, task: task_struct, isNew: boolean): number {
  if (task.cpus_mask.weight > 1) {
    const here = smp_processor_id(k);
    const candidates = isNew ? [...task.cpus_mask] : [task.cpu, here, ...task.cpus_mask];
    for (const cpu of candidates)
      if (is_cpu_allowed(k, task, cpu) && cpu_active(k, cpu) && idle_cpu(k, cpu)) return cpu;
  }
  if (is_cpu_allowed(k, task, task.cpu)) return task.cpu;
  return select_fallback_rq(k, task.cpu, task);
}

export function set_task_cpu(k: Kernel, task: task_struct, cpu: number): void {
  if (task.cpu === cpu) return;
  k.log.emit('sched_migrate_task', task.id, task.cpu, cpu);
  task.vruntime += runqueues(k, cpu).min_vruntime - runqueues(k, task.cpu).min_vruntime;
  task.cpu = cpu;
}

/** TIF_NEED_RESCHED on whoever runs there, and an interrupt if that is another CPU. */
export function resched_curr(k: Kernel, rq: rq): void {
  if (!rq.curr || rq.curr.need_resched) return;
  rq.curr.need_resched = true;
  if (rq.cpu !== smp_processor_id(k)) archOps(k).smp_send_reschedule(k, rq.cpu);
}

function update_curr(k: Kernel, rq: rq): void {
  const { curr } = rq;
  if (!curr) return;
  const now = k.clock.now();
  const delta = now - curr.exec_start;
  // another CPU that looks may be behind
  if (delta <= 0) return;
  curr.exec_start = now;
  curr.sum_exec_runtime += delta;
  account_cputime(k, rq.cpu, curr, delta);
  if (curr.sched_class !== 'fair') return;
  curr.vruntime += delta;
  let least = curr.on_rq ? curr.vruntime : Number.POSITIVE_INFINITY;
  for (const { sched_class, vruntime } of rq.queue) if (sched_class === 'fair') least = Math.min(least, vruntime);
  if (Number.isFinite(least)) rq.min_vruntime = Math.max(rq.min_vruntime, least);
}

function activate_task(k: Kernel, rq: rq, task: task_struct, wakeup: boolean): void {
  if (task.sched_class === 'fair') {
    const floor = rq.min_vruntime - (wakeup ? SCHED_LATENCY / 2 : 0);
    task.vruntime = Math.max(task.vruntime, floor);
  }
  task.on_rq = true;
  rq.queue.push(task);
}

function dequeue(rq: rq, task: task_struct): void {
  const at = rq.queue.indexOf(task);
  if (at >= 0) rq.queue.splice(at, 1);
}

function check_preempt_curr(k: Kernel, rq: rq, task: task_struct): void {
  const { curr } = rq;
  if (!curr) return;
  update_curr(k, rq);
  const preempts =
    is_idle_task(curr) ||
    (task.sched_class === 'stop' && curr.sched_class !== 'stop') ||
    (curr.sched_class === 'fair' && curr.vruntime - task.vruntime > SCHED_WAKEUP_GRANULARITY);
  if (preempts) resched_curr(k, rq);
  else sched_tick_start(k, rq);
}

/** Wakes `task` if its state is one of `state`. True when it was asleep. */
export function try_to_wake_up(k: Kernel, task: task_struct, state: number): boolean {
  if ((task.__state & state) === 0) return false;
  if (task.on_rq) {
    // it has not gone to sleep yet: it will find itself runnable
    task.__state = TASK_RUNNING;
    return true;
  }
  task.__state = TASK_RUNNING;
  set_task_cpu(k, task, select_task_rq(k, task, false));
  ttwu_do_activate(k, task, true);
  return true;
}

function ttwu_do_activate(k: Kernel, task: task_struct, wakeup: boolean): void {
  const rq = task_rq(k, task);
  activate_task(k, rq, task, wakeup);
  k.log.emit('sched_wakeup', task.id, task.cpu);
  check_preempt_curr(k, rq, task);
}

/** Wakes a sleeping task (not a parked one). */
export function* wake_up_process(k: Kernel, task: task_struct): Co<boolean> {
  return try_to_wake_up(k, task, TASK_NORMAL);
}

/** Wakes a task that sleeps in one of the states of `state`. */
export function* wake_up_state(k: Kernel, task: task_struct, state: number): Co<boolean> {
  return try_to_wake_up(k, task, state);
}

/** A task that was just created begins to compete for a CPU. */
export function wake_up_new_task(k: Kernel, task: task_struct): void {
  if (task.__state !== TASK_NEW) throw new Error(`${task.comm} is not new`);
  task.__state = TASK_RUNNING;
  set_task_cpu(k, task, select_task_rq(k, task, true));
  task.vruntime = task_rq(k, task).min_vruntime;
  ttwu_do_activate(k, task, false);
}

/** The leftmost task: stop class first, then the smallest vruntime; of equals, who came first. */
function pick_next_task(k: Kernel, rq: rq): task_struct {
  let best: task_struct | undefined;
  for (const task of rq.queue) {
    if (task.sched_class === 'stop') {
      best = task;
      break;
    }
    if (!best || task.vruntime < best.vruntime) best = task;
  }
  best ??= newidle_balance(k, rq);
  if (best) dequeue(rq, best);
  const next = best ?? rq.idle;
  if (!next) throw new Error(`CPU ${rq.cpu} has no idle task`);
  return next;
}

/** A CPU that would go idle takes a task that waits on another one. */
function newidle_balance(k: Kernel, rq: rq): task_struct | undefined {
  if (!cpu_active(k, rq.cpu)) return undefined;
  for (const cpu of cpu_online_mask(k)) {
    const busy = runqueues(k, cpu);
    if (cpu === rq.cpu || !busy.curr || is_idle_task(busy.curr)) continue;
    const task = busy.queue.find(
      (candidate) => candidate.sched_class === 'fair' && is_cpu_allowed(k, candidate, rq.cpu),
    );
    if (!task) continue;
    dequeue(busy, task);
    set_task_cpu(k, task, rq.cpu);
    rq.queue.push(task);
    return task;
  }
  return undefined;
}

const STATE_LETTERS: readonly (readonly [number, string])[] = [
  [TASK_DEAD, 'X'],
  [TASK_PARKED, 'P'],
  [TASK_UNINTERRUPTIBLE, 'D'],
  [TASK_INTERRUPTIBLE, 'S'],
];

/** task_state_to_char: `R`, `S`, `D`, `P`, `X`, `I`. */
export function task_state_letter(state: number): string {
  if (state === (TASK_UNINTERRUPTIBLE | 0x400)) return 'I';
  for (const [bit, letter] of STATE_LETTERS) if ((state & bit) !== 0) return letter;
  return 'R';
}

/**
 * The heart of the scheduler. `preempt`: the current task stays runnable whatever its state says. Returns when the
 * task has a processor again, perhaps another one.
 */
function* __schedule(k: Kernel, preempt: boolean): Co {
  local_irq_disable(k);
  const rq = this_rq(k);
  const prev = get_current(k);
  prev.need_resched = false;
  update_curr(k, rq);
  const prevState = prev.__state;
  if (!preempt && prevState !== TASK_RUNNING) {
    if ((prevState & TASK_INTERRUPTIBLE) !== 0 && signal_pending(k, prev)) prev.__state = TASK_RUNNING;
    else prev.on_rq = false;
  }
  if (prev.on_rq && !is_idle_task(prev)) rq.queue.push(prev);
  const next = pick_next_task(k, rq);
  if (next !== prev) {
    rq.nr_switches++;
    rq.curr = next;
    next.exec_start = k.clock.now();
    next.on_cpu = true;
    prev.on_cpu = false;
    perCpuBase(k).current = next;
    k.log.emit('sched_switch', prev.id, next.id, preempt ? 'R+' : task_state_letter(prevState));
    rq.balance_callback?.(k, rq);
    sched_tick_start(k, rq);
    yield { kind: 'switch', to: next.coroutine };
  } else {
    rq.balance_callback?.(k, rq);
  }
  local_irq_enable(k);
}

/** First thing that a new task does: what __schedule does after the switch. */
export function schedule_tail(k: Kernel): void {
  local_irq_enable(k);
}

/** Gives up the processor; returns when the task is woken and chosen again. */
export const schedule = traced('schedule', function* (k: Kernel): Co {
  const task = get_current(k);
  const isWorker = (task.flags & PF_WQ_WORKER) !== 0;
  if (isWorker && task.__state !== TASK_RUNNING) wq_worker_hooks(k).sleeping?.(k, task);
  do yield* __schedule(k, false);
  while (task.need_resched);
  if (isWorker) wq_worker_hooks(k).running?.(k, task);
});

/** From the idle loop. */
export function* schedule_idle(k: Kernel): Co {
  const task = get_current(k);
  do yield* __schedule(k, false);
  while (task.need_resched);
}

/** On the way from an interrupt back to user mode, or at a voluntary preemption point. */
export const preempt_schedule_irq = traced('preempt_schedule_irq', function* (k: Kernel): Co {
  const task = get_current(k);
  do yield* __schedule(k, true);
  while (task.need_resched);
});

/** A voluntary preemption point (CONFIG_PREEMPT_DYNAMIC in mode voluntary). */
export function* cond_resched(k: Kernel): Co {
  while (get_current(k).need_resched) yield* __schedule(k, true);
}

/** sched_yield(2): lets the others of the runqueue go first. */
export function* sched_yield(k: Kernel): Co {
  const rq = this_rq(k);
  const task = get_current(k);
  update_curr(k, rq);
  for (const other of rq.queue)
    if (other.sched_class === 'fair') task.vruntime = Math.max(task.vruntime, other.vruntime);
  yield* __schedule(k, true);
}

/** Starts the tick of a CPU on which user-mode code competes with others. Only on that CPU itself or at its next switch. */
function sched_tick_start(k: Kernel, rq: rq): void {
  if (rq.cpu !== smp_processor_id(k)) {
    if (rq.curr?.user_mode && (rq.tick?.cpu ?? -1) < 0) archOps(k).smp_send_reschedule(k, rq.cpu);
    return;
  }
  if (!rq.curr?.user_mode || rq.queue.length === 0) return;
  rq.tick ??= hrtimer_init(scheduler_tick);
  if (rq.tick.cpu < 0) hrtimer_start(k, rq.tick, TICK_NSEC);
}

/** Looks whether the current task had its share; goes on ticking while there is competition. */
const scheduler_tick = traced('scheduler_tick', function* (k: Kernel): Co {
  const rq = this_rq(k);
  const { curr } = rq;
  if (!curr || rq.queue.length === 0) return;
  update_curr(k, rq);
  const leftmost = rq.queue.reduce((a, b) => (b.vruntime < a.vruntime ? b : a));
  if (curr.vruntime - leftmost.vruntime > SCHED_MIN_GRANULARITY) resched_curr(k, rq);
  if (rq.tick) hrtimer_start(k, rq.tick, TICK_NSEC);
});

/** Handler of the reschedule interrupt: the flag was set by the sender; competition may need the tick. */
export function scheduler_ipi(k: Kernel): void {
  sched_tick_start(k, this_rq(k));
}

/** User-mode code that takes no longer looks for interrupts only when it is done, ns. */
const USER_SLICE: Ns = 250_000;

/** One wait up to the next interrupt or the end, whichever is first; time that another task had does not count. */
function* user_compute_long(k: Kernel, task: task_struct, duration: Ns): Co {
  let left = Math.round(duration);
  while (left > 0 && !signal_pending(k, task)) {
    const start = k.clock.now();
    const end = k.clock.after(left, () => undefined);
    yield* spinUntil(() => !end.pending || task.need_resched || signal_pending(k, task));
    end.cancel();
    left -= k.clock.now() - start;
    if (task.need_resched) yield* __schedule(k, true);
  }
}

/** Spends `duration` ns of processor time in user mode; the scheduler may preempt and migrate meanwhile. */
export function* user_compute(k: Kernel, duration: Ns): Co {
  yield* cond_resched(k);
  const task = get_current(k);
  update_curr(k, this_rq(k));
  task.user_mode = true;
  sched_tick_start(k, this_rq(k));
  if (duration <= USER_SLICE) {
    yield Math.max(1, Math.round(duration));
    if (task.need_resched) yield* __schedule(k, true);
  } else yield* user_compute_long(k, task, duration);
  update_curr(k, this_rq(k));
  task.user_mode = false;
}

/** Takes a task that is queued but does not run to another CPU. */
export function move_queued_task(k: Kernel, task: task_struct, cpu: number): void {
  dequeue(task_rq(k, task), task);
  set_task_cpu(k, task, cpu);
  const rq = runqueues(k, cpu);
  activate_task(k, rq, task, false);
  check_preempt_curr(k, rq, task);
}

/** Makes the allowed CPUs `mask`, without moving the task. */
export function do_set_cpus_allowed(task: task_struct, mask: CpuMask): void {
  task.cpus_mask = mask.copy();
}

/**
 * Sleeps at most `timeout` ns in the state that was set before, for ever if undefined. Returns what is left of the
 * time.
 */
export const schedule_timeout = traced('schedule_timeout', function* (k: Kernel, timeout: Ns | undefined): Co<Ns> {
  if (timeout === undefined) {
    yield* schedule(k);
    return Number.MAX_SAFE_INTEGER;
  }
  const task = get_current(k);
  const end = k.clock.now() + timeout;
  const timer = hrtimer_init(function* (): Co {
    try_to_wake_up(k, task, TASK_NORMAL);
  });
  hrtimer_start(k, timer, timeout);
  yield* schedule(k);
  hrtimer_cancel(k, timer);
  return Math.max(0, end - k.clock.now());
});

export function* schedule_timeout_uninterruptible(k: Kernel, timeout: Ns): Co<Ns> {
  set_current_state(k, TASK_UNINTERRUPTIBLE);
  return yield* schedule_timeout(k, timeout);
}

export function* schedule_timeout_interruptible(k: Kernel, timeout: Ns): Co<Ns> {
  set_current_state(k, TASK_INTERRUPTIBLE);
  return yield* schedule_timeout(k, timeout);
}

/** Sleeps at least that long. */
export function* msleep(k: Kernel, milliseconds: number): Co {
  for (let left: Ns = milliseconds * 1_000_000; left > 0; ) left = yield* schedule_timeout_uninterruptible(k, left);
}

/** Waits until `task` has left the processor and sleeps. */
export function* wait_task_inactive(k: Kernel, task: task_struct): Co {
  while (task.on_rq) {
    if (task.on_cpu || is_idle_task(get_current(k))) yield* spinUntil(() => !task.on_rq || !task.on_cpu);
    else yield* schedule_timeout_uninterruptible(k, TICK_NSEC);
  }
}

/** Busy-waits; interrupts are taken meanwhile if they are enabled. */
export function* udelay(microseconds: number): Co {
  for (let left = microseconds * 1000; left > 0; left -= 100_000)
    yield Math.max(1, Math.round(Math.min(left, 100_000)));
}
