/** @linux include/linux/proc_fs.h */
import type { Co } from '../../../sim/coroutine.ts';
import type { Kernel } from '../../kernel-context.ts';

/** What a file of /proc does: byte strings and -errno, as everywhere. */
export interface proc_ops {
  /** The whole text; read(2) hands it out in pieces. */
  readonly show?: ((k: Kernel) => Co<string | number>) | undefined;
  /** One call for one write(2); returns the bytes taken. */
  readonly write?: ((k: Kernel, buf: string) => Co<number>) | undefined;
}

export interface proc_dir_entry {
  readonly name: string;
  readonly low_ino: number;
  /** Permission bits. */
  readonly mode: number;
  /** Of a directory. */
  readonly subdir: Map<string, proc_dir_entry> | undefined;
  readonly ops: proc_ops | undefined;
  /** Of a symbolic link. */
  readonly target: string | undefined;
  readonly parent: proc_dir_entry | undefined;
  active: boolean;
}
