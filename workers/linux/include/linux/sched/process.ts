/**
 * What a user process has beyond its task: upstream's `files`, `fs`, `signal`, `sighand` and the visible part of `mm`,
 * in one record, because every process here has one thread. Kernel threads have none.
 */
import type { Co } from '../../../../sim/coroutine.ts';
import type { wait_queue_head } from '../../../kernel/sched/wait.ts';
import { type Kernel, kernelState } from '../../../kernel-context.ts';
import type { files_struct } from '../fdtable.ts';
import type { fs_struct } from '../fs_struct.ts';
import { get_current, type task_struct } from '../sched.ts';

/** What a signal does; a function runs in user mode. */
export type sigaction = 'default' | 'ignore' | (() => Co);

export interface process {
  readonly pid: number;
  readonly task: task_struct;
  real_parent: process | undefined;
  /** Those that have ended and were not waited for yet included. */
  readonly children: Set<process>;
  readonly files: files_struct;
  readonly fs: fs_struct;
  pgrp: number;
  session: number;
  /** Dispositions other than 'default'. */
  readonly sighand: Map<number, sigaction>;
  /** Signals that were sent and not yet taken. */
  readonly pending: Set<number>;
  /** Where wait4(2) of this process sleeps. */
  readonly wait_chldexit: wait_queue_head;
  /** Set by a deadly signal or exit_group: ends at the next return to user mode. Wait status, not exit status. */
  group_exit_code: number | undefined;
  exit_state: 'running' | 'EXIT_ZOMBIE' | 'EXIT_DEAD';
  /** Signal that stopped it, 0 when it runs. */
  stopped: number;
  /** argv, each word ended by NUL: /proc/PID/cmdline. */
  cmdline: string;
  /** Name under which it took anonymous memory first. */
  anonComm: string | undefined;
  /** Path of the program: /proc/PID/exe. */
  exe: string;
}

const records = kernelState(() => new WeakMap<task_struct, process>());
const all = kernelState(() => new Map<number, process>());

/** The process that a task belongs to; undefined for a kernel thread. */
export const processOf = (k: Kernel, task: task_struct): process | undefined => records(k).get(task);

/** Processes by pid, those that nobody has waited for yet included. */
export const processes = (k: Kernel): ReadonlyMap<number, process> => all(k);

export function attachProcess(k: Kernel, process: process): void {
  records(k).set(process.task, process);
  all(k).set(process.pid, process);
}

/** Forgets a process that was waited for: its pid is free. */
export function detachProcess(k: Kernel, process: process): void {
  all(k).delete(process.pid);
}

/** The process that executes a system call now; a kernel thread that asks is a fault of ours. */
export function currentProcess(k: Kernel): process {
  const process = processOf(k, get_current(k));
  if (!process) throw new Error(`${get_current(k).comm} is no user process`);
  return process;
}
