/**
 * The 8042 keyboard controller as far as a machine without a keyboard needs it: a status that says "nothing there" and
 * the command that resets the machine (QEMU's hw/input/pckbd.c).
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import { hex } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

/** Offsets from port 0x64. */
export const KEYBOARD_CONTROLLER_REGISTERS = [
  {
    name: 'STATUS',
    offset: 0,
    width: 1,
    access: 'read-only',
    text: 'bit 0: a byte waits; bit 1: the controller is busy',
  },
  { name: 'COMMAND', offset: 0, width: 1, access: 'write-only', text: 'command to the controller' },
] as const satisfies readonly Register[];

type KeyboardRegister = RegisterName<typeof KEYBOARD_CONTROLLER_REGISTERS>;

/** Not locked, the last write was a command; no byte waits. */
const STATUS_IDLE = 0x18;
/** Pulses the output line that is wired to the processors' reset. */
const COMMAND_RESET = 0xfe;

export class KeyboardController implements IoHandler {
  private readonly reset: () => void;
  private readonly log: LogWriter;
  private readonly block: RegisterBlock<KeyboardRegister>;

  /** `reset`: the guest asks for a reset of the machine. */
  constructor(reset: () => void, log: LogWriter) {
    this.reset = reset;
    this.log = log;
    this.block = new RegisterBlock<KeyboardRegister>('keyboard-controller', KEYBOARD_CONTROLLER_REGISTERS, this, log);
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(): number {
    return STATUS_IDLE;
  }

  writeRegister(_name: KeyboardRegister, _index: number, value: number): void {
    if (value === COMMAND_RESET) this.reset();
    else this.log.emit('unmodelled', 'keyboard-controller', `command ${hex(value)}`);
  }
}
