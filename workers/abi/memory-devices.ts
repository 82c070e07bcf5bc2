/** QEMU's side of memory hotplug: the DIMMs that are plugged. A part of the board. */
import type { BoardError } from './board.ts';
import type { MemoryBackend } from './machine-config.ts';

/** A pc-dimm that is plugged. */
export interface Dimm {
  /** `id` of device_add; undefined when none was given. */
  readonly id: string | undefined;
  readonly qomPath: string;
  /** Id of the backend that is its memory. */
  readonly backend: string;
  readonly slot: number;
  /** Guest-physical. */
  readonly address: number;
  /** Bytes. */
  readonly size: number;
  readonly node: number;
  /** Added to a machine that was there already. */
  readonly hotplugged: boolean;
}

/** What a user asks for; what is left out the board chooses. */
export interface DimmRequest {
  readonly id: string | undefined;
  /** Undefined: `memdev` was not given. */
  readonly backend: DimmMemory | undefined;
  readonly slot: number | undefined;
  /** 0 means: choose. */
  readonly address: number;
  readonly node: number;
}

export interface DimmMemory extends Pick<MemoryBackend, 'id' | 'size'> {
  /** Bytes that size and guest-physical address must be a multiple of. */
  readonly alignment: number;
}

export interface MemoryDevices {
  /** Where the DIMMs' addresses begin; undefined: the machine takes none. */
  readonly regionBase?: number | undefined;
  /** True when the machine's own RAM or a DIMM has it. */
  usesBackend(id: string): boolean;
  /** By address. */
  dimms(): readonly Dimm[];
  /** In the order of plugging. */
  inOrder(): readonly Dimm[];
  /** Hot-adds a DIMM: chooses slot and address, sets the ACPI event, raises the SCI. */
  plugDimm(request: DimmRequest): BoardError | undefined;
  /** Asks the guest to eject. */
  requestDimmUnplug(dimm: Dimm): BoardError | undefined;
}
