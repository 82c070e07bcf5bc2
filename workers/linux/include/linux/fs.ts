/**
 * The virtual file system's objects. Names are looked up and directories changed by plain calls, which take no time of
 * their own; opening, reading and writing is guest code and may block.
 *
 * @linux include/linux/fs.h, without a dentry cache: a path keeps the way by which it was found
 */
import type { Dirent, FileType } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import type { wait_queue_head } from '../../kernel/sched/wait.ts';
import type { Kernel } from '../../kernel-context.ts';

export interface super_block {
  /** `sysfs`, as in /proc/filesystems. */
  readonly type: string;
}

/** An object of a file system. */
export interface inode {
  readonly i_sb: super_block;
  readonly i_ino: number;
  readonly type: FileType;
  /** Permission bits, 0o644. */
  i_mode: number;
  i_uid: number;
  i_gid: number;
  /** Seconds since 1970. */
  i_mtime: number;
  readonly i_op: inode_operations;
  readonly i_fop: file_operations;
  i_size(): number;
  i_nlink(): number;
}

/** What can be done to names. Absent operations are refused as the kernel refuses them. Results: an object or -errno. */
export interface inode_operations {
  /** undefined: there is no such name, and one could be made; -ENOENT: not even that. */
  lookup?(k: Kernel, dir: inode, name: string): inode | number | undefined;
  create?(k: Kernel, dir: inode, name: string, mode: number): inode | number;
  mkdir?(k: Kernel, dir: inode, name: string, mode: number): inode | number;
  symlink?(k: Kernel, dir: inode, name: string, target: string): number;
  /** A ready-made object gets a name: sockets. */
  mknod?(k: Kernel, dir: inode, name: string, node: inode): number;
  unlink?(k: Kernel, dir: inode, name: string): number;
  rmdir?(k: Kernel, dir: inode, name: string): number;
  rename?(k: Kernel, from: inode, oldName: string, to: inode, newName: string): number;
  /** A symbolic link's text, or the object itself where the link has no text that leads there (/proc/PID/fd). */
  get_link?(k: Kernel, link: inode): string | number | { readonly text: string; readonly to: path };
  /** New permission bits, or truncation to `size` bytes. */
  setattr?(k: Kernel, node: inode, change: { readonly mode?: number; readonly size?: number }): number;
}

/** What can be done to an open file. */
export interface file_operations {
  open?(k: Kernel, file: file): Co<number>;
  /** Up to `count` bytes from `file.f_pos`, '' at the end. The caller advances f_pos. */
  read?(k: Kernel, file: file, count: number): Co<string | number>;
  /** Returns the bytes taken. The caller advances f_pos. */
  write?(k: Kernel, file: file, data: string): Co<number>;
  /** The last descriptor was closed. */
  release?(k: Kernel, file: file): Co;
  /** All entries but `.` and `..`. */
  iterate_shared?(k: Kernel, dir: inode): readonly Dirent[] | number;
  /** For poll(2): whether a read would not block, and where a reader waits. Left out: always ready. */
  poll?(k: Kernel, file: file): { readonly ready: boolean; readonly queue: wait_queue_head };
  /** False: lseek(2) answers -ESPIPE. */
  readonly seekable?: boolean;
}

/** An open file: descriptors of several processes may share one. */
export interface file {
  readonly f_path: path;
  readonly f_inode: inode;
  readonly f_op: file_operations;
  f_flags: number;
  f_pos: number;
  /** Descriptors that refer to it. */
  f_count: number;
  /** Whatever the file operations keep. */
  private_data: unknown;
}

/** An object together with the way by which it was found. */
export interface path {
  readonly dentry: inode;
  readonly name: string;
  /** undefined: the root. */
  readonly parent: path | undefined;
}

export interface mount {
  readonly mnt_sb: super_block;
  /** First column of /proc/mounts. */
  readonly mnt_devname: string;
  readonly mnt_root: inode;
  /** Where it is mounted: `/sys`. */
  readonly mnt_path: string;
  /** Fourth column of /proc/mounts. */
  readonly options: string;
}
