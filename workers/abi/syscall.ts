/**
 * System calls, as programs of the guest see them. The kernel (linux/) implements {@link Syscalls}; programs
 * (userland/) are coroutines that are given one each and reach nothing else.
 *
 * Conventions: a negative number is `-errno` (see {@link ERRNO}); data are byte strings, one character (0 … 255) a
 * byte, texts in UTF-8; every call may block and may end with -EINTR when a caught signal arrives.
 */
import type { Ns } from '../protocol/units.ts';
import type { Co } from '../sim/coroutine.ts';

/** Error numbers of include/uapi/asm-generic/errno*.h that the lab's calls return. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOTTY: 25,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EPIPE: 32,
  EDOM: 33,
  ERANGE: 34,
  EDEADLK: 35,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  ENOBUFS: 105,
  ECONNREFUSED: 111,
} as const;

/** strerror(3) of glibc, by number. */
export const STRERROR: Readonly<Record<number, string>> = {
  1: 'Operation not permitted',
  2: 'No such file or directory',
  3: 'No such process',
  4: 'Interrupted system call',
  5: 'Input/output error',
  6: 'No such device or address',
  7: 'Argument list too long',
  8: 'Exec format error',
  9: 'Bad file descriptor',
  10: 'No child processes',
  11: 'Resource temporarily unavailable',
  12: 'Cannot allocate memory',
  13: 'Permission denied',
  14: 'Bad address',
  16: 'Device or resource busy',
  17: 'File exists',
  19: 'No such device',
  20: 'Not a directory',
  21: 'Is a directory',
  22: 'Invalid argument',
  24: 'Too many open files',
  25: 'Inappropriate ioctl for device',
  27: 'File too large',
  28: 'No space left on device',
  29: 'Illegal seek',
  30: 'Read-only file system',
  32: 'Broken pipe',
  33: 'Numerical argument out of domain',
  34: 'Numerical result out of range',
  35: 'Resource deadlock avoided',
  38: 'Function not implemented',
  39: 'Directory not empty',
  40: 'Too many levels of symbolic links',
  61: 'No data available',
  75: 'Value too large for defined data type',
  95: 'Operation not supported',
  98: 'Address already in use',
  105: 'No buffer space available',
  111: 'Connection refused',
};

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_DIRECTORY = 0o200000;
export const O_CLOEXEC = 0o2000000;

/** Signals by number (x86 and arm64). */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
} as const;

export type FileType = 'regular' | 'directory' | 'symlink' | 'character' | 'fifo' | 'socket';

export interface Stat {
  readonly type: FileType;
  /** Permission bits, 0o644. */
  readonly mode: number;
  readonly size: number;
  readonly inode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

export interface Dirent {
  readonly name: string;
  readonly type: FileType;
}

export interface WaitResult {
  readonly pid: number;
  /** Exit status 0 … 255, or undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly signal: number | undefined;
}

/** A terminal's modes, by the names of termios(3). Control characters are fixed: ^C ^\\ ^? ^U ^D ^Z ^R ^W ^V. */
export interface Termios {
  readonly ICRNL: boolean;
  readonly IXON: boolean;
  readonly OPOST: boolean;
  readonly ONLCR: boolean;
  readonly ISIG: boolean;
  readonly ICANON: boolean;
  readonly IEXTEN: boolean;
  readonly ECHO: boolean;
  readonly ECHOE: boolean;
  readonly ECHOK: boolean;
  readonly ECHONL: boolean;
  readonly ECHOCTL: boolean;
  readonly ECHOKE: boolean;
}

/** A program: what runs in user mode of a process. Returns the exit status. */
export type Program = (sys: Syscalls) => Co<number>;

export interface Syscalls {
  open(path: string, flags: number, mode?: number): Co<number>;
  close(fd: number): Co<number>;
  /** Up to `count` bytes; '' at the end of the file. */
  read(fd: number, count: number): Co<string | number>;
  /** Bytes written. A sysfs attribute's store gets the whole string in one call. */
  write(fd: number, data: string): Co<number>;
  lseek(fd: number, offset: number, whence: 0 | 1 | 2): Co<number>;
  pipe(): Co<readonly [number, number] | number>;
  /** A socket of the family NETLINK_KOBJECT_UEVENT: each read gives one message. */
  socketUevent(): Co<number>;
  /** Joins multicast groups of a netlink socket, a bit each: 1 is the kernel's, 2 udev's. */
  bindGroups(fd: number, groups: number): Co<number>;
  /** Sends a message to a multicast group (its number) of a netlink socket. */
  sendToGroup(fd: number, message: string, group: number): Co<number>;
  /** A local socket that keeps messages apart (AF_UNIX, SOCK_SEQPACKET); read and write move one message. */
  socketLocal(): Co<number>;
  socketpair(): Co<readonly [number, number] | number>;
  /** bind(2) and listen(2): gives a local socket a name. */
  listen(fd: number, path: string): Co<number>;
  accept(fd: number): Co<number>;
  connect(fd: number, path: string): Co<number>;
  /** Descriptors that a read would not block on; none when `timeout` ns have passed, undefined waits for ever. */
  poll(fds: readonly number[], timeout: Ns | undefined): Co<readonly number[] | number>;
  dup(fd: number, atLeast?: number): Co<number>;
  dup2(from: number, to: number): Co<number>;
  stat(path: string): Co<Stat | number>;
  lstat(path: string): Co<Stat | number>;
  fstat(fd: number): Co<Stat | number>;
  /** 0 when the file may be accessed so; `mode`: 4 read, 2 write, 1 execute, 0 exists. */
  access(path: string, mode: number): Co<number>;
  /** All entries but `.` and `..`, in the file system's own order. */
  getdents(path: string): Co<readonly Dirent[] | number>;
  readlink(path: string): Co<string | number>;
  mkdir(path: string, mode: number): Co<number>;
  rmdir(path: string): Co<number>;
  unlink(path: string): Co<number>;
  rename(from: string, to: string): Co<number>;
  symlink(target: string, path: string): Co<number>;
  chmod(path: string, mode: number): Co<number>;
  chdir(path: string): Co<number>;
  /** Mounts a file system that needs no device; -ENODEV: the type is unknown, -EBUSY: it is mounted there already. */
  mount(source: string, directory: string, type: string): Co<number>;
  getcwd(): Co<string>;
  /** Forks: the child has copies of the descriptors, the working directory and the signal dispositions, and runs `program`. Returns its pid. */
  fork(program: Program): Co<number>;
  /** Tells /proc what the process is now (execve's visible part): resets caught signals, sets comm and cmdline. */
  execve(path: string, argv: readonly string[]): Co<number>;
  /** `pid` -1: any child. `noHang`: 0 as pid when none has ended. */
  wait(pid: number, noHang?: boolean): Co<WaitResult | number>;
  /** Ends the process at once. */
  exit(status: number): Co<never>;
  getpid(): number;
  getppid(): number;
  /** Negative pid: the process group. */
  kill(pid: number, signal: number): Co<number>;
  /** The handler runs before the interrupted call returns. */
  sigaction(signal: number, action: 'default' | 'ignore' | (() => Co)): Co<number>;
  setpgid(pid: number, group: number): Co<number>;
  /** A session and a process group of its own; its number. */
  setsid(): Co<number>;
  /** What ps shows of the caller: comm and the only word of its command line. */
  setProcessName(name: string): Co<number>;
  /** Makes a group the terminal's foreground group. */
  tcsetpgrp(fd: number, group: number): Co<number>;
  isatty(fd: number): boolean;
  /** Rows and columns of the terminal. */
  winsize(fd: number): { readonly rows: number; readonly columns: number } | undefined;
  setWinsize(fd: number, rows: number, columns: number): Co<number>;
  /** -ENOTTY, -EBADF: it is no terminal. */
  tcgetattr(fd: number): Termios | number;
  /** Modes that `change` does not name stay. */
  tcsetattr(fd: number, change: Partial<Termios>): Co<number>;
  /**
   * Touches so many bytes of anonymous memory that the process has not touched before; a negative number unmaps them.
   * Without room the kernel kills somebody, perhaps the caller.
   */
  touch(bytes: number): Co<number>;
  nanosleep(duration: Ns): Co<number>;
  /** Spends processor time in user mode; the scheduler may preempt and migrate meanwhile. */
  compute(duration: Ns): Co;
  sched_yield(): Co<number>;
  /** CPU numbers; pid 0 is the caller. */
  sched_setaffinity(pid: number, cpus: readonly number[]): Co<number>;
  sched_getaffinity(pid: number): Co<readonly number[] | number>;
  getcpu(): number;
  /** Nanoseconds; realtime since 1970. */
  clock_gettime(clock: 'realtime' | 'monotonic'): number;
  /** 32 random bits (getrandom(2)), the same in each run of a scenario. */
  getrandom(): number;
  uname(): {
    readonly sysname: string;
    readonly nodename: string;
    readonly release: string;
    readonly version: string;
    readonly machine: string;
  };
  /** -EINVAL: longer than 64 bytes. */
  sethostname(name: string): Co<number>;
  /** sysfs for `fd`-less helpers: sysconf(_SC_NPROCESSORS_ONLN) and the like go through /sys as glibc's do. */
  umask(mask: number): number;
  /** Kernel log records (syslog(2) action 3), newest last: `<level>` prefix kept, with time stamps. */
  syslogRead(): Co<string>;
  syslogClear(): Co<number>;
  reboot(how: 'restart' | 'poweroff' | 'halt'): Co<number>;
}
