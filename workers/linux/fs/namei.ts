/** @linux fs/namei.c, for a caller with all capabilities; without O_TMPFILE, *at() directories, hard links */
import { ERRNO, O_CREAT, O_DIRECTORY, O_EXCL } from '../../abi/syscall.ts';
import type { inode, path } from '../include/linux/fs.ts';
import type { Kernel } from '../kernel-context.ts';
import { d_mountpoint, rootPath, traverse_mounts } from './namespace.ts';

/** Symbolic links that one lookup follows before -ELOOP. */
const MAXSYMLINKS = 40;
const PATH_MAX = 4096;
const NAME_MAX = 255;

const ENAMETOOLONG = 36;
const EXDEV = 18;

/** Where a walk has come to: the directory and the last component, not yet looked up. */
interface Last {
  readonly dir: path;
  /** '' where the path ends in `/`, `.` or `..` or is the root: then `dir` is the object itself. */
  readonly name: string;
  /** A slash follows: it must be a directory. */
  readonly slash: boolean;
}

interface Walk {
  links: number;
}

const isDirectory = (node: inode): boolean => node.type === 'directory';

function lookup(k: Kernel, dir: path, name: string): path | number | undefined {
  if (!isDirectory(dir.dentry) || !dir.dentry.i_op.lookup) return -ERRNO.ENOTDIR;
  if (name.length > NAME_MAX) return -ENAMETOOLONG;
  const found = dir.dentry.i_op.lookup(k, dir.dentry, name);
  if (typeof found !== 'object') return found;
  return { dentry: traverse_mounts(k, found), name, parent: dir };
}

function followLink(k: Kernel, link: path, walk: Walk): path | number {
  if (++walk.links > MAXSYMLINKS) return -ERRNO.ELOOP;
  const target = link.dentry.i_op.get_link?.(k, link.dentry) ?? -ERRNO.EINVAL;
  if (typeof target === 'number') return target;
  if (typeof target === 'object') return target.to;
  const start = link.parent ?? rootPath(k);
  return walkPath(k, start, target, true, walk);
}

/** Walks to the directory of the last component. */
function link_path_walk(k: Kernel, start: path, name: string, walk: Walk): Last | number {
  if (name === '') return -ERRNO.ENOENT;
  if (name.length >= PATH_MAX) return -ENAMETOOLONG;
  const components = name.split('/').filter(Boolean);
  const slash = name.endsWith('/');
  let at = name.startsWith('/') ? rootPath(k) : start;
  for (const [index, component] of components.entries()) {
    const last = index === components.length - 1;
    if (!isDirectory(at.dentry)) return -ERRNO.ENOTDIR;
    if (component === '.') continue;
    if (component === '..') {
      at = at.parent ?? at;
      continue;
    }
    if (last) return { dir: at, name: component, slash };
    const next = lookup(k, at, component);
    if (next === undefined) return -ERRNO.ENOENT;
    if (typeof next === 'number') return next;
    const resolved = next.dentry.type === 'symlink' ? followLink(k, next, walk) : next;
    if (typeof resolved === 'number') return resolved;
    at = resolved;
  }
  return { dir: at, name: '', slash: true };
}

function walkPath(k: Kernel, start: path, name: string, follow: boolean, walk: Walk): path | number {
  const last = link_path_walk(k, start, name, walk);
  if (typeof last === 'number') return last;
  if (last.name === '') return last.dir;
  const found = lookup(k, last.dir, last.name);
  if (found === undefined) return -ERRNO.ENOENT;
  if (typeof found === 'number') return found;
  const resolved = found.dentry.type === 'symlink' && (follow || last.slash) ? followLink(k, found, walk) : found;
  if (typeof resolved === 'object' && last.slash && !isDirectory(resolved.dentry)) return -ERRNO.ENOTDIR;
  return resolved;
}

/** The object that `name` leads to from `start`; `follow`: through a symbolic link at the end. */
export const filename_lookup = (k: Kernel, start: path, name: string, follow: boolean): path | number =>
  walkPath(k, start, name, follow, { links: 0 });

/** What open(2) opens; makes a regular file when `flags` ask for it. `mode` is after the umask. */
export function path_openat(k: Kernel, start: path, name: string, flags: number, mode: number): path | number {
  const found =
    flags & O_CREAT ? openOrCreate(k, start, name, flags, mode, { links: 0 }) : filename_lookup(k, start, name, true);
  if (typeof found === 'object' && flags & O_DIRECTORY && !isDirectory(found.dentry)) return -ERRNO.ENOTDIR;
  return found;
}

function openOrCreate(k: Kernel, start: path, name: string, flags: number, mode: number, walk: Walk): path | number {
  const last = link_path_walk(k, start, name, walk);
  if (typeof last === 'number') return last;
  if (last.name === '' || last.slash) return -ERRNO.EISDIR;
  const { dir } = last;
  const found = lookup(k, dir, last.name);
  if (typeof found === 'number') return found;
  if (found) {
    if (flags & O_EXCL) return -ERRNO.EEXIST;
    if (found.dentry.type === 'symlink') {
      const target = found.dentry.i_op.get_link?.(k, found.dentry) ?? -ERRNO.EINVAL;
      if (typeof target === 'number') return target;
      if (typeof target === 'object') return target.to;
      return ++walk.links > MAXSYMLINKS ? -ERRNO.ELOOP : openOrCreate(k, dir, target, flags, mode, walk);
    }
    return found;
  }
  const { create } = dir.dentry.i_op;
  if (!create) return -ERRNO.EACCES;
  const made = create(k, dir.dentry, last.name, mode);
  return typeof made === 'number' ? made : { dentry: made, name: last.name, parent: dir };
}

/** Where a new name is to be put: -EEXIST when it is taken. `directory`: a trailing slash is allowed. */
function filename_create(k: Kernel, start: path, name: string, directory: boolean): Last | number {
  const last = link_path_walk(k, start, name, { links: 0 });
  if (typeof last === 'number') return last;
  if (last.name === '') return -ERRNO.EEXIST;
  const found = lookup(k, last.dir, last.name);
  if (typeof found === 'number') return found;
  if (found) return -ERRNO.EEXIST;
  return last.slash && !directory ? -ERRNO.ENOENT : last;
}

export function do_mkdirat(k: Kernel, start: path, name: string, mode: number): number {
  const last = filename_create(k, start, name, true);
  if (typeof last === 'number') return last;
  const { dentry } = last.dir;
  const made = dentry.i_op.mkdir?.(k, dentry, last.name, mode) ?? -ERRNO.EPERM;
  return typeof made === 'number' ? made : 0;
}

/** Gives an object that its maker has made a name: a socket. */
export function make_node(k: Kernel, start: path, name: string, node: inode): number {
  const last = filename_create(k, start, name, false);
  if (typeof last === 'number') return last;
  const { dentry } = last.dir;
  return dentry.i_op.mknod?.(k, dentry, last.name, node) ?? -ERRNO.EPERM;
}

export function do_symlinkat(k: Kernel, start: path, target: string, name: string): number {
  if (target === '') return -ERRNO.ENOENT;
  const last = filename_create(k, start, name, false);
  if (typeof last === 'number') return last;
  const { dentry } = last.dir;
  return dentry.i_op.symlink?.(k, dentry, last.name, target) ?? -ERRNO.EPERM;
}

/** The object to be removed and where it is. */
function filename_parentat(k: Kernel, start: path, name: string): { last: Last; victim: path } | number {
  const last = link_path_walk(k, start, name, { links: 0 });
  if (typeof last === 'number') return last;
  if (last.name === '') return { last, victim: last.dir };
  const victim = lookup(k, last.dir, last.name);
  if (victim === undefined) return -ERRNO.ENOENT;
  return typeof victim === 'number' ? victim : { last, victim };
}

export function do_rmdir(k: Kernel, start: path, name: string): number {
  const found = filename_parentat(k, start, name);
  if (typeof found === 'number') return found;
  const { last, victim } = found;
  if (last.name === '') {
    if (victim.parent === undefined) return -ERRNO.EBUSY;
    return /(^|\/)\.\.\/*$/.test(name) ? -ERRNO.ENOTEMPTY : -ERRNO.EINVAL;
  }
  if (!isDirectory(victim.dentry)) return -ERRNO.ENOTDIR;
  const { dentry } = last.dir;
  if (!dentry.i_op.rmdir) return -ERRNO.EPERM;
  if (isMountRoot(k, last)) return -ERRNO.EBUSY;
  return dentry.i_op.rmdir(k, dentry, last.name);
}

export function do_unlinkat(k: Kernel, start: path, name: string): number {
  const found = filename_parentat(k, start, name);
  if (typeof found === 'number') return found;
  const { last, victim } = found;
  if (last.name === '') return -ERRNO.EISDIR;
  if (last.slash) return isDirectory(victim.dentry) ? -ERRNO.EISDIR : -ERRNO.ENOTDIR;
  if (isDirectory(victim.dentry)) return -ERRNO.EISDIR;
  const { dentry } = last.dir;
  return dentry.i_op.unlink?.(k, dentry, last.name) ?? -ERRNO.EPERM;
}

/** True when the last component is a directory with something mounted on it. */
function isMountRoot(k: Kernel, last: Last): boolean {
  const below = last.dir.dentry.i_op.lookup?.(k, last.dir.dentry, last.name);
  return typeof below === 'object' && d_mountpoint(k, below);
}

export function do_renameat2(k: Kernel, start: path, from: string, to: string): number {
  const source = filename_parentat(k, start, from);
  if (typeof source === 'number') return source;
  const last = link_path_walk(k, start, to, { links: 0 });
  if (typeof last === 'number') return last;
  if (source.last.name === '' || last.name === '') return -ERRNO.EBUSY;
  const fromDir = source.last.dir.dentry;
  const toDir = last.dir.dentry;
  if (fromDir.i_sb !== toDir.i_sb) return -EXDEV;
  const moved = source.victim.dentry;
  if ((source.last.slash || last.slash) && !isDirectory(moved)) return -ERRNO.ENOTDIR;
  for (let at: path | undefined = last.dir; at; at = at.parent) if (at.dentry === moved) return -ERRNO.EINVAL;
  const target = lookup(k, last.dir, last.name);
  if (typeof target === 'number') return target;
  if (!fromDir.i_op.rename) return -ERRNO.EPERM;
  if (isMountRoot(k, source.last) || (target && isMountRoot(k, last))) return -ERRNO.EBUSY;
  if (target) {
    if (target.dentry === moved) return 0;
    if (isDirectory(moved) && !isDirectory(target.dentry)) return -ERRNO.ENOTDIR;
    if (!isDirectory(moved) && isDirectory(target.dentry)) return -ERRNO.EISDIR;
  }
  return fromDir.i_op.rename(k, fromDir, source.last.name, toDir, last.name);
}
