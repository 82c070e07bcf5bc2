/** @linux fs/exec.c: what the kernel and /proc know of a new program; the program itself is run by its caller */
import { ERRNO } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { currentProcess } from '../include/linux/sched/process.ts';
import { flush_signal_handlers } from '../kernel/signal.ts';
import { set_task_comm } from '../kernel/task.ts';
import type { Kernel } from '../kernel-context.ts';
import { d_path } from './d_path.ts';
import { do_close_on_exec } from './file.ts';
import { filename_lookup } from './namei.ts';

/** execve(2): 0, and the process bears the program's name; its caught signals have their defaults again. */
export const do_execveat_common = traced(
  'do_execveat_common',
  function* (k: Kernel, path: string, argv: readonly string[]): Co<number> {
    const process = currentProcess(k);
    const found = filename_lookup(k, process.fs.pwd, path, true);
    if (typeof found === 'number') return found;
    const { type, i_mode } = found.dentry;
    if (type !== 'regular' || (i_mode & 0o111) === 0) return -ERRNO.EACCES;
    process.exe = d_path(found);
    process.cmdline = argv.map((word) => `${word}\0`).join('');
    set_task_comm(k, process.task, path.slice(path.lastIndexOf('/') + 1));
    flush_signal_handlers(process);
    yield* do_close_on_exec(k, process.files);
    return 0;
  },
);
