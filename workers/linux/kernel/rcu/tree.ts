/**
 * Grace periods as waiting time: every path of the lab that calls synchronize_rcu sleeps as long as the recordings
 * show, which is until the next tick of each CPU was seen by rcu_preempt.
 *
 * @linux kernel/rcu/tree.c, only synchronize_rcu
 */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { cpu_online_mask } from '../../include/linux/cpumask.ts';
import { get_current, TASK_UNINTERRUPTIBLE } from '../../include/linux/sched.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { schedule_timeout } from '../sched/core.ts';

/** rcu_scheduler_active: before there are other tasks a grace period is over at once. */
export const rcu_scheduler = kernelState(() => ({ active: false }));

export const synchronize_rcu = traced('synchronize_rcu', function* (k: Kernel): Co {
  if (!rcu_scheduler(k).active || cpu_online_mask(k).weight === 1) return;
  const end = k.clock.now() + (k.profile.costs['rcu grace period'] ?? 0);
  const task = get_current(k);
  while (k.clock.now() < end) {
    task.__state = TASK_UNINTERRUPTIBLE;
    yield* schedule_timeout(k, end - k.clock.now());
  }
});
