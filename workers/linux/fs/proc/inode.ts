/** @linux fs/proc/inode.c */
import { type Dirent, ERRNO, O_RDWR, O_WRONLY } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import type { file, file_operations, inode, inode_operations } from '../../include/linux/fs.ts';
import type { proc_dir_entry, proc_ops } from '../../include/linux/proc_fs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { current_time } from '../inode.ts';
import { type seq_file, seq_open, seq_read_iter } from '../seq_file.ts';

export const proc_sb = { type: 'proc' } as const;

const PAGE_SIZE = 4096;

const proc_reg_read_iter = traced(
  'proc_reg_read_iter',
  function* (k: Kernel, file: file, ops: proc_ops, count: number): Co<string | number> {
    const { show } = ops;
    return show ? yield* seq_read_iter(k, file, file.private_data as seq_file, count, () => show(k)) : -ERRNO.EIO;
  },
);

const proc_reg_write = traced('proc_reg_write', function* (k: Kernel, ops: proc_ops, data: string): Co<number> {
  return ops.write ? yield* ops.write(k, data.slice(0, PAGE_SIZE)) : -ERRNO.EIO;
});

const proc_file_operations = (ops: proc_ops): file_operations => ({
  seekable: true,
  *open(_, file) {
    const access = file.f_flags & 3;
    // what a file cannot do it can be opened for: read and write then fail
    file.private_data = seq_open();
    return access === O_WRONLY || access === O_RDWR || ops.show ? 0 : -ERRNO.EACCES;
  },
  read: (k, file, count) => proc_reg_read_iter(k, file, ops, count),
  write: (k, _, data) => proc_reg_write(k, ops, data),
});

interface InodeParts {
  readonly type: inode['type'];
  readonly mode: number;
  readonly ino: number;
  readonly i_op?: inode_operations;
  readonly i_fop?: file_operations;
  readonly links?: () => number;
}

export function new_proc_inode(k: Kernel, parts: InodeParts): inode {
  const { type, mode, ino, i_op = {}, i_fop = {}, links = () => 1 } = parts;
  return {
    i_sb: proc_sb,
    i_ino: ino,
    type,
    i_mode: mode,
    i_uid: 0,
    i_gid: 0,
    i_mtime: current_time(k),
    i_op,
    i_fop,
    i_size: () => 0,
    i_nlink: links,
  };
}

export const proc_file_inode = (k: Kernel, ino: number, mode: number, ops: proc_ops): inode =>
  new_proc_inode(k, { type: 'regular', mode, ino, i_fop: proc_file_operations(ops) });

const inodes = kernelState(() => new WeakMap<proc_dir_entry, inode>());

/** Names by length, then by their bytes: the order of proc's tree. */
const byName = (a: proc_dir_entry, b: proc_dir_entry): number =>
  a.name.length - b.name.length || (a.name < b.name ? -1 : 1);

const typeOf = ({ subdir, target }: proc_dir_entry): Dirent['type'] =>
  subdir ? 'directory' : target === undefined ? 'regular' : 'symlink';

export const proc_readdir_de = (de: proc_dir_entry): readonly Dirent[] =>
  [...(de.subdir?.values() ?? [])].sort(byName).map((entry) => ({ name: entry.name, type: typeOf(entry) }));

/** Unlike other file systems it says that a missing name cannot be made either. */
export function proc_lookup_de(k: Kernel, de: proc_dir_entry, name: string): inode | number {
  const found = de.subdir?.get(name);
  return found ? proc_get_inode(k, found) : -ERRNO.ENOENT;
}

/** The VFS's object for an entry; always the same one. */
export function proc_get_inode(k: Kernel, de: proc_dir_entry): inode {
  const known = inodes(k).get(de);
  if (known) return known;
  const made = makeInode(k, de);
  inodes(k).set(de, made);
  return made;
}

function makeInode(k: Kernel, de: proc_dir_entry): inode {
  const { low_ino: ino, mode, target } = de;
  if (target !== undefined) {
    return new_proc_inode(k, { type: 'symlink', mode, ino, i_op: { get_link: () => target } });
  }
  if (!de.subdir) return proc_file_inode(k, ino, mode, de.ops ?? {});
  return new_proc_inode(k, {
    type: 'directory',
    mode,
    ino,
    i_op: { lookup: (of, _, name) => proc_lookup_de(of, de, name) },
    i_fop: { seekable: true, iterate_shared: () => proc_readdir_de(de) },
    links: () => 2 + [...(de.subdir?.values() ?? [])].filter(({ subdir }) => subdir).length,
  });
}
