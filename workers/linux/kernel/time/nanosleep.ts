/** @linux kernel/time/hrtimer.c: nanosleep(2) */
import { ERRNO } from '../../../abi/syscall.ts';
import type { Ns } from '../../../protocol/units.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { ERESTARTSYS } from '../../include/linux/errno.ts';
import { signal_pending } from '../../include/linux/sched/signal.ts';
import { get_current } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { schedule_timeout_interruptible } from '../sched/core.ts';

/**
 * Sleeps until virtual time `end`; -ERESTARTSYS when a signal came first. A restarted call is given the same `end`, so
 * that it sleeps only what is left.
 */
export const hrtimer_nanosleep = traced('hrtimer_nanosleep', function* (k: Kernel, end: Ns): Co<number> {
  if (!Number.isFinite(end)) return -ERRNO.EINVAL;
  for (let left = end - k.clock.now(); left > 0; left = end - k.clock.now()) {
    yield* schedule_timeout_interruptible(k, left);
    if (signal_pending(k, get_current(k))) return -ERESTARTSYS;
  }
  return 0;
});
