/** @linux init/main.c: the end of kernel_init, where the first thread becomes the first process */

import { O_RDWR, type Program } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { userMode } from '../arch/x86/entry/syscall_64.ts';
import { f_dupfd } from '../fs/file.ts';
import { do_sys_openat2 } from '../fs/open.ts';
import type { process } from '../include/linux/sched/process.ts';
import { PF_KTHREAD } from '../include/linux/sched.ts';
import { registerProcessExit } from '../kernel/exit.ts';
import { becomeInit } from '../kernel/fork.ts';
import { KERN_DEBUG, pr_err, pr_info, printk } from '../kernel/printk/printk.ts';
import { set_task_comm } from '../kernel/task.ts';
import type { Kernel } from '../kernel-context.ts';
import { unknownParameters } from './boot-messages.ts';

/** Words of the command line that the kernel does not know are init's; the lab's kernel hands on none. */
const HAND_INIT = { HOME: '/', TERM: 'linux' } as const;

/** Descriptors 0, 1 and 2 are the console. */
function* console_on_rootfs(k: Kernel, { files }: process): Co {
  const fd = yield* do_sys_openat2(k, '/dev/console', O_RDWR, 0);
  if (fd < 0) {
    yield* pr_err(k, 'Warning: unable to open an initial console.');
    return;
  }
  f_dupfd(files, fd, 0);
  f_dupfd(files, fd, 0);
}

/**
 * The kernel thread with pid 1 becomes the process `path` and runs its program in user mode. Never returns.
 */
export const run_init_process = traced(
  'run_init_process',
  function* (k: Kernel, path: string, program: Program): Co<never> {
    const init = becomeInit(k);
    registerProcessExit(k);
    yield* console_on_rootfs(k, init);
    yield* pr_info(k, `Run ${path} as init process`);
    const words = unknownParameters(k);
    const given = words.filter((word) => !word.includes('='));
    const environment = [...Object.entries(HAND_INIT).map(([name, value]) => `${name}=${value}`)];
    environment.push(...words.filter((word) => word.includes('=')));
    yield* printk(k, KERN_DEBUG, '  with arguments:');
    for (const argument of [path, ...given]) yield* printk(k, KERN_DEBUG, `    ${argument}`);
    yield* printk(k, KERN_DEBUG, '  with environment:');
    for (const variable of environment) yield* printk(k, KERN_DEBUG, `    ${variable}`);
    init.task.flags &= ~PF_KTHREAD;
    init.exe = path;
    init.cmdline = `${path}\0`;
    set_task_comm(k, init.task, path.slice(path.lastIndexOf('/') + 1));
    return yield* userMode(program)(k);
  },
);
