/** @linux fs/inode.c */
import type { Kernel } from '../kernel-context.ts';

/** Wall clock in whole seconds since 1970, for time stamps of files. */
export const current_time = (k: Kernel): number => k.platform.bootTime + Math.floor(k.clock.now() / 1_000_000_000);
