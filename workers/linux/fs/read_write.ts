/** @linux fs/read_write.c */
import { ERRNO, O_RDWR, O_WRONLY } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import type { file } from '../include/linux/fs.ts';
import { currentProcess } from '../include/linux/sched/process.ts';
import type { Kernel } from '../kernel-context.ts';
import { fget } from './file.ts';

const canRead = (file: file): boolean => (file.f_flags & 3) !== O_WRONLY;
const canWrite = (file: file): boolean => (file.f_flags & 3) === O_WRONLY || (file.f_flags & 3) === O_RDWR;

/** Up to `count` bytes from the file's position on; '' at its end. */
export const vfs_read = traced('vfs_read', function* (k: Kernel, file: file, count: number): Co<string | number> {
  if (!canRead(file)) return -ERRNO.EBADF;
  if (file.f_inode.type === 'directory') return -ERRNO.EISDIR;
  if (!file.f_op.read) return -ERRNO.EINVAL;
  if (count < 0) return -ERRNO.EINVAL;
  const data = yield* file.f_op.read(k, file, count);
  if (typeof data === 'string') file.f_pos += data.length;
  return data;
});

export const vfs_write = traced('vfs_write', function* (k: Kernel, file: file, data: string): Co<number> {
  if (!canWrite(file)) return -ERRNO.EBADF;
  if (!file.f_op.write) return -ERRNO.EINVAL;
  const written = yield* file.f_op.write(k, file, data);
  if (written > 0) file.f_pos += written;
  return written;
});

export const ksys_read = traced('ksys_read', function* (k: Kernel, fd: number, count: number): Co<string | number> {
  const file = fget(currentProcess(k).files, fd);
  return file ? yield* vfs_read(k, file, count) : -ERRNO.EBADF;
});

export const ksys_write = traced('ksys_write', function* (k: Kernel, fd: number, data: string): Co<number> {
  const file = fget(currentProcess(k).files, fd);
  return file ? yield* vfs_write(k, file, data) : -ERRNO.EBADF;
});

export function ksys_lseek(k: Kernel, fd: number, offset: number, whence: 0 | 1 | 2): number {
  const file = fget(currentProcess(k).files, fd);
  if (!file) return -ERRNO.EBADF;
  if (!file.f_op.seekable) return -ERRNO.ESPIPE;
  const base = whence === 0 ? 0 : whence === 1 ? file.f_pos : file.f_inode.i_size();
  const position = base + offset;
  if (!Number.isSafeInteger(position) || position < 0) return -ERRNO.EINVAL;
  file.f_pos = position;
  return position;
}
