/**
 * PrimeCell UART PL011 (Arm DDI 0183), as QEMU's hw/char/pl011.c: what is written leaves at once, so that the
 * transmitter is always empty; received bytes wait in a FIFO of 16, or of one while the FIFO is off.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { Chardev } from '../abi/chardev.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import { bit, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { PRIMECELL_ID_REGISTER, primecellId } from './primecell.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const PL011_REGISTERS = [
  { name: 'UARTDR', offset: 0x00, width: 4, access: 'read-write', text: 'byte received, byte to transmit' },
  { name: 'UARTRSR', offset: 0x04, width: 4, access: 'read-write', text: 'receive errors; a write clears them' },
  { name: 'UARTFR', offset: 0x18, width: 4, access: 'read-only', text: 'state of the FIFOs' },
  { name: 'UARTILPR', offset: 0x20, width: 4, access: 'read-write', text: 'infrared divisor' },
  { name: 'UARTIBRD', offset: 0x24, width: 4, access: 'read-write', text: 'baud rate divisor, integer part' },
  { name: 'UARTFBRD', offset: 0x28, width: 4, access: 'read-write', text: 'baud rate divisor, 64ths' },
  {
    name: 'UARTLCR_H',
    offset: 0x2c,
    width: 4,
    access: 'read-write',
    text: 'line control; bit 4 switches the FIFOs on',
  },
  { name: 'UARTCR', offset: 0x30, width: 4, access: 'read-write', text: 'control' },
  { name: 'UARTIFLS', offset: 0x34, width: 4, access: 'read-write', text: 'FIFO levels at which to interrupt' },
  { name: 'UARTIMSC', offset: 0x38, width: 4, access: 'read-write', text: 'interrupts that are let through' },
  { name: 'UARTRIS', offset: 0x3c, width: 4, access: 'read-only', text: 'interrupts before the mask' },
  { name: 'UARTMIS', offset: 0x40, width: 4, access: 'read-only', text: 'interrupts behind the mask' },
  { name: 'UARTICR', offset: 0x44, width: 4, access: 'write-only', text: 'clears interrupts' },
  { name: 'UARTDMACR', offset: 0x48, width: 4, access: 'read-write', text: 'DMA control; no DMA here' },
  PRIMECELL_ID_REGISTER,
] as const satisfies readonly Register[];

type Pl011Register = RegisterName<typeof PL011_REGISTERS>;

export const PL011_FR = {
  receiveEmpty: bit(4),
  transmitFull: bit(5),
  receiveFull: bit(6),
  transmitEmpty: bit(7),
} as const;
export const PL011_INT = { receive: bit(4), transmit: bit(5) } as const;

const PART = [0x11, 0x10, 0x14, 0x00] as const;
const LCR_FIFO_ENABLE = bit(4);
const CR_RESET = 0x300;
const IFLS_RESET = 0x12;
const FIFO_SIZE = 16;

export class Pl011 implements IoHandler {
  private readonly irq: IrqLine;
  private readonly chardev: Chardev;
  private readonly block: RegisterBlock<Pl011Register>;
  private readonly received: number[] = [];
  /** Registers that hold what was written and change nothing. */
  private readonly plain = new Map<Pl011Register, number>();
  private lineControl = 0;
  private mask = 0;
  private raw = 0;

  constructor(irq: IrqLine, chardev: Chardev, log: LogWriter) {
    this.irq = irq;
    this.chardev = chardev;
    // a record for each byte would bury the rest; what was transmitted is recorded as text by the chardev
    this.block = new RegisterBlock<Pl011Register>('pl011', PL011_REGISTERS, this, log, { reads: false, writes: false });
    this.plain.set('UARTCR', CR_RESET);
    this.plain.set('UARTIFLS', IFLS_RESET);
    chardev.onInput = () => this.takeInput();
    this.takeInput();
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: Pl011Register, index: number): number {
    switch (name) {
      case 'UARTDR':
        return this.readReceiver();
      case 'UARTRSR':
        return 0;
      case 'UARTFR':
        return this.flags();
      case 'UARTLCR_H':
        return this.lineControl;
      case 'UARTIMSC':
        return this.mask;
      case 'UARTRIS':
        return this.raw;
      case 'UARTMIS':
        return this.raw & this.mask;
      case 'PeriphID':
        return primecellId(PART, index);
      default:
        return this.plain.get(name) ?? 0;
    }
  }

  writeRegister(name: Pl011Register, _index: number, value: number): void {
    switch (name) {
      case 'UARTDR':
        this.chardev.transmit(value & 0xff);
        this.raw |= PL011_INT.transmit;
        this.updateIrq();
        break;
      case 'UARTRSR':
        break; // there are no errors
      case 'UARTLCR_H':
        // switching the FIFOs on or off empties them
        if (hasBits(this.lineControl ^ value, LCR_FIFO_ENABLE)) this.received.length = 0;
        this.lineControl = value;
        this.takeInput();
        break;
      case 'UARTIMSC':
        this.mask = value;
        this.updateIrq();
        break;
      case 'UARTICR':
        this.raw &= ~value;
        this.updateIrq();
        break;
      default:
        this.plain.set(name, value);
    }
  }

  private get capacity(): number {
    return hasBits(this.lineControl, LCR_FIFO_ENABLE) ? FIFO_SIZE : 1;
  }

  private takeInput(): void {
    while (this.received.length < this.capacity) {
      const byte = this.chardev.receive();
      if (byte === undefined) break;
      this.received.push(byte);
      this.raw |= PL011_INT.receive;
    }
    this.updateIrq();
  }

  private readReceiver(): number {
    const byte = this.received.shift() ?? 0;
    if (this.received.length === 0) this.raw &= ~PL011_INT.receive;
    this.takeInput();
    return byte;
  }

  private flags(): number {
    const { length } = this.received;
    return (
      PL011_FR.transmitEmpty |
      (length === 0 ? PL011_FR.receiveEmpty : 0) |
      (length === this.capacity ? PL011_FR.receiveFull : 0)
    );
  }

  private updateIrq(): void {
    this.irq.set(hasBits(this.raw, this.mask));
  }
}
