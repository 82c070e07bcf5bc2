/** The tables that hold little more than one address: HPET, MCFG and WAET. */
import { byteData, concat, dwordData, qwordData, wordData } from '../aml/encode.ts';
import type { AddressRange } from '../hw/boards/addresses.ts';
import { acpiTable, genericAddress } from './acpi-table.ts';

/** Vendor 0x8086, three comparators, 64-bit counter, legacy replacement: the device's own id register. */
const HPET_BLOCK_ID = 0x8086a201;

/** IA-PC High Precision Event Timer table (HPET specification 1.0a §3.2.4). */
export const hpet = (block: AddressRange): Uint8Array =>
  acpiTable(
    'HPET',
    1,
    concat([
      dwordData(HPET_BLOCK_ID),
      genericAddress('systemMemory', 0, block.base),
      byteData(0), // number
      wordData(0), // minimum tick
      byteData(0), // page protection
    ]),
  );

/** A bus has 32 devices of 8 functions of 4 KiB each. */
const BYTES_PER_BUS = 2 ** 20;

/** PCI Express memory-mapped configuration space (PCI Firmware specification 3.2 §4.1.2): segment 0. */
export const mcfg = (space: AddressRange): Uint8Array =>
  acpiTable(
    'MCFG',
    1,
    concat([
      qwordData(0),
      qwordData(space.base),
      wordData(0), // segment group
      byteData(0), // first bus
      byteData(space.length / BYTES_PER_BUS - 1), // last bus
      dwordData(0),
    ]),
  );

/** One read of the ACPI PM timer is reliable. */
const ACPI_PM_TIMER_GOOD = 1 << 1;

/** Windows ACPI Emulated Devices Table. */
export const waet = (): Uint8Array => acpiTable('WAET', 1, dwordData(ACPI_PM_TIMER_GOOD));
