/**
 * Enough of a kernel to run programs without one: files in memory, pipes, a terminal, processes that take turns.
 * It models system calls as programs see them and nothing of what lies below.
 */
import {
  type Dirent,
  ERRNO,
  type FileType,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  type Program,
  SIGNALS,
  type Stat,
  type Syscalls,
  type Termios,
  type WaitResult,
} from '../../abi/syscall.ts';
import { type Co, Frame } from '../../sim/coroutine.ts';
import { Random } from '../../sim/random.ts';

interface Inode {
  readonly type: FileType;
  readonly number: number;
  mode: number;
  data: string;
  mtime: number;
  readonly entries: Map<string, Inode>;
  /** An attribute's functions: what reading gives and what a write returns. */
  show?: (() => string | number) | undefined;
  store?: ((data: string) => number) | undefined;
  device?: 'null' | 'zero' | 'tty' | undefined;
}

interface Pipe {
  data: string;
  readers: number;
  writers: number;
}

interface OpenFile {
  readonly inode?: Inode | undefined;
  readonly pipe?: Pipe | undefined;
  readonly end?: 'read' | 'write' | undefined;
  readonly flags: number;
  offset: number;
  references: number;
  shown?: string | undefined;
}

interface Process {
  readonly pid: number;
  parent: number;
  group: number;
  comm: string;
  arguments: readonly string[];
  cwd: string;
  umask: number;
  affinity: readonly number[];
  readonly files: Map<number, OpenFile>;
  readonly actions: Map<number, 'default' | 'ignore' | (() => Co)>;
  readonly pending: number[];
  stack: Co<unknown>[];
  input: unknown;
  /** It runs again when this holds. */
  blocked: (() => boolean) | undefined;
  ended: { readonly status: number | undefined; readonly signal: number | undefined } | undefined;
}

const PIPE_SIZE = 65_536;

function* unsupported(): Co<number> {
  return -ERRNO.ENOSYS;
}

/** 2025-11-20 17:48:00 UTC */
const BOOT_TIME = 1_763_660_880;

export interface FakeFile {
  readonly path: string;
  readonly mode?: number | undefined;
  readonly content?: string | undefined;
  readonly target?: string | undefined;
  readonly show?: (() => string | number) | undefined;
  readonly store?: ((data: string) => number) | undefined;
}

export class FakeKernel {
  /** What was written to the terminal. */
  terminalOutput = '';
  termios: Termios = TERMIOS;
  /** Nanoseconds since boot. */
  time = 0;
  readonly random = new Random(1);
  columns = 200;
  kernelLog = '';
  readonly processes = new Map<number, Process>();
  private readonly root: Inode;
  private nextInode = 1;
  private nextPid = 100;
  private typed = '';
  private foregroundGroup = 0;

  constructor(files: readonly FakeFile[] = []) {
    this.root = this.make('directory', 0o755);
    for (const file of files) this.add(file);
    for (const device of ['null', 'zero', 'tty', 'ttyS0'] as const) {
      this.add({ path: `/dev/${device}`, content: '', mode: 0o666 });
      const inode = this.walk(`/dev/${device}`, '/', true);
      if (typeof inode !== 'number') inode.device = device === 'ttyS0' ? 'tty' : device;
    }
  }

  add({ path, mode, content, target, show, store }: FakeFile): void {
    const names = path.split('/').filter(Boolean);
    const last = names.pop() ?? '';
    let directory = this.root;
    for (const name of names) {
      let next = directory.entries.get(name);
      if (!next) {
        next = this.make('directory', 0o755);
        directory.entries.set(name, next);
      }
      directory = next;
    }
    const type = target !== undefined ? 'symlink' : content !== undefined || show || store ? 'regular' : 'directory';
    if (type === 'directory' && directory.entries.has(last)) return;
    const inode = this.make(type, mode ?? (type === 'directory' ? 0o755 : type === 'symlink' ? 0o777 : 0o644));
    inode.data = target ?? content ?? '';
    inode.show = show;
    inode.store = store;
    directory.entries.set(last, inode);
  }

  /** Types on the terminal: lines with their ends; \x03 is ^C. */
  type(text: string): void {
    for (const piece of text.split(/(\x03)/)) {
      if (piece !== '\x03') this.typed += piece;
      else {
        this.terminalOutput += '^C';
        for (const process of this.processes.values()) {
          if (process.group === this.foregroundGroup && !process.ended) this.post(process, SIGNALS.SIGINT);
        }
      }
    }
  }

  /** Starts a process; its descriptors 0, 1 and 2 are the terminal unless texts are given. */
  start(program: Program, input?: string): Process {
    const process = this.newProcess(0);
    const terminal = this.walk('/dev/ttyS0', '/', true);
    if (typeof terminal === 'number') throw new Error('no terminal');
    for (const fd of [0, 1, 2]) process.files.set(fd, { inode: terminal, flags: 2, offset: 0, references: 1 });
    if (input !== undefined) {
      const inode = this.make('regular', 0o600);
      inode.data = input;
      process.files.set(0, { inode, flags: 0, offset: 0, references: 1 });
    }
    this.load(process, program);
    return process;
  }

  /** Runs a program to its end with texts for its input and output. */
  run(program: Program, input = ''): { readonly stdout: string; readonly stderr: string; readonly status: number } {
    const process = this.start(program, input);
    const outputs = [1, 2].map((fd) => {
      const inode = this.make('regular', 0o600);
      process.files.set(fd, { inode, flags: 2 | O_APPEND, offset: 0, references: 1 });
      return inode;
    });
    this.settle();
    if (!process.ended) throw new Error('the program waits for ever');
    const status = process.ended.status ?? 128 + (process.ended.signal ?? 0);
    return { stdout: outputs[0]?.data ?? '', stderr: outputs[1]?.data ?? '', status };
  }

  /** Lets processes run until all wait for input or have ended, or `limit` steps were made. */
  settle(limit = 20_000_000): void {
    for (let steps = 0; steps < limit; ) {
      let ran = false;
      for (const process of [...this.processes.values()]) {
        for (let turn = 0; turn < 200 && this.runnable(process); turn++, steps++) {
          this.step(process);
          ran = true;
        }
      }
      if (!ran && !this.advance()) return;
    }
  }

  private sleepers: number[] = [];

  private advance(): boolean {
    const next = this.sleepers.filter((time) => time > this.time).sort((a, b) => a - b)[0];
    if (next === undefined) return false;
    this.time = next;
    this.sleepers = this.sleepers.filter((time) => time > next);
    return true;
  }

  private make(type: FileType, mode: number): Inode {
    return { type, mode, number: this.nextInode++, data: '', mtime: BOOT_TIME, entries: new Map() };
  }

  private newProcess(parent: number): Process {
    const pid = this.nextPid++;
    const process: Process = {
      pid,
      parent,
      group: pid,
      comm: '',
      arguments: [],
      cwd: '/root',
      umask: 0o022,
      affinity: [0, 1, 2, 3],
      files: new Map(),
      actions: new Map(),
      pending: [],
      stack: [],
      input: undefined,
      blocked: undefined,
      ended: undefined,
    };
    this.processes.set(pid, process);
    return process;
  }

  private load(process: Process, program: Program): void {
    process.stack = [program(this.syscalls(process))];
  }

  private runnable(process: Process): boolean {
    if (process.ended) return false;
    return process.pending.length > 0 || !process.blocked || process.blocked();
  }

  private step(process: Process): void {
    this.deliver(process);
    if (process.ended) return;
    if (process.blocked && !process.blocked()) return;
    process.blocked = undefined;
    const top = process.stack[process.stack.length - 1];
    if (!top) return;
    const { input } = process;
    process.input = undefined;
    const next = top.next(input);
    if (next.done) {
      process.stack.pop();
      process.input = next.value;
      if (process.stack.length === 0) this.end(process, Number(next.value) & 0xff, undefined);
    } else if (typeof next.value === 'number') this.time += next.value;
    else if (next.value instanceof Frame) process.stack.push(next.value.body);
    else if (next.value.kind === 'spin') process.blocked = next.value.until;
    else throw new Error('programs cannot do that');
  }

  private deliver(process: Process): void {
    for (let signal = process.pending.shift(); signal !== undefined; signal = process.pending.shift()) {
      const action = process.actions.get(signal) ?? 'default';
      if (signal !== SIGNALS.SIGKILL && action === 'ignore') continue;
      if (signal !== SIGNALS.SIGKILL && typeof action === 'function') {
        if (process.blocked) this.interrupted.add(process.pid);
        process.blocked = undefined;
        const input = process.input;
        process.stack.push(
          (function* (): Co<unknown> {
            yield* action();
            return input;
          })(),
        );
      } else if (signal !== SIGNALS.SIGCHLD && signal !== SIGNALS.SIGCONT && signal !== SIGNALS.SIGTSTP) {
        this.end(process, undefined, signal);
        return;
      }
    }
  }

  private readonly interrupted = new Set<number>();

  private post(process: Process, signal: number): void {
    process.pending.push(signal);
  }

  private end(process: Process, status: number | undefined, signal: number | undefined): void {
    process.ended = { status, signal };
    for (const fd of [...process.files.keys()]) this.closeFile(process, fd);
    for (const child of this.processes.values()) if (child.parent === process.pid) child.parent = 1;
  }

  private closeFile(process: Process, fd: number): number {
    const file = process.files.get(fd);
    if (!file) return -ERRNO.EBADF;
    process.files.delete(fd);
    if (--file.references > 0 || !file.pipe) return 0;
    if (file.end === 'read') file.pipe.readers--;
    else file.pipe.writers--;
    return 0;
  }

  /** Waits; true when it goes on, false when a signal came first. */
  private *waitUntil(process: Process, condition: () => boolean): Co<boolean> {
    while (!condition()) {
      yield { kind: 'spin', until: condition };
      if (this.interrupted.delete(process.pid) && !condition()) return false;
    }
    return true;
  }

  private walk(path: string, cwd: string, follow: boolean, depth = 0): Inode | number {
    if (path === '') return -ERRNO.ENOENT;
    if (depth > 20) return -ERRNO.ELOOP;
    const parts = (path.startsWith('/') ? path : `${cwd}/${path}`)
      .split('/')
      .filter((part) => part !== '' && part !== '.');
    const trail: Inode[] = [this.root];
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] ?? '';
      const directory = trail[trail.length - 1] ?? this.root;
      if (directory.type !== 'directory') return -ERRNO.ENOTDIR;
      if (part === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      const next = directory.entries.get(part);
      if (!next) return -ERRNO.ENOENT;
      if (next.type === 'symlink' && (follow || i < parts.length - 1 || path.endsWith('/'))) {
        const base = `/${parts.slice(0, i).join('/')}`;
        const target = next.data.startsWith('/') ? next.data : `${base}/${next.data}`;
        return this.walk([target, ...parts.slice(i + 1)].join('/'), '/', follow, depth + 1);
      }
      trail.push(next);
    }
    const found = trail[trail.length - 1] ?? this.root;
    return path.endsWith('/') && found.type !== 'directory' ? -ERRNO.ENOTDIR : found;
  }

  private parentOf(path: string, cwd: string): { readonly directory: Inode; readonly name: string } | number {
    const trimmed = path.replace(/\/+$/, '');
    const at = trimmed.lastIndexOf('/');
    const directory = at < 0 ? this.walk('.', cwd, true) : this.walk(trimmed.slice(0, at) || '/', cwd, true);
    if (typeof directory === 'number') return directory;
    if (directory.type !== 'directory') return -ERRNO.ENOTDIR;
    return { directory, name: trimmed.slice(at + 1) };
  }

  private statOf(inode: Inode): Stat {
    const size = inode.type === 'directory' ? 40 : inode.show ? 4096 : inode.data.length;
    const type = inode.device ? 'character' : inode.type;
    return {
      type,
      mode: inode.mode,
      size,
      inode: inode.number,
      links: inode.type === 'directory' ? 2 : 1,
      uid: 0,
      gid: 0,
      mtime: inode.mtime,
    };
  }

  private syscalls(process: Process): Syscalls {
    const kernel = this;
    const at = (path: string, follow: boolean): Inode | number => kernel.walk(path, process.cwd, follow);
    const lowest = (from: number): number => {
      let fd = from;
      while (process.files.has(fd)) fd++;
      return fd;
    };
    const stat = (path: string, follow: boolean): Stat | number => {
      const inode = at(path, follow);
      return typeof inode === 'number' ? inode : kernel.statOf(inode);
    };
    const isTerminal = (fd: number): boolean => process.files.get(fd)?.inode?.device === 'tty';
    const remove = (path: string, directory: boolean): number => {
      const found = kernel.parentOf(path, process.cwd);
      if (typeof found === 'number') return found;
      const inode = found.directory.entries.get(found.name);
      if (!inode) return -ERRNO.ENOENT;
      if (directory !== (inode.type === 'directory')) return directory ? -ERRNO.ENOTDIR : -ERRNO.EISDIR;
      if (inode.entries.size > 0) return -ERRNO.ENOTEMPTY;
      found.directory.entries.delete(found.name);
      return 0;
    };
    const place = (path: string, inode: Inode): number => {
      const found = kernel.parentOf(path, process.cwd);
      if (typeof found === 'number') return found;
      if (found.directory.entries.has(found.name)) return -ERRNO.EEXIST;
      found.directory.entries.set(found.name, inode);
      return 0;
    };
    return {
      *open(path, flags, mode = 0o666) {
        let inode = at(path, true);
        if (inode === -ERRNO.ENOENT && flags & O_CREAT) {
          const made = kernel.make('regular', mode & ~process.umask);
          const error = place(path, made);
          if (error < 0) return error;
          inode = made;
        } else if (typeof inode !== 'number' && flags & O_CREAT && flags & O_EXCL) return -ERRNO.EEXIST;
        if (typeof inode === 'number') return inode;
        const writes = (flags & 3) !== 0;
        if (inode.type === 'directory' && writes) return -ERRNO.EISDIR;
        // kernfs checks the modes even for root
        if ((inode.show || inode.store) && writes && !(inode.mode & 0o222)) return -ERRNO.EACCES;
        if ((inode.show || inode.store) && !writes && !(inode.mode & 0o444)) return -ERRNO.EACCES;
        if (flags & O_TRUNC && !inode.store) inode.data = '';
        const fd = lowest(0);
        process.files.set(fd, { inode, flags, offset: 0, references: 1 });
        return fd;
      },
      *close(fd) {
        return kernel.closeFile(process, fd);
      },
      *read(fd, count) {
        const file = process.files.get(fd);
        if (!file || (file.flags & 3) === 1) return -ERRNO.EBADF;
        const { pipe, inode } = file;
        if (pipe) {
          if (!(yield* kernel.waitUntil(process, () => pipe.data !== '' || pipe.writers === 0))) return -ERRNO.EINTR;
          const data = pipe.data.slice(0, count);
          pipe.data = pipe.data.slice(data.length);
          return data;
        }
        if (!inode) return -ERRNO.EBADF;
        if (inode.type === 'directory') return -ERRNO.EISDIR;
        if (inode.device === 'null') return '';
        if (inode.device === 'zero') return '\0'.repeat(Math.min(count, 4096));
        if (inode.device === 'tty') {
          const raw = !kernel.termios.ICANON;
          const ready = (): boolean => (raw ? kernel.typed !== '' : /[\n\x04]/.test(kernel.typed));
          if (!(yield* kernel.waitUntil(process, ready))) return -ERRNO.EINTR;
          if (raw) {
            const typed = kernel.typed.slice(0, count);
            kernel.typed = kernel.typed.slice(count);
            return typed;
          }
          const end = kernel.typed.search(/[\n\x04]/);
          const line = kernel.typed.slice(0, end + (kernel.typed[end] === '\n' ? 1 : 0));
          kernel.typed = kernel.typed.slice(end + 1);
          return line;
        }
        if (inode.show && file.offset === 0) {
          const shown = inode.show();
          if (typeof shown === 'number') return shown;
          file.shown = shown;
        }
        const data = (file.shown ?? inode.data).slice(file.offset, file.offset + count);
        file.offset += data.length;
        return data;
      },
      *write(fd, data) {
        const file = process.files.get(fd);
        if (!file || (file.flags & 3) === 0) return -ERRNO.EBADF;
        const { pipe, inode } = file;
        if (pipe) {
          const ready = (): boolean => pipe.readers === 0 || pipe.data.length < PIPE_SIZE;
          if (!(yield* kernel.waitUntil(process, ready))) return -ERRNO.EINTR;
          if (pipe.readers === 0) {
            kernel.post(process, SIGNALS.SIGPIPE);
            yield 0;
            return -ERRNO.EPIPE;
          }
          const part = data.slice(0, PIPE_SIZE - pipe.data.length);
          pipe.data += part;
          return part.length;
        }
        if (!inode) return -ERRNO.EBADF;
        if (inode.device === 'tty') kernel.terminalOutput += data;
        else if (!inode.device) {
          if (inode.store) return inode.store(data);
          if (file.flags & O_APPEND) file.offset = inode.data.length;
          inode.data =
            inode.data.slice(0, file.offset).padEnd(file.offset, '\0') +
            data +
            inode.data.slice(file.offset + data.length);
          file.offset += data.length;
          inode.mtime = BOOT_TIME + Math.floor(kernel.time / 1e9);
        }
        return data.length;
      },
      *lseek(fd, offset, whence) {
        const file = process.files.get(fd);
        if (!file) return -ERRNO.EBADF;
        if (file.pipe) return -ERRNO.ESPIPE;
        file.offset = offset + (whence === 1 ? file.offset : whence === 2 ? (file.inode?.data.length ?? 0) : 0);
        return file.offset;
      },
      *pipe() {
        const pipe: Pipe = { data: '', readers: 1, writers: 1 };
        const readEnd = lowest(0);
        process.files.set(readEnd, { pipe, end: 'read', flags: 0, offset: 0, references: 1 });
        const writeEnd = lowest(0);
        process.files.set(writeEnd, { pipe, end: 'write', flags: 1, offset: 0, references: 1 });
        return [readEnd, writeEnd] as const;
      },
      *dup(fd, atLeast = 0) {
        const file = process.files.get(fd);
        if (!file) return -ERRNO.EBADF;
        const copy = lowest(atLeast);
        file.references++;
        process.files.set(copy, file);
        return copy;
      },
      *dup2(from, to) {
        const file = process.files.get(from);
        if (!file) return -ERRNO.EBADF;
        if (from === to) return to;
        if (process.files.has(to)) kernel.closeFile(process, to);
        file.references++;
        process.files.set(to, file);
        return to;
      },
      // sockets and sessions: programs that need them are tested on the whole machine
      socketUevent: unsupported,
      bindGroups: unsupported,
      sendToGroup: unsupported,
      socketLocal: unsupported,
      socketpair: unsupported,
      listen: unsupported,
      accept: unsupported,
      connect: unsupported,
      poll: unsupported,
      touch: unsupported,
      setsid: unsupported,
      setProcessName: unsupported,
      *stat(path) {
        return stat(path, true);
      },
      *lstat(path) {
        return stat(path, false);
      },
      *fstat(fd) {
        const file = process.files.get(fd);
        if (!file) return -ERRNO.EBADF;
        return file.inode ? kernel.statOf(file.inode) : { ...kernel.statOf(kernel.root), type: 'fifo' };
      },
      *access(path, mode) {
        const inode = at(path, true);
        if (typeof inode === 'number') return inode;
        return mode & 1 && inode.type === 'regular' && !(inode.mode & 0o111) ? -ERRNO.EACCES : 0;
      },
      *getdents(path) {
        const inode = at(path, true);
        if (typeof inode === 'number') return inode;
        if (inode.type !== 'directory') return -ERRNO.ENOTDIR;
        return [...inode.entries].map(
          ([name, { type, device }]): Dirent => ({ name, type: device ? 'character' : type }),
        );
      },
      *readlink(path) {
        const inode = at(path, false);
        if (typeof inode === 'number') return inode;
        return inode.type === 'symlink' ? inode.data : -ERRNO.EINVAL;
      },
      *mkdir(path, mode) {
        return place(path, kernel.make('directory', mode & ~process.umask));
      },
      *rmdir(path) {
        return remove(path, true);
      },
      *unlink(path) {
        return remove(path, false);
      },
      *rename(from, to) {
        const inode = at(from, false);
        if (typeof inode === 'number') return inode;
        const source = kernel.parentOf(from, process.cwd);
        const target = kernel.parentOf(to, process.cwd);
        if (typeof source === 'number') return source;
        if (typeof target === 'number') return target;
        source.directory.entries.delete(source.name);
        target.directory.entries.set(target.name, inode);
        return 0;
      },
      *symlink(target, path) {
        const inode = kernel.make('symlink', 0o777);
        inode.data = target;
        return place(path, inode);
      },
      *chmod(path, mode) {
        const inode = at(path, true);
        if (typeof inode === 'number') return inode;
        inode.mode = mode;
        return 0;
      },
      *mount() {
        return 0;
      },
      *sethostname() {
        return 0;
      },
      *chdir(path) {
        const inode = at(path, true);
        if (typeof inode === 'number') return inode;
        if (inode.type !== 'directory') return -ERRNO.ENOTDIR;
        const parts: string[] = [];
        for (const part of (path.startsWith('/') ? path : `${process.cwd}/${path}`).split('/')) {
          if (part === '..') parts.pop();
          else if (part !== '' && part !== '.') parts.push(part);
        }
        process.cwd = `/${parts.join('/')}`;
        return 0;
      },
      *getcwd() {
        return process.cwd;
      },
      *fork(program) {
        const child = kernel.newProcess(process.pid);
        Object.assign(child, {
          group: process.group,
          cwd: process.cwd,
          umask: process.umask,
          comm: process.comm,
          arguments: process.arguments,
          affinity: process.affinity,
        });
        for (const [fd, file] of process.files) {
          file.references++;
          child.files.set(fd, file);
        }
        for (const [signal, action] of process.actions) child.actions.set(signal, action);
        kernel.load(child, program);
        return child.pid;
      },
      *execve(path, argv) {
        process.comm = path.slice(path.lastIndexOf('/') + 1);
        process.arguments = argv;
        for (const [signal, action] of process.actions)
          if (typeof action === 'function') process.actions.delete(signal);
        return 0;
      },
      *wait(pid, noHang = false) {
        const mine = (): Process[] =>
          [...kernel.processes.values()].filter(
            (child) => child.parent === process.pid && (pid === -1 || child.pid === pid),
          );
        if (mine().length === 0) return -ERRNO.ECHILD;
        const ended = (): Process | undefined => mine().find((child) => child.ended);
        if (noHang && !ended()) return { pid: 0, status: undefined, signal: undefined };
        if (!(yield* kernel.waitUntil(process, () => ended() !== undefined))) return -ERRNO.EINTR;
        const child = ended();
        if (!child?.ended) return -ERRNO.ECHILD;
        kernel.processes.delete(child.pid);
        const result: WaitResult = { pid: child.pid, ...child.ended };
        return result;
      },
      *exit(status) {
        kernel.end(process, status & 0xff, undefined);
        for (;;) yield { kind: 'spin', until: () => false };
      },
      getpid: () => process.pid,
      getppid: () => process.parent,
      *kill(pid, signal) {
        const targets = [...kernel.processes.values()].filter(
          (target) =>
            !target.ended && (pid > 0 ? target.pid === pid : target.group === (pid === 0 ? process.group : -pid)),
        );
        if (targets.length === 0) return -ERRNO.ESRCH;
        if (signal !== 0) for (const target of targets) kernel.post(target, signal);
        yield 0;
        return 0;
      },
      *sigaction(signal, action) {
        process.actions.set(signal, action);
        return 0;
      },
      *setpgid(pid, group) {
        const target = kernel.processes.get(pid || process.pid);
        if (!target) return -ERRNO.ESRCH;
        target.group = group || target.pid;
        return 0;
      },
      *tcsetpgrp(fd, group) {
        if (!isTerminal(fd)) return -ERRNO.ENOTTY;
        kernel.foregroundGroup = group;
        return 0;
      },
      isatty: isTerminal,
      winsize: (fd) => (isTerminal(fd) ? { rows: 24, columns: kernel.columns } : undefined),
      *setWinsize(fd, rows, columns) {
        if (!isTerminal(fd)) return -ERRNO.ENOTTY;
        kernel.columns = columns;
        return 0;
      },
      tcgetattr: (fd) => (isTerminal(fd) ? kernel.termios : -ERRNO.ENOTTY),
      *tcsetattr(fd, change) {
        kernel.termios = { ...kernel.termios, ...change };
        return isTerminal(fd) ? 0 : -ERRNO.ENOTTY;
      },
      *nanosleep(duration) {
        const until = kernel.time + duration;
        kernel.sleepers.push(until);
        return (yield* kernel.waitUntil(process, () => kernel.time >= until)) ? 0 : -ERRNO.EINTR;
      },
      *compute(duration) {
        yield duration;
      },
      *sched_yield() {
        yield 0;
        return 0;
      },
      *sched_setaffinity(pid, cpus) {
        const target = kernel.processes.get(pid || process.pid);
        if (!target) return -ERRNO.ESRCH;
        if (!cpus.some((cpu) => cpu < 4)) return -ERRNO.EINVAL;
        target.affinity = cpus.filter((cpu) => cpu < 4);
        return 0;
      },
      *sched_getaffinity(pid) {
        return kernel.processes.get(pid || process.pid)?.affinity ?? -ERRNO.ESRCH;
      },
      getcpu: () => 0,
      clock_gettime: (clock) => kernel.time + (clock === 'realtime' ? BOOT_TIME * 1e9 : 0),
      getrandom: () => kernel.random.next(),
      uname: () => ({
        sysname: 'Linux',
        nodename: 'lab',
        release: '6.1.0-53-amd64',
        version: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.187-1 (2026-09-07)',
        machine: 'x86_64',
      }),
      umask: (mask) => {
        const before = process.umask;
        process.umask = mask;
        return before;
      },
      *syslogRead() {
        return kernel.kernelLog;
      },
      *syslogClear() {
        kernel.kernelLog = '';
        return 0;
      },
      *reboot() {
        kernel.processes.clear();
        return 0;
      },
    };
  }
}

const TERMIOS: Termios = {
  ICRNL: true,
  IXON: true,
  OPOST: true,
  ONLCR: true,
  ISIG: true,
  ICANON: true,
  IEXTEN: true,
  // what is typed is not part of the terminal's output here
  ECHO: false,
  ECHOE: true,
  ECHOK: true,
  ECHONL: false,
  ECHOCTL: true,
  ECHOKE: true,
};
