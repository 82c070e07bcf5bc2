/**
 * QEMU's CPU-hotplug register block: docs/specs/acpi_cpu_hotplug.rst, with the trace points and the order of QEMU 7.2's
 * hw/acpi/cpu.c. The machine starts with the older interface, a bitmap of present processors by APIC id
 * (hw/acpi/cpu_hotplug.c), in its place, until the guest writes 0 to the bitmap's first byte.
 */
import type { OspmStatus } from '../abi/board.ts';
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { PossibleCpu } from '../abi/machine-config.ts';
import type { VcpuIndex } from '../protocol/units.ts';
import { bit, hasBits, hex, high32, low32 } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { type Register, RegisterMap, type RegisterName } from './registers.ts';

export const CPU_HOTPLUG_REGISTERS = [
  {
    name: 'COMMAND_DATA_2',
    offset: 0x0,
    width: 4,
    access: 'read-only',
    text: 'upper 32 bits of what the command answers',
  },
  { name: 'CPU_SELECTOR', offset: 0x0, width: 4, access: 'write-only', text: 'the CPU that the other registers mean' },
  {
    name: 'CPU_STATUS',
    offset: 0x4,
    width: 1,
    access: 'read-only',
    text: 'enabled, insert event, remove event, eject by firmware',
  },
  { name: 'CPU_CONTROL', offset: 0x4, width: 1, access: 'write-only', text: 'clears an event or ejects' },
  {
    name: 'COMMAND',
    offset: 0x5,
    width: 1,
    access: 'write-only',
    text: '0: next CPU with an event, 1: OST event, 2: OST status, 3: CPU id',
  },
  {
    name: 'COMMAND_DATA',
    offset: 0x8,
    width: 4,
    access: 'read-write',
    text: 'argument or lower 32 bits of the answer of the command',
  },
] as const satisfies readonly Register[];

/** The interface that a machine starts with. */
export const LEGACY_CPU_HOTPLUG_REGISTERS = [
  {
    name: 'PRESENT',
    offset: 0,
    width: 1,
    count: 32,
    access: 'read-write',
    text: 'present CPUs by APIC id; 0 to the first byte switches to the modern block',
  },
] as const satisfies readonly Register[];

/** Bits of CPU_STATUS and CPU_CONTROL. */
export const CPU_HOTPLUG_FLAGS = {
  enabled: bit(0),
  insertEvent: bit(1),
  removeEvent: bit(2),
  eject: bit(3),
  ejectByFirmware: bit(4),
} as const;

/** Values of COMMAND. */
export const CPU_HOTPLUG_COMMANDS = { nextCpuWithEvent: 0, ostEvent: 1, ostStatus: 2, cpuId: 3 } as const;
const COMMAND_COUNT = 4;

/** Bytes that the legacy bitmap and the modern block take. */
export const LEGACY_LENGTH = 32;
export const MODERN_LENGTH = 12;

const registers = new RegisterMap<RegisterName<typeof CPU_HOTPLUG_REGISTERS>>(CPU_HOTPLUG_REGISTERS);

/** What the block knows of a possible CPU. */
interface CpuSlot {
  readonly index: VcpuIndex;
  readonly apicId: number;
  present: boolean;
  /** Of device_add. */
  id: string | undefined;
  inserting: boolean;
  removing: boolean;
  firmwareRemove: boolean;
  ostEvent: number;
  ostStatus: number;
}

export interface CpuHotplugHost {
  /** Sets the GPE's status bit. */
  raiseEvent(): void;
  /** The guest ejects: the vCPU goes away now. */
  eject(index: VcpuIndex): void;
  /** ACPI_DEVICE_OST. */
  ostReported(status: OspmStatus): void;
}

export class CpuHotplug implements IoHandler {
  private readonly host: CpuHotplugHost;
  private readonly log: LogWriter;
  private readonly slots: readonly CpuSlot[];
  private readonly legacyBitmap = new Uint8Array(LEGACY_LENGTH);
  private legacyMode = true;
  private selector = 0;
  private command = 0;

  constructor(possible: readonly PossibleCpu[], host: CpuHotplugHost, log: LogWriter) {
    this.host = host;
    this.log = log;
    this.slots = possible.map(({ index, apicId }) => ({
      index,
      apicId,
      present: false,
      id: undefined,
      inserting: false,
      removing: false,
      firmwareRemove: false,
      ostEvent: 0,
      ostStatus: 0,
    }));
  }

  /** True until the guest has switched the modern interface on. */
  get legacy(): boolean {
    return this.legacyMode;
  }

  /** A vCPU was put in; `hotplugged`: the machine runs already, so the guest is told. */
  plugged(index: VcpuIndex, id: string | undefined, hotplugged: boolean): void {
    const slot = this.slot(index);
    slot.present = true;
    slot.id = id;
    if (this.legacyMode) this.markInBitmap(slot.apicId);
    if (!hotplugged) return;
    // the bitmap has no events: a guest that switches over later finds the CPU merely present
    if (!this.legacyMode) slot.inserting = true;
    this.host.raiseEvent();
  }

  /** device_del: the guest is asked to eject. Only the modern interface can. */
  requestUnplug(index: VcpuIndex): void {
    this.slot(index).removing = true;
    this.host.raiseEvent();
  }

  /** The vCPU is gone. */
  unplugged(index: VcpuIndex): void {
    const slot = this.slot(index);
    slot.present = false;
    slot.id = undefined;
  }

  /** After a reset of the machine, which does not reach this block: its registers hold what they held before. */
  takeOver(earlier: CpuHotplug): void {
    this.legacyMode = earlier.legacyMode;
    this.legacyBitmap.set(earlier.legacyBitmap);
    this.selector = earlier.selector;
    this.command = earlier.command;
    for (const slot of this.slots) Object.assign(slot, earlier.slot(slot.index));
  }

  ospmStatus(): readonly OspmStatus[] {
    return this.slots.map((slot) => this.statusOf(slot));
  }

  read(offset: number, width: AccessWidth): number {
    if (this.legacyMode) return this.readBitmap(offset, width);
    // the bitmap's place is longer: nothing answers behind the block
    if (offset >= MODERN_LENGTH) return 2 ** (8 * width) - 1;
    const name = registers.read(offset)?.register.name;
    const slot = this.slots[this.selector];
    if (!slot) return 0;
    switch (name) {
      case 'CPU_STATUS': {
        const flags = this.flagsOf(slot);
        this.trace('cpuhp_acpi_read_flags', this.selector, flags);
        return flags;
      }
      case 'COMMAND_DATA': {
        const data = this.commandData(slot);
        this.trace('cpuhp_acpi_read_cmd_data', this.selector, low32(data));
        return low32(data);
      }
      case 'COMMAND_DATA_2': {
        const data = this.command === CPU_HOTPLUG_COMMANDS.cpuId ? high32(slot.apicId) : 0;
        this.trace('cpuhp_acpi_read_cmd_data2', this.selector, data);
        return data;
      }
      default:
        this.log.emit('unmodelled', 'cpu-hotplug', `${width}-byte read of reserved offset ${hex(offset)}`);
        return 0;
    }
  }

  write(offset: number, width: AccessWidth, value: number): void {
    if (this.legacyMode) {
      this.writeBitmap(offset, width, value);
      return;
    }
    const name = registers.write(offset)?.register.name;
    if (name === 'CPU_SELECTOR') {
      this.selector = value;
      this.trace('cpuhp_acpi_write_idx', value);
      return;
    }
    const slot = this.slots[this.selector];
    if (!slot) {
      this.trace('cpuhp_acpi_invalid_idx_selected', this.selector);
      return;
    }
    switch (name) {
      case 'CPU_CONTROL':
        this.writeControl(slot, value);
        break;
      case 'COMMAND':
        this.writeCommand(value);
        break;
      case 'COMMAND_DATA':
        this.writeCommandData(slot, value);
        break;
      default:
        this.log.emit('unmodelled', 'cpu-hotplug', `${width}-byte write of ${hex(value)} to offset ${hex(offset)}`);
    }
  }

  private slot(index: VcpuIndex): CpuSlot {
    const slot = this.slots[index];
    if (!slot) throw new Error(`no possible CPU ${index}`);
    return slot;
  }

  private flagsOf(slot: CpuSlot): number {
    const flag = (set: boolean, mask: number) => (set ? mask : 0);
    return (
      flag(slot.present, CPU_HOTPLUG_FLAGS.enabled) |
      flag(slot.inserting, CPU_HOTPLUG_FLAGS.insertEvent) |
      flag(slot.removing, CPU_HOTPLUG_FLAGS.removeEvent) |
      flag(slot.firmwareRemove, CPU_HOTPLUG_FLAGS.ejectByFirmware)
    );
  }

  private commandData(slot: CpuSlot): number {
    if (this.command === CPU_HOTPLUG_COMMANDS.nextCpuWithEvent) return this.selector;
    return this.command === CPU_HOTPLUG_COMMANDS.cpuId ? slot.apicId : 0;
  }

  /** One action a write: the lowest of the bits that are set decides. */
  private writeControl(slot: CpuSlot, value: number): void {
    const { insertEvent, removeEvent, eject, ejectByFirmware } = CPU_HOTPLUG_FLAGS;
    if (hasBits(value, insertEvent)) {
      slot.inserting = false;
      this.trace('cpuhp_acpi_clear_inserting_evt', this.selector);
    } else if (hasBits(value, removeEvent)) {
      slot.removing = false;
      this.trace('cpuhp_acpi_clear_remove_evt', this.selector);
    } else if (hasBits(value, eject)) {
      this.eject(slot);
    } else if (hasBits(value, ejectByFirmware)) {
      this.ejectByFirmware(slot);
    }
  }

  /** The first CPU cannot go, nor can one that is not there. */
  private isEjectable(slot: CpuSlot): boolean {
    return slot.present && slot.index !== 0;
  }

  private eject(slot: CpuSlot): void {
    if (!this.isEjectable(slot)) {
      this.trace('cpuhp_acpi_ejecting_invalid_cpu', this.selector);
      return;
    }
    this.trace('cpuhp_acpi_ejecting_cpu', this.selector);
    this.host.eject(slot.index);
    slot.firmwareRemove = false;
  }

  private ejectByFirmware(slot: CpuSlot): void {
    if (!this.isEjectable(slot)) {
      this.trace('cpuhp_acpi_fw_remove_invalid_cpu', this.selector);
      return;
    }
    this.trace('cpuhp_acpi_fw_remove_cpu', this.selector);
    slot.firmwareRemove = true;
  }

  private writeCommand(value: number): void {
    this.trace('cpuhp_acpi_write_cmd', this.selector, value);
    if (value >= COMMAND_COUNT) return;
    this.command = value;
    if (value === CPU_HOTPLUG_COMMANDS.nextCpuWithEvent) this.selectNextWithEvent();
  }

  /** Searches from the selected CPU on, all the way round; without an event the selector stays. */
  private selectNextWithEvent(): void {
    const count = this.slots.length;
    for (let step = 0; step < count; step++) {
      const index = (this.selector + step) % count;
      const slot = this.slots[index];
      if (!slot || !(slot.inserting || slot.removing || slot.firmwareRemove)) continue;
      this.selector = index;
      this.trace('cpuhp_acpi_cpu_has_events', index, slot.inserting ? 1 : 0, slot.removing ? 1 : 0);
      return;
    }
  }

  private writeCommandData(slot: CpuSlot, value: number): void {
    switch (this.command) {
      case CPU_HOTPLUG_COMMANDS.ostEvent:
        slot.ostEvent = value;
        this.trace('cpuhp_acpi_write_ost_ev', this.selector, value);
        break;
      case CPU_HOTPLUG_COMMANDS.ostStatus:
        slot.ostStatus = value;
        this.host.ostReported(this.statusOf(slot));
        this.trace('cpuhp_acpi_write_ost_status', this.selector, value);
        break;
    }
  }

  private statusOf(slot: CpuSlot): OspmStatus {
    const { id, index, ostEvent, ostStatus } = slot;
    const status = { slot: String(index), slotType: 'CPU', source: ostEvent, status: ostStatus } as const;
    return id === undefined ? status : { device: id, ...status };
  }

  private trace(point: string, a = 0, b = 0, c = 0): void {
    this.log.emit('qemu_trace', point, a, b, c);
  }

  // --- the legacy bitmap

  private markInBitmap(apicId: number): void {
    const byte = apicId >> 3;
    // an APIC id that the bitmap has no room for: QEMU goes over to the modern interface by itself
    if (byte >= LEGACY_LENGTH) this.legacyMode = false;
    else this.legacyBitmap[byte] = (this.legacyBitmap[byte] ?? 0) | bit(apicId & 7);
  }

  private readBitmap(offset: number, width: AccessWidth): number {
    let value = 0;
    for (let at = width - 1; at >= 0; at--) value = value * 256 + (this.legacyBitmap[offset + at] ?? 0xff);
    this.log.emit('register_read', 'cpu-hotplug-legacy', 'PRESENT', value, offset, width);
    return value;
  }

  private writeBitmap(offset: number, width: AccessWidth, value: number): void {
    this.log.emit('register_write', 'cpu-hotplug-legacy', 'PRESENT', value, offset, width);
    if (offset === 0 && (value & 0xff) === 0) this.legacyMode = false;
  }
}
