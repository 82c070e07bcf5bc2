/** File systems and where they are mounted. @linux fs/namespace.c do_mount, without devices and flags */
import { ERRNO } from '../../abi/syscall.ts';
import { devtmpfs_root } from '../drivers/base/devtmpfs.ts';
import { chr_dev_init } from '../drivers/char/mem.ts';
import type { inode, mount, path } from '../include/linux/fs.ts';
import type { Kernel } from '../kernel-context.ts';
import { PAGE_SIZE } from '../mm/page_alloc.ts';
import { totalram_pages } from '../mm/watermark.ts';
import { d_path } from './d_path.ts';
import { kernfs_get_inode } from './kernfs/inode.ts';
import { do_mkdirat, filename_lookup } from './namei.ts';
import { do_add_mount, init_mount_tree, rootPath } from './namespace.ts';
import { proc_root_inode } from './proc/root.ts';
import { ramfs_fill_super } from './ramfs/inode.ts';
import { sysfs_find_or_create_dir } from './sysfs/dir.ts';
import { sysfs_root } from './sysfs/mount.ts';

/** Bytes that the files of a tmpfs may hold: half of the memory, as it is when it is mounted. */
const tmpfsLimit = (k: Kernel): number =>
  Math.floor((totalram_pages(k) || Number.MAX_SAFE_INTEGER / PAGE_SIZE) / 2) * PAGE_SIZE;

const mountOf = (root: inode, devname: string, where: string, options: string): mount => ({
  mnt_sb: root.i_sb,
  mnt_devname: devname,
  mnt_root: root,
  mnt_path: where,
  options,
});

/** @linux fs/namespace.c mnt_init and init/do_mounts.c: the root file system, empty. Only on the boot processor. */
export function mnt_init(k: Kernel): void {
  init_mount_tree(k, mountOf(ramfs_fill_super(k, 'rootfs', 0o755, Number.MAX_SAFE_INTEGER), 'rootfs', '/', 'rw'));
}

/** File systems that mount(2) knows: what is at their root, and what /proc/mounts tells of them. */
const FILE_SYSTEMS: Readonly<Record<string, { root(k: Kernel): inode; readonly options: string }>> = {
  proc: { root: proc_root_inode, options: 'rw,relatime' },
  sysfs: { root: (k) => kernfs_get_inode(k, { type: 'sysfs' }, sysfs_root(k)), options: 'rw,relatime' },
  devtmpfs: { root: devtmpfs_root, options: 'rw,relatime,mode=755,inode64' },
  tmpfs: { root: (k) => ramfs_fill_super(k, 'tmpfs', 0o1777, tmpfsLimit(k)), options: 'rw,relatime,inode64' },
  // empty: of what is behind them the lab has nothing, but programs ask whether they are there
  debugfs: { root: (k) => ramfs_fill_super(k, 'debugfs', 0o700, 0), options: 'rw,relatime' },
  tracefs: { root: (k) => ramfs_fill_super(k, 'tracefs', 0o700, 0), options: 'rw,relatime' },
};

/**
 * mount(2) of a file system without a device: 0, -ENODEV for a type that is unknown, -EBUSY when it is there already, or
 * why the directory cannot be found.
 */
export function do_mount(k: Kernel, start: path, devname: string, where: string, type: string): number {
  const found = filename_lookup(k, start, where, true);
  if (typeof found === 'number') return found;
  if (found.dentry.type !== 'directory') return -ERRNO.ENOTDIR;
  const system = FILE_SYSTEMS[type];
  if (!system) return -ERRNO.ENODEV;
  const root = system.root(k);
  if (found.dentry === root) return -ERRNO.EBUSY;
  do_add_mount(k, mountOf(root, devname, d_path(found), system.options), found);
  return 0;
}

/** What the kernel itself mounts before there is a process: the devices. Makes the places for debugfs and tracefs. */
export function mountDevices(k: Kernel): void {
  chr_dev_init(k);
  for (const place of ['kernel/debug', 'kernel/tracing']) sysfs_find_or_create_dir(k, place);
  do_mkdirat(k, rootPath(k), '/dev', 0o755);
  do_mount(k, rootPath(k), 'dev', '/dev', 'devtmpfs');
}

/** What an init mounts: type, source, directory. */
const STANDARD_TREE: readonly (readonly [string, string, string])[] = [
  ['proc', 'proc', '/proc'],
  ['sysfs', 'sys', '/sys'],
  ['tmpfs', 'tmp', '/tmp'],
  ['debugfs', 'd', '/sys/kernel/debug'],
];

/** The mounts of a booted guest, for a kernel whose init does not make them. */
export function mountStandardTree(k: Kernel): void {
  mountDevices(k);
  for (const [type, source, where] of STANDARD_TREE) {
    if (!where.startsWith('/sys/')) do_mkdirat(k, rootPath(k), where, 0o755);
    const error = do_mount(k, rootPath(k), source, where, type);
    if (error < 0) throw new Error(`VFS: cannot mount on ${where}: ${error}`);
  }
}
