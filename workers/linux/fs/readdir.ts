/** @linux fs/readdir.c */
import { type Dirent, ERRNO } from '../../abi/syscall.ts';
import type { path } from '../include/linux/fs.ts';
import type { Kernel } from '../kernel-context.ts';
import { filename_lookup } from './namei.ts';

/** All entries of the directory `name` but `.` and `..`, in the file system's order. */
export function iterate_dir(k: Kernel, start: path, name: string): readonly Dirent[] | number {
  const found = filename_lookup(k, start, name, true);
  if (typeof found === 'number') return found;
  const { dentry } = found;
  if (dentry.type !== 'directory') return -ERRNO.ENOTDIR;
  return dentry.i_fop.iterate_shared?.(k, dentry) ?? -ERRNO.ENOTDIR;
}
