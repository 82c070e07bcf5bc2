/** @linux fs/proc/array.c: stat, statm and status of a task. Sizes of memory are not modelled and read as 0 */
import { SIGNALS } from '../../../abi/syscall.ts';
import { cpuIds } from '../../include/linux/cpumask.ts';
import { type process, processOf } from '../../include/linux/sched/process.ts';
import { PF_KTHREAD, PF_NO_SETAFFINITY, PF_WQ_WORKER, type task_struct } from '../../include/linux/sched.ts';
import { get_kthread_comm } from '../../kernel/kthread.ts';
import { task_state_letter } from '../../kernel/sched/core.ts';
import { task_utime } from '../../kernel/sched/cputime.ts';
import { wq_worker_comm } from '../../kernel/workqueue_internal.ts';
import type { Kernel } from '../../kernel-context.ts';

/** USER_HZ: /proc counts time in hundredths of a second. */
export const clock_t = (ns: number): number => Math.floor(ns / 10_000_000);

/** PF_RANDOMIZE | PF_SUPERPRIV of a process, PF_FORKNOEXEC | PF_KTHREAD of a kernel thread. */
const PROCESS_FLAGS = 0x400100;
const KTHREAD_FLAGS = 0x200040;
const RLIM_INFINITY = '18446744073709551615';
/** Highest real-time priority: the migration threads'. */
const STOP_PRIORITY = 99;

/** Name of a task: workers of workqueues tell what they are for, other kernel threads have their whole name. */
export function proc_task_name(k: Kernel, task: task_struct): string {
  if (task.flags & PF_WQ_WORKER) return wq_worker_comm(k, task);
  return task.flags & PF_KTHREAD ? get_kthread_comm(k, task) : task.comm;
}

interface StateText {
  readonly letter: string;
  readonly name: string;
}

const NAMES: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'disk sleep',
  T: 'stopped',
  X: 'dead',
  Z: 'zombie',
  P: 'parked',
  I: 'idle',
};

function get_task_state(task: task_struct, process: process | undefined): StateText {
  let letter = task_state_letter(task.__state);
  if (process && process.exit_state !== 'running') letter = 'Z';
  else if (process && process.stopped !== 0) letter = 'T';
  return { letter, name: NAMES[letter] ?? '' };
}

const parentPid = (task: task_struct, process: process | undefined): number =>
  process ? (process.real_parent?.pid ?? 0) : (task.parent?.pid ?? 0);

/** Bit `n - 1` for signal n, as a decimal or hexadecimal number. */
const signalMask = (signals: Iterable<number>): bigint => {
  let mask = 0n;
  for (const sig of signals) mask |= 1n << BigInt(sig - 1);
  return mask;
};

function signalsWith(process: process | undefined, kind: 'ignored' | 'caught'): number[] {
  return [...(process?.sighand ?? [])]
    .filter(([, action]) => (kind === 'ignored') === (action === 'ignore'))
    .map(([sig]) => sig);
}

/** One line of 52 fields (proc(5)). */
export function proc_tgid_stat(k: Kernel, task: task_struct): string {
  const process = processOf(k, task);
  const kthread = (task.flags & PF_KTHREAD) !== 0;
  const stop = task.sched_class === 'stop';
  const utime = task_utime(k, task);
  const flags = (kthread ? KTHREAD_FLAGS : PROCESS_FLAGS) | (task.flags & PF_NO_SETAFFINITY);
  const ignored = kthread ? 2147483647n : signalMask(signalsWith(process, 'ignored')) & 0x7fffffffn;
  const fields: readonly (string | number | bigint)[] = [
    task.pid,
    `(${proc_task_name(k, task)})`,
    get_task_state(task, process).letter,
    parentPid(task, process),
    process?.pgrp ?? 0,
    process?.session ?? 0,
    0,
    -1,
    flags,
    ...[0, 0, 0, 0],
    clock_t(utime),
    clock_t(Math.max(0, task.sum_exec_runtime - utime)),
    ...[0, 0],
    stop ? -1 - STOP_PRIORITY : 20 + task.nice,
    task.nice,
    1,
    0,
    clock_t(task.start_time),
    ...[0, 0],
    RLIM_INFINITY,
    ...[0, 0, 0, 0, 0],
    signalMask(process?.pending ?? []) & 0x7fffffffn,
    0,
    ignored,
    signalMask(signalsWith(process, 'caught')) & 0x7fffffffn,
    kthread ? 1 : 0,
    ...[0, 0],
    task.pid === 2 ? 0 : SIGNALS.SIGCHLD,
    task.cpu,
    stop ? STOP_PRIORITY : 0,
    stop ? 1 : 0,
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    process?.exit_state === 'EXIT_ZOMBIE' ? task.exit_code : 0,
  ];
  return `${fields.join(' ')}\n`;
}

const hex64 = (value: bigint): string => value.toString(16).padStart(16, '0');

/** The lines that are known of a task; those about memory, credentials and speculation are left out. */
export function proc_pid_status(k: Kernel, task: task_struct): string {
  const process = processOf(k, task);
  const state = get_task_state(task, process);
  const ids = '0\t0\t0\t0';
  const bits = cpuIds(k).nr_cpu_ids;
  const kthread = (task.flags & PF_KTHREAD) !== 0;
  const lines: readonly (readonly [string, string | number])[] = [
    ['Name', proc_task_name(k, task)],
    ['Umask', (process?.fs.umask ?? 0o022).toString(8).padStart(4, '0')],
    ['State', `${state.letter} (${state.name})`],
    ['Tgid', task.pid],
    ['Ngid', 0],
    ['Pid', task.pid],
    ['PPid', parentPid(task, process)],
    ['TracerPid', 0],
    ['Uid', ids],
    ['Gid', ids],
    ['FDSize', kthread ? 64 : 256],
    ['Groups', ' '],
    ['NStgid', task.pid],
    ['NSpid', task.pid],
    ['NSpgid', process?.pgrp ?? 0],
    ['NSsid', process?.session ?? 0],
    ['Threads', 1],
    ['SigPnd', hex64(0n)],
    ['ShdPnd', hex64(signalMask(process?.pending ?? []))],
    ['SigBlk', hex64(0n)],
    ['SigIgn', hex64(kthread ? 0xffffffffffffffffn : signalMask(signalsWith(process, 'ignored')))],
    ['SigCgt', hex64(signalMask(signalsWith(process, 'caught')))],
    ['Cpus_allowed', task.cpus_mask.toHex(bits)],
    ['Cpus_allowed_list', task.cpus_mask.toList()],
  ];
  return lines.map(([name, value]) => `${name}:\t${value}\n`).join('');
}
