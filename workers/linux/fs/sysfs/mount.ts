/** @linux fs/sysfs/mount.c */
import { kernelState } from '../../kernel-context.ts';
import { kernfs_create_root } from '../kernfs/dir.ts';

/** Root of the tree that is mounted at /sys. */
export const sysfs_root = kernelState(kernfs_create_root);
