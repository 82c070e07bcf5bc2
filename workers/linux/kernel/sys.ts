/** @linux kernel/sys.c: process groups, names */
import { ERRNO } from '../../abi/syscall.ts';
import { currentProcess, processes } from '../include/linux/sched/process.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { archOps } from './arch-ops.ts';

/** Longest host name. */
const __NEW_UTS_LEN = 64;

export const utsname = kernelState((k) => ({ nodename: '(none)', machine: archOps(k).files.machine }));

export function sys_sethostname(k: Kernel, name: string): number {
  if (name.length > __NEW_UTS_LEN) return -ERRNO.EINVAL;
  utsname(k).nodename = name;
  return 0;
}

/** setpgid(2): only for the caller and its children; a group other than one's own must exist. */
export function sys_setpgid(k: Kernel, pid: number, group: number): number {
  const caller = currentProcess(k);
  const target = pid === 0 ? caller : processes(k).get(pid);
  const pgid = group === 0 ? (target?.pid ?? 0) : group;
  if (pgid < 0) return -ERRNO.EINVAL;
  if (!target || (target !== caller && target.real_parent !== caller)) return -ERRNO.ESRCH;
  const exists = pgid === target.pid || [...processes(k).values()].some(({ pgrp }) => pgrp === pgid);
  if (!exists) return -ERRNO.EPERM;
  target.pgrp = pgid;
  return 0;
}

/** setsid(2): the caller leads a session and a process group of its own; -EPERM when it leads a group already. */
export function sys_setsid(k: Kernel): number {
  const caller = currentProcess(k);
  if ([...processes(k).values()].some(({ pgrp }) => pgrp === caller.pid)) return -ERRNO.EPERM;
  caller.session = caller.pid;
  caller.pgrp = caller.pid;
  return caller.pid;
}
