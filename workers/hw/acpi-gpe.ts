/** The GPE0 block: general-purpose events (ACPI 6.4 §4.8.4, QEMU's hw/acpi/core.c). */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import { bit } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { SciSource } from './acpi-sci.ts';
import { type Register, RegisterBlock } from './registers.ts';

/** Names by ACPI 6.4 §4.8.4.1; the block's first half holds status bytes, the second half enable bytes. */
export const gpeRegisters = (length: number) =>
  [
    {
      name: 'GPE0_STS',
      offset: 0,
      width: 1,
      count: length / 2,
      access: 'write-1-to-clear',
      text: 'events that happened',
    },
    {
      name: 'GPE0_EN',
      offset: length / 2,
      width: 1,
      count: length / 2,
      access: 'read-write',
      text: 'events that raise the SCI',
    },
  ] as const satisfies readonly Register[];

type GpeRegister = 'GPE0_STS' | 'GPE0_EN';

export class AcpiGpe implements IoHandler, SciSource {
  private readonly updateSci: () => void;
  private readonly log: LogWriter;
  private readonly block: RegisterBlock<GpeRegister>;
  private readonly status: Uint8Array;
  private readonly enable: Uint8Array;

  /** `length`: bytes of the block, status and enable together. `updateSci`: a bit has changed. */
  constructor(length: number, updateSci: () => void, log: LogWriter) {
    this.updateSci = updateSci;
    this.log = log;
    this.status = new Uint8Array(length / 2);
    this.enable = new Uint8Array(length / 2);
    this.block = new RegisterBlock<GpeRegister>('acpi-gpe', gpeRegisters(length), this, log);
  }

  reset(): void {
    this.status.fill(0);
    this.enable.fill(0);
    this.updateSci();
  }

  /** The SCI is asserted while a status bit is set whose enable bit is set. */
  get wantsSci(): boolean {
    return this.status.some((status, index) => (status & (this.enable[index] ?? 0)) !== 0);
  }

  /** An event happened: sets its status bit, enabled or not. */
  raise(gpe: number): void {
    const index = gpe >> 3;
    const from = this.status[index] ?? 0;
    this.status[index] = from | bit(gpe & 7);
    this.log.emit('register_change', 'acpi-gpe', `GPE0_STS[${index}]`, from, from | bit(gpe & 7));
    this.updateSci();
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: GpeRegister, index: number): number {
    return (name === 'GPE0_STS' ? this.status[index] : this.enable[index]) ?? 0;
  }

  writeRegister(name: GpeRegister, index: number, value: number): void {
    switch (name) {
      case 'GPE0_STS':
        this.status[index] = (this.status[index] ?? 0) & ~value;
        break;
      case 'GPE0_EN':
        this.enable[index] = value;
        break;
    }
    this.updateSci();
  }
}
