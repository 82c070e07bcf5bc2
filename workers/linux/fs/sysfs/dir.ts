/** @linux fs/sysfs/dir.c */
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { Kernel } from '../../kernel-context.ts';
import { kernfs_create_dir, kernfs_remove } from '../kernfs/dir.ts';
import { sysfs_root } from './mount.ts';

/** Makes a directory below `parent` (null: the root of /sys). A name that is taken is a fault of ours and throws. */
export const sysfs_create_dir = (k: Kernel, parent: kernfs_node | null, name: string): kernfs_node =>
  kernfs_create_dir(k, parent ?? sysfs_root(k), name, 0o755);

/** Removes a directory with everything in it. */
export function sysfs_remove_dir(k: Kernel, dir: kernfs_node): void {
  kernfs_remove(dir);
}

/** The node at `path` below /sys, `devices/system/cpu`: of use where a directory has many owners. */
export function sysfs_find(k: Kernel, path: string): kernfs_node | undefined {
  let at: kernfs_node | undefined = sysfs_root(k);
  for (const name of path.split('/').filter(Boolean)) at = at?.children?.get(name);
  return at;
}

/** The directory at `path` below /sys, made with all on its way where it does not exist yet. */
export function sysfs_find_or_create_dir(k: Kernel, path: string): kernfs_node {
  let at = sysfs_root(k);
  for (const name of path.split('/').filter(Boolean)) at = at.children?.get(name) ?? sysfs_create_dir(k, at, name);
  return at;
}
