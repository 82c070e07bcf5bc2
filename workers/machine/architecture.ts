/** What the composition root asks of a processor architecture: its boards, their firmware, its kernel. */
import type { MachineConfig } from '../abi/machine-config.ts';
import type { Firmware, FirmwareOptions } from '../firmware/firmware.ts';
import type { BoardMachine, BoardOptions } from '../hw/boards/board-machine.ts';
import type { KernelOptions, LinuxGuest } from '../linux/guest.ts';
import type { KernelProfile } from '../linux/kernel-context.ts';
import type { MonitorCommands } from '../monitor/qmp-context.ts';
import type { MemoryRegion } from '../protocol/machine-api.ts';
import type { LateUserland } from '../userland/program.ts';

export interface Architecture {
  readonly profile: KernelProfile;
  /** What the boot loader passes as `console=`: the serial port that the shell is on. */
  readonly console: string;
  createBoard(options: BoardOptions): BoardMachine;
  buildFirmware(config: MachineConfig, options: FirmwareOptions): Firmware;
  createKernel(options: KernelOptions): LinuxGuest;
  /** Whether the guest gets ACPI tables. */
  hasAcpi(config: MachineConfig): boolean;
  /** Where RAM is and can be, lowest address first. */
  memoryRegions(config: MachineConfig): readonly MemoryRegion[];
}

/**
 * Parts that are not in the first load. Node has them at hand (`open.ts`); the page's worker loads an architecture before
 * a machine of it is built, the others before the first input that needs them. Each throws when it is asked for too early.
 */
export interface LateParts {
  /** For machines of the type `virt`. */
  arm64(): Architecture;
  /** For inputs of the channel `sh`. */
  userland(): LateUserland;
  /** For inputs of the channels `qmp` and `hmp`. */
  monitor(): MonitorCommands;
}
