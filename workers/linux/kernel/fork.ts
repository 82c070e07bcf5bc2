/** @linux kernel/fork.c: user processes. What they share with kernel threads is in task.ts */
import { type Co, traced } from '../../sim/coroutine.ts';
import { dup_fd, new_files_struct } from '../fs/file.ts';
import { rootPath } from '../fs/namespace.ts';
import { attachProcess, currentProcess, type process } from '../include/linux/sched/process.ts';
import { get_current, type task_struct } from '../include/linux/sched.ts';
import type { Kernel } from '../kernel-context.ts';
import { wake_up_new_task } from './sched/core.ts';
import { init_waitqueue_head } from './sched/wait.ts';
import { createTask } from './task.ts';

/** Runs in user mode of the new process; its result is the exit status. Never returns to the kernel. */
export type UserMode = (k: Kernel) => Co<never>;

function newProcess(task: task_struct, of: Pick<process, 'files' | 'fs' | 'cmdline' | 'exe'>): process {
  return {
    ...of,
    pid: task.pid,
    task,
    real_parent: undefined,
    children: new Set(),
    pgrp: task.pid,
    session: 0,
    sighand: new Map(),
    pending: new Set(),
    wait_chldexit: init_waitqueue_head('wait_chldexit'),
    group_exit_code: undefined,
    exit_state: 'running',
    stopped: 0,
    anonComm: undefined,
  };
}

/** Makes the kernel thread that calls it the first user process: no descriptors, at the root directory. */
export function becomeInit(k: Kernel): process {
  const task = get_current(k);
  const init = newProcess(task, {
    files: new_files_struct(),
    fs: { pwd: rootPath(k), umask: 0o022 },
    cmdline: '',
    exe: '',
  });
  attachProcess(k, init);
  return init;
}

const copy_process = traced('copy_process', function* (k: Kernel, parent: process, user: UserMode): Co<process> {
  const task = createTask(k, {
    comm: parent.task.comm,
    parent: parent.task,
    run: () => user(k),
  });
  const child: process = {
    ...newProcess(task, {
      files: dup_fd(parent.files),
      fs: { ...parent.fs },
      cmdline: parent.cmdline,
      exe: parent.exe,
    }),
    real_parent: parent,
    pgrp: parent.pgrp,
    session: parent.session,
    sighand: new Map(parent.sighand),
  };
  parent.children.add(child);
  attachProcess(k, child);
  return child;
});

/** fork(2): the child's pid. */
export const kernel_clone = traced('kernel_clone', function* (k: Kernel, user: UserMode): Co<number> {
  const child = yield* copy_process(k, currentProcess(k), user);
  wake_up_new_task(k, child.task);
  return child.pid;
});
