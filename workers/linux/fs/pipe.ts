/** @linux fs/pipe.c, without packets, splice and resizing */
import { ERRNO, O_NONBLOCK, O_RDONLY, O_WRONLY, SIGNALS } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { ERESTARTSYS } from '../include/linux/errno.ts';
import type { files_struct } from '../include/linux/fdtable.ts';
import type { file, file_operations, inode } from '../include/linux/fs.ts';
import { get_current } from '../include/linux/sched.ts';
import { init_waitqueue_head, wait_event_interruptible, type wait_queue_head, wake_up } from '../kernel/sched/wait.ts';
import { send_sig } from '../kernel/signal.ts';
import type { Kernel } from '../kernel-context.ts';
import { alloc_file, fd_install } from './file.ts';
import { current_time } from './inode.ts';
import { get_next_ino } from './ramfs/inode.ts';

/** Writes of up to so many bytes are not torn apart. */
const PIPE_BUF = 4096;
/** PIPE_DEF_BUFFERS pages. */
const CAPACITY = 65536;

interface pipe_inode_info {
  data: string;
  readers: number;
  writers: number;
  readonly rd_wait: wait_queue_head;
  readonly wr_wait: wait_queue_head;
}

interface pipe_inode extends inode {
  readonly i_pipe: pipe_inode_info;
}

const pipeOf = (file: file): pipe_inode_info => (file.f_inode as pipe_inode).i_pipe;

const pipe_read = traced('pipe_read', function* (k: Kernel, file: file, count: number): Co<string | number> {
  const pipe = pipeOf(file);
  if (count === 0) return '';
  while (pipe.data === '') {
    if (pipe.writers === 0) return '';
    if (file.f_flags & O_NONBLOCK) return -ERRNO.EAGAIN;
    const interrupted = yield* wait_event_interruptible(k, pipe.rd_wait, () => pipe.data !== '' || pipe.writers === 0);
    if (interrupted < 0) return -ERESTARTSYS;
  }
  const wasFull = pipe.data.length + PIPE_BUF > CAPACITY;
  const piece = pipe.data.slice(0, count);
  pipe.data = pipe.data.slice(piece.length);
  if (wasFull) yield* wake_up(k, pipe.wr_wait);
  return piece;
});

const pipe_write = traced('pipe_write', function* (k: Kernel, file: file, data: string): Co<number> {
  const pipe = pipeOf(file);
  let written = 0;
  while (written < data.length) {
    if (pipe.readers === 0) {
      yield* send_sig(k, SIGNALS.SIGPIPE, get_current(k));
      return written || -ERRNO.EPIPE;
    }
    const rest = data.length - written;
    const room = CAPACITY - pipe.data.length;
    const needed = rest <= PIPE_BUF && written === 0 ? rest : 1;
    if (room >= needed) {
      const piece = data.slice(written, written + room);
      const wasEmpty = pipe.data === '';
      pipe.data += piece;
      written += piece.length;
      if (wasEmpty) yield* wake_up(k, pipe.rd_wait);
      continue;
    }
    if (file.f_flags & O_NONBLOCK) return written || -ERRNO.EAGAIN;
    const interrupted = yield* wait_event_interruptible(
      k,
      pipe.wr_wait,
      () => CAPACITY - pipe.data.length >= needed || pipe.readers === 0,
    );
    if (interrupted < 0) return written || -ERESTARTSYS;
  }
  return written;
});

const pipe_release = traced('pipe_release', function* (k: Kernel, file: file): Co {
  const pipe = pipeOf(file);
  const access = file.f_flags & 3;
  if (access !== O_WRONLY) pipe.readers--;
  if (access !== O_RDONLY) pipe.writers--;
  yield* wake_up(k, pipe.rd_wait);
  yield* wake_up(k, pipe.wr_wait);
});

/** Through /proc/PID/fd: another reader or writer. */
const fifo_open = traced('fifo_open', function* (_: Kernel, file: file): Co<number> {
  const access = file.f_flags & 3;
  if (access !== O_WRONLY) pipeOf(file).readers++;
  if (access !== O_RDONLY) pipeOf(file).writers++;
  return 0;
});

const pipefifo_fops: file_operations = {
  open: fifo_open,
  read: pipe_read,
  write: pipe_write,
  release: pipe_release,
  poll(_, file) {
    const pipe = pipeOf(file);
    return { ready: pipe.data !== '' || pipe.writers === 0, queue: pipe.rd_wait };
  },
};

const pipefs = { type: 'pipefs' };

/** Makes a pipe: descriptors to read from and to write to. */
export function do_pipe2(k: Kernel, files: files_struct): readonly [number, number] | number {
  const pipe: pipe_inode_info = {
    data: '',
    readers: 1,
    writers: 1,
    rd_wait: init_waitqueue_head('pipe rd_wait'),
    wr_wait: init_waitqueue_head('pipe wr_wait'),
  };
  const node: pipe_inode = {
    i_pipe: pipe,
    i_sb: pipefs,
    i_ino: get_next_ino(k),
    type: 'fifo',
    i_mode: 0o600,
    i_uid: 0,
    i_gid: 0,
    i_mtime: current_time(k),
    i_op: {},
    i_fop: pipefifo_fops,
    i_size: () => 0,
    i_nlink: () => 1,
  };
  const where = { dentry: node, name: `pipe:[${node.i_ino}]`, parent: undefined };
  const ends = [O_RDONLY, O_WRONLY].map((flags) => fd_install(files, alloc_file(where, node, flags, pipefifo_fops)));
  const [reader = -ERRNO.EMFILE, writer = -ERRNO.EMFILE] = ends;
  if (reader >= 0 && writer >= 0) return [reader, writer];
  if (reader >= 0) files.fd[reader] = undefined;
  return -ERRNO.EMFILE;
}
