/** @linux drivers/base/devtmpfs.c: nodes are made at once, not by kdevtmpfs */

import { current_time } from '../../fs/inode.ts';
import { get_next_ino, ramfs_add, ramfs_fill_super } from '../../fs/ramfs/inode.ts';
import type { file_operations, inode } from '../../include/linux/fs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';

/** Nothing but nodes is meant to be there. */
const LIMIT = 1 << 20;

const root = kernelState((k) => ramfs_fill_super(k, 'devtmpfs', 0o755, LIMIT));

/** Root of the file system that is mounted at /dev. */
export const devtmpfs_root = root;

/** Makes /dev/`name`, a character device. */
export function devtmpfs_create_node(k: Kernel, name: string, mode: number, i_fop: file_operations): inode {
  const node: inode = {
    i_sb: root(k).i_sb,
    i_ino: get_next_ino(k),
    type: 'character',
    i_mode: mode,
    i_uid: 0,
    i_gid: 0,
    i_mtime: current_time(k),
    i_op: {
      setattr(_, __, { mode: bits }) {
        if (bits !== undefined) node.i_mode = bits;
        return 0;
      },
    },
    i_fop,
    i_size: () => 0,
    i_nlink: () => 1,
  };
  ramfs_add(root(k), name, node);
  return node;
}
