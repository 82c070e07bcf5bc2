/** @linux fs/file.c and fs/file_table.c */
import { ERRNO } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import type { files_struct } from '../include/linux/fdtable.ts';
import type { file, file_operations, inode, path } from '../include/linux/fs.ts';
import type { Kernel } from '../kernel-context.ts';

/** RLIMIT_NOFILE. */
const NOFILE = 1024;

export const new_files_struct = (): files_struct => ({ fd: [], close_on_exec: new Set() });

/** An open file that no descriptor refers to yet. */
export function alloc_file(where: path, node: inode, flags: number, f_op: file_operations): file {
  return {
    f_path: where,
    f_inode: node,
    f_op,
    f_flags: flags,
    f_pos: 0,
    f_count: 0,
    private_data: undefined,
  };
}

/** The open file behind a descriptor. */
export const fget = (files: files_struct, fd: number): file | undefined => files.fd[fd];

/** Gives a file the lowest free descriptor from `from` on; -EMFILE when there is none. */
export function fd_install(files: files_struct, file: file, from = 0): number {
  let fd = from;
  while (files.fd[fd]) fd++;
  if (fd >= NOFILE) return -ERRNO.EMFILE;
  files.fd[fd] = file;
  file.f_count++;
  return fd;
}

/** Gives back one reference; the last one releases the file. */
export const fput = traced('__fput', function* (k: Kernel, file: file): Co {
  if (file.f_op.release) yield* file.f_op.release(k, file);
});

export const filp_close = traced('filp_close', function* (k: Kernel, file: file): Co<number> {
  if (--file.f_count === 0) yield* fput(k, file);
  return 0;
});

export function* close_fd(k: Kernel, files: files_struct, fd: number): Co<number> {
  const file = files.fd[fd];
  if (!file) return -ERRNO.EBADF;
  files.fd[fd] = undefined;
  files.close_on_exec.delete(fd);
  return yield* filp_close(k, file);
}

/** dup(2), and F_DUPFD with `from`. */
export function f_dupfd(files: files_struct, fd: number, from: number): number {
  const file = files.fd[fd];
  if (!file) return -ERRNO.EBADF;
  return from < 0 || from >= NOFILE ? -ERRNO.EINVAL : fd_install(files, file, from);
}

export function* do_dup2(k: Kernel, files: files_struct, from: number, to: number): Co<number> {
  const file = files.fd[from];
  if (!file || to < 0 || to >= NOFILE) return -ERRNO.EBADF;
  if (from === to) return to;
  const replaced = files.fd[to];
  files.fd[to] = file;
  file.f_count++;
  files.close_on_exec.delete(to);
  if (replaced) yield* filp_close(k, replaced);
  return to;
}

/** A child's copy of the descriptors. */
export function dup_fd(files: files_struct): files_struct {
  for (const file of files.fd) if (file) file.f_count++;
  return { fd: [...files.fd], close_on_exec: new Set(files.close_on_exec) };
}

/** execve(2) closes the descriptors that were opened with O_CLOEXEC. */
export function* do_close_on_exec(k: Kernel, files: files_struct): Co {
  for (const fd of [...files.close_on_exec]) yield* close_fd(k, files, fd);
}

export const exit_files = traced('exit_files', function* (k: Kernel, files: files_struct): Co {
  for (const fd of files.fd.keys()) if (files.fd[fd]) yield* close_fd(k, files, fd);
});
