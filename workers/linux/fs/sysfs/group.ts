/** @linux fs/sysfs/group.c */
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { attribute_group } from '../../include/linux/sysfs.ts';
import type { Kernel } from '../../kernel-context.ts';
import { kernfs_remove, kernfs_remove_by_name } from '../kernfs/dir.ts';
import { sysfs_create_dir } from './dir.ts';
import { sysfs_create_bin_file, sysfs_create_file } from './file.ts';

/** Makes a group's files; returns the directory that they are in. */
export function sysfs_create_group(k: Kernel, dir: kernfs_node, group: attribute_group): kernfs_node {
  const where = group.name ? sysfs_create_dir(k, dir, group.name) : dir;
  for (const attr of group.attrs ?? []) sysfs_create_file(k, where, attr);
  for (const attr of group.bin_attrs ?? []) sysfs_create_bin_file(k, where, attr);
  return where;
}

export function sysfs_remove_group(k: Kernel, dir: kernfs_node, group: attribute_group): void {
  const where = group.name ? dir.children?.get(group.name) : dir;
  if (!where) return;
  for (const { name } of [...(group.attrs ?? []), ...(group.bin_attrs ?? [])]) kernfs_remove_by_name(where, name);
  if (where !== dir) kernfs_remove(where);
}
