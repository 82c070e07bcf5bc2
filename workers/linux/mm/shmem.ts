/** Pages of files that live in memory. @linux mm/shmem.c, the accounting alone; ramfs keeps the bytes */
import type { Kernel } from '../kernel-context.ts';
import { claimFrames } from './frame-claims.ts';
import { dropClaim } from './frames.ts';
import { reportClaims } from './report-frames.ts';
import { totalram_pages } from './watermark.ts';

/** Holder of the pages of files, in the log. */
export const SHMEM = 'tmpfs';

/** Takes pages for a file: false when there are not so many, and none is taken. */
export function shmem_acct_blocks(k: Kernel, pages: number): boolean {
  // a kernel whose memory nobody has set up has no frames to count
  if (totalram_pages(k) === 0) return true;
  const taken = claimFrames(k, 'movable', pages, SHMEM);
  if (taken < pages) dropClaim(k, SHMEM, taken);
  reportClaims(k, taken);
  return taken === pages;
}

export function shmem_unacct_blocks(k: Kernel, pages: number): void {
  reportClaims(k, dropClaim(k, SHMEM, pages));
}
