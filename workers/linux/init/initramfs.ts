/** @linux init/initramfs.c: the files of the root file system, from a list instead of a cpio archive */
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../abi/syscall.ts';
import { do_mkdirat, do_symlinkat, path_openat } from '../fs/namei.ts';
import { rootPath } from '../fs/namespace.ts';
import { ramfs_set_content } from '../fs/ramfs/inode.ts';
import type { Kernel } from '../kernel-context.ts';

/** A file, a symbolic link (`target`), or a directory (neither). Directories on the way are made as needed. */
export interface RootfsEntry {
  /** Absolute. */
  readonly path: string;
  /** Permission bits; 0o644, 0o755 for directories where left out. */
  readonly mode?: number | undefined;
  /** A byte string: one character (0 … 255) a byte. */
  readonly content?: string | undefined;
  readonly target?: string | undefined;
}

function makeParents(k: Kernel, path: string): void {
  const names = path.split('/').filter(Boolean).slice(0, -1);
  for (const index of names.keys()) do_mkdirat(k, rootPath(k), `/${names.slice(0, index + 1).join('/')}`, 0o755);
}

function makeEntry(k: Kernel, { path, mode, content, target }: RootfsEntry): void {
  const root = rootPath(k);
  if (target !== undefined) {
    do_symlinkat(k, root, target, path);
    return;
  }
  if (content === undefined) {
    do_mkdirat(k, root, path, mode ?? 0o755);
    return;
  }
  const made = path_openat(k, root, path, O_CREAT | O_WRONLY | O_TRUNC, mode ?? 0o644);
  if (typeof made === 'number') throw new Error(`initramfs: ${path}: ${made}`);
  made.dentry.i_mode = mode ?? 0o644;
  ramfs_set_content(k, made.dentry, content);
}

/** Puts files into the root file system, in order. */
export function populate_rootfs(k: Kernel, entries: readonly RootfsEntry[]): void {
  for (const entry of entries) {
    makeParents(k, entry.path);
    makeEntry(k, entry);
  }
}
