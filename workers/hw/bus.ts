/**
 * The machine's address spaces: I/O ports, memory-mapped registers, RAM in sparse pages. One {@link SystemBus} a
 * machine; each vCPU reaches it through its own {@link VcpuBus}, since the local APIC's page is private to a vCPU.
 */
import type { AccessWidth, Bus, BusBuilder, IoHandler } from '../abi/bus.ts';
import type { PhysAddr } from '../protocol/units.ts';
import { hex } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';

const PAGE_SIZE = 4096;

/** A range that a handler claims. */
interface Mapping {
  readonly first: number;
  readonly length: number;
  readonly handler: IoHandler;
}

/**
 * Ports that PC software probes and that the lab has nothing behind: an access is no news. Reads give all ones, as an
 * empty port's do.
 */
export const QUIET_PORTS: readonly { readonly first: number; readonly length: number; readonly what: string }[] = [
  { first: 0x20, length: 2, what: '8259 interrupt controller, masked as soon as the IO-APIC is in use' },
  { first: 0x40, length: 4, what: '8254 interval timer' },
  { first: 0x60, length: 1, what: '8042 keyboard controller, data' },
  { first: 0x61, length: 1, what: 'NMI status and control' },
  { first: 0x80, length: 1, what: 'power-on self-test code, written for a short delay' },
  { first: 0xa0, length: 2, what: '8259 interrupt controller, slave' },
  { first: 0xed, length: 1, what: 'alternative port for a short delay' },
  { first: 0x402, length: 1, what: 'firmware debug console' },
  { first: 0x4d0, length: 2, what: 'edge/level control of the 8259' },
  { first: 0x2e8, length: 8, what: 'fourth serial port, absent' },
  { first: 0x2f8, length: 8, what: 'second serial port, absent' },
  { first: 0x3e8, length: 8, what: 'third serial port, absent' },
];

/** All ones of an access; 8-byte values stay exact integers. */
const allOnes = (width: AccessWidth): number => (width === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * width) - 1);

const lowBytes = (value: number, width: AccessWidth): number => value % 2 ** (8 * width);

/** Where the parts of an access begin, and their bytes: as QEMU's memory_access_size divides one that is not aligned. */
function alignedParts(address: number, width: AccessWidth): { readonly at: number; readonly size: AccessWidth }[] {
  const parts: { at: number; size: AccessWidth }[] = [];
  for (let at = 0; at < width; ) {
    const left = width - at;
    const size = left >= 4 && (address + at) % 4 === 0 ? 4 : left >= 2 && (address + at) % 2 === 0 ? 2 : 1;
    parts.push({ at, size });
    at += size;
  }
  return parts;
}

const covers = (mapping: Mapping, address: number): boolean =>
  address >= mapping.first && address < mapping.first + mapping.length;

export class SystemBus implements BusBuilder {
  private readonly log: LogWriter;
  private readonly ports = new Map<number, Mapping>();
  private readonly quietPorts = new Set<number>();
  private readonly regions: Mapping[] = [];
  private readonly ram: { readonly first: number; readonly length: number }[] = [];
  private readonly pages = new Map<number, Uint8Array>();

  constructor(log: LogWriter) {
    this.log = log;
    for (const { first, length } of QUIET_PORTS)
      for (let port = first; port < first + length; port++) this.quietPorts.add(port);
  }

  /** Ports that another device has claimed are a fault of the board's table: throws. */
  mapPorts(first: number, length: number, handler: IoHandler): void {
    const mapping = { first, length, handler };
    for (let port = first; port < first + length; port++) {
      if (this.ports.has(port)) throw new Error(`port ${hex(port)} is claimed twice`);
      this.ports.set(port, mapping);
    }
  }

  mapMemory(first: PhysAddr, length: number, handler: IoHandler): void {
    if (this.regions.some((other) => first < other.first + other.length && other.first < first + length)) {
      throw new Error(`memory at ${hex(first)} is claimed twice`);
    }
    this.regions.push({ first, length, handler });
  }

  /** RAM that reads as zeros until it is written. Page-aligned. */
  addRam(first: PhysAddr, length: number): void {
    this.ram.push({ first, length });
  }

  writeBytes(address: PhysAddr, bytes: Uint8Array): void {
    for (const [at, count] of piecesByPage(address, bytes.length)) {
      this.pageForWrite(address + at).set(bytes.subarray(at, at + count), (address + at) % PAGE_SIZE);
    }
  }

  /** Forgets what RAM holds (power cycle). */
  clearMemory(): void {
    this.pages.clear();
  }

  readPort(port: number, width: AccessWidth): number {
    if (port % width === 0) return this.readAlignedPort(port, width);
    let value = 0;
    for (const { at, size } of alignedParts(port, width)) {
      value += this.readAlignedPort(port + at, size) * 2 ** (8 * at);
    }
    return value;
  }

  writePort(port: number, width: AccessWidth, value: number): void {
    if (port % width === 0) {
      this.writeAlignedPort(port, width, value);
      return;
    }
    for (const { at, size } of alignedParts(port, width)) {
      this.writeAlignedPort(port + at, size, Math.floor(value / 2 ** (8 * at)));
    }
  }

  private readAlignedPort(port: number, width: AccessWidth): number {
    const mapping = this.ports.get(port);
    if (mapping) return lowBytes(mapping.handler.read(port - mapping.first, width), width);
    if (!this.quietPorts.has(port)) this.log.emit('unmodelled', 'ports', `${width}-byte read of port ${hex(port)}`);
    return allOnes(width);
  }

  private writeAlignedPort(port: number, width: AccessWidth, value: number): void {
    const mapping = this.ports.get(port);
    if (mapping) mapping.handler.write(port - mapping.first, width, lowBytes(value, width));
    else if (!this.quietPorts.has(port)) {
      this.log.emit('unmodelled', 'ports', `${width}-byte write of ${hex(value)} to port ${hex(port)}`);
    }
  }

  readMemory(address: PhysAddr, width: AccessWidth): number {
    const mapping = this.regions.find((region) => covers(region, address));
    if (mapping) return mapping.handler.read(address - mapping.first, width);
    if (!this.isBacked(address)) {
      this.log.emit('unmodelled', 'memory', `${width}-byte read of ${hex(address)}`);
      return allOnes(width);
    }
    let value = 0;
    for (let at = width - 1; at >= 0; at--) value = value * 256 + this.byteAt(address + at);
    return value;
  }

  writeMemory(address: PhysAddr, width: AccessWidth, value: number): void {
    const mapping = this.regions.find((region) => covers(region, address));
    if (mapping) {
      mapping.handler.write(address - mapping.first, width, value);
      return;
    }
    if (!this.inRam(address)) {
      this.log.emit('unmodelled', 'memory', `${width}-byte write of ${hex(value)} to ${hex(address)}`);
      return;
    }
    for (let at = 0, rest = value; at < width; at++, rest = Math.floor(rest / 256)) {
      this.pageForWrite(address + at)[(address + at) % PAGE_SIZE] = rest % 256;
    }
  }

  readBytes(address: PhysAddr, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const [at, count] of piecesByPage(address, length)) {
      const page = this.pages.get(Math.floor((address + at) / PAGE_SIZE));
      const from = (address + at) % PAGE_SIZE;
      if (page) bytes.set(page.subarray(from, from + count), at);
      else if (!this.inRam(address + at)) bytes.fill(0xff, at, at + count);
    }
    return bytes;
  }

  private inRam(address: number): boolean {
    return this.ram.some(({ first, length }) => address >= first && address < first + length);
  }

  /** RAM, or ROM that the firmware's bytes were put in. */
  private isBacked(address: number): boolean {
    return this.pages.has(Math.floor(address / PAGE_SIZE)) || this.inRam(address);
  }

  private byteAt(address: number): number {
    return this.pages.get(Math.floor(address / PAGE_SIZE))?.[address % PAGE_SIZE] ?? 0;
  }

  private pageForWrite(address: number): Uint8Array {
    const number = Math.floor(address / PAGE_SIZE);
    let page = this.pages.get(number);
    if (!page) {
      page = new Uint8Array(PAGE_SIZE);
      this.pages.set(number, page);
    }
    return page;
  }
}

/** The parts of a range that lie in one page each: where in the range, how long. */
function* piecesByPage(address: number, length: number): Generator<readonly [number, number], void, undefined> {
  for (let at = 0; at < length; ) {
    const count = Math.min(PAGE_SIZE - ((address + at) % PAGE_SIZE), length - at);
    yield [at, count];
    at += count;
  }
}

/** A vCPU's own view: its local APIC's registers at their address, everything else shared. */
export class VcpuBus implements Bus {
  private readonly system: SystemBus;
  private readonly localApic: Mapping;

  constructor(system: SystemBus, localApic: { readonly base: number; readonly length: number; handler: IoHandler }) {
    this.system = system;
    this.localApic = { first: localApic.base, length: localApic.length, handler: localApic.handler };
  }

  readPort(port: number, width: AccessWidth): number {
    return this.system.readPort(port, width);
  }

  writePort(port: number, width: AccessWidth, value: number): void {
    this.system.writePort(port, width, value);
  }

  readMemory(address: PhysAddr, width: AccessWidth): number {
    const { localApic } = this;
    if (covers(localApic, address)) return localApic.handler.read(address - localApic.first, width);
    return this.system.readMemory(address, width);
  }

  writeMemory(address: PhysAddr, width: AccessWidth, value: number): void {
    const { localApic } = this;
    if (covers(localApic, address)) localApic.handler.write(address - localApic.first, width, value);
    else this.system.writeMemory(address, width, value);
  }

  readBytes(address: PhysAddr, length: number): Uint8Array {
    return this.system.readBytes(address, length);
  }
}
