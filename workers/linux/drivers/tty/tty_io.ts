/** @linux drivers/tty/tty_io.c, tty_buffer.c and of tty_ioctl.c what programs use; no controlling terminals */
import { ERRNO, type Termios } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import type { file, file_operations } from '../../include/linux/fs.ts';
import type { tty_operations, tty_struct } from '../../include/linux/tty.ts';
import type { work_struct } from '../../include/linux/workqueue.ts';
import { init_waitqueue_head } from '../../kernel/sched/wait.ts';
import { INIT_WORK, queue_work, system_unbound_wq } from '../../kernel/workqueue.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { devtmpfs_create_node } from '../base/devtmpfs.ts';
import { n_tty_open, n_tty_read, n_tty_receive_buf2, n_tty_set_termios, n_tty_write } from './n_tty.ts';

/** tty_std_termios. */
const tty_std_termios: Termios = {
  ICRNL: true,
  IXON: true,
  OPOST: true,
  ONLCR: true,
  ISIG: true,
  ICANON: true,
  IEXTEN: true,
  ECHO: true,
  ECHOE: true,
  ECHOK: true,
  ECHONL: false,
  ECHOCTL: true,
  ECHOKE: true,
};

/** A terminal's input on its way from the interrupt handler to the line discipline. */
export interface tty_port {
  readonly tty: tty_struct;
  readonly buf: { data: string; readonly work: work_struct };
}

const flush_to_ldisc = traced('flush_to_ldisc', function* (k: Kernel, port: tty_port): Co {
  while (port.buf.data !== '') {
    const { data } = port.buf;
    port.buf.data = '';
    const taken = yield* n_tty_receive_buf2(k, port.tty, data);
    port.buf.data = data.slice(taken) + port.buf.data;
    if (taken === 0) return;
  }
});

/** Called by the driver after it put characters into `port.buf.data`. */
export const tty_flip_buffer_push = traced('tty_flip_buffer_push', function* (k: Kernel, port: tty_port): Co {
  yield* queue_work(k, system_unbound_wq(k), port.buf.work);
});

export function tty_port_init(name: string, ops: tty_operations): tty_port {
  const tty: tty_struct = {
    name,
    ops,
    termios: tty_std_termios,
    winsize: { rows: 0, columns: 0 },
    pgrp: 0,
    count: 0,
    stopped: false,
    restart: (k) => tty_flip_buffer_push(k, port),
    ldata: n_tty_open(),
    read_wait: init_waitqueue_head(`${name} read_wait`),
    write_wait: init_waitqueue_head(`${name} write_wait`),
  };
  const port: tty_port = {
    tty,
    buf: { data: '', work: INIT_WORK('flush_to_ldisc', (k: Kernel): Co => flush_to_ldisc(k, port)) },
  };
  return port;
}

const tty_open = traced('tty_open', function* (k: Kernel, file: file, tty: tty_struct): Co<number> {
  if (tty.count++ === 0) {
    const error = yield* tty.ops.open(k);
    if (error < 0) {
      tty.count--;
      return error;
    }
  }
  file.private_data = tty;
  return 0;
});

const tty_read = traced('tty_read', function* (k: Kernel, file: file, count: number): Co<string | number> {
  return yield* n_tty_read(k, file.private_data as tty_struct, file, count);
});

const tty_write = traced('tty_write', function* (k: Kernel, file: file, data: string): Co<number> {
  return yield* n_tty_write(k, file.private_data as tty_struct, file, data);
});

const tty_release = traced('tty_release', function* (_: Kernel, file: file): Co {
  (file.private_data as tty_struct).count--;
});

const tty_fops = (find: (k: Kernel) => tty_struct | undefined): file_operations => ({
  *open(k, file) {
    const tty = find(k);
    return tty ? yield* tty_open(k, file, tty) : -ERRNO.ENXIO;
  },
  read: tty_read,
  write: tty_write,
  release: tty_release,
  poll(_, file) {
    const tty = file.private_data as tty_struct;
    return { ready: tty.ldata.ready.length > 0, queue: tty.read_wait };
  },
});

const drivers = kernelState(() => new Map<string, tty_struct>());

/** Makes a terminal known: /dev/`name`. */
export function tty_register_device(k: Kernel, tty: tty_struct): void {
  drivers(k).set(tty.name, tty);
  devtmpfs_create_node(
    k,
    tty.name,
    0o600,
    tty_fops(() => tty),
  );
}

/** /dev/console is the terminal of the last `console=`; /dev/tty has no terminal to lead to. */
export function tty_init(k: Kernel): void {
  const consoleName = () => [...k.commandLine.matchAll(/(?:^|\s)console=([^\s,]+)/g)].at(-1)?.[1] ?? 'ttyS0';
  devtmpfs_create_node(
    k,
    'console',
    0o600,
    tty_fops((of) => drivers(of).get(consoleName())),
  );
  devtmpfs_create_node(
    k,
    'tty',
    0o666,
    tty_fops(() => undefined),
  );
}

/** The terminal that a file is open on. */
export function file_tty(file: file | undefined): tty_struct | undefined {
  return file?.f_op.read === tty_read ? (file.private_data as tty_struct) : undefined;
}

export function tty_set_termios(tty: tty_struct, change: Partial<Termios>): void {
  const wasCanonical = tty.termios.ICANON;
  tty.termios = { ...tty.termios, ...change };
  n_tty_set_termios(tty, wasCanonical);
}
