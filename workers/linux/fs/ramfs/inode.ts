/** @linux fs/ramfs/inode.c, and of mm/shmem.c the limit of a tmpfs: a full one answers -ENOSPC */
import { ERRNO, O_APPEND } from '../../../abi/syscall.ts';
import { spend } from '../../../sim/coroutine.ts';
import type { file_operations, inode, inode_operations, super_block } from '../../include/linux/fs.ts';
import { signal_pending } from '../../include/linux/sched/signal.ts';
import { get_current } from '../../include/linux/sched.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { out_of_memory } from '../../mm/oom_kill.ts';
import { PAGE_SIZE } from '../../mm/page_alloc.ts';
import { flushClaims } from '../../mm/report-frames.ts';
import { shmem_acct_blocks, shmem_unacct_blocks } from '../../mm/shmem.ts';
import { current_time } from '../inode.ts';

interface ramfs_super_block extends super_block {
  /** Bytes that its files may hold together. */
  readonly limit: number;
  used: number;
  /** Bytes that are kept as such. */
  kept: number;
  inodes: number;
}

interface ramfs_inode extends inode {
  readonly i_sb: ramfs_super_block;
  /** Of a regular file: its bytes; of a symbolic link: its text. */
  content: string;
  /** Zeros behind them. */
  zeros: number;
  /** Page frames that it has claimed, beside those of boot. */
  pages: number;
  bootPages: number;
  readonly children: Map<string, inode>;
  /** False once it was unlinked: what an open file still holds does not count any more. */
  linked: boolean;
}

/** Objects that one file system may have. */
const MAX_INODES = 50_000;

const nextInode = kernelState(() => ({ ino: 1 }));
export const get_next_ino = (k: Kernel): number => nextInode(k).ino++;

const of = (node: inode): ramfs_inode => node as ramfs_inode;

/** Bytes of a file system that are kept as such; behind them files may have zeros, of which only the number is known. */
const MAX_CONTENT = 32 << 20;

const sizeOf = (node: ramfs_inode): number => node.content.length + node.zeros;
const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE);

/** Gives a file other bytes: 0, or -ENOSPC when the file system or the memory has no room. */
function resize(k: Kernel, node: ramfs_inode, content: string, zeros: number): number {
  const size = content.length + zeros;
  const growth = size - sizeOf(node);
  if (growth > 0 && (node.linked ? node.i_sb.used + growth : size) > node.i_sb.limit) return -ERRNO.ENOSPC;
  const kept = node.i_sb.kept + content.length - node.content.length;
  if (kept > MAX_CONTENT && content.length > node.content.length) {
    k.log.emit('unmodelled', 'ramfs', `files with more than ${MAX_CONTENT} bytes that are not zeros`);
    return -ERRNO.ENOSPC;
  }
  const wanted = Math.max(0, pagesOf(size) - node.bootPages);
  if (wanted > node.pages && !shmem_acct_blocks(k, wanted - node.pages)) return -ERRNO.ENOMEM;
  if (wanted < node.pages) shmem_unacct_blocks(k, node.pages - wanted);
  node.pages = wanted;
  if (node.linked) node.i_sb.used += growth;
  node.i_sb.kept = kept;
  node.content = content;
  node.zeros = zeros;
  return 0;
}

/** Taking a page and copying into it, ns. */
const COPY_PAGE = 2_500;

const isZero = (data: string): boolean => data.charCodeAt(0) === 0 && /^\0*$/.test(data);

/** The file's bytes from `start` to `end`. */
function bytesOf({ content, zeros }: ramfs_inode, start: number, end: number): string {
  const last = Math.min(end, content.length + zeros);
  return content.slice(start, last) + '\0'.repeat(Math.max(0, last - Math.max(start, content.length)));
}

/** Puts bytes at a place of a file. */
function overwrite(k: Kernel, node: ramfs_inode, at: number, data: string): number {
  const { content, zeros } = node;
  const end = at + data.length;
  const size = Math.max(content.length + zeros, end);
  if (at >= content.length && isZero(data)) return resize(k, node, content, size - content.length);
  const before = bytesOf(node, 0, at).padEnd(at, '\0');
  const made = before + data + content.slice(end);
  return resize(k, node, made, size - made.length);
}

const ramfs_file_operations: file_operations = {
  seekable: true,
  *read(_, file, count) {
    return bytesOf(of(file.f_inode), file.f_pos, file.f_pos + count);
  },
  *write(k, file, data) {
    const node = of(file.f_inode);
    if (file.f_flags & O_APPEND) file.f_pos = sizeOf(node);
    let error = overwrite(k, node, file.f_pos, data);
    // the memory is full: somebody has to go, perhaps the writer
    while (error === -ERRNO.ENOMEM && !signal_pending(k, get_current(k))) {
      yield* out_of_memory(k);
      error = overwrite(k, node, file.f_pos, data);
    }
    if (error) return error;
    node.i_mtime = current_time(k);
    yield* spend(pagesOf(data.length) * COPY_PAGE);
    return data.length;
  },
  *release(k) {
    flushClaims(k);
  },
};

const ramfs_file_inode_operations: inode_operations = {
  setattr(k, node, { mode, size }) {
    if (mode !== undefined) node.i_mode = mode;
    if (size === undefined) return 0;
    node.i_mtime = current_time(k);
    const own = of(node);
    const content = own.content.slice(0, size);
    return resize(k, own, content, size - content.length);
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
    of(dir).i_sb.used -= sizeOf(of(victim));
    of(victim).linked = false;
    // an open file keeps its bytes here; its pages are given back at once
    shmem_unacct_blocks(k, of(victim).pages);
    of(victim).pages = 0;
    flushClaims(k);
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
    zeros: 0,
    pages: 0,
    bootPages: 0,
    children: new Map(),
    linked: true,
    i_size: () => (type === 'directory' ? 0 : sizeOf(node)),
    i_nlink: () =>
      type === 'directory' ? 2 + [...node.children.values()].filter((child) => child.type === 'directory').length : 1,
  };
  return node;
}

/** A new, empty file system: its root directory. `type` as in /proc/filesystems, `limit` in bytes. */
export function ramfs_fill_super(k: Kernel, type: string, mode: number, limit: number): inode {
  const root = ramfs_get_inode(k, { type, limit, used: 0, kept: 0, inodes: 0 }, 'directory', mode);
  if (typeof root === 'number') throw new Error('ramfs: no room for a root directory');
  return root;
}

/** Puts any object into a directory of a ramfs: device nodes. */
export function ramfs_add(dir: inode, name: string, node: inode): void {
  of(dir).children.set(name, node);
}

/** Gives a regular file the content that boot found; its pages are among those of boot. */
export function ramfs_set_content(k: Kernel, node: inode, content: string): void {
  of(node).bootPages = pagesOf(content.length);
  if (resize(k, of(node), content, 0) < 0) throw new Error('ramfs: the file system is full');
}
