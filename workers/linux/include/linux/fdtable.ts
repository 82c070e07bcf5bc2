/** @linux include/linux/fdtable.h */
import type { file } from './fs.ts';

/** A process' descriptors. */
export interface files_struct {
  readonly fd: (file | undefined)[];
  readonly close_on_exec: Set<number>;
}
