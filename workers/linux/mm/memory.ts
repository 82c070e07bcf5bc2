/** Page faults of anonymous memory. @linux mm/memory.c, without mappings of files */
import { type Co, spend, traced } from '../../sim/coroutine.ts';
import { currentProcess } from '../include/linux/sched/process.ts';
import { signal_pending } from '../include/linux/sched/signal.ts';
import { get_current } from '../include/linux/sched.ts';
import type { Kernel } from '../kernel-context.ts';
import { anonHolder, unmap } from './anon.ts';
import { claimFrames } from './frame-claims.ts';
import { out_of_memory } from './oom_kill.ts';
import { PAGE_SIZE } from './page_alloc.ts';
import { reportClaims } from './report-frames.ts';

/** Zeroing a page. */
const CLEAR_PAGE = 1_500;
/** Pages between two looks for signals. */
const BATCH = 512;

/**
 * The current process touches so many bytes of anonymous memory that it has not touched before; with a negative number
 * it unmaps them. 0; a process that is killed meanwhile finds out on its way back to user mode.
 */
export const handle_mm_fault = traced('handle_mm_fault', function* (k: Kernel, bytes: number): Co<number> {
  const process = currentProcess(k);
  // a later change of the name does not change whose pages they are
  process.anonComm ??= process.task.comm;
  if (bytes < 0) {
    unmap(k, process, Math.floor(-bytes / PAGE_SIZE));
    return 0;
  }
  for (let left = Math.ceil(bytes / PAGE_SIZE); left > 0; ) {
    if (signal_pending(k, get_current(k))) return 0;
    const taken = claimFrames(k, 'movable', Math.min(left, BATCH), anonHolder(process));
    reportClaims(k, taken);
    if (taken === 0) yield* out_of_memory(k);
    else yield* spend(taken * CLEAR_PAGE);
    left = left - taken;
  }
  return 0;
});
