/** @linux include/linux/fs_struct.h */
import type { path } from './fs.ts';

export interface fs_struct {
  pwd: path;
  umask: number;
}
