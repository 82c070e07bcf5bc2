/** @linux fs/proc/generic.c */
import type { proc_dir_entry, proc_ops } from '../../include/linux/proc_fs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';

/** PROC_DYNAMIC_FIRST: inode numbers of entries that are not processes. */
const PROC_DYNAMIC_FIRST = 0xf0000000;

const nextInode = kernelState(() => ({ ino: PROC_DYNAMIC_FIRST }));

function newEntry(
  k: Kernel,
  parent: proc_dir_entry | undefined,
  name: string,
  mode: number,
  content: Partial<Pick<proc_dir_entry, 'subdir' | 'ops' | 'target'>>,
): proc_dir_entry {
  if (parent?.subdir?.has(name)) throw new Error(`proc: '${name}' already registered`);
  const { subdir, ops, target } = content;
  const entry: proc_dir_entry = {
    name,
    low_ino: nextInode(k).ino++,
    mode,
    subdir,
    ops,
    target,
    parent,
    active: true,
  };
  parent?.subdir?.set(name, entry);
  return entry;
}

/** /proc itself. */
export const proc_root = kernelState((k) => newEntry(k, undefined, '', 0o555, { subdir: new Map() }));

/** The directory at `path` below /proc, made with all on its way where it does not exist yet. */
export function proc_mkdir(k: Kernel, path: string): proc_dir_entry {
  let at = proc_root(k);
  for (const name of path.split('/').filter(Boolean)) {
    at = at.subdir?.get(name) ?? newEntry(k, at, name, 0o555, { subdir: new Map() });
  }
  return at;
}

function splitPath(k: Kernel, path: string): { parent: proc_dir_entry; name: string } {
  const at = path.lastIndexOf('/');
  return { parent: proc_mkdir(k, path.slice(0, Math.max(at, 0))), name: path.slice(at + 1) };
}

/**
 * Makes a file of /proc, `interrupts` or `irq/9/smp_affinity`; its directories are made on the way. Mode: 0o444, or
 * 0o644 where it can be written.
 */
export function proc_create(k: Kernel, path: string, ops: proc_ops, mode?: number): proc_dir_entry {
  const { parent, name } = splitPath(k, path);
  return newEntry(k, parent, name, mode ?? (ops.write ? 0o644 : 0o444), { ops });
}

export function proc_symlink(k: Kernel, path: string, target: string): proc_dir_entry {
  const { parent, name } = splitPath(k, path);
  return newEntry(k, parent, name, 0o777, { target });
}

/** Removes an entry with everything below it; nothing happens when there is none. */
export function remove_proc_entry(k: Kernel, path: string): void {
  let at: proc_dir_entry | undefined = proc_root(k);
  for (const name of path.split('/').filter(Boolean)) at = at?.subdir?.get(name);
  if (!at?.parent) return;
  deactivate(at);
  at.parent.subdir?.delete(at.name);
}

function deactivate(entry: proc_dir_entry): void {
  entry.active = false;
  for (const child of entry.subdir?.values() ?? []) deactivate(child);
}
