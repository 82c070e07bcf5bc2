/**
 * The scheduler's part of CPU hotplug: a CPU that goes down pushes its tasks away, each at the moment when it would
 * run there.
 *
 * @linux kernel/sched/core.c, CONFIG_HOTPLUG_CPU
 */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { cpu_dying_mask, cpu_online, set_cpu_active } from '../../include/linux/cpumask.ts';
import { get_current, smp_processor_id, TASK_UNINTERRUPTIBLE, type task_struct } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { synchronize_rcu } from '../rcu/tree.ts';
import { stop_one_cpu_nowait } from '../stop_machine.ts';
import { hrtimer_cancel } from '../time/hrtimer.ts';
import {
  kthread_is_per_cpu,
  move_queued_task,
  type rq,
  rq_nr_running,
  runqueues,
  schedule,
  select_fallback_rq,
  TASK_NORMAL,
  try_to_wake_up,
} from './core.ts';

/** In the dying CPU's stopper: the task is off the processor now and goes where it may run. */
const __balance_push_cpu_stop = traced(
  '__balance_push_cpu_stop',
  function* (k: Kernel, task: task_struct, cpu: number): Co<number> {
    if (task.on_rq && task.cpu === cpu) move_queued_task(k, task, select_fallback_rq(k, cpu, task));
    return 0;
  },
);

/** After each choice of a task on a CPU that goes down: has the chosen one pushed away unless it must stay. */
function balance_push(k: Kernel, rq: rq): void {
  const task = rq.curr;
  if (!task || !cpu_dying_mask(k).has(rq.cpu) || rq.cpu !== smp_processor_id(k)) return;
  if (kthread_is_per_cpu(k, task) || task.sched_class !== 'fair') {
    if (rq_nr_running(rq) === 0 && rq.hotplug_wait) try_to_wake_up(k, rq.hotplug_wait, TASK_NORMAL);
    return;
  }
  stop_one_cpu_nowait(k, rq.cpu, (kernel) => __balance_push_cpu_stop(kernel, task, rq.cpu));
}

export const balance_push_set = traced('balance_push_set', function* (k: Kernel, cpu: number, on: boolean): Co {
  runqueues(k, cpu).balance_callback = on ? balance_push : undefined;
});

/** CPUHP_AP_SCHED_STARTING. */
export const sched_cpu_starting = traced('sched_cpu_starting', function* (k: Kernel, cpu: number): Co<number> {
  const rq = runqueues(k, cpu);
  if (rq.queue.length > 0) throw new Error(`CPU ${cpu} starts with tasks on its runqueue`);
  return 0;
});

/** CPUHP_AP_ACTIVE: user tasks may come. */
export const sched_cpu_activate = traced('sched_cpu_activate', function* (k: Kernel, cpu: number): Co<number> {
  yield* balance_push_set(k, cpu, false);
  set_cpu_active(k, cpu, true);
  return 0;
});

/** CPUHP_AP_ACTIVE, down: no task comes any more, those that are there are pushed away. */
export const sched_cpu_deactivate = traced('sched_cpu_deactivate', function* (k: Kernel, cpu: number): Co<number> {
  set_cpu_active(k, cpu, false);
  yield* balance_push_set(k, cpu, true);
  // whoever saw the CPU as active has finished its choice after this
  yield* synchronize_rcu(k);
  return 0;
});

/** CPUHP_AP_SCHED_WAIT_EMPTY: waits in cpuhp/N until no other task is runnable here. */
export const sched_cpu_wait_empty = traced('sched_cpu_wait_empty', function* (k: Kernel, cpu: number): Co<number> {
  const rq = runqueues(k, cpu);
  const task = get_current(k);
  rq.hotplug_wait = task;
  while (rq_nr_running(rq) > 1) {
    task.__state = TASK_UNINTERRUPTIBLE;
    yield* schedule(k);
  }
  rq.hotplug_wait = undefined;
  return 0;
});

/** CPUHP_AP_SCHED_STARTING, down: in stop_machine on the dying CPU. */
export const sched_cpu_dying = traced('sched_cpu_dying', function* (k: Kernel, cpu: number): Co<number> {
  const rq = runqueues(k, cpu);
  if (rq.queue.length > 0) throw new Error(`CPU ${cpu} dies with ${rq.queue.map(({ comm }) => comm).join(', ')}`);
  if (cpu_online(k, cpu)) throw new Error(`CPU ${cpu} dies while it is online`);
  if (rq.tick) hrtimer_cancel(k, rq.tick);
  return 0;
});
