/**
 * QEMU's Generic Event Device (hw/acpi/generic_event_device.c; ACPI 6.4 §5.6.9): where the hardware is reduced and has
 * no SCI, one interrupt stands for all events; the guest's `_EVT` reads which from ESEL.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import { bit } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const GED_REGISTERS = [
  { name: 'ESEL', offset: 0, width: 4, access: 'read-only', text: 'events since it was read last; reading clears it' },
] as const satisfies readonly Register[];

type GedRegister = RegisterName<typeof GED_REGISTERS>;

/** Bits of ESEL (include/hw/acpi/generic_event_device.h). */
export const GED_EVENT = { memory: bit(0), powerDown: bit(1), nvdimm: bit(2) } as const;
export type GedEvent = keyof typeof GED_EVENT;

/** Names in the log. */
const EVENT_NAMES: Readonly<Record<GedEvent, string>> = {
  memory: 'memory',
  powerDown: 'power-down',
  nvdimm: 'nvdimm',
};

export class GenericEventDevice implements IoHandler {
  private readonly irq: IrqLine;
  private readonly log: LogWriter;
  private readonly block: RegisterBlock<GedRegister>;
  private selector = 0;

  constructor(irq: IrqLine, log: LogWriter) {
    this.irq = irq;
    this.log = log;
    this.block = new RegisterBlock<GedRegister>('ged', GED_REGISTERS, this, log);
  }

  /** The bit is set, and the line pulsed: the GIC latches the edge. */
  raise(event: GedEvent): void {
    const before = this.selector;
    this.selector |= GED_EVENT[event];
    this.log.emit('register_change', 'ged', 'ESEL', before, this.selector);
    this.log.emit('ged_event', EVENT_NAMES[event], this.selector);
    this.irq.set(true);
    this.irq.set(false);
  }

  /** QEMU's device has no reset: events that the guest has not read are kept. */
  takeOver(earlier: GenericEventDevice): void {
    this.selector = earlier.selector;
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(): number {
    const { selector } = this;
    this.selector = 0;
    return selector;
  }

  writeRegister(): void {
    // read-only: the table lets no write through
  }
}
