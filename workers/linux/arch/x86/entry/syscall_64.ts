/**
 * The system calls as a program is given them: each enters the kernel on the calling task, does its work and comes
 * back by way of the signals. Calls that only tell a fact are plain functions.
 *
 * @linux arch/x86/entry/syscall_64.c and the SYSCALL_DEFINEs
 */
import {
  type Dirent,
  ERRNO,
  type Program,
  type Stat,
  type Syscalls,
  type Termios,
  type WaitResult,
} from '../../../../abi/syscall.ts';
import type { Ns } from '../../../../protocol/units.ts';
import { type Co, traced } from '../../../../sim/coroutine.ts';
import { get_random_u32 } from '../../../drivers/char/random.ts';
import { file_tty, tty_set_termios } from '../../../drivers/tty/tty_io.ts';
import { d_path } from '../../../fs/d_path.ts';
import { do_execveat_common } from '../../../fs/exec.ts';
import { close_fd, do_dup2, f_dupfd, fget } from '../../../fs/file.ts';
import { do_mount } from '../../../fs/mount-tree.ts';
import { do_mkdirat, do_renameat2, do_rmdir, do_symlinkat, do_unlinkat } from '../../../fs/namei.ts';
import { do_chdir, do_faccessat, do_fchmodat, do_sys_openat2 } from '../../../fs/open.ts';
import { do_pipe2 } from '../../../fs/pipe.ts';
import { ksys_lseek, ksys_read, ksys_write } from '../../../fs/read_write.ts';
import { iterate_dir } from '../../../fs/readdir.ts';
import { do_sys_poll } from '../../../fs/select.ts';
import { do_readlinkat, vfs_fstat, vfs_statx } from '../../../fs/stat.ts';
import type { file } from '../../../include/linux/fs.ts';
import { currentProcess, type process, type sigaction } from '../../../include/linux/sched/process.ts';
import { smp_processor_id } from '../../../include/linux/sched.ts';
import type { tty_struct } from '../../../include/linux/tty.ts';
import { irqentry_exit_to_user_mode, syscall } from '../../../kernel/entry/common.ts';
import { do_group_exit, do_wait } from '../../../kernel/exit.ts';
import { kernel_clone, type UserMode } from '../../../kernel/fork.ts';
import { clearKernelLog, formatRecord, kernelLog } from '../../../kernel/printk/printk.ts';
import { sys_reboot } from '../../../kernel/reboot.ts';
import { sched_yield, user_compute } from '../../../kernel/sched/core.ts';
import { sched_getaffinity, sched_setaffinity } from '../../../kernel/sched/syscalls.ts';
import { do_sigaction, kill_something_info } from '../../../kernel/signal.ts';
import { sys_sethostname, sys_setpgid, sys_setsid, utsname } from '../../../kernel/sys.ts';
import { set_task_comm } from '../../../kernel/task.ts';
import { hrtimer_nanosleep } from '../../../kernel/time/nanosleep.ts';
import { isArm64, type Kernel } from '../../../kernel-context.ts';
import { handle_mm_fault } from '../../../mm/memory.ts';
import { netlink_bind, netlink_create, netlink_sendmsg } from '../../../net/netlink/af_netlink.ts';
import { sock_map_fd, sockfd_lookup } from '../../../net/socket.ts';
import {
  unix_accept,
  unix_bind_listen,
  unix_connect,
  unix_create,
  unix_socketpair,
} from '../../../net/unix/af_unix.ts';

/** Longest stretch of user mode between two looks for signals, ns. */
const USER_SLICE: Ns = 4_000_000;

/** The kernel's side of a call: entered under its name in the architecture's system call table. */
const entry = <Args extends unknown[], T>(
  name: string,
  body: (k: Kernel, ...args: Args) => Co<T>,
): ((k: Kernel, ...args: Args) => Co<T>) => {
  const x64 = traced(`__x64_sys_${name}`, body);
  const arm64 = traced(`__arm64_sys_${name}`, body);
  return (k, ...args) => (isArm64(k) ? arm64 : x64)(k, ...args);
};

/** One that needs no time beyond its entry. */
const plain = <Args extends unknown[], T>(
  name: string,
  body: (k: Kernel, ...args: Args) => T,
): ((k: Kernel, ...args: Args) => Co<T>) =>
  entry(name, function* (k: Kernel, ...args: Args): Co<T> {
    return body(k, ...args);
  });

const cwd = (k: Kernel) => currentProcess(k).fs.pwd;
const files = (k: Kernel) => currentProcess(k).files;

const sys_open = entry('openat', do_sys_openat2);
const sys_close = entry('close', (k: Kernel, fd: number) => close_fd(k, files(k), fd));
const sys_read = entry('read', ksys_read);
const sys_write = entry('write', ksys_write);
const sys_lseek = plain('lseek', ksys_lseek);
const sys_pipe = plain('pipe', (k: Kernel) => do_pipe2(k, files(k)));
const onSocket =
  <Args extends unknown[]>(body: (k: Kernel, file: file, ...args: Args) => number) =>
  (k: Kernel, fd: number, ...args: Args): number => {
    const file = sockfd_lookup(k, fd);
    return file ? body(k, file, ...args) : -ERRNO.EBADF;
  };

const sys_socket = plain('socket', (k: Kernel, create: (of: Kernel) => file) => sock_map_fd(k, create(k)));
const sys_bind = plain(
  'bind',
  onSocket((_k: Kernel, file, groups: number) => netlink_bind(file, groups)),
);
const sys_listen = plain('listen', onSocket(unix_bind_listen));
const sys_sendmsg = plain('sendmsg', onSocket(netlink_sendmsg));
const sys_socketpair = plain('socketpair', (k: Kernel) => {
  const [a = -1, b = -1] = unix_socketpair(k).map((file) => sock_map_fd(k, file));
  return a < 0 || b < 0 ? Math.min(a, b) : ([a, b] as const);
});
const sys_accept = entry('accept4', function* (k: Kernel, fd: number): Co<number> {
  const file = sockfd_lookup(k, fd);
  const accepted = file ? yield* unix_accept(k, file) : -ERRNO.EBADF;
  return typeof accepted === 'number' ? accepted : sock_map_fd(k, accepted);
});
const sys_connect = entry('connect', function* (k: Kernel, fd: number, path: string): Co<number> {
  const file = sockfd_lookup(k, fd);
  return file ? yield* unix_connect(k, file, path) : -ERRNO.EBADF;
});
const sys_poll = entry('poll', do_sys_poll);
const sys_setsid_entry = plain('setsid', sys_setsid);
const sys_prctl = plain('prctl', (k: Kernel, name: string) => {
  const process = currentProcess(k);
  process.cmdline = `${name}\0`;
  set_task_comm(k, process.task, name);
  return 0;
});
const sys_dup = plain('dup', (k: Kernel, fd: number, from: number) => f_dupfd(files(k), fd, from));
const sys_dup2 = entry('dup2', (k: Kernel, from: number, to: number) => do_dup2(k, files(k), from, to));
const sys_stat = plain('newstat', (k: Kernel, path: string) => vfs_statx(k, path, true));
const sys_lstat = plain('newlstat', (k: Kernel, path: string) => vfs_statx(k, path, false));
const sys_fstat = plain('newfstat', vfs_fstat);
const sys_access = plain('access', do_faccessat);
const sys_getdents = plain('getdents64', (k: Kernel, path: string) => iterate_dir(k, cwd(k), path));
const sys_readlink = plain('readlink', do_readlinkat);
const sys_mkdir = plain('mkdir', (k: Kernel, path: string, mode: number) =>
  do_mkdirat(k, cwd(k), path, mode & 0o7777 & ~currentProcess(k).fs.umask),
);
const sys_rmdir = plain('rmdir', (k: Kernel, path: string) => do_rmdir(k, cwd(k), path));
const sys_unlink = plain('unlink', (k: Kernel, path: string) => do_unlinkat(k, cwd(k), path));
const sys_rename = plain('rename', (k: Kernel, from: string, to: string) => do_renameat2(k, cwd(k), from, to));
const sys_symlink = plain('symlink', (k: Kernel, target: string, path: string) =>
  do_symlinkat(k, cwd(k), target, path),
);
const sys_chmod = plain('chmod', do_fchmodat);
const sys_chdir = plain('chdir', do_chdir);
const sys_mount = plain('mount', (k: Kernel, source: string, directory: string, type: string) =>
  do_mount(k, cwd(k), source, directory, type),
);
const sys_sethostname_entry = plain('sethostname', sys_sethostname);
const sys_getcwd = plain('getcwd', (k: Kernel) => d_path(cwd(k)));
const sys_fork = entry('fork', kernel_clone);
const sys_execve = entry('execve', do_execveat_common);
const sys_wait4 = entry('wait4', do_wait);
const sys_exit_group = entry('exit_group', (k: Kernel, status: number) => do_group_exit(k, (status & 0xff) << 8));
const sys_kill = entry('kill', kill_something_info);
const sys_sigaction = plain('rt_sigaction', do_sigaction);
const sys_setpgid_entry = plain('setpgid', sys_setpgid);
const sys_nanosleep = entry('clock_nanosleep', hrtimer_nanosleep);
const sys_sched_yield = entry('sched_yield', function* (k: Kernel): Co<number> {
  yield* sched_yield(k);
  return 0;
});
const sys_setaffinity = entry('sched_setaffinity', sched_setaffinity);
const sys_getaffinity = plain('sched_getaffinity', sched_getaffinity);
const sys_reboot_entry = entry('reboot', sys_reboot);
const sys_syslog_read = plain('syslog', (k: Kernel) =>
  kernelLog(k)
    .map((record) => `<${record.level}>${formatRecord(record)}\n`)
    .join(''),
);
const sys_syslog_clear = plain('syslog', (k: Kernel) => {
  clearKernelLog(k);
  return 0;
});

/** ioctl(2) on a terminal. */
const sys_ioctl = plain('ioctl', (k: Kernel, fd: number, act: (tty: tty_struct) => void) => {
  const file = fget(files(k), fd);
  const tty = file_tty(file);
  if (!tty) return file ? -ERRNO.ENOTTY : -ERRNO.EBADF;
  act(tty);
  return 0;
});

/** Results that are never restarted or interrupted: no error can take their place. */
function* certain<T>(call: Co<T | number>): Co<T> {
  return (yield* call) as T;
}

/** The system calls of one process. */
export class ProcessSyscalls implements Syscalls {
  private readonly k: Kernel;
  private readonly process: process;

  constructor(k: Kernel, process: process) {
    this.k = k;
    this.process = process;
  }

  private enter<T>(call: () => Co<T>): Co<T | number> {
    return syscall(this.k, call);
  }

  private tty(fd: number): tty_struct | undefined {
    return file_tty(fget(this.process.files, fd));
  }

  open(path: string, flags: number, mode = 0o666): Co<number> {
    return this.enter(() => sys_open(this.k, path, flags, mode));
  }
  close(fd: number): Co<number> {
    return this.enter(() => sys_close(this.k, fd));
  }
  read(fd: number, count: number): Co<string | number> {
    return this.enter(() => sys_read(this.k, fd, count));
  }
  write(fd: number, data: string): Co<number> {
    return this.enter(() => sys_write(this.k, fd, data));
  }
  lseek(fd: number, offset: number, whence: 0 | 1 | 2): Co<number> {
    return this.enter(() => sys_lseek(this.k, fd, offset, whence));
  }
  pipe(): Co<readonly [number, number] | number> {
    return this.enter(() => sys_pipe(this.k));
  }
  socketUevent(): Co<number> {
    return this.enter(() => sys_socket(this.k, netlink_create));
  }
  bindGroups(fd: number, groups: number): Co<number> {
    return this.enter(() => sys_bind(this.k, fd, groups));
  }
  sendToGroup(fd: number, message: string, group: number): Co<number> {
    return this.enter(() => sys_sendmsg(this.k, fd, message, group));
  }
  socketLocal(): Co<number> {
    return this.enter(() => sys_socket(this.k, unix_create));
  }
  socketpair(): Co<readonly [number, number] | number> {
    return this.enter(() => sys_socketpair(this.k));
  }
  listen(fd: number, path: string): Co<number> {
    return this.enter(() => sys_listen(this.k, fd, path));
  }
  accept(fd: number): Co<number> {
    return this.enter(() => sys_accept(this.k, fd));
  }
  connect(fd: number, path: string): Co<number> {
    return this.enter(() => sys_connect(this.k, fd, path));
  }
  poll(fds: readonly number[], timeout: Ns | undefined): Co<readonly number[] | number> {
    return this.enter(() => sys_poll(this.k, fds, timeout));
  }
  dup(fd: number, atLeast = 0): Co<number> {
    return this.enter(() => sys_dup(this.k, fd, atLeast));
  }
  dup2(from: number, to: number): Co<number> {
    return this.enter(() => sys_dup2(this.k, from, to));
  }
  stat(path: string): Co<Stat | number> {
    return this.enter(() => sys_stat(this.k, path));
  }
  lstat(path: string): Co<Stat | number> {
    return this.enter(() => sys_lstat(this.k, path));
  }
  fstat(fd: number): Co<Stat | number> {
    return this.enter(() => sys_fstat(this.k, fd));
  }
  access(path: string, mode: number): Co<number> {
    return this.enter(() => sys_access(this.k, path, mode));
  }
  getdents(path: string): Co<readonly Dirent[] | number> {
    return this.enter(() => sys_getdents(this.k, path));
  }
  readlink(path: string): Co<string | number> {
    return this.enter(() => sys_readlink(this.k, path));
  }
  mkdir(path: string, mode: number): Co<number> {
    return this.enter(() => sys_mkdir(this.k, path, mode));
  }
  rmdir(path: string): Co<number> {
    return this.enter(() => sys_rmdir(this.k, path));
  }
  unlink(path: string): Co<number> {
    return this.enter(() => sys_unlink(this.k, path));
  }
  rename(from: string, to: string): Co<number> {
    return this.enter(() => sys_rename(this.k, from, to));
  }
  symlink(target: string, path: string): Co<number> {
    return this.enter(() => sys_symlink(this.k, target, path));
  }
  chmod(path: string, mode: number): Co<number> {
    return this.enter(() => sys_chmod(this.k, path, mode));
  }
  chdir(path: string): Co<number> {
    return this.enter(() => sys_chdir(this.k, path));
  }
  mount(source: string, directory: string, type: string): Co<number> {
    return this.enter(() => sys_mount(this.k, source, directory, type));
  }
  sethostname(name: string): Co<number> {
    return this.enter(() => sys_sethostname_entry(this.k, name));
  }
  getcwd(): Co<string> {
    return certain(this.enter(() => sys_getcwd(this.k)));
  }
  fork(program: Program): Co<number> {
    return this.enter(() => sys_fork(this.k, userMode(program)));
  }
  execve(path: string, argv: readonly string[]): Co<number> {
    return this.enter(() => sys_execve(this.k, path, argv));
  }
  wait(pid: number, noHang = false): Co<WaitResult | number> {
    return this.enter(() => sys_wait4(this.k, pid, noHang));
  }
  exit(status: number): Co<never> {
    return sys_exit_group(this.k, status);
  }
  getpid(): number {
    return this.process.pid;
  }
  getppid(): number {
    return this.process.real_parent?.pid ?? 0;
  }
  kill(pid: number, signal: number): Co<number> {
    return this.enter(() => sys_kill(this.k, pid, signal));
  }
  sigaction(signal: number, action: sigaction): Co<number> {
    return this.enter(() => sys_sigaction(this.k, signal, action));
  }
  setpgid(pid: number, group: number): Co<number> {
    return this.enter(() => sys_setpgid_entry(this.k, pid, group));
  }
  setsid(): Co<number> {
    return this.enter(() => sys_setsid_entry(this.k));
  }
  setProcessName(name: string): Co<number> {
    return this.enter(() => sys_prctl(this.k, name));
  }
  tcsetpgrp(fd: number, group: number): Co<number> {
    return this.enter(() =>
      sys_ioctl(this.k, fd, (tty) => {
        tty.pgrp = group;
      }),
    );
  }
  isatty(fd: number): boolean {
    return this.tty(fd) !== undefined;
  }
  winsize(fd: number): { readonly rows: number; readonly columns: number } | undefined {
    return this.tty(fd)?.winsize;
  }
  setWinsize(fd: number, rows: number, columns: number): Co<number> {
    return this.enter(() =>
      sys_ioctl(this.k, fd, (tty) => {
        tty.winsize = { rows, columns };
      }),
    );
  }
  tcgetattr(fd: number): Termios | number {
    const file = fget(this.process.files, fd);
    return file_tty(file)?.termios ?? (file ? -ERRNO.ENOTTY : -ERRNO.EBADF);
  }
  tcsetattr(fd: number, change: Partial<Termios>): Co<number> {
    return this.enter(() => sys_ioctl(this.k, fd, (tty) => tty_set_termios(tty, change)));
  }
  touch(bytes: number): Co<number> {
    return this.enter(() => handle_mm_fault(this.k, bytes));
  }
  nanosleep(duration: Ns): Co<number> {
    const end = this.k.clock.now() + Math.max(0, duration);
    return this.enter(() => sys_nanosleep(this.k, end));
  }
  *compute(duration: Ns): Co {
    for (let left = duration; left > 0; left -= USER_SLICE) {
      yield* user_compute(this.k, Math.min(left, USER_SLICE));
      yield* irqentry_exit_to_user_mode(this.k);
    }
  }
  sched_yield(): Co<number> {
    return this.enter(() => sys_sched_yield(this.k));
  }
  sched_setaffinity(pid: number, cpus: readonly number[]): Co<number> {
    return this.enter(() => sys_setaffinity(this.k, pid, cpus));
  }
  sched_getaffinity(pid: number): Co<readonly number[] | number> {
    return this.enter(() => sys_getaffinity(this.k, pid));
  }
  getcpu(): number {
    return smp_processor_id(this.k);
  }
  clock_gettime(clock: 'realtime' | 'monotonic'): number {
    const now = this.k.clock.now();
    return clock === 'monotonic' ? now : this.k.platform.bootTime * 1_000_000_000 + now;
  }
  getrandom(): number {
    return get_random_u32(this.k);
  }
  uname(): ReturnType<Syscalls['uname']> {
    const { release, version } = this.k.profile;
    return { sysname: 'Linux', release, version, ...utsname(this.k) };
  }
  umask(mask: number): number {
    const { fs } = this.process;
    const old = fs.umask;
    fs.umask = mask & 0o777;
    return old;
  }
  syslogRead(): Co<string> {
    return certain(this.enter(() => sys_syslog_read(this.k)));
  }
  syslogClear(): Co<number> {
    return this.enter(() => sys_syslog_clear(this.k));
  }
  reboot(how: 'restart' | 'poweroff' | 'halt'): Co<number> {
    return this.enter(() => sys_reboot_entry(this.k, how));
  }
}

/** User mode of the current process: runs the program, then ends the process with its status. */
export const userMode = (program: Program): UserMode =>
  function* (k: Kernel): Co<never> {
    const sys = new ProcessSyscalls(k, currentProcess(k));
    return yield* sys.exit(yield* program(sys));
  };
