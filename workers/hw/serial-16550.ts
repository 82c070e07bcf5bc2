/**
 * A 16550A UART: PC16550D data sheet, as QEMU's hw/char/serial.c. Characters are transmitted at once, so the
 * transmitter is always empty; what arrives waits in a FIFO of 16 bytes, beyond it on the other side.
 */

import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { Chardev } from '../abi/chardev.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import type { Ns } from '../protocol/units.ts';
import { bit, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { ScheduledEvent } from '../sim/event-queue.ts';
import type { Clock } from '../sim/scheduler.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const SERIAL_REGISTERS = [
  {
    name: 'RBR',
    offset: 0,
    width: 1,
    access: 'read-only',
    text: 'received byte; divisor latch, low, while DLAB is set',
  },
  {
    name: 'THR',
    offset: 0,
    width: 1,
    access: 'write-only',
    text: 'byte to transmit; divisor latch, low, while DLAB is set',
  },
  {
    name: 'IER',
    offset: 1,
    width: 1,
    access: 'read-write',
    text: 'interrupt enables; divisor latch, high, while DLAB is set',
  },
  { name: 'IIR', offset: 2, width: 1, access: 'read-only', text: 'most urgent interrupt that is pending' },
  { name: 'FCR', offset: 2, width: 1, access: 'write-only', text: 'FIFO control' },
  { name: 'LCR', offset: 3, width: 1, access: 'read-write', text: 'line control; bit 7 is DLAB' },
  { name: 'MCR', offset: 4, width: 1, access: 'read-write', text: 'modem control' },
  { name: 'LSR', offset: 5, width: 1, access: 'read-only', text: 'line status' },
  { name: 'MSR', offset: 6, width: 1, access: 'read-only', text: 'modem status' },
  { name: 'SCR', offset: 7, width: 1, access: 'read-write', text: 'scratch' },
] as const satisfies readonly Register[];

type SerialRegister = RegisterName<typeof SERIAL_REGISTERS>;

export const SERIAL_IER = {
  receivedData: bit(0),
  transmitterEmpty: bit(1),
  lineStatus: bit(2),
  modemStatus: bit(3),
} as const;
export const SERIAL_IIR = {
  none: 0x01,
  transmitterEmpty: 0x02,
  receivedData: 0x04,
  timeout: 0x0c,
  fifosEnabled: 0xc0,
} as const;
export const SERIAL_FCR = { enable: bit(0), clearReceiver: bit(1), clearTransmitter: bit(2) } as const;
export const SERIAL_LCR = { divisorLatch: bit(7) } as const;
export const SERIAL_MCR = { dtr: bit(0), rts: bit(1), out1: bit(2), out2: bit(3), loop: bit(4) } as const;
export const SERIAL_LSR = { dataReady: bit(0), overrun: bit(1), transmitterEmpty: bit(5), idle: bit(6) } as const;
export const SERIAL_MSR = { cts: bit(4), dsr: bit(5), ri: bit(6), dcd: bit(7) } as const;

/** Received bytes that must be there for the interrupt, by FCR bits 7-6. */
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
const FIFO_SIZE = 16;
/**
 * How long a byte takes to leave, ns, whatever the divisor says: a line at 115200 baud needs 86.8 µs, QEMU's chardev
 * next to nothing. Short enough not to slow a console, long enough that the guest runs between two interrupts.
 */
export const TRANSMIT_TIME = 1_000;
/** 9600 baud. */
const DEFAULT_DIVISOR = 12;

export class Serial16550 implements IoHandler {
  private readonly irq: IrqLine;
  private readonly chardev: Chardev;
  private readonly clock: Clock;
  private readonly block: RegisterBlock<SerialRegister>;
  private readonly received: number[] = [];
  private divisor = DEFAULT_DIVISOR;
  private ier = 0;
  private fcr = 0;
  private lcr = 0;
  private mcr = 0;
  private scratch = 0;
  /** The transmitter became empty since IIR last told so. */
  private transmitterReported = false;
  /** Bytes are on their way until then; undefined: the transmitter is empty. */
  private transmitting: { until: Ns; event: ScheduledEvent } | undefined;

  constructor(irq: IrqLine, chardev: Chardev, clock: Clock, log: LogWriter) {
    this.irq = irq;
    this.chardev = chardev;
    this.clock = clock;
    // a record for each byte would bury the rest; what was transmitted is recorded as text by the chardev
    this.block = new RegisterBlock<SerialRegister>('serial', SERIAL_REGISTERS, this, log, {
      reads: false,
      writes: false,
    });
    chardev.onInput = () => this.takeInput();
    this.reset();
  }

  reset(): void {
    this.received.length = 0;
    this.divisor = DEFAULT_DIVISOR;
    this.ier = this.fcr = this.lcr = this.scratch = 0;
    this.mcr = SERIAL_MCR.out2;
    this.transmitterReported = false;
    this.transmitting?.event.cancel();
    this.transmitting = undefined;
    this.updateIrq();
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: SerialRegister): number {
    switch (name) {
      case 'RBR':
        return this.divisorLatch ? this.divisor & 0xff : this.readReceiver();
      case 'IER':
        return this.divisorLatch ? this.divisor >> 8 : this.ier;
      case 'IIR':
        return this.readInterruptIdentification();
      case 'LCR':
        return this.lcr;
      case 'MCR':
        return this.mcr;
      case 'LSR':
        return this.lineStatus();
      case 'MSR':
        return this.modemStatus();
      case 'SCR':
        return this.scratch;
      default:
        return 0; // write-only: the table lets no read through
    }
  }

  writeRegister(name: SerialRegister, _index: number, value: number): void {
    switch (name) {
      case 'THR':
        if (this.divisorLatch) this.divisor = (this.divisor & 0xff00) | value;
        else this.transmit(value);
        break;
      case 'IER':
        if (this.divisorLatch) this.divisor = (this.divisor & 0x00ff) | (value << 8);
        else this.writeInterruptEnable(value & 0x0f);
        break;
      case 'FCR':
        this.writeFifoControl(value);
        break;
      case 'LCR':
        this.lcr = value;
        break;
      case 'MCR':
        this.mcr = value & 0x1f;
        this.updateIrq();
        break;
      case 'SCR':
        this.scratch = value;
        break;
      default:
        break; // read-only: the table lets no write through
    }
  }

  private get divisorLatch(): boolean {
    return hasBits(this.lcr, SERIAL_LCR.divisorLatch);
  }

  private get capacity(): number {
    return hasBits(this.fcr, SERIAL_FCR.enable) ? FIFO_SIZE : 1;
  }

  private takeInput(): void {
    while (this.received.length < this.capacity && !hasBits(this.mcr, SERIAL_MCR.loop)) {
      const byte = this.chardev.receive();
      if (byte === undefined) break;
      this.received.push(byte);
    }
    this.updateIrq();
  }

  private readReceiver(): number {
    const byte = this.received.shift() ?? 0;
    this.takeInput();
    return byte;
  }

  private transmit(byte: number): void {
    if (hasBits(this.mcr, SERIAL_MCR.loop)) {
      if (this.received.length < this.capacity) this.received.push(byte);
    } else {
      this.chardev.transmit(byte);
      this.occupyTransmitter();
    }
    this.transmitterReported = false;
    this.updateIrq();
  }

  /** One more byte takes its time. */
  private occupyTransmitter(): void {
    const now = this.clock.now();
    const until = Math.max(now, this.transmitting?.until ?? now) + TRANSMIT_TIME;
    if (this.transmitting) this.transmitting.until = until;
    else this.transmitting = { until, event: this.clock.after(until - now, () => this.transmitterDone()) };
  }

  /** The byte that was awaited has left, and perhaps all. */
  private transmitterDone(): void {
    const { transmitting } = this;
    if (!transmitting) return;
    const left = transmitting.until - this.clock.now();
    if (left > 0) {
      transmitting.event = this.clock.after(left, () => this.transmitterDone());
      return;
    }
    this.transmitting = undefined;
    this.updateIrq();
  }

  private writeInterruptEnable(value: number): void {
    // enabling the transmitter's interrupt while it is empty raises it (PC16550D, 8.6)
    if (hasBits(value & ~this.ier, SERIAL_IER.transmitterEmpty)) this.transmitterReported = false;
    this.ier = value;
    this.updateIrq();
  }

  private writeFifoControl(value: number): void {
    const toggled = hasBits(value ^ this.fcr, SERIAL_FCR.enable);
    if (toggled || hasBits(value, SERIAL_FCR.clearReceiver)) this.received.length = 0;
    if (toggled || hasBits(value, SERIAL_FCR.clearTransmitter)) this.transmitterReported = false;
    this.fcr = value & 0xc9;
    this.takeInput();
  }

  private lineStatus(): number {
    const empty = this.transmitting ? 0 : SERIAL_LSR.transmitterEmpty | SERIAL_LSR.idle;
    return this.received.length > 0 ? empty | SERIAL_LSR.dataReady : empty;
  }

  /** A terminal that is connected and ready; in loop mode the modem control outputs come back. */
  private modemStatus(): number {
    const { mcr } = this;
    if (!hasBits(mcr, SERIAL_MCR.loop)) return SERIAL_MSR.cts | SERIAL_MSR.dsr | SERIAL_MSR.dcd;
    return (
      (hasBits(mcr, SERIAL_MCR.dtr) ? SERIAL_MSR.dsr : 0) |
      (hasBits(mcr, SERIAL_MCR.rts) ? SERIAL_MSR.cts : 0) |
      (hasBits(mcr, SERIAL_MCR.out1) ? SERIAL_MSR.ri : 0) |
      (hasBits(mcr, SERIAL_MCR.out2) ? SERIAL_MSR.dcd : 0)
    );
  }

  private pendingInterrupt(): number {
    if (hasBits(this.ier, SERIAL_IER.receivedData) && this.received.length > 0) {
      const trigger = hasBits(this.fcr, SERIAL_FCR.enable) ? (TRIGGER_LEVELS[this.fcr >> 6] ?? 1) : 1;
      // fewer bytes than the trigger level ask, too, but as bytes that nobody fetched for a while
      return this.received.length >= trigger ? SERIAL_IIR.receivedData : SERIAL_IIR.timeout;
    }
    const empty = this.transmitting === undefined && !this.transmitterReported;
    if (hasBits(this.ier, SERIAL_IER.transmitterEmpty) && empty) return SERIAL_IIR.transmitterEmpty;
    return SERIAL_IIR.none;
  }

  private readInterruptIdentification(): number {
    const pending = this.pendingInterrupt();
    if (pending === SERIAL_IIR.transmitterEmpty) {
      this.transmitterReported = true;
      this.updateIrq();
    }
    return hasBits(this.fcr, SERIAL_FCR.enable) ? pending | SERIAL_IIR.fifosEnabled : pending;
  }

  private updateIrq(): void {
    this.irq.set(this.pendingInterrupt() !== SERIAL_IIR.none);
  }
}
