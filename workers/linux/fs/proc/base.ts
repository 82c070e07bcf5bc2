/** @linux fs/proc/base.c and fd.c: /proc/PID, with the files whose content the lab knows */
import { type Dirent, ERRNO } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import type { inode, path } from '../../include/linux/fs.ts';
import { type process, processOf } from '../../include/linux/sched/process.ts';
import type { task_struct } from '../../include/linux/sched.ts';
import { find_task_by_vpid, set_task_comm } from '../../kernel/task.ts';
import type { Kernel } from '../../kernel-context.ts';
import { d_path } from '../d_path.ts';
import { filename_lookup } from '../namei.ts';
import { rootPath } from '../namespace.ts';
import { showMounts } from '../proc_namespace.ts';
import { proc_pid_status, proc_task_name, proc_tgid_stat } from './array.ts';
import { new_proc_inode, proc_file_inode } from './inode.ts';

/** Functions of the scheduler, behind which the one that waits is found (in_sched_functions). */
const schedFunctions = new Set([
  'schedule',
  'schedule_timeout',
  'schedule_timeout_interruptible',
  'schedule_timeout_uninterruptible',
  'schedule_preempt_disabled',
  'wait_for_completion',
  'mutex_lock',
  'down_read',
  'down_write',
]);

/** The function in which a sleeping task waits; 0 for one that runs. */
function proc_pid_wchan(task: task_struct): string {
  if (task.on_cpu || task.__state === 0) return '0';
  return task.coroutine.backtrace().find(({ name }) => !schedFunctions.has(name))?.name ?? '0';
}

/** Active functions of a sleeping task, innermost first, as the kernel's unwinder shows them. */
const proc_pid_stack = (task: task_struct): string =>
  task.coroutine
    .backtrace()
    .map(({ name }) => `[<0>] ${name}\n`)
    .join('');

type Show = (k: Kernel, task: task_struct) => string;

interface PidFile {
  readonly mode: number;
  readonly show: Show;
  readonly write?: (k: Kernel, task: task_struct, data: string) => number;
}

function comm_write(k: Kernel, task: task_struct, data: string): number {
  set_task_comm(k, task, data.replace(/\n$/, ''));
  return data.length;
}

/** tgid_base_stuff and tid_base_stuff: regular files. */
const pidFiles: Readonly<Record<string, PidFile>> = {
  cgroup: { mode: 0o444, show: () => '' },
  cmdline: { mode: 0o444, show: (k, task) => processOf(k, task)?.cmdline ?? '' },
  comm: { mode: 0o644, show: (k, task) => `${proc_task_name(k, task)}\n`, write: comm_write },
  mounts: { mode: 0o444, show: (k) => showMounts(k) },
  stack: { mode: 0o400, show: (_, task) => proc_pid_stack(task) },
  stat: { mode: 0o444, show: proc_tgid_stat },
  statm: { mode: 0o444, show: () => '0 0 0 0 0 0 0\n' },
  status: { mode: 0o444, show: proc_pid_status },
  wchan: { mode: 0o444, show: (_, task) => proc_pid_wchan(task) },
};

interface Target {
  readonly text: string;
  readonly to: path;
}

/** Symbolic links: what they lead to, for a process that has such a thing. */
const pidLinks: Readonly<Record<string, (k: Kernel, process: process) => Target | undefined>> = {
  cwd: (_, { fs }) => ({ text: d_path(fs.pwd), to: fs.pwd }),
  root: (k) => ({ text: '/', to: rootPath(k) }),
  exe(k, { exe }) {
    const found = exe === '' ? -ERRNO.ENOENT : filename_lookup(k, rootPath(k), exe, true);
    return typeof found === 'object' ? { text: exe, to: found } : undefined;
  },
};

/** Inode numbers of a task's entries: unique below, and never those of another task. */
const inodeNumber = (task: task_struct, index: number): number => 0x1000 + task.id * 0x200 + index;

function pidFile(k: Kernel, task: task_struct, name: string, index: number): inode | undefined {
  const known = pidFiles[name];
  if (!known) return undefined;
  const { mode, show, write } = known;
  return proc_file_inode(k, inodeNumber(task, index), mode, {
    *show(of): Co<string | number> {
      return find_task_by_vpid(of, task.pid) === task ? show(of, task) : -ERRNO.ESRCH;
    },
    write: write
      ? function* (of, data): Co<number> {
          return write(of, task, data);
        }
      : undefined,
  });
}

function pidLink(k: Kernel, task: task_struct, name: string, index: number): inode | undefined {
  const follow = pidLinks[name];
  if (!follow) return undefined;
  return new_proc_inode(k, {
    type: 'symlink',
    mode: 0o777,
    ino: inodeNumber(task, index),
    i_op: {
      get_link(of) {
        const process = processOf(of, task);
        return (process && follow(of, process)) ?? -ERRNO.ENOENT;
      },
    },
  });
}

/** /proc/PID/fd: the links lead to the very file, also where its name is gone. */
function fdDirectory(k: Kernel, task: task_struct): inode {
  const open = (of: Kernel) => processOf(of, task)?.files.fd ?? [];
  return new_proc_inode(k, {
    type: 'directory',
    mode: 0o500,
    ino: inodeNumber(task, 0x40),
    i_op: {
      lookup(of, _, name) {
        const fd = Number(name);
        const file = /^\d{1,4}$/.test(name) ? open(of)[fd] : undefined;
        if (!file) return -ERRNO.ENOENT;
        return new_proc_inode(of, {
          type: 'symlink',
          mode: (file.f_flags & 3) === 0 ? 0o500 : (file.f_flags & 3) === 1 ? 0o300 : 0o700,
          ino: inodeNumber(task, 0x80 + (fd & 0x7f)),
          i_op: { get_link: () => ({ text: d_path(file.f_path), to: file.f_path }) },
        });
      },
    },
    i_fop: {
      seekable: true,
      iterate_shared: (of) =>
        [...open(of).entries()].filter(([, file]) => file).map(([fd]) => ({ name: `${fd}`, type: 'symlink' })),
    },
  });
}

/** /proc/PID/task: the one thread. */
function taskDirectory(k: Kernel, task: task_struct): inode {
  return new_proc_inode(k, {
    type: 'directory',
    mode: 0o555,
    ino: inodeNumber(task, 0x41),
    i_op: {
      lookup: (of, _, name) => (name === `${task.pid}` ? pidDirectory(of, task, 0x42, false) : -ERRNO.ENOENT),
    },
    i_fop: { seekable: true, iterate_shared: () => [{ name: `${task.pid}`, type: 'directory' }] },
  });
}

const names = [...Object.keys(pidFiles), ...Object.keys(pidLinks), 'fd'].sort();

function typeOfName(name: string): Dirent['type'] {
  if (name === 'fd' || name === 'task') return 'directory';
  return name in pidLinks ? 'symlink' : 'regular';
}

function pidDirectory(k: Kernel, task: task_struct, ino: number, isGroup: boolean): inode {
  const alive = (of: Kernel): boolean => find_task_by_vpid(of, task.pid) === task;
  const entries = isGroup ? [...names, 'task'] : names;
  return new_proc_inode(k, {
    type: 'directory',
    mode: 0o555,
    ino: inodeNumber(task, ino),
    i_op: {
      lookup(of, _, name) {
        if (!alive(of)) return -ERRNO.ENOENT;
        if (name === 'fd') return fdDirectory(of, task);
        if (name === 'task' && isGroup) return taskDirectory(of, task);
        const index = names.indexOf(name);
        if (index < 0) return -ERRNO.ENOENT;
        return pidFile(of, task, name, index) ?? pidLink(of, task, name, index) ?? -ERRNO.ENOENT;
      },
    },
    i_fop: {
      seekable: true,
      iterate_shared: (of) => (alive(of) ? entries.map((name) => ({ name, type: typeOfName(name) })) : -ERRNO.ENOENT),
    },
    links: () => 3,
  });
}

/** /proc/PID; -ENOENT when there is no such task. */
export function proc_pid_lookup(k: Kernel, pid: number): inode | number {
  const task = find_task_by_vpid(k, pid);
  return task ? pidDirectory(k, task, 0x3f, true) : -ERRNO.ENOENT;
}
