/**
 * The address spaces through which guest code reaches devices: I/O ports and physical memory. Values are unsigned;
 * widths are in bytes.
 */
import type { PhysAddr } from '../protocol/units.ts';

export type AccessWidth = 1 | 2 | 4 | 8;

/** A device's side of a range. Offsets count from the start of the range. Values are below 2^53 (8-byte MMIO included). */
export interface IoHandler {
  read(offset: number, width: AccessWidth): number;
  write(offset: number, width: AccessWidth, value: number): void;
}

/** Kernel's and ACPICA's side. An access that no device claims reads as all ones and logs `unmodelled`. */
export interface Bus {
  readPort(port: number, width: AccessWidth): number;
  writePort(port: number, width: AccessWidth, value: number): void;
  readMemory(address: PhysAddr, width: AccessWidth): number;
  writeMemory(address: PhysAddr, width: AccessWidth, value: number): void;
  /** Copies guest RAM or ROM (tables); bytes that nothing backs read as 0xff. */
  readBytes(address: PhysAddr, length: number): Uint8Array;
}

/** The board's side: where devices and RAM contents are put. */
export interface BusBuilder {
  mapPorts(first: number, length: number, handler: IoHandler): void;
  mapMemory(first: PhysAddr, length: number, handler: IoHandler): void;
  /** Puts bytes into guest memory (firmware tables). */
  writeBytes(address: PhysAddr, bytes: Uint8Array): void;
}
