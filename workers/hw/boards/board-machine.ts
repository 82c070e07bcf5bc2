/** What makes a board, and what a board is to the composition root. */
import type { Arm64Platform } from '../../abi/arm64.ts';
import type { Board, BoardEvents, ResetReason } from '../../abi/board.ts';
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
  /** What an arm64 kernel is handed over; only of the board `virt`. */
  readonly arm64?: Arm64Platform;
}

export interface BoardOptions {
  readonly config: MachineConfig;
  readonly scheduler: Scheduler;
  readonly log: LogWriter;
  readonly firmware: BoardFirmware;
  /** The other end of the first serial port. */
  readonly serial: Chardev;
  /** Seconds since 1970 at virtual time 0: the RTC goes on through a reset. */
  readonly bootTime: number;
  /** Virtual seconds at which this board's guest begins: 0, or when the machine was reset. */
  readonly startTime?: number;
  /** The board before a reset: who is plugged and what its devices without a reset line hold is taken over. */
  readonly earlier?: BoardMachine;
  readonly events: BoardEvents;
  /**
   * The guest has switched the machine off (S5), or it is reset without {@link onReset} or with -no-reboot. The processors
   * stand still already.
   */
  readonly onPowerOff?: () => void;
  /** A reset is due; without a listener the machine ends, as with -no-reboot. */
  readonly onReset?: (reason: ResetReason) => void;
}

/** A board with all that the composition root needs: QEMU's side, the guest's side and the power switch. */
export interface BoardMachine extends Board, Platform {
  /** The guest's code; to be set before {@link powerOn}. Without it the processors stay in the firmware. */
  setProgram(program: GuestProgram): void;
  /** Lets the boot processor begin at the reset vector. */
  powerOn(): void;
  /** The firmware's configuration: `config` with the slots that are filled now. */
  currentConfig(): MachineConfig;
}
