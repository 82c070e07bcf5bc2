/** Sockets as open files. @linux net/socket.c */

import { O_RDWR } from '../../abi/syscall.ts';
import { alloc_file, fd_install, fget } from '../fs/file.ts';
import { current_time } from '../fs/inode.ts';
import { get_next_ino } from '../fs/ramfs/inode.ts';
import type { file, file_operations, inode } from '../include/linux/fs.ts';
import { currentProcess } from '../include/linux/sched/process.ts';
import type { Kernel } from '../kernel-context.ts';

const sockfs = { type: 'sockfs' };

/** An open file for a socket; `sock` is the family's own. */
export function sock_alloc_file(k: Kernel, f_op: file_operations, sock: unknown): file {
  const node: inode = {
    i_sb: sockfs,
    i_ino: get_next_ino(k),
    type: 'socket',
    i_mode: 0o777,
    i_uid: 0,
    i_gid: 0,
    i_mtime: current_time(k),
    i_op: {},
    i_fop: f_op,
    i_size: () => 0,
    i_nlink: () => 1,
  };
  const file = alloc_file({ dentry: node, name: `socket:[${node.i_ino}]`, parent: undefined }, node, O_RDWR, f_op);
  file.private_data = sock;
  return file;
}

/** Gives a socket a descriptor of the current process. */
export const sock_map_fd = (k: Kernel, file: file): number => fd_install(currentProcess(k).files, file);

/** The open file behind a descriptor of the current process. */
export const sockfd_lookup = (k: Kernel, fd: number): file | undefined => fget(currentProcess(k).files, fd);
