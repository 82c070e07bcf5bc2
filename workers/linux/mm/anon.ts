/** How much anonymous memory processes hold beyond what every process has, and its end with them. @linux mm/rmap.c, mm/mmap.c */
import type { process } from '../include/linux/sched/process.ts';
import type { Kernel } from '../kernel-context.ts';
import { claimedBy, dropClaim } from './frames.ts';
import { flushClaims, reportClaims } from './report-frames.ts';

/** Holder of a process's anonymous pages, in the log: `memhog-123`. */
export const anonHolder = ({ pid, anonComm, task }: process): string => `${anonComm ?? task.comm}-${pid}`;

export const anonPages = (k: Kernel, process: process): number => claimedBy(k, anonHolder(process));

/** Gives back anonymous pages: those at its end, or those that it has unmapped. */
export function unmap(k: Kernel, process: process, pages: number): void {
  reportClaims(k, dropClaim(k, anonHolder(process), pages));
}

/** exit_mmap(): a process ends. */
export function exit_mmap(k: Kernel, process: process): void {
  unmap(k, process, Number.MAX_SAFE_INTEGER);
  flushClaims(k);
}
