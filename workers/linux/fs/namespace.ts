/** @linux fs/namespace.c: one namespace, nothing is unmounted */
import type { Vcpu } from '../../abi/vcpu.ts';
import type { inode, mount, path } from '../include/linux/fs.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';

interface mnt_namespace {
  root: path | undefined;
  /** The processor that mounted the root: the boot processor. */
  bootVcpu: Vcpu | undefined;
  /** In the order of mounting. */
  readonly mounts: mount[];
  /** What is mounted on a directory. */
  readonly mounted: Map<inode, inode>;
}

export const init_mnt_ns = kernelState(
  (): mnt_namespace => ({ root: undefined, bootVcpu: undefined, mounts: [], mounted: new Map() }),
);

/** The root directory; a kernel that has not mounted it yet throws. */
export function rootPath(k: Kernel): path {
  const { root } = init_mnt_ns(k);
  if (!root) throw new Error('VFS: no root file system is mounted');
  return root;
}

/** Mounts the root file system. */
export function init_mount_tree(k: Kernel, mnt: mount): void {
  const namespace = init_mnt_ns(k);
  namespace.mounts.push(mnt);
  const vcpu = k.platform.currentVcpu();
  // as it is now: the processor may be switched off when somebody looks
  const processor = Object.create(vcpu.processor, { guestBase: { value: vcpu.processor.guestBase } });
  namespace.bootVcpu = { index: vcpu.index, apicId: vcpu.apicId, bus: vcpu.bus, processor };
  namespace.root = { dentry: mnt.mnt_root, name: '', parent: undefined };
}

/** Mounts a file system over the directory `where`. */
export function do_add_mount(k: Kernel, mnt: mount, where: path): void {
  const namespace = init_mnt_ns(k);
  namespace.mounts.push(mnt);
  namespace.mounted.set(where.dentry, mnt.mnt_root);
}

/** True for a directory that something is mounted on. */
export const d_mountpoint = (k: Kernel, node: inode): boolean => init_mnt_ns(k).mounted.has(node);

/** The root of what is mounted on a directory, or the directory itself. */
export function traverse_mounts(k: Kernel, node: inode): inode {
  const { mounted } = init_mnt_ns(k);
  let at = node;
  for (let over = mounted.get(at); over; over = mounted.get(at)) at = over;
  return at;
}
