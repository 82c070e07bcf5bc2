/**
 * kernfs: the tree of nodes behind sysfs. Nodes are made and removed by plain calls; reading and writing a file is
 * guest code.
 *
 * @linux include/linux/kernfs.h, without namespaces, mmap, poll and symbolic owner ids
 */
import type { Co } from '../../../sim/coroutine.ts';
import type { Kernel } from '../../kernel-context.ts';

/** What a file's node does. A byte string is one character (0 … 255) a byte; a negative number is -errno. */
export interface kernfs_ops {
  /** The whole text; read(2) hands it out in pieces. */
  readonly seq_show?: ((k: Kernel, kn: kernfs_node) => Co<string | number>) | undefined;
  /** At most `count` bytes from `offset`: for binary files instead of seq_show. */
  readonly read?: ((k: Kernel, kn: kernfs_node, offset: number, count: number) => Co<string | number>) | undefined;
  /** One call for one write(2), at most a page. Returns the number of bytes taken. */
  readonly write?: ((k: Kernel, kn: kernfs_node, buf: string, offset: number) => Co<number>) | undefined;
}

export interface kernfs_node {
  readonly name: string;
  readonly parent: kernfs_node | undefined;
  readonly ino: number;
  /** Permission bits, 0o644. */
  mode: number;
  /** Bytes, as stat(2) tells them. */
  readonly size: number;
  /** Of a directory. */
  readonly children: Map<string, kernfs_node> | undefined;
  /** Of a symbolic link. */
  readonly target: kernfs_node | undefined;
  /** Of a file. */
  readonly ops: kernfs_ops | undefined;
  /** False once it was removed: an open file then answers -ENODEV. */
  active: boolean;
  /** Virtual time at which it was made, for the time stamps of stat(2). */
  readonly created: number;
}
