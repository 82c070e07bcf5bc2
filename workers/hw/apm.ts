/**
 * The advanced power-management ports (QEMU's hw/isa/apm.c): a command to the system-management handler, of which the
 * lab has those that switch ACPI mode on and off, and a byte of storage for its argument.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const APM_REGISTERS = [
  { name: 'APM_CNT', offset: 0, width: 1, access: 'read-write', text: 'command; the last one reads back' },
  { name: 'APM_STS', offset: 1, width: 1, access: 'read-write', text: 'argument, kept as written' },
] as const satisfies readonly Register[];

type ApmRegister = RegisterName<typeof APM_REGISTERS>;

export interface ApmCommands {
  readonly acpiEnable: number;
  readonly acpiDisable: number;
}

export class Apm implements IoHandler {
  private readonly commands: ApmCommands;
  private readonly setAcpiMode: (on: boolean) => void;
  private readonly block: RegisterBlock<ApmRegister>;
  private command = 0;
  private argument = 0;

  constructor(commands: ApmCommands, setAcpiMode: (on: boolean) => void, log: LogWriter) {
    this.commands = commands;
    this.setAcpiMode = setAcpiMode;
    this.block = new RegisterBlock<ApmRegister>('apm', APM_REGISTERS, this, log);
  }

  reset(): void {
    this.command = this.argument = 0;
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: ApmRegister): number {
    return name === 'APM_CNT' ? this.command : this.argument;
  }

  writeRegister(name: ApmRegister, _index: number, value: number): void {
    switch (name) {
      case 'APM_CNT':
        this.command = value;
        if (value === this.commands.acpiEnable) this.setAcpiMode(true);
        if (value === this.commands.acpiDisable) this.setAcpiMode(false);
        break;
      case 'APM_STS':
        this.argument = value;
        break;
    }
  }
}
