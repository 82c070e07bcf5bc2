/** RSDP, RSDT and FACS: how an operating system finds the other tables. */
import { byteData, concat, dwordData } from '../aml/encode.ts';
import { acpiTable, characters, checksum, OEM_ID } from './acpi-table.ts';

/** Root System Description Pointer of ACPI 1.0 (§5.2.5.3): 20 bytes. */
export const rsdp = (rsdtAddress: number): Uint8Array => {
  const bytes = concat([
    characters('RSD PTR ', 8),
    byteData(0), // checksum
    OEM_ID,
    byteData(0), // revision: ACPI 1.0
    dwordData(rsdtAddress),
  ]);
  bytes[8] = checksum(bytes);
  return bytes;
};

/** Root System Description Table (§5.2.7): 32-bit addresses of the tables. */
export const rsdt = (tableAddresses: readonly number[]): Uint8Array =>
  acpiTable('RSDT', 1, concat(tableAddresses.map(dwordData)));

const FACS_LENGTH = 64;

/** Firmware ACPI Control Structure (§5.2.10): version 0, no waking vector, global lock free. It has no checksum. */
export const facs = (): Uint8Array => {
  const bytes = new Uint8Array(FACS_LENGTH);
  bytes.set(concat([characters('FACS', 4), dwordData(FACS_LENGTH)]));
  return bytes;
};
