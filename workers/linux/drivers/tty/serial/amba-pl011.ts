/** PrimeCell UART PL011. @linux drivers/tty/serial/amba-pl011.c and of serial_core.c the transmit buffer; without DMA and modem lines */
import { type Co, spend, traced } from '../../../../sim/coroutine.ts';
import { IRQ_HANDLED, IRQ_NONE } from '../../../include/linux/irq.ts';
import type { tty_operations, tty_struct } from '../../../include/linux/tty.ts';
import { request_irq } from '../../../kernel/irq/manage.ts';
import { pr_info, register_console } from '../../../kernel/printk/printk.ts';
import { insert_resource } from '../../../kernel/resource.ts';
import { wake_up } from '../../../kernel/sched/wait.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { tty_flip_buffer_push, type tty_port, tty_port_init, tty_register_device } from '../tty_io.ts';

/** Registers (Arm DDI 0183, 3.2). */
const UART01x_DR = 0x00;
const UART01x_FR = 0x18;
const UART011_LCRH = 0x2c;
const UART011_CR = 0x30;
const UART011_IMSC = 0x38;
const UART011_MIS = 0x40;
const UART011_ICR = 0x44;
const UART01x_FR_BUSY = 1 << 3;
const UART01x_FR_RXFE = 1 << 4;
const UART01x_FR_TXFF = 1 << 5;
const UART011_RXIM = 1 << 4;
const UART011_TXIM = 1 << 5;
const UART011_RTIM = 1 << 6;
const UART01x_LCRH_FEN = 1 << 4;
const UART01x_LCRH_WLEN_8 = 0x60;
const UART01x_CR_UARTEN = 1 << 0;
const UART011_CR_TXE = 1 << 8;
const UART011_CR_RXE = 1 << 9;

/** Bytes that the driver gives to the transmitter at once: half of its FIFO. */
const TX_LOADSZ = 16;
/** UART_XMIT_SIZE, one of which stays free. */
const XMIT_ROOM = 4095;
const WAKEUP_CHARS = 256;
const RX_LIMIT = 256;
/** Cost of an access to a register of an emulated device, ns. */
const ACCESS = 1_000;
const UART_SIZE = 0x1000;
const POLL_LIMIT = 10_000;

interface uart_amba_port {
  readonly base: number;
  readonly irq: number;
  readonly port: tty_port;
  /** Interrupts that are let through. */
  im: number;
  /** Bytes that wait to be transmitted. */
  xmit: string;
  started: boolean;
}

function* pl011_read(k: Kernel, uap: uart_amba_port, register: number): Co<number> {
  yield* spend(ACCESS);
  return k.platform.currentVcpu().bus.readMemory(uap.base + register, 4);
}

function* pl011_write(k: Kernel, uap: uart_amba_port, register: number, value: number): Co {
  yield* spend(ACCESS);
  k.platform.currentVcpu().bus.writeMemory(uap.base + register, 4, value);
}

function* setMask(k: Kernel, uap: uart_amba_port, im: number): Co {
  if (uap.im === im) return;
  uap.im = im;
  yield* pl011_write(k, uap, UART011_IMSC, im);
}

const pl011_stop_tx = traced('pl011_stop_tx', function* (k: Kernel, uap: uart_amba_port): Co {
  yield* setMask(k, uap, uap.im & ~UART011_TXIM);
});

const uart_write_wakeup = traced('uart_write_wakeup', function* (k: Kernel, tty: tty_struct): Co {
  yield* wake_up(k, tty.write_wait);
});

const pl011_tx_chars = traced('pl011_tx_chars', function* (k: Kernel, uap: uart_amba_port): Co {
  const { tty } = uap.port;
  // the port's lock: flag, buffer and data register are one step, since another CPU may be in here as well
  const { bus } = k.platform.currentVcpu();
  for (let count = 0; count < TX_LOADSZ; count++) {
    yield* spend(2 * ACCESS);
    if (uap.xmit === '' || tty.stopped || (bus.readMemory(uap.base + UART01x_FR, 4) & UART01x_FR_TXFF) !== 0) break;
    bus.writeMemory(uap.base + UART01x_DR, 4, uap.xmit.charCodeAt(0) & 0xff);
    uap.xmit = uap.xmit.slice(1);
  }
  if (uap.xmit.length < WAKEUP_CHARS) yield* uart_write_wakeup(k, tty);
  if (uap.xmit === '' || tty.stopped) yield* pl011_stop_tx(k, uap);
});

const pl011_start_tx = traced('pl011_start_tx', function* (k: Kernel, uap: uart_amba_port): Co {
  if ((uap.im & UART011_TXIM) !== 0) return;
  yield* setMask(k, uap, uap.im | UART011_TXIM);
  yield* pl011_tx_chars(k, uap);
});

const pl011_rx_chars = traced('pl011_rx_chars', function* (k: Kernel, uap: uart_amba_port): Co {
  for (let left = RX_LIMIT; left > 0; left--) {
    if (((yield* pl011_read(k, uap, UART01x_FR)) & UART01x_FR_RXFE) !== 0) break;
    const char = String.fromCharCode((yield* pl011_read(k, uap, UART01x_DR)) & 0xff);
    uap.port.buf.data += char;
  }
  yield* tty_flip_buffer_push(k, uap.port);
});

const pl011_int = traced('pl011_int', function* (k: Kernel, _irq: number, dev_id: unknown): Co<number> {
  const uap = dev_id as uart_amba_port;
  let handled = false;
  for (let pass = 0; pass < RX_LIMIT; pass++) {
    const status = (yield* pl011_read(k, uap, UART011_MIS)) & uap.im;
    if (status === 0) break;
    handled = true;
    yield* pl011_write(k, uap, UART011_ICR, status & ~(UART011_TXIM | UART011_RTIM | UART011_RXIM));
    if ((status & (UART011_RTIM | UART011_RXIM)) !== 0) yield* pl011_rx_chars(k, uap);
    if ((status & UART011_TXIM) !== 0) {
      yield* pl011_write(k, uap, UART011_ICR, UART011_TXIM);
      yield* pl011_tx_chars(k, uap);
    }
  }
  return handled ? IRQ_HANDLED : IRQ_NONE;
});

const uart_write = traced('uart_write', function* (k: Kernel, uap: uart_amba_port, data: string): Co<number> {
  const piece = data.slice(0, XMIT_ROOM - uap.xmit.length);
  uap.xmit += piece;
  if (piece !== '' && !uap.port.tty.stopped) yield* pl011_start_tx(k, uap);
  return piece.length;
});

const pl011_startup = traced('pl011_startup', function* (k: Kernel, uap: uart_amba_port): Co<number> {
  yield* pl011_write(k, uap, UART011_ICR, 0x7ff);
  const error = yield* request_irq(k, uap.irq, pl011_int, 0, 'uart-pl011', uap);
  if (error < 0) return error;
  yield* pl011_write(k, uap, UART011_LCRH, UART01x_LCRH_WLEN_8 | UART01x_LCRH_FEN);
  yield* pl011_write(k, uap, UART011_CR, UART01x_CR_UARTEN | UART011_CR_TXE | UART011_CR_RXE);
  yield* setMask(k, uap, UART011_RTIM | UART011_RXIM);
  uap.started = true;
  return 0;
});

/** Writes a console message by polling. */
const pl011_console_write = traced('pl011_console_write', function* (k: Kernel, uap: uart_amba_port, text: string): Co {
  const output = text.replaceAll('\n', '\r\n');
  for (let at = 0; at < output.length; at++) {
    for (let polls = 0; polls < POLL_LIMIT; polls++) {
      if (((yield* pl011_read(k, uap, UART01x_FR)) & UART01x_FR_TXFF) === 0) break;
    }
    yield* pl011_write(k, uap, UART01x_DR, output.charCodeAt(at) & 0xff);
  }
  for (let polls = 0; polls < POLL_LIMIT; polls++) {
    if (((yield* pl011_read(k, uap, UART01x_FR)) & UART01x_FR_BUSY) === 0) break;
  }
});

function new_uart_amba_port(name: string, base: number, irq: number): uart_amba_port {
  const ops: tty_operations = {
    *open(k) {
      return uap.started ? 0 : yield* pl011_startup(k, uap);
    },
    write: (k, data) => uart_write(k, uap, data),
    write_room: () => XMIT_ROOM - uap.xmit.length,
    flush_buffer() {
      uap.xmit = '';
    },
    stop: (k) => pl011_stop_tx(k, uap),
    *start(k) {
      if (uap.xmit !== '') yield* pl011_start_tx(k, uap);
    },
  };
  const uap: uart_amba_port = { base, irq, port: tty_port_init(name, ops), im: 0, xmit: '', started: false };
  return uap;
}

/** Registers the port as ttyAMA0, and as the console when the command line says so. `device` and `kind` as the log tells them. */
export function* pl011_register_port(
  k: Kernel,
  {
    device,
    base,
    irq,
    kind,
  }: { readonly device: string; readonly base: number; readonly irq: number; readonly kind: string },
): Co {
  const uap = new_uart_amba_port('ttyAMA0', base, irq);
  yield* pr_info(k, `${device}: ttyAMA0 at MMIO 0x${base.toString(16)} (irq = ${irq}, base_baud = 0) is a ${kind}`);
  insert_resource(k, base, base + UART_SIZE - 1, device);
  tty_register_device(k, uap.port.tty);
  if (!/(^|\s)console=ttyAMA0([\s,]|$)/.test(k.commandLine)) return;
  yield* register_console(k, { name: 'ttyAMA0', write: (of, text) => pl011_console_write(of, uap, text) });
  yield* pr_info(k, 'printk: console [ttyAMA0] enabled');
}
