/** @linux include/linux/sysfs.h */
import type { Co } from '../../../sim/coroutine.ts';
import type { Kernel } from '../../kernel-context.ts';

/** A sysfs file of text. Without `show` it cannot be read, without `store` not written, whatever the mode says. */
export interface attribute {
  readonly name: string;
  /** Permission bits, 0o444. */
  readonly mode: number;
  /** The text that a reader sees, or -errno. */
  readonly show?: ((k: Kernel) => Co<string | number>) | undefined;
  /** Is given what one write(2) wrote; returns the number of bytes taken (all of them: `buf.length`) or -errno. */
  readonly store?: ((k: Kernel, buf: string) => Co<number>) | undefined;
}

/** A sysfs file of bytes. */
export interface bin_attribute {
  readonly name: string;
  readonly mode: number;
  /** As stat(2) tells it; 0: unknown. */
  readonly size: number;
  readonly read?: ((k: Kernel, offset: number, count: number) => Co<string | number>) | undefined;
  readonly write?: ((k: Kernel, buf: string, offset: number) => Co<number>) | undefined;
}

export interface attribute_group {
  /** Makes a subdirectory of this name; without it the files stand in the directory itself. */
  readonly name?: string | undefined;
  readonly attrs?: readonly attribute[] | undefined;
  readonly bin_attrs?: readonly bin_attribute[] | undefined;
}
