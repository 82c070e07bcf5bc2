/**
 * Sockets of the family NETLINK_KOBJECT_UEVENT: datagrams to all sockets that have joined a group.
 *
 * @linux net/netlink/af_netlink.c, without unicast: nobody but the kernel and udev speaks here
 */
import { ERRNO, O_NONBLOCK } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { ERESTARTSYS } from '../../include/linux/errno.ts';
import type { file, file_operations } from '../../include/linux/fs.ts';
import { TASK_NORMAL, try_to_wake_up } from '../../kernel/sched/core.ts';
import { init_waitqueue_head, wait_event_interruptible, type wait_queue_head } from '../../kernel/sched/wait.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { sock_alloc_file } from '../socket.ts';

/** Bytes that a socket keeps for a reader that is slow; what comes beyond is lost and the reader is told. */
const RECEIVE_BUFFER = 8 << 20;

interface netlink_sock {
  /** A bit a group, group 1 is bit 0. */
  groups: number;
  readonly queue: string[];
  bytes: number;
  /** Messages were lost: the next read tells. */
  overrun: boolean;
  readonly wait: wait_queue_head;
}

const sockets = kernelState(() => new Set<netlink_sock>());

const sockOf = (file: file): netlink_sock => file.private_data as netlink_sock;
const hasNews = (sock: netlink_sock): boolean => sock.queue.length > 0 || sock.overrun;

/** Queues a message for every socket in the group but `except`, and wakes its reader. */
export function netlink_broadcast(k: Kernel, message: string, group: number, except?: netlink_sock): void {
  for (const sock of sockets(k)) {
    if (sock === except || (sock.groups & (1 << (group - 1))) === 0) continue;
    if (sock.bytes + message.length > RECEIVE_BUFFER) sock.overrun = true;
    else {
      sock.queue.push(message);
      sock.bytes += message.length;
    }
    for (const task of [...sock.wait.waiters]) try_to_wake_up(k, task, TASK_NORMAL);
  }
}

const netlink_recvmsg = traced('netlink_recvmsg', function* (k: Kernel, file: file, count: number): Co<
  string | number
> {
  const sock = sockOf(file);
  while (!hasNews(sock)) {
    if (file.f_flags & O_NONBLOCK) return -ERRNO.EAGAIN;
    const interrupted = yield* wait_event_interruptible(k, sock.wait, () => hasNews(sock));
    if (interrupted < 0) return -ERESTARTSYS;
  }
  if (sock.overrun) {
    sock.overrun = false;
    return -ERRNO.ENOBUFS;
  }
  const message = sock.queue.shift() ?? '';
  sock.bytes -= message.length;
  return message.slice(0, count);
});

const netlink_ops: file_operations = {
  read: netlink_recvmsg,
  *release(k, file) {
    sockets(k).delete(sockOf(file));
  },
  poll: (_, file) => ({ ready: hasNews(sockOf(file)), queue: sockOf(file).wait }),
};

export function netlink_create(k: Kernel): file {
  const sock: netlink_sock = {
    groups: 0,
    queue: [],
    bytes: 0,
    overrun: false,
    wait: init_waitqueue_head('netlink'),
  };
  sockets(k).add(sock);
  return sock_alloc_file(k, netlink_ops, sock);
}

/** Joins the groups, a bit each. */
export function netlink_bind(file: file, groups: number): number {
  if (file.f_op !== netlink_ops) return -ERRNO.EINVAL;
  sockOf(file).groups = groups;
  return 0;
}

/** Sends to a group: its bytes, or -errno. */
export function netlink_sendmsg(k: Kernel, file: file, message: string, group: number): number {
  if (file.f_op !== netlink_ops) return -ERRNO.EOPNOTSUPP;
  netlink_broadcast(k, message, group, sockOf(file));
  return message.length;
}
