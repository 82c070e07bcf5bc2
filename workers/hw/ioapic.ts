/**
 * The IO-APIC, version 0x20, as QEMU's (hw/intc/ioapic.c): 82093AA data sheet, and the EOI register of later ones. The
 * polarity bit is stored and has no effect: QEMU's pins are asserted by a high level whatever it says.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import { bit, field, hasBits, hex } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { type ApicBus, DELIVERY_MODES, type EoiListener } from './apic-bus.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const IOAPIC_REGISTERS = [
  { name: 'IOREGSEL', offset: 0x00, width: 4, access: 'read-write', text: 'index of the register behind IOWIN' },
  { name: 'IOWIN', offset: 0x10, width: 4, access: 'read-write', text: 'the register that IOREGSEL selects' },
  { name: 'EOI', offset: 0x40, width: 4, access: 'write-only', text: 'ends the interrupt with this vector' },
] as const satisfies readonly Register[];

type IoApicRegister = RegisterName<typeof IOAPIC_REGISTERS>;

/** What IOREGSEL selects; redirection entry n is at REDIRECTION + 2n (low half) and REDIRECTION + 2n + 1. */
export const IOAPIC_INDEX = { ID: 0x00, VERSION: 0x01, ARBITRATION: 0x02, REDIRECTION: 0x10 } as const;

/** Fields of a redirection entry: of the low half, but for the destination. */
export const REDIRECTION_ENTRY = {
  vector: { low: 0, width: 8 },
  deliveryMode: { low: 8, width: 3 },
  logicalDestination: bit(11),
  deliveryStatus: bit(12),
  activeLow: bit(13),
  remoteIrr: bit(14),
  levelTriggered: bit(15),
  masked: bit(16),
  /** In the high half. */
  destination: { low: 24, width: 8 },
} as const;

const VERSION = 0x20;
const READ_ONLY_BITS = REDIRECTION_ENTRY.deliveryStatus | REDIRECTION_ENTRY.remoteIrr;

/** One input pin with its redirection entry. */
class Pin implements IrqLine {
  readonly name: string;
  readonly number: number;
  level = false;
  low = REDIRECTION_ENTRY.masked;
  high = 0;
  /** An edge came that has not been sent yet. */
  edgeWaits = false;
  private readonly changed: (pin: Pin) => void;

  constructor(number: number, changed: (pin: Pin) => void) {
    this.name = `ioapic pin ${number}`;
    this.number = number;
    this.changed = changed;
  }

  set(level: boolean): void {
    if (level === this.level) return;
    this.level = level;
    this.changed(this);
  }

  has(flag: number): boolean {
    return hasBits(this.low, flag);
  }

  setFlag(flag: number, value: boolean): void {
    this.low = (value ? this.low | flag : this.low & ~flag) >>> 0;
  }
}

export class IoApic implements IoHandler, EoiListener {
  /** Input pins, by number. */
  readonly pins: readonly IrqLine[];
  private readonly entries: readonly Pin[];
  private readonly bus: ApicBus;
  private readonly log: LogWriter;
  private readonly block: RegisterBlock<IoApicRegister>;
  private readonly initialId: number;
  private id = 0;
  private selected = 0;

  constructor(options: { readonly id: number; readonly pins: number }, bus: ApicBus, log: LogWriter) {
    this.bus = bus;
    this.log = log;
    this.initialId = options.id;
    this.entries = Array.from({ length: options.pins }, (_, number) => new Pin(number, (pin) => this.pinChanged(pin)));
    this.pins = this.entries;
    this.block = new RegisterBlock('ioapic', IOAPIC_REGISTERS, this, log, { reads: false, writes: true });
    bus.attachIoApic(this);
    this.reset();
  }

  reset(): void {
    this.id = this.initialId;
    this.selected = 0;
    for (const pin of this.entries) {
      pin.low = REDIRECTION_ENTRY.masked;
      pin.high = 0;
      pin.edgeWaits = false;
    }
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: IoApicRegister): number {
    switch (name) {
      case 'IOREGSEL':
        return this.selected;
      case 'IOWIN':
        return this.readSelected();
      case 'EOI':
        return 0;
    }
  }

  writeRegister(name: IoApicRegister, _index: number, value: number): void {
    switch (name) {
      case 'IOREGSEL':
        this.selected = value & 0xff;
        break;
      case 'IOWIN':
        this.writeSelected(value);
        break;
      case 'EOI':
        this.endOfInterrupt(value & 0xff);
        break;
    }
  }

  /** A local APIC (or the EOI register) ends a level interrupt: one that is still asserted is sent again. */
  endOfInterrupt(vector: number): void {
    const { remoteIrr, vector: position } = REDIRECTION_ENTRY;
    for (const pin of this.entries) {
      if (!pin.has(remoteIrr) || field(pin.low, position.low, position.width) !== vector) continue;
      pin.setFlag(remoteIrr, false);
      this.service(pin);
    }
  }

  private readSelected(): number {
    switch (this.selected) {
      case IOAPIC_INDEX.ID:
      case IOAPIC_INDEX.ARBITRATION:
        return (this.id << 24) >>> 0;
      case IOAPIC_INDEX.VERSION:
        return VERSION | ((this.entries.length - 1) << 16);
    }
    const half = this.selected - IOAPIC_INDEX.REDIRECTION;
    const pin = this.entries[half >> 1];
    if (pin) return half & 1 ? pin.high : pin.low;
    this.log.emit('unmodelled', 'ioapic', `read of register ${hex(this.selected)}`);
    return 0;
  }

  private writeSelected(value: number): void {
    if (this.selected === IOAPIC_INDEX.ID) {
      this.id = field(value, 24, 4);
      return;
    }
    const half = this.selected - IOAPIC_INDEX.REDIRECTION;
    const pin = this.entries[half >> 1];
    if (!pin) {
      this.log.emit('unmodelled', 'ioapic', `write of ${hex(value)} to register ${hex(this.selected)}`);
    } else if (half & 1) {
      pin.high = value;
    } else {
      pin.low = ((value & ~READ_ONLY_BITS & 0x1ffff) | (pin.low & READ_ONLY_BITS)) >>> 0;
      if (!pin.has(REDIRECTION_ENTRY.levelTriggered)) pin.setFlag(REDIRECTION_ENTRY.remoteIrr, false);
      this.service(pin);
    }
  }

  private pinChanged(pin: Pin): void {
    this.log.emit('irq_line', pin.name, pin.level ? 1 : 0);
    // an edge on a masked pin is ignored (82093AA, 2.4.4)
    const { levelTriggered, masked } = REDIRECTION_ENTRY;
    if (pin.level && !pin.has(levelTriggered) && !pin.has(masked)) pin.edgeWaits = true;
    this.service(pin);
  }

  /** Sends what the pin has to say, unless the entry is masked or its last interrupt is not over. */
  private service(pin: Pin): void {
    const entry = REDIRECTION_ENTRY;
    if (pin.has(entry.masked) || pin.has(entry.deliveryStatus)) return;
    const levelTriggered = pin.has(entry.levelTriggered);
    if (levelTriggered ? !pin.level || pin.has(entry.remoteIrr) : !pin.edgeWaits) return;
    pin.edgeWaits = false;
    pin.setFlag(entry.deliveryStatus, true);
    const vector = field(pin.low, entry.vector.low, entry.vector.width);
    const destination = field(pin.high, entry.destination.low, entry.destination.width);
    const message = {
      mode: DELIVERY_MODES[field(pin.low, entry.deliveryMode.low, entry.deliveryMode.width)] ?? 'reserved',
      vector,
      logical: pin.has(entry.logicalDestination),
      destination,
      levelTriggered,
    };
    this.bus.send(message, () => {
      pin.setFlag(entry.deliveryStatus, false);
      if (levelTriggered) pin.setFlag(entry.remoteIrr, true);
      this.log.emit('ioapic_deliver', pin.number, vector, destination, levelTriggered ? 1 : 0);
      if (!levelTriggered) this.service(pin);
    });
  }
}
