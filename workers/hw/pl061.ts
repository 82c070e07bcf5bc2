/**
 * PrimeCell GPIO PL061 (Arm DDI 0190), as QEMU's hw/gpio/pl061.c: eight pins, of which the machine drives one, the
 * power button. The address bits of GPIODATA mask what is read and written.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import { bit } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { PRIMECELL_ID_REGISTER, primecellId } from './primecell.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const PL061_REGISTERS = [
  { name: 'GPIODATA', offset: 0x000, width: 4, access: 'read-write', count: 256, text: 'pins, masked by the address' },
  { name: 'GPIODIR', offset: 0x400, width: 4, access: 'read-write', text: 'pins that are outputs' },
  { name: 'GPIOIS', offset: 0x404, width: 4, access: 'read-write', text: 'pins that interrupt by level' },
  { name: 'GPIOIBE', offset: 0x408, width: 4, access: 'read-write', text: 'pins that interrupt on both edges' },
  { name: 'GPIOIEV', offset: 0x40c, width: 4, access: 'read-write', text: 'rising edge, or high level' },
  { name: 'GPIOIE', offset: 0x410, width: 4, access: 'read-write', text: 'pins that may interrupt' },
  { name: 'GPIORIS', offset: 0x414, width: 4, access: 'read-only', text: 'interrupts before the mask' },
  { name: 'GPIOMIS', offset: 0x418, width: 4, access: 'read-only', text: 'interrupts behind the mask' },
  { name: 'GPIOIC', offset: 0x41c, width: 4, access: 'write-only', text: 'clears interrupts of edges' },
  { name: 'GPIOAFSEL', offset: 0x420, width: 4, access: 'read-write', text: 'pins that hardware controls' },
  PRIMECELL_ID_REGISTER,
] as const satisfies readonly Register[];

type Pl061Register = RegisterName<typeof PL061_REGISTERS>;
type Plain = 'GPIODIR' | 'GPIOIS' | 'GPIOIBE' | 'GPIOIEV' | 'GPIOIE' | 'GPIOAFSEL';

const PART = [0x61, 0x10, 0x04, 0x00] as const;

export class Pl061 implements IoHandler {
  private readonly irq: IrqLine;
  private readonly block: RegisterBlock<Pl061Register>;
  private readonly plain: Record<Plain, number> = {
    GPIODIR: 0,
    GPIOIS: 0,
    GPIOIBE: 0,
    GPIOIEV: 0,
    GPIOIE: 0,
    GPIOAFSEL: 0,
  };
  private outputs = 0;
  private inputs = 0;
  private raw = 0;

  constructor(irq: IrqLine, log: LogWriter) {
    this.irq = irq;
    this.block = new RegisterBlock<Pl061Register>('pl061', PL061_REGISTERS, this, log);
  }

  /** What drives pin `pin`. */
  setInput(pin: number, level: boolean): void {
    const before = this.inputs;
    this.inputs = level ? before | bit(pin) : before & ~bit(pin);
    const { GPIODIR, GPIOIS, GPIOIBE, GPIOIEV } = this.plain;
    const changed = (before ^ this.inputs) & ~GPIODIR;
    this.raw |= changed & ~GPIOIS & (GPIOIBE | ~(this.inputs ^ GPIOIEV));
    this.update();
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: Pl061Register, index: number): number {
    switch (name) {
      case 'GPIODATA':
        return ((this.inputs & ~this.plain.GPIODIR) | (this.outputs & this.plain.GPIODIR)) & index;
      case 'GPIORIS':
        return this.pending();
      case 'GPIOMIS':
        return this.pending() & this.plain.GPIOIE;
      case 'GPIOIC':
        return 0; // write-only: the table lets no read through
      case 'PeriphID':
        return primecellId(PART, index);
      default:
        return this.plain[name];
    }
  }

  writeRegister(name: Pl061Register, index: number, value: number): void {
    switch (name) {
      case 'GPIODATA':
        this.outputs = (this.outputs & ~index) | (value & index);
        break;
      case 'GPIOIC':
        this.raw &= ~value;
        break;
      case 'GPIORIS':
      case 'GPIOMIS':
      case 'PeriphID':
        break; // read-only: the table lets no write through
      default:
        this.plain[name] = value & 0xff;
    }
    this.update();
  }

  /** Edges that came, and levels that are there. */
  private pending(): number {
    const { GPIODIR, GPIOIS, GPIOIEV } = this.plain;
    return (this.raw & ~GPIOIS) | (~GPIODIR & GPIOIS & ~(this.inputs ^ GPIOIEV) & 0xff);
  }

  private update(): void {
    this.irq.set((this.pending() & this.plain.GPIOIE) !== 0);
  }
}
