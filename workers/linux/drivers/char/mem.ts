/** @linux drivers/char/mem.c: null, zero, full, and kmsg of kernel/printk/printk.c */
import { ERRNO } from '../../../abi/syscall.ts';
import type { file_operations } from '../../include/linux/fs.ts';
import { KERN_WARNING, printk } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { devtmpfs_create_node } from '../base/devtmpfs.ts';
import { random_init } from './random.ts';

/** The most that one read of zeros gives. */
const READ_LIMIT = 16 << 20;

const null_fops: file_operations = {
  seekable: true,
  *read() {
    return '';
  },
  *write(_, __, data) {
    return data.length;
  },
};

const zero_fops: file_operations = {
  ...null_fops,
  *read(_, __, count) {
    return '\0'.repeat(Math.min(count, READ_LIMIT));
  },
};

const full_fops: file_operations = {
  ...zero_fops,
  *write() {
    return -ERRNO.ENOSPC;
  },
};

/** `<6>` at the beginning is the level; user space's default is 4. */
const kmsg_fops: file_operations = {
  *read(k) {
    k.log.emit('unmodelled', 'kmsg', 'reading /dev/kmsg; syslog(2) serves');
    return -ERRNO.EINVAL;
  },
  *write(k, _, data) {
    const [, level, text = ''] = /^(?:<(\d+)>)?(.*?)\n*$/s.exec(data) ?? [];
    yield* printk(k, level === undefined ? KERN_WARNING : Number(level) & 7, text);
    return data.length;
  },
};

export function chr_dev_init(k: Kernel): void {
  devtmpfs_create_node(k, 'null', 0o666, null_fops);
  devtmpfs_create_node(k, 'zero', 0o666, zero_fops);
  devtmpfs_create_node(k, 'full', 0o666, full_fops);
  devtmpfs_create_node(k, 'kmsg', 0o644, kmsg_fops);
  random_init(k);
}
