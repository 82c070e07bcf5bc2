/**
 * The line discipline: editing of lines, echo, signals from keys, output translation.
 *
 * @linux drivers/tty/n_tty.c, without packet mode, IUTF8, VMIN and VTIME other than 1 and 0, ^Z and job control's SIGTTIN
 */
import { ERRNO, O_NONBLOCK, SIGNALS } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { ERESTARTSYS } from '../../include/linux/errno.ts';
import type { file } from '../../include/linux/fs.ts';
import type { n_tty_data, tty_struct } from '../../include/linux/tty.ts';
import { mutex_init, mutex_lock, mutex_unlock } from '../../kernel/locking/mutex.ts';
import { wait_event_interruptible, type wait_queue_head, wake_up } from '../../kernel/sched/wait.ts';
import { kill_pgrp } from '../../kernel/signal.ts';
import type { Kernel } from '../../kernel-context.ts';

/** The most that a terminal holds of what was typed and not read. */
const N_TTY_BUF_SIZE = 4096;

const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 0x1f);

/** INIT_C_CC. */
const VINTR = control('C');
const VQUIT = control('\\');
const VERASE = '\x7f';
const VKILL = control('U');
const VEOF = control('D');
const VSTART = control('Q');
const VSTOP = control('S');
const VREPRINT = control('R');
const VWERASE = control('W');
const VLNEXT = control('V');

export const n_tty_open = (): n_tty_data => ({
  line: '',
  ready: [],
  column: 0,
  canon_column: 0,
  lnext: false,
  no_room: false,
  echo_buf: '',
  output_lock: mutex_init('output_lock'),
});

const isControl = (char: string): boolean => char < ' ' || char === '\x7f';

/** How a character shows: control characters as ^X where ECHOCTL is set. */
function echoed(tty: tty_struct, char: string): string {
  if (!tty.termios.ECHOCTL || !isControl(char) || char === '\t' || char === '\n') return char;
  return `^${String.fromCharCode(char.charCodeAt(0) ^ 0x40)}`;
}

/** do_output_char for a text: what goes to the driver. Keeps the column. */
function outputText(tty: tty_struct, text: string): string {
  const { termios, ldata } = tty;
  let result = '';
  for (const char of text) {
    if (termios.OPOST && termios.ONLCR && char === '\n') {
      result += '\r\n';
      ldata.column = 0;
      continue;
    }
    if (char === '\n' || char === '\r') ldata.column = 0;
    else if (char === '\b') ldata.column = Math.max(0, ldata.column - 1);
    else if (char === '\t') ldata.column = (ldata.column & ~7) + 8;
    else if (!isControl(char)) ldata.column++;
    result += char;
  }
  return result;
}

/** Sends waiting echo to the driver as far as there is room. */
const process_echoes = traced('process_echoes', function* (k: Kernel, tty: tty_struct): Co {
  if (tty.ldata.echo_buf === '') return;
  yield* mutex_lock(k, tty.ldata.output_lock);
  yield* writeEchoes(k, tty);
  yield* mutex_unlock(k, tty.ldata.output_lock);
});

/** With output_lock held: nobody else takes the driver's room meanwhile. */
function* writeEchoes(k: Kernel, tty: tty_struct): Co {
  const { ldata } = tty;
  const piece = ldata.echo_buf.slice(0, tty.ops.write_room());
  ldata.echo_buf = ldata.echo_buf.slice(piece.length);
  if (piece !== '') yield* tty.ops.write(k, piece);
}

function echo(tty: tty_struct, text: string): void {
  const { ldata } = tty;
  if (ldata.echo_buf.length < N_TTY_BUF_SIZE) ldata.echo_buf += outputText(tty, text);
}

const echo_char = (tty: tty_struct, char: string): void => {
  if (tty.termios.ECHO) echo(tty, echoed(tty, char));
};

/** Column after a text, from the column where the line began. */
function columnAfter(tty: tty_struct, text: string): number {
  let column = tty.ldata.canon_column;
  for (const char of text) {
    if (char === '\t') column = (column & ~7) + 8;
    else if (isControl(char)) column += tty.termios.ECHOCTL ? 2 : 0;
    else column++;
  }
  return column;
}

/** Takes the last character off the line, on the screen as well. */
function eraseOne(tty: tty_struct): void {
  const { ldata } = tty;
  const width = columnAfter(tty, ldata.line) - columnAfter(tty, ldata.line.slice(0, -1));
  const tab = ldata.line.endsWith('\t');
  ldata.line = ldata.line.slice(0, -1);
  if (!tty.termios.ECHO) return;
  echo(tty, (tab ? '\b' : '\b \b').repeat(width));
}

const isWord = (char: string): boolean => /[A-Za-z0-9_]/.test(char);

/** ^?, ^W and ^U. */
function eraser(tty: tty_struct, char: string): void {
  const { ldata, termios } = tty;
  if (ldata.line === '') return;
  if (char === VERASE) {
    if (termios.ECHOE) eraseOne(tty);
    else {
      ldata.line = ldata.line.slice(0, -1);
      echo_char(tty, char);
    }
    return;
  }
  if (char === VKILL) {
    if (termios.ECHO && !(termios.ECHOK && termios.ECHOKE && termios.ECHOE)) {
      ldata.line = '';
      echo_char(tty, VKILL);
      if (termios.ECHOK) echo(tty, '\n');
      return;
    }
    while (ldata.line !== '') eraseOne(tty);
    return;
  }
  let seenWord = false;
  while (ldata.line !== '') {
    const word = isWord(ldata.line.slice(-1));
    if (seenWord && !word) return;
    seenWord ||= word;
    eraseOne(tty);
  }
}

/** A key that sends a signal to the foreground group, and throws away what was typed and what has not gone out. */
const isig = traced('__isig', function* (k: Kernel, tty: tty_struct, sig: number, char: string): Co {
  const { ldata } = tty;
  ldata.line = '';
  ldata.ready.length = 0;
  ldata.echo_buf = '';
  tty.ops.flush_buffer();
  yield* wake_up(k, tty.write_wait);
  echo_char(tty, char);
  if (tty.pgrp > 0) yield* kill_pgrp(k, tty.pgrp, sig);
});

const held = ({ line, ready }: n_tty_data): number => ready.reduce((sum, text) => sum + text.length, line.length);

function* completeLine(k: Kernel, tty: tty_struct, end: string): Co {
  const { ldata } = tty;
  ldata.ready.push(ldata.line + end);
  ldata.line = '';
  yield* wake_up(k, tty.read_wait);
}

function addToLine(tty: tty_struct, char: string): void {
  const { ldata } = tty;
  if (held(ldata) >= N_TTY_BUF_SIZE - 1) {
    echo(tty, '\x07');
    return;
  }
  if (ldata.line === '') ldata.canon_column = ldata.column;
  ldata.line += char;
  echo_char(tty, char);
}

function* receiveCanonical(k: Kernel, tty: tty_struct, char: string): Co {
  const { ldata, termios } = tty;
  if (ldata.lnext) {
    ldata.lnext = false;
    return addToLine(tty, char);
  }
  if (char === VERASE || char === VKILL || (char === VWERASE && termios.IEXTEN)) return eraser(tty, char);
  if (char === VLNEXT && termios.IEXTEN) {
    ldata.lnext = true;
    if (termios.ECHO && termios.ECHOCTL) echo(tty, '^\b');
    return;
  }
  if (char === VREPRINT && termios.ECHO && termios.IEXTEN) {
    echo(tty, `${echoed(tty, char)}\n${[...ldata.line].map((each) => echoed(tty, each)).join('')}`);
    return;
  }
  if (char === '\n') {
    if (termios.ECHO || termios.ECHONL) echo(tty, '\n');
    return yield* completeLine(k, tty, '\n');
  }
  if (char === VEOF) return yield* completeLine(k, tty, '');
  addToLine(tty, char);
}

function* receiveRaw(k: Kernel, tty: tty_struct, char: string): Co {
  const { ldata } = tty;
  ldata.ready[0] = (ldata.ready[0] ?? '') + char;
  echo_char(tty, char);
  yield* wake_up(k, tty.read_wait);
}

const signalKeys = new Map<string, number>([
  [VINTR, SIGNALS.SIGINT],
  [VQUIT, SIGNALS.SIGQUIT],
]);

function* receiveChar(k: Kernel, tty: tty_struct, received: string): Co {
  const { termios, ldata } = tty;
  const char = received === '\r' && termios.ICRNL && !ldata.lnext ? '\n' : received;
  if (!ldata.lnext) {
    if (termios.IXON && (char === VSTOP || char === VSTART)) {
      tty.stopped = char === VSTOP;
      return yield* tty.stopped ? tty.ops.stop(k) : tty.ops.start(k);
    }
    const sig = termios.ISIG ? signalKeys.get(char) : undefined;
    if (sig !== undefined) return yield* isig(k, tty, sig, char);
  }
  if (termios.ICANON) yield* receiveCanonical(k, tty, char);
  else yield* receiveRaw(k, tty, char);
}

/**
 * Whether one more character is taken. A line that is too long for the buffer is: its end must be seen, though what is
 * in between is lost.
 */
function hasRoom({ ldata, termios }: tty_struct): boolean {
  return held(ldata) < N_TTY_BUF_SIZE - 1 || (termios.ICANON && ldata.ready.length === 0);
}

/** Characters that came from the line. Returns how many were taken: the others have to wait for a reader. */
export const n_tty_receive_buf2 = traced(
  'n_tty_receive_buf2',
  function* (k: Kernel, tty: tty_struct, data: string): Co<number> {
    let taken = 0;
    while (taken < data.length && hasRoom(tty)) yield* receiveChar(k, tty, data.charAt(taken++));
    tty.ldata.no_room = taken < data.length;
    yield* process_echoes(k, tty);
    return taken;
  },
);

function takeInput(tty: tty_struct, count: number): string {
  const { ldata, termios } = tty;
  if (termios.ICANON) {
    const line = ldata.ready.shift() ?? '';
    if (line.length > count) ldata.ready.unshift(line.slice(count));
    return line.slice(0, count);
  }
  const all = ldata.ready.splice(0).join('');
  if (all.length > count) ldata.ready.push(all.slice(count));
  return all.slice(0, count);
}

/** Sleeps until `condition` holds; the name is what /proc/PID/wchan shows of a reader. */
const wait_woken = traced(
  'wait_woken',
  function* (k: Kernel, queue: wait_queue_head, condition: () => boolean): Co<number> {
    return yield* wait_event_interruptible(k, queue, condition);
  },
);

export const n_tty_read = traced('n_tty_read', function* (k: Kernel, tty: tty_struct, file: file, count: number): Co<
  string | number
> {
  if (count === 0) return '';
  while (tty.ldata.ready.length === 0) {
    if (file.f_flags & O_NONBLOCK) return -ERRNO.EAGAIN;
    const interrupted = yield* wait_woken(k, tty.read_wait, () => tty.ldata.ready.length > 0);
    if (interrupted < 0) return -ERESTARTSYS;
  }
  const data = takeInput(tty, count);
  yield* n_tty_kick_worker(k, tty);
  return data;
});

/** What waits in the driver's buffer goes on, now that something was read. */
function* n_tty_kick_worker(k: Kernel, tty: tty_struct): Co {
  if (!tty.ldata.no_room || !hasRoom(tty)) return;
  tty.ldata.no_room = false;
  yield* tty.restart(k);
}

/** Translates as much of `data` as the driver has room for, and sends it; returns how much that was. */
function* _process_output_block(k: Kernel, tty: tty_struct, data: string): Co<number> {
  yield* mutex_lock(k, tty.ldata.output_lock);
  yield* writeEchoes(k, tty);
  // every character may become two
  const piece = data.slice(0, tty.ops.write_room() >> 1);
  if (piece !== '') yield* tty.ops.write(k, outputText(tty, piece));
  yield* mutex_unlock(k, tty.ldata.output_lock);
  return piece.length;
}

export const n_tty_write = traced(
  'n_tty_write',
  function* (k: Kernel, tty: tty_struct, file: file, data: string): Co<number> {
    yield* process_echoes(k, tty);
    let written = 0;
    while (written < data.length) {
      const room = tty.ops.write_room();
      // every character may become two
      const piece = data.slice(written, written + (room >> 1));
      if (piece !== '') {
        yield* tty.ops.write(k, outputText(tty, piece));
        written += piece.length;
        continue;
      }
      if (file.f_flags & O_NONBLOCK) return written || -ERRNO.EAGAIN;
      const interrupted = yield* wait_woken(k, tty.write_wait, () => tty.ops.write_room() > 1);
      if (interrupted < 0) return written || -ERESTARTSYS;
    }
    return written;
  },
);

/** tcsetattr(3): between canonical and raw what was typed stays typed. */
export function n_tty_set_termios(tty: tty_struct, wasCanonical: boolean): void {
  const { ldata } = tty;
  if (wasCanonical === tty.termios.ICANON) return;
  const typed = ldata.ready.splice(0).join('') + ldata.line;
  ldata.line = '';
  if (typed !== '') ldata.ready.push(typed);
}
