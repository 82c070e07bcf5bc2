/** @linux include/linux/tty.h and tty_driver.h */
import type { Termios } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import type { mutex } from '../../kernel/locking/mutex.ts';
import type { wait_queue_head } from '../../kernel/sched/wait.ts';
import type { Kernel } from '../../kernel-context.ts';

/** What a terminal's driver does. */
export interface tty_operations {
  /** First open: makes the hardware ready. 0 or -errno. */
  open(k: Kernel): Co<number>;
  /** Takes as many bytes as there is room for. */
  write(k: Kernel, data: string): Co<number>;
  /** Bytes that the next write takes. */
  write_room(): number;
  /** Forgets what was not transmitted yet. */
  flush_buffer(): void;
  /** XOFF and XON by the user. */
  stop(k: Kernel): Co;
  start(k: Kernel): Co;
}

/** State of the line discipline. */
export interface n_tty_data {
  /** The line that is being edited. */
  line: string;
  /** Complete lines; an empty one is an end of file. Without ICANON one piece that grows. */
  readonly ready: string[];
  /** Column of the cursor, and where the line that is being edited began. */
  column: number;
  canon_column: number;
  /** The next character is taken as it is (^V). */
  lnext: boolean;
  /** Characters wait in the driver's buffer until something is read. */
  no_room: boolean;
  /** Echo that found no room in the driver's buffer. */
  echo_buf: string;
  /** Held while something is put into the driver's buffer. */
  readonly output_lock: mutex;
}

export interface tty_struct {
  /** `ttyS0`. */
  readonly name: string;
  readonly ops: tty_operations;
  termios: Termios;
  winsize: { rows: number; columns: number };
  /** Foreground process group, 0: none. */
  pgrp: number;
  count: number;
  /** Stopped by ^S. */
  stopped: boolean;
  readonly ldata: n_tty_data;
  /** Hands the line discipline what waits in the driver's buffer. */
  restart(k: Kernel): Co;
  readonly read_wait: wait_queue_head;
  readonly write_wait: wait_queue_head;
}
