/** @linux fs/kernfs/file.c, without mmap and poll */
import { ERRNO, O_RDWR, O_WRONLY } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import type { file, file_operations } from '../../include/linux/fs.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { Kernel } from '../../kernel-context.ts';
import { type seq_file, seq_open, seq_read_iter } from '../seq_file.ts';

/** The most that one write hands to a node. */
const PAGE_SIZE = 4096;

/** A file of sysfs must permit in its mode, and be able to do, what it is opened for: root is no exception. */
const kernfs_fop_open = traced('kernfs_fop_open', function* (_: Kernel, file: file, kn: kernfs_node): Co<number> {
  if (!kn.active) return -ERRNO.ENODEV;
  const access = file.f_flags & 3;
  const reads = access !== O_WRONLY;
  const writes = access === O_WRONLY || access === O_RDWR;
  const { ops } = kn;
  if (writes && (!(kn.mode & 0o222) || !ops?.write)) return -ERRNO.EACCES;
  if (reads && (!(kn.mode & 0o444) || !(ops?.seq_show || ops?.read))) return -ERRNO.EACCES;
  file.private_data = seq_open();
  return 0;
});

const kernfs_seq_show = traced('kernfs_seq_show', function* (k: Kernel, kn: kernfs_node): Co<string | number> {
  if (!kn.active) return -ERRNO.ENODEV;
  return (yield* kn.ops?.seq_show?.(k, kn) ?? noText()) as string | number;
});

function* noText(): Co<string> {
  return '';
}

const kernfs_fop_read_iter = traced(
  'kernfs_fop_read_iter',
  function* (k: Kernel, file: file, kn: kernfs_node, count: number): Co<string | number> {
    if (kn.ops?.seq_show) {
      return yield* seq_read_iter(k, file, file.private_data as seq_file, count, () => kernfs_seq_show(k, kn));
    }
    if (!kn.active) return -ERRNO.ENODEV;
    return kn.ops?.read ? yield* kn.ops.read(k, kn, file.f_pos, Math.min(count, PAGE_SIZE)) : -ERRNO.EINVAL;
  },
);

const kernfs_fop_write_iter = traced(
  'kernfs_fop_write_iter',
  function* (k: Kernel, file: file, kn: kernfs_node, data: string): Co<number> {
    if (!kn.active) return -ERRNO.ENODEV;
    return kn.ops?.write ? yield* kn.ops.write(k, kn, data.slice(0, PAGE_SIZE), file.f_pos) : -ERRNO.EINVAL;
  },
);

export const kernfs_file_fops = (kn: kernfs_node): file_operations => ({
  seekable: true,
  open: (k, file) => kernfs_fop_open(k, file, kn),
  read: (k, file, count) => kernfs_fop_read_iter(k, file, kn, count),
  write: (k, file, data) => kernfs_fop_write_iter(k, file, kn, data),
});
