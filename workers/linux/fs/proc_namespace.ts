/** @linux fs/proc_namespace.c */
import type { Kernel } from '../kernel-context.ts';
import { init_mnt_ns } from './namespace.ts';

/** /proc/mounts. */
export const showMounts = (k: Kernel): string =>
  init_mnt_ns(k)
    .mounts.map(
      ({ mnt_devname, mnt_path, mnt_sb, options }) => `${mnt_devname} ${mnt_path} ${mnt_sb.type} ${options} 0 0\n`,
    )
    .join('');
