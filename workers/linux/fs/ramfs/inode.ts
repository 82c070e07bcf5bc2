/** @linux fs/ramfs/inode.c, and of mm/shmem.c the limit of a tmpfs: a full one answers -ENOSPC */
import { ERRNO, O_APPEND } from '../../../abi/syscall.ts';
import type { file_operations, inode, inode_operations, super_block } from '../../include/linux/fs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { current_time } from '../inode.ts';

interface ramfs_super_block extends super_block {
  /** Bytes that its files may hold together. */
  readonly limit: number;
  used: number;
  inodes: number;
}

interface ramfs_inode extends inode {
  readonly i_sb: ramfs_super_block;
  /** Of a regular file: its bytes; of a symbolic link: its text. */
  content: string;
  readonly children: Map<string, inode>;
  /** False once it was unlinked: what an open file still holds does not count any more. */
  linked: boolean;
}

/** Objects that one file system may have. */
const MAX_INODES = 50_000;

const nextInode = kernelState(() => ({ ino: 1 }));
export const get_next_ino = (k: Kernel): number => nextInode(k).ino++;

const of = (node: inode): ramfs_inode => node as ramfs_inode;

function resize(node: ramfs_inode, content: string): number {
  const growth = content.length - node.content.length;
  if (growth > 0 && (node.linked ? node.i_sb.used + growth : content.length) > node.i_sb.limit) return -ERRNO.ENOSPC;
  if (node.linked) node.i_sb.used += growth;
  node.content = content;
  return 0;
}

const ramfs_file_operations: file_operations = {
  seekable: true,
  *read(_, file, count) {
    return of(file.f_inode).content.slice(file.f_pos, file.f_pos + count);
  },
  *write(k, file, data) {
    const node = of(file.f_inode);
    const { content } = node;
    if (file.f_flags & O_APPEND) file.f_pos = content.length;
    const before = content.slice(0, file.f_pos).padEnd(file.f_pos, '\0');
    const error = resize(node, before + data + content.slice(file.f_pos + data.length));
    if (error) return error;
    node.i_mtime = current_time(k);
    return data.length;
  },
};

const ramfs_file_inode_operations: inode_operations = {
  setattr(k, node, { mode, size }) {
    if (mode !== undefined) node.i_mode = mode;
    if (size === undefined) return 0;
    node.i_mtime = current_time(k);
    return resize(of(node), of(node).content.slice(0, size).padEnd(size, '\0'));
  },
};

const ramfs_symlink_operations: inode_operations = { get_link: (_, link) => of(link).content };

const directoryOperations: file_operations = {
  seekable: true,
  // newest first, as simple_dir's list has them
  iterate_shared: (_, dir) => [...of(dir).children].reverse().map(([name, { type }]) => ({ name, type })),
};

function link(k: Kernel, dir: inode, name: string, made: inode | number): inode | number {
  if (typeof made === 'number') return made;
  of(dir).children.set(name, made);
  dir.i_mtime = current_time(k);
  return made;
}

function unlink(k: Kernel, dir: inode, name: string): number {
  const victim = of(dir).children.get(name);
  if (!victim) return -ERRNO.ENOENT;
  of(dir).children.delete(name);
  dir.i_mtime = current_time(k);
  of(dir).i_sb.inodes--;
  if (victim.type === 'regular') {
    of(dir).i_sb.used -= of(victim).content.length;
    of(victim).linked = false;
  }
  return 0;
}

const ramfs_dir_inode_operations: inode_operations = {
  ...ramfs_file_inode_operations,
  lookup: (_, dir, name) => of(dir).children.get(name),
  create: (k, dir, name, mode) => link(k, dir, name, ramfs_get_inode(k, of(dir).i_sb, 'regular', mode)),
  mkdir: (k, dir, name, mode) => link(k, dir, name, ramfs_get_inode(k, of(dir).i_sb, 'directory', mode)),
  symlink(k, dir, name, target) {
    const made = link(k, dir, name, ramfs_get_inode(k, of(dir).i_sb, 'symlink', 0o777));
    if (typeof made === 'number') return made;
    of(made).content = target;
    return 0;
  },
  mknod(k, dir, name, node) {
    link(k, dir, name, node);
    of(dir).i_sb.inodes++;
    return 0;
  },
  unlink,
  rmdir(k, dir, name) {
    const victim = of(dir).children.get(name);
    if (victim && of(victim).children.size > 0) return -ERRNO.ENOTEMPTY;
    return unlink(k, dir, name);
  },
  rename(k, from, oldName, to, newName) {
    const moved = of(from).children.get(oldName);
    const replaced = of(to).children.get(newName);
    if (!moved) return -ERRNO.ENOENT;
    if (replaced) {
      if (of(replaced).type === 'directory' && of(replaced).children.size > 0) return -ERRNO.ENOTEMPTY;
      unlink(k, to, newName);
    }
    of(from).children.delete(oldName);
    of(to).children.set(newName, moved);
    from.i_mtime = to.i_mtime = current_time(k);
    return 0;
  },
};

const operations = {
  regular: { i_op: ramfs_file_inode_operations, i_fop: ramfs_file_operations },
  directory: { i_op: ramfs_dir_inode_operations, i_fop: directoryOperations },
  symlink: { i_op: ramfs_symlink_operations, i_fop: {} },
} as const;

function ramfs_get_inode(
  k: Kernel,
  sb: ramfs_super_block,
  type: 'regular' | 'directory' | 'symlink',
  mode: number,
): ramfs_inode | number {
  if (sb.inodes >= MAX_INODES) return -ERRNO.ENOSPC;
  sb.inodes++;
  const node: ramfs_inode = {
    i_sb: sb,
    i_ino: get_next_ino(k),
    type,
    i_mode: mode,
    i_uid: 0,
    i_gid: 0,
    i_mtime: current_time(k),
    ...operations[type],
    content: '',
    children: new Map(),
    linked: true,
    i_size: () => (type === 'directory' ? 0 : node.content.length),
    i_nlink: () =>
      type === 'directory' ? 2 + [...node.children.values()].filter((child) => child.type === 'directory').length : 1,
  };
  return node;
}

/** A new, empty file system: its root directory. `type` as in /proc/filesystems, `limit` in bytes. */
export function ramfs_fill_super(k: Kernel, type: string, mode: number, limit: number): inode {
  const root = ramfs_get_inode(k, { type, limit, used: 0, inodes: 0 }, 'directory', mode);
  if (typeof root === 'number') throw new Error('ramfs: no room for a root directory');
  return root;
}

/** Puts any object into a directory of a ramfs: device nodes. */
export function ramfs_add(dir: inode, name: string, node: inode): void {
  of(dir).children.set(name, node);
}

/** Gives a regular file its content; a file system without room for it is a fault of ours. */
export function ramfs_set_content(node: inode, content: string): void {
  if (resize(of(node), content) < 0) throw new Error('ramfs: the file system is full');
}

/** Bytes that the files of a root directory's file system hold; 0 for other file systems. */
export const ramfs_used = (root: inode): number => of(root).i_sb.used ?? 0;
