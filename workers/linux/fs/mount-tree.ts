/** The mounts of a booted guest: what mount(8) would have done before init's first line. */
import { devtmpfs_root } from '../drivers/base/devtmpfs.ts';
import { chr_dev_init } from '../drivers/char/mem.ts';
import type { inode, mount } from '../include/linux/fs.ts';
import type { Kernel } from '../kernel-context.ts';
import { kernfs_get_inode } from './kernfs/inode.ts';
import { do_mkdirat, filename_lookup } from './namei.ts';
import { do_add_mount, init_mount_tree, rootPath } from './namespace.ts';
import { proc_root_inode } from './proc/root.ts';
import { ramfs_fill_super } from './ramfs/inode.ts';
import { sysfs_find_or_create_dir } from './sysfs/dir.ts';
import { sysfs_root } from './sysfs/mount.ts';

/**
 * Bytes that the files of one tmpfs may hold. A real one takes up to half of the memory; the lab's files live in the
 * browser's.
 */
const TMPFS_LIMIT = 32 << 20;

const mountOf = (root: inode, devname: string, where: string, options: string): mount => ({
  mnt_sb: root.i_sb,
  mnt_devname: devname,
  mnt_root: root,
  mnt_path: where,
  options,
});

/** @linux fs/namespace.c mnt_init and init/do_mounts.c: the root file system, empty. Only on the boot processor. */
export function mnt_init(k: Kernel): void {
  init_mount_tree(k, mountOf(ramfs_fill_super(k, 'rootfs', 0o755, TMPFS_LIMIT), 'rootfs', '/', 'rw'));
}

function mountAt(k: Kernel, where: string, mnt: mount): void {
  do_mkdirat(k, rootPath(k), where, 0o755);
  const over = filename_lookup(k, rootPath(k), where, true);
  if (typeof over === 'number') throw new Error(`VFS: cannot mount on ${where}: ${over}`);
  do_add_mount(k, mnt, over);
}

/** Mounts /proc, /sys, debugfs, /dev with null and its kin, and /tmp; their directories are made where they are missing. */
export function mountStandardTree(k: Kernel): void {
  chr_dev_init(k);
  mountAt(k, '/proc', mountOf(proc_root_inode(k), 'proc', '/proc', 'rw,relatime'));
  const sysfs = kernfs_get_inode(k, { type: 'sysfs' }, sysfs_root(k));
  mountAt(k, '/sys', mountOf(sysfs, 'sys', '/sys', 'rw,relatime'));
  // empty: of what is behind it the lab has nothing, but programs ask whether it is there
  sysfs_find_or_create_dir(k, 'kernel/debug');
  const debugfs = ramfs_fill_super(k, 'debugfs', 0o700, 0);
  mountAt(k, '/sys/kernel/debug', mountOf(debugfs, 'd', '/sys/kernel/debug', 'rw,relatime'));
  mountAt(k, '/dev', mountOf(devtmpfs_root(k), 'dev', '/dev', 'rw,relatime,mode=755,inode64'));
  const tmpfs = ramfs_fill_super(k, 'tmpfs', 0o1777, TMPFS_LIMIT);
  mountAt(k, '/tmp', mountOf(tmpfs, 'tmp', '/tmp', 'rw,relatime,inode64'));
}
