/**
 * QEMU's memory-hotplug register block: docs/specs/acpi_mem_hotplug.rst, with the trace points and the order of QEMU
 * 7.2's hw/acpi/memory_hotplug.c.
 */
import type { OspmStatus } from '../abi/board.ts';
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import { bit, hasBits, hex, high32, low32 } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { type Register, RegisterMap, type RegisterName } from './registers.ts';

export const MEMORY_HOTPLUG_REGISTERS = [
  { name: 'ADDRESS_LOW', offset: 0x00, width: 4, access: 'read-only', text: 'physical address of the DIMM, low half' },
  {
    name: 'SLOT_SELECTOR',
    offset: 0x00,
    width: 4,
    access: 'write-only',
    text: 'the slot that the other registers mean',
  },
  {
    name: 'ADDRESS_HIGH',
    offset: 0x04,
    width: 4,
    access: 'read-only',
    text: 'physical address of the DIMM, high half',
  },
  { name: 'OST_EVENT', offset: 0x04, width: 4, access: 'write-only', text: 'event that the guest reports on' },
  { name: 'SIZE_LOW', offset: 0x08, width: 4, access: 'read-only', text: 'bytes of the DIMM, low half' },
  { name: 'OST_STATUS', offset: 0x08, width: 4, access: 'write-only', text: 'status that the guest reports' },
  { name: 'SIZE_HIGH', offset: 0x0c, width: 4, access: 'read-only', text: 'bytes of the DIMM, high half' },
  { name: 'PROXIMITY', offset: 0x10, width: 4, access: 'read-only', text: 'proximity domain of the DIMM' },
  { name: 'MEMORY_STATUS', offset: 0x14, width: 1, access: 'read-only', text: 'enabled, insert event, remove event' },
  { name: 'MEMORY_CONTROL', offset: 0x14, width: 1, access: 'write-only', text: 'clears an event or ejects' },
] as const satisfies readonly Register[];

/** Bits of MEMORY_STATUS and MEMORY_CONTROL. */
export const MEMORY_HOTPLUG_FLAGS = {
  enabled: bit(0),
  insertEvent: bit(1),
  removeEvent: bit(2),
  eject: bit(3),
} as const;

const registers = new RegisterMap<RegisterName<typeof MEMORY_HOTPLUG_REGISTERS>>(MEMORY_HOTPLUG_REGISTERS);

/** A DIMM in a slot. */
export interface DimmInSlot {
  readonly id: string | undefined;
  readonly address: number;
  /** Bytes. */
  readonly size: number;
  readonly node: number;
}

interface DimmSlot {
  readonly number: number;
  dimm: DimmInSlot | undefined;
  inserting: boolean;
  removing: boolean;
  ostEvent: number;
  ostStatus: number;
}

export interface MemoryHotplugHost {
  /** Sets the GPE's status bit. */
  raiseEvent(): void;
  /** The guest ejects the DIMM of this slot: true when it is gone, false when it could not be taken out. */
  eject(slot: number): boolean;
  /** ACPI_DEVICE_OST. */
  ostReported(status: OspmStatus): void;
}

export class MemoryHotplug implements IoHandler {
  private readonly host: MemoryHotplugHost;
  private readonly log: LogWriter;
  private readonly slots: readonly DimmSlot[];
  private selector = 0;

  constructor(slotCount: number, host: MemoryHotplugHost, log: LogWriter) {
    this.host = host;
    this.log = log;
    this.slots = Array.from({ length: slotCount }, (_, number) => ({
      number,
      dimm: undefined,
      inserting: false,
      removing: false,
      ostEvent: 0,
      ostStatus: 0,
    }));
  }

  /** A DIMM was put in; `hotplugged`: the machine runs already, so the guest is told. */
  plugged(slot: number, dimm: DimmInSlot, hotplugged: boolean): void {
    const { slots } = this;
    const into = slots[slot];
    if (!into) throw new Error(`no DIMM slot ${slot}`);
    into.dimm = dimm;
    into.removing = false;
    if (!hotplugged) return;
    into.inserting = true;
    this.host.raiseEvent();
  }

  /** device_del: the guest is asked to eject. */
  requestUnplug(slot: number): void {
    const from = this.slots[slot];
    if (!from) throw new Error(`no DIMM slot ${slot}`);
    from.removing = true;
    this.host.raiseEvent();
  }

  /** After a reset of the machine, which does not reach this block: its registers hold what they held before. */
  takeOver(earlier: MemoryHotplug): void {
    this.selector = earlier.selector;
    this.slots.forEach((slot, number) => {
      Object.assign(slot, earlier.slots[number]);
    });
  }

  ospmStatus(): readonly OspmStatus[] {
    return this.slots.map((slot) => this.statusOf(slot));
  }

  read(offset: number, width: AccessWidth): number {
    const slot = this.slots[this.selector];
    if (!slot) {
      this.trace('mhp_acpi_invalid_slot_selected', this.selector);
      return 0;
    }
    const name = registers.read(offset)?.register.name;
    const { dimm } = slot;
    switch (name) {
      case 'ADDRESS_LOW':
        return this.answer('mhp_acpi_read_addr_lo', low32(dimm?.address ?? 0));
      case 'ADDRESS_HIGH':
        return this.answer('mhp_acpi_read_addr_hi', high32(dimm?.address ?? 0));
      case 'SIZE_LOW':
        return this.answer('mhp_acpi_read_size_lo', low32(dimm?.size ?? 0));
      case 'SIZE_HIGH':
        return this.answer('mhp_acpi_read_size_hi', high32(dimm?.size ?? 0));
      case 'PROXIMITY':
        return this.answer('mhp_acpi_read_pxm', dimm?.node ?? 0);
      case 'MEMORY_STATUS':
        return this.answer('mhp_acpi_read_flags', this.flagsOf(slot));
      default:
        this.log.emit('unmodelled', 'memory-hotplug', `${width}-byte read of reserved offset ${hex(offset)}`);
        return 2 ** (8 * width) - 1;
    }
  }

  write(offset: number, width: AccessWidth, value: number): void {
    const name = registers.write(offset)?.register.name;
    if (name === 'SLOT_SELECTOR') {
      this.selector = value;
      this.trace('mhp_acpi_write_slot', value);
      return;
    }
    const slot = this.slots[this.selector];
    if (!slot) {
      this.trace('mhp_acpi_invalid_slot_selected', this.selector);
      return;
    }
    switch (name) {
      case 'OST_EVENT':
        slot.ostEvent = value;
        this.trace('mhp_acpi_write_ost_ev', this.selector, value);
        break;
      case 'OST_STATUS':
        slot.ostStatus = value;
        this.trace('mhp_acpi_write_ost_status', this.selector, value);
        this.host.ostReported(this.statusOf(slot));
        break;
      case 'MEMORY_CONTROL':
        this.writeControl(slot, value);
        break;
      default:
        this.log.emit('unmodelled', 'memory-hotplug', `${width}-byte write of ${hex(value)} to offset ${hex(offset)}`);
    }
  }

  private flagsOf({ dimm, inserting, removing }: DimmSlot): number {
    const flag = (set: boolean, mask: number) => (set ? mask : 0);
    return (
      flag(dimm !== undefined, MEMORY_HOTPLUG_FLAGS.enabled) |
      flag(inserting, MEMORY_HOTPLUG_FLAGS.insertEvent) |
      flag(removing, MEMORY_HOTPLUG_FLAGS.removeEvent)
    );
  }

  /** One action a write: the lowest of the bits that are set decides. */
  private writeControl(slot: DimmSlot, value: number): void {
    if (hasBits(value, MEMORY_HOTPLUG_FLAGS.insertEvent)) {
      slot.inserting = false;
      this.trace('mhp_acpi_clear_insert_evt', this.selector);
    } else if (hasBits(value, MEMORY_HOTPLUG_FLAGS.removeEvent)) {
      slot.removing = false;
      this.trace('mhp_acpi_clear_remove_evt', this.selector);
    } else if (hasBits(value, MEMORY_HOTPLUG_FLAGS.eject)) {
      this.eject(slot);
    }
  }

  private eject(slot: DimmSlot): void {
    if (!slot.dimm) {
      this.trace('mhp_acpi_ejecting_invalid_slot', this.selector);
    } else if (this.host.eject(slot.number)) {
      slot.dimm = undefined;
      this.trace('mhp_acpi_pc_dimm_deleted', this.selector);
    } else {
      this.trace('mhp_acpi_pc_dimm_delete_failed', this.selector);
    }
  }

  private statusOf({ dimm, number, ostEvent, ostStatus }: DimmSlot): OspmStatus {
    const status = { slot: String(number), slotType: 'DIMM', source: ostEvent, status: ostStatus } as const;
    return dimm?.id === undefined ? status : { device: dimm.id, ...status };
  }

  private answer(point: string, value: number): number {
    this.trace(point, this.selector, value);
    return value;
  }

  private trace(point: string, a: number, b = 0): void {
    this.log.emit('qemu_trace', point, a, b);
  }
}
