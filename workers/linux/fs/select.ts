/** Waiting for one of several files. @linux fs/select.c: poll(2), for reading only */
import { ERRNO } from '../../abi/syscall.ts';
import type { Ns } from '../../protocol/units.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { ERESTARTSYS } from '../include/linux/errno.ts';
import type { file } from '../include/linux/fs.ts';
import { currentProcess } from '../include/linux/sched/process.ts';
import { signal_pending } from '../include/linux/sched/signal.ts';
import { get_current, TASK_INTERRUPTIBLE, TASK_RUNNING } from '../include/linux/sched.ts';
import { schedule, schedule_timeout } from '../kernel/sched/core.ts';
import type { Kernel } from '../kernel-context.ts';
import { fget } from './file.ts';

/** Files that cannot tell are always ready. */
const isReady = (k: Kernel, file: file): boolean => file.f_op.poll?.(k, file).ready ?? true;

/** The descriptors that a read would not block on; none when `timeout` ns passed (undefined: waits for ever). */
export const do_sys_poll = traced(
  'do_sys_poll',
  function* (k: Kernel, fds: readonly number[], timeout: Ns | undefined): Co<readonly number[] | number> {
    const { files } = currentProcess(k);
    const opened = fds.map((fd) => ({ fd, file: fget(files, fd) }));
    if (opened.some(({ file }) => !file)) return -ERRNO.EBADF;
    const ready = (): number[] => opened.filter(({ file }) => file && isReady(k, file)).map(({ fd }) => fd);
    const queues = opened.flatMap(({ file }) => (file ? [file.f_op.poll?.(k, file).queue] : []));
    const task = get_current(k);
    for (const queue of queues) queue?.waiters.push(task);
    let left = timeout ?? 0;
    let interrupted = false;
    for (;;) {
      task.__state = TASK_INTERRUPTIBLE;
      if (ready().length > 0 || (timeout !== undefined && left <= 0)) break;
      if (signal_pending(k, task)) {
        interrupted = true;
        break;
      }
      if (timeout === undefined) yield* schedule(k);
      else left = yield* schedule_timeout(k, left);
    }
    task.__state = TASK_RUNNING;
    for (const queue of queues) queue?.waiters.splice(queue.waiters.indexOf(task), 1);
    return interrupted ? -ERESTARTSYS : ready();
  },
);
