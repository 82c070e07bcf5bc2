/**
 * The two 8259A interrupt controllers of a PC, the second behind input 2 of the first, with the edge/level control
 * registers of later chip sets: Intel's 8259A data sheet, QEMU's hw/intc/i8259.c. Their output reaches the boot
 * processor's LINT0; polling and the special fully nested mode are left out.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import { bit, hasBits, hex } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const I8259_REGISTERS = [
  { name: 'COMMAND', offset: 0, width: 1, access: 'read-write', text: 'ICW1, OCW2, OCW3; reads IRR or ISR' },
  { name: 'DATA', offset: 1, width: 1, access: 'read-write', text: 'ICW2 to ICW4 after ICW1, else the mask' },
] as const satisfies readonly Register[];

export const ELCR_REGISTERS = [
  { name: 'ELCR1', offset: 0, width: 1, access: 'read-write', text: 'level-triggered inputs 0 to 7' },
  { name: 'ELCR2', offset: 1, width: 1, access: 'read-write', text: 'level-triggered inputs 8 to 15' },
] as const satisfies readonly Register[];

type I8259Register = RegisterName<typeof I8259_REGISTERS>;
type ElcrRegister = RegisterName<typeof ELCR_REGISTERS>;

/** ICW1 (data sheet, figure 7): bit 4 tells it from the operation commands. */
const ICW1 = { needsIcw4: bit(0), single: bit(1), marker: bit(4) } as const;
const ICW4_AUTO_EOI = bit(1);
/** OCW3: bit 3 tells it from OCW2. */
const OCW3 = { marker: bit(3), readSelect: bit(1), readIsr: bit(0) } as const;
/** OCW2's command in bits 7-5; the two that end an interrupt: the most urgent one, or the one in bits 2-0. */
const OCW2_EOI = 1;
const OCW2_SPECIFIC_EOI = 3;
const INPUTS = 8;
const CASCADE = 2;
/** Inputs that cannot be made level-triggered: timer, keyboard, cascade; clock, coprocessor. */
const ELCR_WRITABLE = [0xf8, 0xde] as const;

/** Number of the lowest bit that is set: the most urgent input. */
const mostUrgent = (set: number): number | undefined => (set === 0 ? undefined : 31 - Math.clz32(set & -set));

class I8259 implements IoHandler {
  private readonly block: RegisterBlock<I8259Register>;
  private readonly changed: () => void;
  private readonly log: LogWriter;
  private readonly name: string;
  /** Bits of level-triggered inputs. */
  level = 0;
  private requests = 0;
  private inService = 0;
  private mask = 0;
  private lines = 0;
  private base = 0;
  private expects: 'ICW2' | 'ICW3' | 'ICW4' | undefined;
  private needsIcw4 = false;
  private single = false;
  private autoEoi = false;
  private readsIsr = false;

  constructor(name: string, changed: () => void, log: LogWriter) {
    this.name = name;
    this.changed = changed;
    this.log = log;
    this.block = new RegisterBlock(name, I8259_REGISTERS, this, log);
  }

  reset(): void {
    this.requests = this.inService = this.mask = this.lines = this.base = 0;
    this.expects = undefined;
    this.needsIcw4 = this.single = this.autoEoi = this.readsIsr = false;
    this.changed();
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  /** An input changes: an edge is remembered, a level counts as long as it lasts. */
  setInput(input: number, high: boolean): void {
    const wire = bit(input);
    const rises = high && !hasBits(this.lines, wire);
    this.lines = high ? this.lines | wire : this.lines & ~wire;
    if (hasBits(this.level, wire)) this.requests = high ? this.requests | wire : this.requests & ~wire;
    else if (rises) this.requests |= wire;
    this.changed();
  }

  /** The input that would be served now. */
  pending(): number | undefined {
    const request = mostUrgent(this.requests & ~this.mask);
    const served = mostUrgent(this.inService) ?? INPUTS;
    return request !== undefined && request < served ? request : undefined;
  }

  /** The processor takes the interrupt: its vector. Without a request it is the spurious one, input 7. */
  acknowledge(): { readonly input: number; readonly vector: number } {
    const input = this.pending();
    if (input === undefined) return { input: INPUTS - 1, vector: this.base + INPUTS - 1 };
    if (!this.autoEoi) this.inService |= bit(input);
    if (!hasBits(this.level, bit(input))) this.requests &= ~bit(input);
    this.changed();
    return { input, vector: this.base + input };
  }

  readRegister(name: I8259Register): number {
    if (name === 'DATA') return this.mask;
    return this.readsIsr ? this.inService : this.requests;
  }

  writeRegister(name: I8259Register, _index: number, value: number): void {
    if (name === 'DATA') this.writeData(value);
    else if (hasBits(value, ICW1.marker)) this.begin(value);
    else if (hasBits(value, OCW3.marker)) {
      if (hasBits(value, OCW3.readSelect)) this.readsIsr = hasBits(value, OCW3.readIsr);
    } else this.endOfInterrupt(value >> 5, value & 7);
    this.changed();
  }

  private begin(icw1: number): void {
    this.requests &= this.level;
    this.inService = this.mask = 0;
    this.readsIsr = this.autoEoi = false;
    this.needsIcw4 = hasBits(icw1, ICW1.needsIcw4);
    this.single = hasBits(icw1, ICW1.single);
    this.expects = 'ICW2';
  }

  private writeData(value: number): void {
    switch (this.expects) {
      case 'ICW2':
        this.base = value & 0xf8;
        this.expects = this.single ? this.afterIcw3() : 'ICW3';
        break;
      case 'ICW3':
        this.expects = this.afterIcw3();
        break;
      case 'ICW4':
        this.autoEoi = hasBits(value, ICW4_AUTO_EOI);
        this.expects = undefined;
        break;
      default:
        this.mask = value;
    }
  }

  private afterIcw3(): 'ICW4' | undefined {
    return this.needsIcw4 ? 'ICW4' : undefined;
  }

  private endOfInterrupt(command: number, input: number): void {
    if (command === OCW2_EOI) {
      const served = mostUrgent(this.inService);
      if (served !== undefined) this.inService &= ~bit(served);
    } else if (command === OCW2_SPECIFIC_EOI) this.inService &= ~bit(input);
    else this.log.emit('unmodelled', this.name, `OCW2 command ${hex(command)}: rotating priorities`);
  }
}

/** Who takes the pair's interrupts. */
export interface ExtIntListener {
  /** INTR has changed. */
  extIntChanged(): void;
}

export class I8259Pair {
  readonly master: I8259;
  readonly slave: I8259;
  readonly elcr: IoHandler;
  /** INTR: an interrupt waits for the processor. */
  intr = false;
  /** The boot processor's local APIC. */
  listener: ExtIntListener | undefined;
  private cascade = false;

  /** `levels`: the inputs that the firmware has made level-triggered. */
  constructor(levels: readonly number[], log: LogWriter) {
    this.master = new I8259('i8259-master', () => this.update(), log);
    this.slave = new I8259('i8259-slave', () => this.update(), log);
    for (const irq of levels) this.of(irq).level |= bit(irq % INPUTS);
    const block = new RegisterBlock<ElcrRegister>(
      'elcr',
      ELCR_REGISTERS,
      {
        readRegister: (name) => (name === 'ELCR1' ? this.master : this.slave).level,
        writeRegister: (name, _index, value) => {
          if (name === 'ELCR1') this.master.level = value & ELCR_WRITABLE[0];
          else this.slave.level = value & ELCR_WRITABLE[1];
        },
      },
      log,
    );
    this.elcr = {
      read: (offset, width) => block.read(offset, width),
      write: (offset, width, value) => block.write(offset, width, value),
    };
  }

  private of(irq: number): I8259 {
    return irq < INPUTS ? this.master : this.slave;
  }

  /** The wire of ISA interrupt 0 to 15 that leads here as well as to `other`. */
  line(irq: number, other: IrqLine): IrqLine {
    const chip = this.of(irq);
    return {
      name: other.name,
      get level() {
        return other.level;
      },
      set: (level) => {
        if (level === other.level) return;
        chip.setInput(irq % INPUTS, level);
        other.set(level);
      },
    };
  }

  /** INTA: the vector of the interrupt that the processor takes. */
  acknowledge(): number {
    const { input, vector } = this.master.acknowledge();
    return input === CASCADE ? this.slave.acknowledge().vector : vector;
  }

  private update(): void {
    // while the pair is being made
    if (!this.master || !this.slave) return;
    const cascade = this.slave.pending() !== undefined;
    if (cascade !== this.cascade) {
      this.cascade = cascade;
      this.master.setInput(CASCADE, cascade);
      return;
    }
    const intr = this.master.pending() !== undefined;
    if (intr === this.intr) return;
    this.intr = intr;
    this.listener?.extIntChanged();
  }
}
