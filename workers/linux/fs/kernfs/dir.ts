/** @linux fs/kernfs/dir.c, without namespaces; a removal does not wait for readers, they get -ENODEV */
import type { kernfs_node, kernfs_ops } from '../../include/linux/kernfs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';

const nextInode = kernelState(() => ({ ino: 1 }));

interface NodeContent {
  readonly children?: Map<string, kernfs_node>;
  readonly target?: kernfs_node;
  readonly ops?: kernfs_ops;
  readonly size?: number;
}

function kernfs_new_node(
  k: Kernel,
  parent: kernfs_node | undefined,
  name: string,
  mode: number,
  content: NodeContent,
): kernfs_node {
  if (parent && !parent.active) throw new Error(`kernfs: ${kernfs_path(parent)} was removed, cannot add ${name}`);
  if (parent?.children?.has(name)) throw new Error(`sysfs: duplicate filename '${kernfs_path(parent)}/${name}'`);
  const kn: kernfs_node = {
    name,
    parent,
    ino: nextInode(k).ino++,
    mode,
    size: content.size ?? 0,
    children: content.children,
    target: content.target,
    ops: content.ops,
    active: true,
    created: k.clock.now(),
  };
  parent?.children?.set(name, kn);
  return kn;
}

export const kernfs_create_root = (k: Kernel): kernfs_node =>
  kernfs_new_node(k, undefined, '', 0o555, { children: new Map() });

export const kernfs_create_dir = (k: Kernel, parent: kernfs_node, name: string, mode: number): kernfs_node =>
  kernfs_new_node(k, parent, name, mode, { children: new Map() });

export const kernfs_create_file = (
  k: Kernel,
  parent: kernfs_node,
  name: string,
  mode: number,
  size: number,
  ops: kernfs_ops,
): kernfs_node => kernfs_new_node(k, parent, name, mode, { ops, size });

export const kernfs_create_link = (k: Kernel, parent: kernfs_node, name: string, target: kernfs_node): kernfs_node =>
  kernfs_new_node(k, parent, name, 0o777, { target });

/** Removes a node with all below it. */
export function kernfs_remove(kn: kernfs_node): void {
  for (const child of kn.children?.values() ?? []) kernfs_remove(child);
  kn.active = false;
  if (kn.parent?.children?.get(kn.name) === kn) kn.parent.children.delete(kn.name);
}

/** False when there is no such child. */
export function kernfs_remove_by_name(parent: kernfs_node, name: string): boolean {
  const kn = parent.children?.get(name);
  if (kn) kernfs_remove(kn);
  return kn !== undefined;
}

/** Path below the root: `/devices/system/cpu`; `/` for the root. */
export function kernfs_path(kn: kernfs_node): string {
  const names: string[] = [];
  for (let at = kn; at.parent; at = at.parent) names.unshift(at.name);
  return `/${names.join('/')}`;
}

const MASK_64 = (1n << 64n) - 1n;
const GOLDEN_RATIO_64 = 0x61c8864680b583ebn;

/** Position of a name in its directory: entries are listed in the order of this 31-bit hash. */
export function kernfs_name_hash(name: string): number {
  let hash = 0n;
  for (let at = 0; at < name.length; at++) {
    const c = BigInt(name.charCodeAt(at));
    hash = ((hash + (c << 4n) + (c >> 4n)) * 11n) & MASK_64;
  }
  const folded = Number((((hash * GOLDEN_RATIO_64) & MASK_64) >> 32n) & 0x7fffffffn);
  // 0, 1 and INT_MAX are positions of `.`, `..` and the end
  if (folded < 2) return folded + 2;
  return folded === 0x7fffffff ? folded - 1 : folded;
}

/** A directory's nodes in the order in which getdents(2) lists them. */
export function kernfs_children(kn: kernfs_node): kernfs_node[] {
  return [...(kn.children?.values() ?? [])]
    .map((child) => ({ child, hash: kernfs_name_hash(child.name) }))
    .sort((a, b) => a.hash - b.hash || (a.child.name < b.child.name ? -1 : 1))
    .map(({ child }) => child);
}
