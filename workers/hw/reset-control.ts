/** The reset control register (Intel ICH9 data sheet 13.7.5, QEMU's hw/isa/lpc_ich9.c). */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import { bit, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const RESET_CONTROL_REGISTERS = [
  { name: 'RST_CNT', offset: 0, width: 1, access: 'read-write', text: 'bit 2 resets the machine' },
] as const satisfies readonly Register[];

const RESET_CPU = bit(2);
const KEPT_BITS = 0x0a;

export class ResetControl implements IoHandler {
  private readonly reset: () => void;
  private readonly block: RegisterBlock<RegisterName<typeof RESET_CONTROL_REGISTERS>>;
  private control = 0;

  /** `reset`: the guest asks for a reset of the machine. */
  constructor(reset: () => void, log: LogWriter) {
    this.reset = reset;
    this.block = new RegisterBlock<RegisterName<typeof RESET_CONTROL_REGISTERS>>(
      'reset-control',
      RESET_CONTROL_REGISTERS,
      this,
      log,
    );
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(): number {
    return this.control;
  }

  writeRegister(_name: string, _index: number, value: number): void {
    this.control = value & KEPT_BITS;
    if (hasBits(value, RESET_CPU)) this.reset();
  }
}
