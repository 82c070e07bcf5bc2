/** @linux fs/open.c */
import { ERRNO, O_CLOEXEC, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import type { file, path } from '../include/linux/fs.ts';
import { currentProcess } from '../include/linux/sched/process.ts';
import type { Kernel } from '../kernel-context.ts';
import { alloc_file, fd_install } from './file.ts';
import { filename_lookup, path_openat } from './namei.ts';

/** Opens an object that was found. */
export const do_dentry_open = traced('do_dentry_open', function* (k: Kernel, where: path, flags: number): Co<
  file | number
> {
  const node = where.dentry;
  const writes = (flags & 3) === O_WRONLY || (flags & 3) === O_RDWR;
  if (node.type === 'directory' && (writes || flags & O_CREAT)) return -ERRNO.EISDIR;
  if (node.type === 'symlink') return -ERRNO.ELOOP;
  if (node.type === 'socket') return -ERRNO.ENXIO;
  const file = alloc_file(where, node, flags, node.i_fop);
  if (file.f_op.open) {
    const error = yield* file.f_op.open(k, file);
    if (error < 0) return error;
  }
  if (flags & O_TRUNC && writes && node.type === 'regular') {
    const error = node.i_op.setattr?.(k, node, { size: 0 }) ?? 0;
    if (error < 0) return error;
  }
  return file;
});

/** Opens `name` as seen from `start`. `mode` is for a file that is made. */
export const do_filp_open = traced(
  'do_filp_open',
  function* (k: Kernel, start: path, name: string, flags: number, mode: number): Co<file | number> {
    const found = path_openat(k, start, name, flags, mode);
    return typeof found === 'number' ? found : yield* do_dentry_open(k, found, flags);
  },
);

export const do_sys_openat2 = traced(
  'do_sys_openat2',
  function* (k: Kernel, name: string, flags: number, mode: number): Co<number> {
    const { fs, files } = currentProcess(k);
    const file = yield* do_filp_open(k, fs.pwd, name, flags, mode & 0o7777 & ~fs.umask);
    if (typeof file === 'number') return file;
    const fd = fd_install(files, file);
    if (fd >= 0 && flags & O_CLOEXEC) files.close_on_exec.add(fd);
    return fd;
  },
);

/** access(2) for root: everything may be read and written; executed what anybody may execute. */
export function do_faccessat(k: Kernel, name: string, mode: number): number {
  const found = filename_lookup(k, currentProcess(k).fs.pwd, name, true);
  if (typeof found === 'number') return found;
  const { type, i_mode } = found.dentry;
  return mode & 1 && type !== 'directory' && !(i_mode & 0o111) ? -ERRNO.EACCES : 0;
}

export function do_fchmodat(k: Kernel, name: string, mode: number): number {
  const found = filename_lookup(k, currentProcess(k).fs.pwd, name, true);
  if (typeof found === 'number') return found;
  const node = found.dentry;
  return node.i_op.setattr?.(k, node, { mode: mode & 0o7777 }) ?? -ERRNO.EPERM;
}

export function do_chdir(k: Kernel, name: string): number {
  const { fs } = currentProcess(k);
  const found = filename_lookup(k, fs.pwd, name, true);
  if (typeof found === 'number') return found;
  if (found.dentry.type !== 'directory') return -ERRNO.ENOTDIR;
  fs.pwd = found;
  return 0;
}
