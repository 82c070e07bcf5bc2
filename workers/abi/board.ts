/**
 * The machine as QEMU's side sees it: what the monitor asks of the board and the board tells the monitor. `hw`'s boards
 * implement {@link Board}; `monitor` uses it.
 */
import type { VcpuIndex } from '../protocol/units.ts';
import type { MachineConfig, PossibleCpu } from './machine-config.ts';
import type { MemoryDevices } from './memory-devices.ts';

/** One entry of `query-acpi-ospm-status`. */
export interface OspmStatus {
  /** Id of the device in the slot, if there is one. */
  readonly device?: string;
  readonly slot: string;
  readonly slotType: 'DIMM' | 'CPU';
  readonly source: number;
  readonly status: number;
}

/** A vCPU that is there. */
export interface PluggedCpu {
  readonly possible: PossibleCpu;
  /** `id` of device_add; undefined for those of power-on. */
  readonly id: string | undefined;
  /** `/machine/unattached/device[2]`, `/machine/peripheral/c2`, `/machine/peripheral-anon/device[0]`. */
  readonly qomPath: string;
  /** Added to a machine that was there already. */
  readonly hotplugged: boolean;
}

/** Why the board refuses; the monitor turns it into QEMU's reply. `class` is the QMP error class. */
export interface BoardError {
  readonly class: 'GenericError' | 'DeviceNotFound';
  readonly description: string;
}

/** Why a machine is reset (QAPI ShutdownCause): `guest-…` come from inside. */
export type ResetReason = 'host-qmp-system-reset' | 'guest-reset';

export interface BoardEvents {
  /** A QMP event of the machine: name and data. */
  event(name: string, data?: Readonly<Record<string, unknown>>): void;
}

export interface Board {
  readonly config: MachineConfig;
  /** Backends and DIMMs. */
  readonly memory: MemoryDevices;
  pluggedCpus(): readonly PluggedCpu[];
  cpuAt(index: VcpuIndex): PluggedCpu | undefined;
  /**
   * True when nothing can be plugged there. Besides the plugged ones that are, under TCG, the slots whose vCPU the guest
   * has ejected: QEMU 7.2 never finishes that unplug, and aborts when the slot is plugged again.
   */
  isTaken(index: VcpuIndex): boolean;
  /** True when there is such an ejected vCPU. */
  hasLingeringCpu(): boolean;
  /** Ids of the devices that a user has named. */
  deviceIds(): ReadonlySet<string>;
  /** Hot-adds a vCPU into an empty slot: creates it, sets the ACPI event, raises the SCI. */
  plugCpu(possible: PossibleCpu, id: string | undefined): BoardError | undefined;
  /** Asks the guest to eject (acpi unplug request). */
  requestCpuUnplug(cpu: PluggedCpu): BoardError | undefined;
  ospmStatus(): readonly OspmStatus[];
  /** Presses the power button: a PM1 fixed event. */
  powerButton(): void;
  /** Resets the machine for `reason`, or ends it where -no-reboot says so. */
  requestReset(reason: ResetReason): void;
  /** `stop` and `cont`. */
  setRunning(running: boolean): void;
  readonly running: boolean;
  /** False until the first `cont` of a machine that was started with -S. */
  readonly everRan: boolean;
  /** Switched off, and kept by -no-shutdown: only a reset helps. */
  readonly isShutDown: boolean;
  /** Halted vCPUs, for `info cpus`. */
  isHalted(index: VcpuIndex): boolean;
}
