/** The frame that every ACPI table but RSDP and FACS has (ACPI 6.4 §5.2.6), with QEMU's identification. */
import { asciiz, byteData, concat, dwordData } from '../aml/encode.ts';

export const HEADER_LENGTH = 36;
const CHECKSUM_OFFSET = 9;

/** A value of `width` characters, filled up with `pad`. */
export const characters = (text: string, width: number, pad = ' '): Uint8Array =>
  asciiz(text.padEnd(width, pad)).subarray(0, width);

/** What QEMU puts into every header: include/hw/acpi/aml-build.h. */
export const OEM_ID = characters('BOCHS', 6);
const OEM_TABLE_ID = characters('BXPC', 8);
const CREATOR_ID = characters('BXPC', 4);

/** The byte that makes all bytes add up to 0 (modulo 256). */
export const checksum = (bytes: Uint8Array): number => -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;

/** A table with its header; length and checksum are computed. */
export const acpiTable = (signature: string, revision: number, body: Uint8Array): Uint8Array => {
  const table = concat([
    characters(signature, 4),
    dwordData(HEADER_LENGTH + body.length),
    byteData(revision),
    byteData(0), // checksum
    OEM_ID,
    OEM_TABLE_ID,
    dwordData(1), // OEM revision
    CREATOR_ID,
    dwordData(1), // creator revision
    body,
  ]);
  table[CHECKSUM_OFFSET] = checksum(table);
  return table;
};

const ADDRESS_SPACE_ID = { systemMemory: 0, systemIo: 1 } as const;

/** Generic Address Structure (§5.2.3.2): two dwords of fields, then the address. */
export const genericAddress = (space: keyof typeof ADDRESS_SPACE_ID, bitWidth: number, address: number): Uint8Array =>
  concat([
    [ADDRESS_SPACE_ID[space], bitWidth, 0, 0], // offset 0, access size undefined
    dwordData(address),
    dwordData(0),
  ]);
