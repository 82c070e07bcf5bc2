/** @linux fs/kernfs/inode.c and the directory operations of dir.c */
import { type Dirent, ERRNO, type FileType } from '../../../abi/syscall.ts';
import type { inode, inode_operations, super_block } from '../../include/linux/fs.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { kernfs_children } from './dir.ts';
import { kernfs_file_fops } from './file.ts';
import { kernfs_get_target_path } from './symlink.ts';

interface kernfs_inode extends inode {
  readonly kn: kernfs_node;
}

const inodes = kernelState(() => new WeakMap<kernfs_node, kernfs_inode>());

const nodeOf = (node: inode): kernfs_node => (node as kernfs_inode).kn;

const kernfs_file_iops: inode_operations = {
  setattr(_, node, { mode }) {
    if (mode !== undefined) {
      nodeOf(node).mode = mode;
      node.i_mode = mode;
    }
    return 0;
  },
};

const kernfs_dir_iops: inode_operations = {
  ...kernfs_file_iops,
  lookup(k, dir, name) {
    const child = nodeOf(dir).children?.get(name);
    return child?.active ? kernfs_get_inode(k, dir.i_sb, child) : undefined;
  },
};

const kernfs_symlink_iops: inode_operations = {
  get_link: (_, link) => kernfs_get_target_path(nodeOf(link)),
};

const typeOf = (kn: kernfs_node): FileType => (kn.children ? 'directory' : kn.target ? 'symlink' : 'regular');

/** The VFS's object for a node; always the same one. */
export function kernfs_get_inode(k: Kernel, sb: super_block, kn: kernfs_node): inode {
  const known = inodes(k).get(kn);
  if (known) return known;
  const type = typeOf(kn);
  const made: kernfs_inode = {
    kn,
    i_sb: sb,
    i_ino: kn.ino,
    type,
    i_mode: kn.mode,
    i_uid: 0,
    i_gid: 0,
    i_mtime: k.platform.bootTime + Math.floor(kn.created / 1_000_000_000),
    i_op: type === 'directory' ? kernfs_dir_iops : type === 'symlink' ? kernfs_symlink_iops : kernfs_file_iops,
    i_fop:
      type === 'directory'
        ? { seekable: true, iterate_shared: (_, dir) => kernfs_fop_readdir(nodeOf(dir)) }
        : kernfs_file_fops(kn),
    i_size: () => kn.size,
    i_nlink: () => (kn.children ? 2 + [...kn.children.values()].filter(({ children }) => children).length : 1),
  };
  inodes(k).set(kn, made);
  return made;
}

function kernfs_fop_readdir(kn: kernfs_node): readonly Dirent[] | number {
  if (!kn.active) return -ERRNO.ENOENT;
  return kernfs_children(kn).map((child) => ({ name: child.name, type: typeOf(child) }));
}
