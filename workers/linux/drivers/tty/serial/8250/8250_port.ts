/** @linux drivers/tty/serial/8250/8250_port.c and of serial_core.c the transmit buffer; 16550A only, no DMA, no modem lines */
import { type Co, spend, traced } from '../../../../../sim/coroutine.ts';
import type { tty_operations, tty_struct } from '../../../../include/linux/tty.ts';
import { wake_up } from '../../../../kernel/sched/wait.ts';
import type { Kernel } from '../../../../kernel-context.ts';
import { tty_flip_buffer_push, type tty_port, tty_port_init } from '../../tty_io.ts';
import {
  UART_DLL,
  UART_DLM,
  UART_FCR,
  UART_FCR_CLEAR_RCVR,
  UART_FCR_CLEAR_XMIT,
  UART_FCR_ENABLE_FIFO,
  UART_FCR_TRIGGER_8,
  UART_IER,
  UART_IER_RDI,
  UART_IER_RLSI,
  UART_IER_THRI,
  UART_IIR,
  UART_IIR_NO_INT,
  UART_LCR,
  UART_LCR_DLAB,
  UART_LCR_WLEN8,
  UART_LSR,
  UART_LSR_DR,
  UART_LSR_TEMT,
  UART_LSR_THRE,
  UART_MCR,
  UART_MCR_DTR,
  UART_MCR_OUT2,
  UART_MCR_RTS,
  UART_MSR,
  UART_RX,
  UART_TX,
} from './8250.ts';

/** Bytes that the transmit FIFO takes at once. */
const TX_LOADSZ = 16;
/** UART_XMIT_SIZE, one of which stays free. */
const XMIT_ROOM = 4095;
/** Writers are woken when no more than so many bytes wait. */
const WAKEUP_CHARS = 256;
/** Bytes that one interrupt takes from the receiver. */
const RX_LIMIT = 256;
/** Cost of an access to a port of an emulated device, ns. */
const PORT_ACCESS = 1_000;
/** The divisor for 115200 baud. */
const DIVISOR = 1;
/** Polls of the line status that the console makes before it gives up on the hardware. */
const POLL_LIMIT = 10_000;

/** A port of the driver. */
export interface uart_8250_port {
  readonly iobase: number;
  readonly irq: number;
  readonly port: tty_port;
  /** Last value of the interrupt enable register. */
  ier: number;
  /** Bytes that wait to be transmitted. */
  xmit: string;
  started: boolean;
  /** Bytes sent and received. */
  tx: number;
  rx: number;
}

export function* serial_in(k: Kernel, up: uart_8250_port, offset: number): Co<number> {
  yield* spend(PORT_ACCESS);
  return k.platform.currentVcpu().bus.readPort(up.iobase + offset, 1);
}

export function* serial_out(k: Kernel, up: uart_8250_port, offset: number, value: number): Co {
  yield* spend(PORT_ACCESS);
  k.platform.currentVcpu().bus.writePort(up.iobase + offset, 1, value);
}

function* setInterruptEnable(k: Kernel, up: uart_8250_port, ier: number): Co {
  if (up.ier === ier) return;
  up.ier = ier;
  yield* serial_out(k, up, UART_IER, ier);
}

const serial8250_start_tx = traced('serial8250_start_tx', function* (k: Kernel, up: uart_8250_port): Co {
  yield* setInterruptEnable(k, up, up.ier | UART_IER_THRI);
});

const serial8250_stop_tx = traced('serial8250_stop_tx', function* (k: Kernel, up: uart_8250_port): Co {
  yield* setInterruptEnable(k, up, up.ier & ~UART_IER_THRI);
});

const serial8250_rx_chars = traced(
  'serial8250_rx_chars',
  function* (k: Kernel, up: uart_8250_port, status: number): Co<number> {
    let lsr = status;
    for (let left = RX_LIMIT; left > 0 && lsr & UART_LSR_DR; left--) {
      const char = String.fromCharCode(yield* serial_in(k, up, UART_RX));
      up.port.buf.data += char;
      up.rx++;
      lsr = yield* serial_in(k, up, UART_LSR);
    }
    yield* tty_flip_buffer_push(k, up.port);
    return lsr;
  },
);

const serial8250_tx_chars = traced('serial8250_tx_chars', function* (k: Kernel, up: uart_8250_port): Co {
  const { tty } = up.port;
  if (up.xmit === '' || tty.stopped) return yield* serial8250_stop_tx(k, up);
  const piece = up.xmit.slice(0, TX_LOADSZ);
  up.xmit = up.xmit.slice(piece.length);
  up.tx += piece.length;
  for (let at = 0; at < piece.length; at++) yield* serial_out(k, up, UART_TX, piece.charCodeAt(at));
  if (up.xmit.length < WAKEUP_CHARS) yield* uart_write_wakeup(k, tty);
  if (up.xmit === '') yield* serial8250_stop_tx(k, up);
});

const uart_write_wakeup = traced('uart_write_wakeup', function* (k: Kernel, tty: tty_struct): Co {
  yield* wake_up(k, tty.write_wait);
});

/** One look at an interrupting port; 1 when it was it. */
export const serial8250_handle_irq = traced(
  'serial8250_handle_irq',
  function* (k: Kernel, up: uart_8250_port): Co<number> {
    const iir = yield* serial_in(k, up, UART_IIR);
    if (iir & UART_IIR_NO_INT) return 0;
    let status = yield* serial_in(k, up, UART_LSR);
    if (status & UART_LSR_DR) status = yield* serial8250_rx_chars(k, up, status);
    yield* serial_in(k, up, UART_MSR);
    if (status & UART_LSR_THRE && up.ier & UART_IER_THRI) yield* serial8250_tx_chars(k, up);
    return 1;
  },
);

const uart_write = traced('uart_write', function* (k: Kernel, up: uart_8250_port, data: string): Co<number> {
  const piece = data.slice(0, XMIT_ROOM - up.xmit.length);
  up.xmit += piece;
  if (piece !== '' && !up.port.tty.stopped) yield* serial8250_start_tx(k, up);
  return piece.length;
});

/** Makes the hardware ready: FIFOs empty, 8 bits, 115200 baud, receive interrupts on. */
export const serial8250_do_startup = traced(
  'serial8250_do_startup',
  function* (k: Kernel, up: uart_8250_port, setupIrq: (k: Kernel) => Co<number>): Co<number> {
    const fifo = UART_FCR_ENABLE_FIFO | UART_FCR_TRIGGER_8;
    yield* serial_out(k, up, UART_FCR, UART_FCR_ENABLE_FIFO);
    yield* serial_out(k, up, UART_FCR, UART_FCR_ENABLE_FIFO | UART_FCR_CLEAR_RCVR | UART_FCR_CLEAR_XMIT);
    yield* serial_out(k, up, UART_FCR, 0);
    yield* serial_in(k, up, UART_LSR);
    yield* serial_in(k, up, UART_RX);
    yield* serial_in(k, up, UART_IIR);
    yield* serial_in(k, up, UART_MSR);
    const error = yield* setupIrq(k);
    if (error < 0) return error;
    yield* serial_out(k, up, UART_LCR, UART_LCR_DLAB | UART_LCR_WLEN8);
    yield* serial_out(k, up, UART_DLL, DIVISOR & 0xff);
    yield* serial_out(k, up, UART_DLM, DIVISOR >> 8);
    yield* serial_out(k, up, UART_LCR, UART_LCR_WLEN8);
    yield* serial_out(k, up, UART_FCR, fifo);
    yield* serial_out(k, up, UART_MCR, UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT2);
    yield* setInterruptEnable(k, up, UART_IER_RLSI | UART_IER_RDI);
    up.started = true;
    return 0;
  },
);

/** A port whose interrupt `setupIrq` requests at the first open. */
export function new_uart_8250_port(
  name: string,
  iobase: number,
  irq: number,
  setupIrq: (k: Kernel, up: uart_8250_port) => Co<number>,
): uart_8250_port {
  const ops: tty_operations = {
    *open(k) {
      return up.started ? 0 : yield* serial8250_do_startup(k, up, (of) => setupIrq(of, up));
    },
    write: (k, data) => uart_write(k, up, data),
    write_room: () => XMIT_ROOM - up.xmit.length,
    flush_buffer() {
      up.xmit = '';
    },
    stop: (k) => serial8250_stop_tx(k, up),
    *start(k) {
      if (up.xmit !== '') yield* serial8250_start_tx(k, up);
    },
  };
  const up: uart_8250_port = {
    iobase,
    irq,
    port: tty_port_init(name, ops),
    ier: 0,
    xmit: '',
    started: false,
    tx: 0,
    rx: 0,
  };
  return up;
}

function* wait_for_xmitr(k: Kernel, up: uart_8250_port, bits: number): Co {
  for (let polls = 0; polls < POLL_LIMIT; polls++) {
    if (((yield* serial_in(k, up, UART_LSR)) & bits) === bits) return;
  }
}

/** Writes a console message by polling, interrupts of the port masked. */
export const serial8250_console_write = traced(
  'serial8250_console_write',
  function* (k: Kernel, up: uart_8250_port, text: string): Co {
    const { ier } = up;
    yield* setInterruptEnable(k, up, 0);
    const output = text.replaceAll('\n', '\r\n');
    for (let at = 0; at < output.length; at++) {
      if (at % TX_LOADSZ === 0) yield* wait_for_xmitr(k, up, UART_LSR_THRE | UART_LSR_TEMT);
      yield* serial_out(k, up, UART_TX, output.charCodeAt(at) & 0xff);
    }
    yield* wait_for_xmitr(k, up, UART_LSR_THRE | UART_LSR_TEMT);
    yield* setInterruptEnable(k, up, ier);
  },
);
