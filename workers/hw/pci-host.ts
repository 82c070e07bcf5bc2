/**
 * A PCI host bridge's configuration mechanism 1 (PCI 3.0 §3.2.2.3.2): an address port and a data window onto the
 * configuration space of the functions on bus 0. The functions do nothing but have registers.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import { bit, field, hasBits, hex } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import { merge, type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const PCI_ADDRESS_REGISTERS = [
  {
    name: 'CONFIG_ADDRESS',
    offset: 0,
    width: 4,
    access: 'read-write',
    text: 'bus, device, function, register; bit 31 enables',
  },
] as const satisfies readonly Register[];

export const PCI_DATA_REGISTERS = [
  { name: 'CONFIG_DATA', offset: 0, width: 4, access: 'read-write', text: 'the register that CONFIG_ADDRESS names' },
] as const satisfies readonly Register[];

/** Fields of CONFIG_ADDRESS. */
const ADDRESS = {
  enable: bit(31),
  bus: { low: 16, width: 8 },
  device: { low: 11, width: 5 },
  function: { low: 8, width: 3 },
  register: { low: 0, width: 8 },
} as const;

export interface PciBar {
  readonly index: number;
  readonly space: 'memory' | 'port';
  readonly address: number;
  readonly size: number;
}

/** Bytes of the configuration header that identify a function (PCI 3.0 §6.1). */
export interface PciFunction {
  readonly device: number;
  readonly function: number;
  readonly vendorId: number;
  readonly deviceId: number;
  readonly revision: number;
  /** Class, subclass, programming interface: 24 bits. */
  readonly classCode: number;
  readonly multifunction: boolean;
  /** Registers beyond the header that the guest may read and write, with the values that the firmware left in them. */
  readonly registers: readonly { readonly offset: number; readonly bytes: readonly number[]; readonly name: string }[];
  /** Base address registers, with the addresses that the firmware gave them; sizes are powers of two. */
  readonly bars?: readonly PciBar[];
}

const CONFIG_SIZE = 256;
const HEADER = {
  vendorId: 0x00,
  deviceId: 0x02,
  command: 0x04,
  revision: 0x08,
  classCode: 0x09,
  headerType: 0x0e,
  bar0: 0x10,
} as const;
/** The function answers to ports and memory, as the firmware leaves it. */
const COMMAND_ENABLED = 0x0103;
const MULTIFUNCTION = 0x80;

class ConfigSpace {
  readonly function: PciFunction;
  private readonly bytes = new Uint8Array(CONFIG_SIZE);
  /** Bits that a write changes. */
  private readonly writable = new Uint8Array(CONFIG_SIZE);

  constructor(description: PciFunction) {
    this.function = description;
    this.put(HEADER.vendorId, description.vendorId, 2);
    this.put(HEADER.deviceId, description.deviceId, 2);
    this.put(HEADER.command, COMMAND_ENABLED, 2);
    this.put(HEADER.revision, description.revision, 1);
    this.put(HEADER.classCode, description.classCode, 3);
    this.put(HEADER.headerType, description.multifunction ? MULTIFUNCTION : 0, 1);
    this.writable.fill(0xff, HEADER.command, HEADER.command + 2);
    for (const { offset, bytes } of description.registers) {
      this.bytes.set(bytes, offset);
      this.writable.fill(0xff, offset, offset + bytes.length);
    }
    // the address bits below the size read as zero: that is how it is found out (PCI 3.0 §6.2.5.1)
    for (const { index, space, address, size } of description.bars ?? []) {
      const offset = HEADER.bar0 + 4 * index;
      this.put(offset, address + (space === 'port' ? 1 : 0), 4);
      for (let at = 0; at < 4; at++) this.writable[offset + at] = (-size >> (8 * at)) & 0xff;
    }
  }

  read(offset: number): number {
    return this.bytes[offset] ?? 0;
  }

  /** False when nothing there can be written. */
  write(offset: number, value: number): boolean {
    const mask = this.writable[offset] ?? 0;
    if (mask === 0) return this.function.bars?.some(({ index }) => (offset - HEADER.bar0) >> 2 === index) === true;
    this.bytes[offset] = (value & mask) | (this.read(offset) & ~mask);
    return true;
  }

  private put(offset: number, value: number, width: number): void {
    for (let at = 0; at < width; at++) this.bytes[offset + at] = (value >> (8 * at)) & 0xff;
  }
}

export class PciHost {
  /** Claims 0xcf8, of which byte accesses belong to others. */
  readonly addressPort: IoHandler;
  readonly dataPort: IoHandler;
  private readonly functions: readonly ConfigSpace[];
  private readonly log: LogWriter;
  private address = 0;

  constructor(functions: readonly PciFunction[], log: LogWriter) {
    this.functions = functions.map((description) => new ConfigSpace(description));
    this.log = log;
    this.addressPort = new RegisterBlock<RegisterName<typeof PCI_ADDRESS_REGISTERS>>(
      'pci-host',
      PCI_ADDRESS_REGISTERS,
      {
        readRegister: () => this.address,
        writeRegister: (_name, _index, value, mask) => {
          this.address = merge(this.address, value, mask);
        },
      },
      log,
      { reads: false, writes: false },
    );
    this.dataPort = {
      read: (offset, width) => this.readData(offset, width),
      write: (offset, width, value) => this.writeData(offset, width, value),
    };
  }

  /** The function that CONFIG_ADDRESS names; nobody answers for an empty place. */
  private selected(): ConfigSpace | undefined {
    const { address } = this;
    if (!hasBits(address, ADDRESS.enable) || field(address, ADDRESS.bus.low, ADDRESS.bus.width) !== 0) return undefined;
    const device = field(address, ADDRESS.device.low, ADDRESS.device.width);
    const number = field(address, ADDRESS.function.low, ADDRESS.function.width);
    return this.functions.find((space) => space.function.device === device && space.function.function === number);
  }

  private register(offset: number): number {
    return (field(this.address, ADDRESS.register.low, ADDRESS.register.width) & ~3) + offset;
  }

  private readData(offset: number, width: AccessWidth): number {
    const space = this.selected();
    if (!space) return 2 ** (8 * width) - 1;
    let value = 0;
    for (let at = width - 1; at >= 0; at--) value = value * 256 + space.read(this.register(offset + at));
    return value;
  }

  private writeData(offset: number, width: AccessWidth, value: number): void {
    const space = this.selected();
    if (!space) return;
    const { device, function: number } = space.function;
    for (let at = 0; at < width; at++) {
      const register = this.register(offset + at);
      if (space.write(register, (value >>> (8 * at)) & 0xff)) continue;
      this.log.emit('unmodelled', 'pci-host', `write to register ${hex(register)} of 00:${hex(device)}.${number}`);
    }
  }
}
