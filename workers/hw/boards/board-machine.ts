/** What makes a board, and what a board is to the composition root. */
import type { Board, BoardEvents } from '../../abi/board.ts';
import type { Chardev } from '../../abi/chardev.ts';
import type { MachineConfig } from '../../abi/machine-config.ts';
import type { Platform } from '../../abi/vcpu.ts';
import type { LogWriter } from '../../sim/event-log.ts';
import type { GuestProgram } from '../../sim/processor.ts';
import type { Scheduler } from '../../sim/scheduler.ts';

/** What the firmware has put into memory before the guest's first instruction. */
export interface BoardFirmware {
  readonly rsdpAddress: number;
  readonly e820: Platform['e820'];
  readonly regions: readonly { readonly address: number; readonly bytes: Uint8Array }[];
}

export interface BoardOptions {
  readonly config: MachineConfig;
  readonly scheduler: Scheduler;
  readonly log: LogWriter;
  readonly firmware: BoardFirmware;
  /** The other end of the first serial port. */
  readonly serial: Chardev;
  /** Seconds since 1970 at power-on. */
  readonly bootTime: number;
  readonly events: BoardEvents;
  /** The guest has switched the machine off (S5), or reset it without {@link onReset}. The processors stand still already. */
  readonly onPowerOff?: () => void;
  /** The guest asks for a reset; without a listener the machine ends, as with -no-reboot. */
  readonly onReset?: () => void;
}

/** A board with all that the composition root needs: QEMU's side, the guest's side and the power switch. */
export interface BoardMachine extends Board, Platform {
  /** The guest's code; to be set before {@link powerOn}. Without it the processors stay in the firmware. */
  setProgram(program: GuestProgram): void;
  /** Lets the boot processor begin at the reset vector. */
  powerOn(): void;
}
