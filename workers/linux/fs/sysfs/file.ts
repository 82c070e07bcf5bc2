/** @linux fs/sysfs/file.c */

import { ERRNO } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import type { kernfs_node, kernfs_ops } from '../../include/linux/kernfs.ts';
import type { attribute, bin_attribute } from '../../include/linux/sysfs.ts';
import type { Kernel } from '../../kernel-context.ts';
import { kernfs_create_file, kernfs_remove_by_name } from '../kernfs/dir.ts';
import { sysfs_root } from './mount.ts';

const PAGE_SIZE = 4096;

const sysfs_kf_seq_show = traced('sysfs_kf_seq_show', function* (k: Kernel, attr: attribute): Co<string | number> {
  return attr.show ? yield* attr.show(k) : -ERRNO.EIO;
});

const sysfs_kf_write = traced('sysfs_kf_write', function* (k: Kernel, attr: attribute, buf: string): Co<number> {
  if (buf.length === 0) return 0;
  return attr.store ? yield* attr.store(k, buf) : -ERRNO.EIO;
});

const sysfs_kf_bin_read = traced(
  'sysfs_kf_bin_read',
  function* (k: Kernel, attr: bin_attribute, offset: number, count: number): Co<string | number> {
    if (!attr.read) return -ERRNO.EIO;
    const wanted = attr.size > 0 ? Math.min(count, attr.size - offset) : count;
    return wanted > 0 ? yield* attr.read(k, offset, wanted) : '';
  },
);

const sysfs_kf_bin_write = traced(
  'sysfs_kf_bin_write',
  function* (k: Kernel, attr: bin_attribute, buf: string, offset: number): Co<number> {
    if (attr.size > 0 && offset >= attr.size) return -ERRNO.EFBIG;
    return attr.write ? yield* attr.write(k, buf, offset) : -ERRNO.EIO;
  },
);

function textOps(attr: attribute): kernfs_ops {
  return {
    seq_show: attr.show ? (k) => sysfs_kf_seq_show(k, attr) : undefined,
    write: attr.store ? (k, _, buf) => sysfs_kf_write(k, attr, buf) : undefined,
  };
}

function binaryOps(attr: bin_attribute): kernfs_ops {
  return {
    read: attr.read ? (k, _, offset, count) => sysfs_kf_bin_read(k, attr, offset, count) : undefined,
    write: attr.write ? (k, _, buf, offset) => sysfs_kf_bin_write(k, attr, buf, offset) : undefined,
  };
}

/** Puts a text file into a directory (null: the root of /sys). A name that is taken is a fault of ours and throws. */
export const sysfs_create_file = (k: Kernel, dir: kernfs_node | null, attr: attribute): kernfs_node =>
  kernfs_create_file(k, dir ?? sysfs_root(k), attr.name, attr.mode, PAGE_SIZE, textOps(attr));

export function sysfs_create_files(k: Kernel, dir: kernfs_node, attrs: readonly attribute[]): void {
  for (const attr of attrs) sysfs_create_file(k, dir, attr);
}

export const sysfs_create_bin_file = (k: Kernel, dir: kernfs_node | null, attr: bin_attribute): kernfs_node =>
  kernfs_create_file(k, dir ?? sysfs_root(k), attr.name, attr.mode, attr.size, binaryOps(attr));

/** Nothing happens when there is no such file. */
export function sysfs_remove_file(k: Kernel, dir: kernfs_node, attr: { readonly name: string }): void {
  kernfs_remove_by_name(dir, attr.name);
}

/** The format of sysfs_emit: at most a page. */
export const sysfs_emit = (text: string): string => text.slice(0, PAGE_SIZE - 1);
