/** @linux drivers/tty/serial/8250/8250_core.c: the first legacy port, found without PnP */

import { type Co, traced } from '../../../../../sim/coroutine.ts';
import { IRQ_HANDLED, IRQ_NONE } from '../../../../include/linux/irq.ts';
import { bootMessages } from '../../../../init/boot-messages.ts';
import { request_irq } from '../../../../kernel/irq/manage.ts';
import { pr_info, register_console } from '../../../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../../../kernel-context.ts';
import { tty_register_device } from '../../tty_io.ts';
import { UART_IER, UART_IER_RDI, UART_IER_RLSI, UART_IER_THRI } from './8250.ts';
import {
  new_uart_8250_port,
  serial_in,
  serial_out,
  serial8250_console_write,
  serial8250_handle_irq,
  type uart_8250_port,
} from './8250_port.ts';

/** SERIAL_PORT_DFNS, its first row. */
const PORT = { name: 'ttyS0', iobase: 0x3f8, irq: 4 } as const;
/** Times that one interrupt looks at a port again. */
const PASS_LIMIT = 512;

/** An edge-triggered line: the port is served until it has nothing to say. */
const serial8250_interrupt = traced(
  'serial8250_interrupt',
  function* (k: Kernel, _irq: number, dev_id: unknown): Co<number> {
    const up = dev_id as uart_8250_port;
    let handled = false;
    for (let pass = 0; pass < PASS_LIMIT; pass++) {
      if ((yield* serial8250_handle_irq(k, up)) === 0) break;
      handled = true;
    }
    return handled ? IRQ_HANDLED : IRQ_NONE;
  },
);

const serial_link_irq_chain = (k: Kernel, up: uart_8250_port): Co<number> =>
  request_irq(k, up.irq, serial8250_interrupt, 0, up.port.tty.name, up);

const serial8250_ports = kernelState(() => new_uart_8250_port(PORT.name, PORT.iobase, PORT.irq, serial_link_irq_chain));

/** True when a UART answers: the interrupt enable register keeps its four bits and no others. */
const autoconfig = traced('autoconfig', function* (k: Kernel, up: uart_8250_port): Co<boolean> {
  yield* serial_out(k, up, UART_IER, 0);
  const cleared = (yield* serial_in(k, up, UART_IER)) & 0x0f;
  yield* serial_out(k, up, UART_IER, UART_IER_RDI | UART_IER_THRI | UART_IER_RLSI | 0x08);
  const set = (yield* serial_in(k, up, UART_IER)) & 0x0f;
  yield* serial_out(k, up, UART_IER, 0);
  return cleared === 0 && set === 0x0f;
});

/** console_init's part: messages go to the port when the command line says so. */
export function* univ8250_console_init(k: Kernel): Co {
  if (!/(^|\s)console=ttyS0([\s,]|$)/.test(k.commandLine)) return;
  const up = serial8250_ports(k);
  yield* register_console(k, { name: 'ttyS0', write: (of, text) => serial8250_console_write(of, up, text) });
  yield* pr_info(k, 'printk: console [ttyS0] enabled');
}

/** Finds the port and makes it known as /dev/ttyS0. */
export function* serial8250_init(k: Kernel): Co<number> {
  yield* pr_info(k, 'Serial: 8250/16550 driver, 4 ports, IRQ sharing enabled');
  const up = serial8250_ports(k);
  if (!(yield* autoconfig(k, up))) return 0;
  const where = `I/O 0x${up.iobase.toString(16)} (irq = ${up.irq}, base_baud = 115200)`;
  // 00:02: the PnP device that the firmware's PNP0501 becomes
  yield* pr_info(k, `00:02: ${PORT.name} at ${where} is a 16550A`);
  yield* bootMessages(k, 'serial');
  tty_register_device(k, up.port.tty);
  return 0;
}
