/**
 * Local sockets that keep messages apart (SOCK_SEQPACKET): pairs, and names in the file system.
 *
 * @linux net/unix/af_unix.c, without streams, passed descriptors and abstract names
 */
import { ERRNO, O_NONBLOCK, SIGNALS } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { current_time } from '../../fs/inode.ts';
import { filename_lookup, make_node } from '../../fs/namei.ts';
import { get_next_ino } from '../../fs/ramfs/inode.ts';
import { ERESTARTSYS } from '../../include/linux/errno.ts';
import type { file, file_operations, inode } from '../../include/linux/fs.ts';
import { currentProcess } from '../../include/linux/sched/process.ts';
import { get_current } from '../../include/linux/sched.ts';
import {
  init_waitqueue_head,
  wait_event_interruptible,
  type wait_queue_head,
  wake_up,
} from '../../kernel/sched/wait.ts';
import { send_sig } from '../../kernel/signal.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { sock_alloc_file } from '../socket.ts';

interface unix_sock {
  peer: unix_sock | undefined;
  /** Messages that were not read yet. */
  readonly queue: string[];
  /** Of a listening socket: those that want to connect. */
  readonly pending: unix_sock[];
  listening: boolean;
  closed: boolean;
  readonly wait: wait_queue_head;
}

const newSock = (): unix_sock => ({
  peer: undefined,
  queue: [],
  pending: [],
  listening: false,
  closed: false,
  wait: init_waitqueue_head('unix socket'),
});

/** Which socket a name in the file system belongs to. */
const names = kernelState(() => new WeakMap<inode, unix_sock>());

const sockOf = (file: file): unix_sock => file.private_data as unix_sock;
const isAlone = (sock: unix_sock): boolean => !sock.peer || sock.peer.closed;
const readable = (sock: unix_sock): boolean =>
  sock.listening ? sock.pending.length > 0 : sock.queue.length > 0 || isAlone(sock);

const unix_seqpacket_recvmsg = traced('unix_seqpacket_recvmsg', function* (k: Kernel, file: file, count: number): Co<
  string | number
> {
  const sock = sockOf(file);
  if (sock.listening) return -ERRNO.EINVAL;
  while (!readable(sock)) {
    if (file.f_flags & O_NONBLOCK) return -ERRNO.EAGAIN;
    const interrupted = yield* wait_event_interruptible(k, sock.wait, () => readable(sock));
    if (interrupted < 0) return -ERESTARTSYS;
  }
  return (sock.queue.shift() ?? '').slice(0, count);
});

const unix_seqpacket_sendmsg = traced(
  'unix_seqpacket_sendmsg',
  function* (k: Kernel, file: file, message: string): Co<number> {
    const { peer } = sockOf(file);
    if (!peer || peer.closed) {
      yield* send_sig(k, SIGNALS.SIGPIPE, get_current(k));
      return -ERRNO.EPIPE;
    }
    peer.queue.push(message);
    yield* wake_up(k, peer.wait);
    return message.length;
  },
);

const unix_release = traced('unix_release', function* (k: Kernel, file: file): Co {
  const sock = sockOf(file);
  sock.closed = true;
  for (const waiting of sock.pending) {
    waiting.peer = undefined;
    yield* wake_up(k, waiting.wait);
  }
  if (sock.peer) yield* wake_up(k, sock.peer.wait);
});

const unix_ops: file_operations = {
  read: unix_seqpacket_recvmsg,
  write: unix_seqpacket_sendmsg,
  release: unix_release,
  poll: (_, file) => ({ ready: readable(sockOf(file)), queue: sockOf(file).wait }),
};

export const unix_create = (k: Kernel): file => sock_alloc_file(k, unix_ops, newSock());

/** Two sockets that are connected to each other. */
export function unix_socketpair(k: Kernel): readonly [file, file] {
  const [a, b] = [newSock(), newSock()];
  a.peer = b;
  b.peer = a;
  return [sock_alloc_file(k, unix_ops, a), sock_alloc_file(k, unix_ops, b)];
}

/** Gives the socket a name and lets others connect to it. -EADDRINUSE when there is something of that name. */
export function unix_bind_listen(k: Kernel, file: file, path: string): number {
  if (file.f_op !== unix_ops) return -ERRNO.EINVAL;
  const node: inode = { ...file.f_inode, i_ino: get_next_ino(k), i_mode: 0o755, i_mtime: current_time(k) };
  const error = make_node(k, currentProcess(k).fs.pwd, path, node);
  if (error < 0) return error === -ERRNO.EEXIST ? -ERRNO.EADDRINUSE : error;
  sockOf(file).listening = true;
  names(k).set(node, sockOf(file));
  return 0;
}

/** Connects to the socket of that name: 0, -ENOENT, or -ECONNREFUSED when nobody listens there any more. */
export function* unix_connect(k: Kernel, file: file, path: string): Co<number> {
  if (file.f_op !== unix_ops) return -ERRNO.EINVAL;
  const found = filename_lookup(k, currentProcess(k).fs.pwd, path, true);
  if (typeof found === 'number') return found;
  const listener = names(k).get(found.dentry);
  if (!listener || listener.closed) return -ERRNO.ECONNREFUSED;
  const far = newSock();
  const near = sockOf(file);
  near.peer = far;
  far.peer = near;
  listener.pending.push(far);
  yield* wake_up(k, listener.wait);
  return 0;
}

/** The next connection, as a socket of its own. */
export function* unix_accept(k: Kernel, file: file): Co<file | number> {
  const sock = sockOf(file);
  if (file.f_op !== unix_ops || !sock.listening) return -ERRNO.EINVAL;
  const interrupted = yield* wait_event_interruptible(k, sock.wait, () => sock.pending.length > 0);
  const next = sock.pending.shift();
  return interrupted < 0 || !next ? -ERESTARTSYS : sock_alloc_file(k, unix_ops, next);
}
