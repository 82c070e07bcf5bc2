/** @linux fs/stat.c */
import { ERRNO, type Stat } from '../../abi/syscall.ts';
import type { inode } from '../include/linux/fs.ts';
import { currentProcess } from '../include/linux/sched/process.ts';
import type { Kernel } from '../kernel-context.ts';
import { fget } from './file.ts';
import { filename_lookup } from './namei.ts';

export const generic_fillattr = (node: inode): Stat => ({
  type: node.type,
  mode: node.i_mode,
  size: node.i_size(),
  inode: node.i_ino,
  links: node.i_nlink(),
  uid: node.i_uid,
  gid: node.i_gid,
  mtime: node.i_mtime,
});

/** stat(2); lstat(2) without `follow`. */
export function vfs_statx(k: Kernel, name: string, follow: boolean): Stat | number {
  const found = filename_lookup(k, currentProcess(k).fs.pwd, name, follow);
  return typeof found === 'number' ? found : generic_fillattr(found.dentry);
}

export function vfs_fstat(k: Kernel, fd: number): Stat | number {
  const file = fget(currentProcess(k).files, fd);
  return file ? generic_fillattr(file.f_inode) : -ERRNO.EBADF;
}

export function do_readlinkat(k: Kernel, name: string): string | number {
  const found = filename_lookup(k, currentProcess(k).fs.pwd, name, false);
  if (typeof found === 'number') return found;
  if (found.dentry.type !== 'symlink') return -ERRNO.EINVAL;
  const target = found.dentry.i_op.get_link?.(k, found.dentry) ?? -ERRNO.EINVAL;
  return typeof target === 'object' ? target.text : target;
}
