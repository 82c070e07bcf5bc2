/**
 * What a user process does at its end beyond what every task does, and waiting for it.
 *
 * @linux kernel/exit.c, for processes of one thread
 */
import { ERRNO, SIGNALS, type WaitResult } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { exit_files } from '../fs/file.ts';
import { ERESTARTSYS } from '../include/linux/errno.ts';
import { currentProcess, detachProcess, type process, processes, processOf } from '../include/linux/sched/process.ts';
import type { task_struct } from '../include/linux/sched.ts';
import type { Kernel } from '../kernel-context.ts';
import { exit_mmap } from '../mm/anon.ts';
import { panic } from './panic.ts';
import { wait_event_interruptible, wake_up } from './sched/wait.ts';
import { send_sig } from './signal.ts';
import { do_exit, exitHooks, release_task as releaseTask } from './task.ts';

/** Forgets a process that ended: its pid is free again. */
const release_task = traced('release_task', function* (k: Kernel, process: process): Co {
  process.exit_state = 'EXIT_DEAD';
  process.real_parent?.children.delete(process);
  detachProcess(k, process);
  releaseTask(k, process.task);
});

/** Tells the parent that a child has ended. True when the parent does not want to know and nobody will wait. */
const do_notify_parent = traced('do_notify_parent', function* (k: Kernel, process: process): Co<boolean> {
  const parent = process.real_parent;
  if (!parent) return true;
  const autoreap = parent.sighand.get(SIGNALS.SIGCHLD) === 'ignore';
  if (!autoreap) yield* send_sig(k, SIGNALS.SIGCHLD, parent.task);
  yield* wake_up(k, parent.wait_chldexit);
  return autoreap;
});

/** init becomes the parent of those that are left behind. */
function* forget_original_parent(k: Kernel, father: process): Co {
  const reaper = processes(k).get(1);
  for (const child of [...father.children]) {
    father.children.delete(child);
    child.real_parent = reaper;
    reaper?.children.add(child);
    if (child.exit_state === 'EXIT_ZOMBIE' && (yield* do_notify_parent(k, child))) yield* release_task(k, child);
  }
}

const exit_notify = traced('exit_notify', function* (k: Kernel, process: process): Co {
  yield* forget_original_parent(k, process);
  process.exit_state = 'EXIT_ZOMBIE';
  if (yield* do_notify_parent(k, process)) yield* release_task(k, process);
});

/** Gives back what a user process holds and tells its parent: the part of do_exit that kernel threads do not need. */
function* exitProcess(k: Kernel, task: task_struct): Co {
  const process = processOf(k, task);
  if (!process) return;
  exit_mmap(k, process);
  yield* exit_files(k, process.files);
  yield* exit_notify(k, process);
}

/** Makes every task that ends do what a user process has to do then. */
export function registerProcessExit(k: Kernel): void {
  exitHooks(k).push(exitProcess);
}

/** Ends the current process with a wait status: exit status << 8, or a signal's number. Never returns. */
export const do_group_exit = traced('do_group_exit', function* (k: Kernel, code: number): Co<never> {
  const { pid } = currentProcess(k);
  if (pid === 1) yield* panic(k, `Attempted to kill init! exitcode=0x${code.toString(16).padStart(8, '0')}`);
  return yield* do_exit(k, code);
});

/** True when `pid`, as wait4(2) takes it, means the child. */
function eligible_pid(pid: number, child: process, parent: process): boolean {
  if (pid > 0) return child.pid === pid;
  if (pid === -1) return true;
  return child.pgrp === (pid === 0 ? parent.pgrp : -pid);
}

function waitStatus(process: process): WaitResult {
  const code = process.task.exit_code;
  const signal = code & 0x7f;
  return signal === 0
    ? { pid: process.pid, status: (code >> 8) & 0xff, signal: undefined }
    : { pid: process.pid, status: undefined, signal };
}

/** Waits for a child to end: -ECHILD when there is none to wait for. */
export const do_wait = traced('do_wait', function* (k: Kernel, pid: number, noHang: boolean): Co<WaitResult | number> {
  const parent = currentProcess(k);
  const zombie = (): process | undefined =>
    [...parent.children].find((child) => child.exit_state === 'EXIT_ZOMBIE' && eligible_pid(pid, child, parent));
  for (;;) {
    if (![...parent.children].some((child) => eligible_pid(pid, child, parent))) return -ERRNO.ECHILD;
    const ended = zombie();
    if (ended) {
      const status = waitStatus(ended);
      yield* release_task(k, ended);
      return status;
    }
    if (noHang) return { pid: 0, status: undefined, signal: undefined };
    const interrupted = yield* wait_event_interruptible(k, parent.wait_chldexit, () => zombie() !== undefined);
    if (interrupted < 0) return -ERESTARTSYS;
  }
});
