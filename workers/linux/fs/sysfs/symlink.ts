/** @linux fs/sysfs/symlink.c */
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { Kernel } from '../../kernel-context.ts';
import { kernfs_create_link, kernfs_remove_by_name } from '../kernfs/dir.ts';

/** Puts a link `name` to `target` into `dir`; readlink(2) shows the relative way there. */
export const sysfs_create_link = (k: Kernel, dir: kernfs_node, target: kernfs_node, name: string): kernfs_node =>
  kernfs_create_link(k, dir, name, target);

export function sysfs_remove_link(k: Kernel, dir: kernfs_node, name: string): void {
  kernfs_remove_by_name(dir, name);
}
