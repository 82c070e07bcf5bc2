/** @linux fs/proc/root.c and self.c */
import { ERRNO } from '../../../abi/syscall.ts';
import type { inode } from '../../include/linux/fs.ts';
import { get_current } from '../../include/linux/sched.ts';
import { tasks } from '../../kernel/sched/core.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { proc_pid_lookup } from './base.ts';
import { proc_root } from './generic.ts';
import { new_proc_inode, proc_lookup_de, proc_readdir_de } from './inode.ts';

const PROC_ROOT_INO = 1;

/** Who looks: its pid, for /proc/self. */
const self = (k: Kernel): number => get_current(k).pid;

const selfLink = kernelState((k) =>
  new_proc_inode(k, { type: 'symlink', mode: 0o777, ino: 2, i_op: { get_link: (of) => `${self(of)}` } }),
);

const threadSelfLink = kernelState((k) =>
  new_proc_inode(k, {
    type: 'symlink',
    mode: 0o777,
    ino: 3,
    i_op: { get_link: (of) => `${self(of)}/task/${self(of)}` },
  }),
);

function proc_root_lookup(k: Kernel, name: string): inode | number {
  if (name === 'self') return selfLink(k);
  if (name === 'thread-self') return threadSelfLink(k);
  const entry = proc_lookup_de(k, proc_root(k), name);
  if (typeof entry === 'object') return entry;
  return /^[1-9]\d{0,9}$/.test(name) ? proc_pid_lookup(k, Number(name)) : -ERRNO.ENOENT;
}

/** /proc: the entries, self and thread-self, then the processes. */
export const proc_root_inode = kernelState(
  (k): inode =>
    new_proc_inode(k, {
      type: 'directory',
      mode: 0o555,
      ino: PROC_ROOT_INO,
      i_op: { lookup: (of, _, name) => proc_root_lookup(of, name) },
      i_fop: {
        seekable: true,
        iterate_shared: (of) => [
          ...proc_readdir_de(proc_root(of)),
          { name: 'self', type: 'symlink' },
          { name: 'thread-self', type: 'symlink' },
          ...[...tasks(of).keys()].sort((a, b) => a - b).map((pid) => ({ name: `${pid}`, type: 'directory' as const })),
        ],
      },
      links: () => 2 + tasks(k).size,
    }),
);
