/** What SMBIOS tells of the processor on `virt`: QEMU 7.2's structure type 4 (SMBIOS 3.0 §7.5), as edk2 installs it. */
import { byteData, concat, dwordData, qwordData, wordData } from '../aml/encode.ts';
import { characters, checksum } from './acpi-table.ts';

const PROCESSOR = 4;
const PROCESSOR_LENGTH = 48;
const END_OF_TABLE = 127;
const CENTRAL_PROCESSOR = 3;
const FAMILY_OTHER = 1;
/** CPU enabled, socket populated. */
const STATUS = 0x41;
const MHZ = 2000;

/** `machineType`: what QEMU gives as the processor's version. */
function processor(machineType: string, cores: number): Uint8Array {
  const strings = ['CPU 0', 'QEMU', machineType];
  const [socket, manufacturer, version] = strings.map((_, index) => index + 1);
  return concat([
    [PROCESSOR, PROCESSOR_LENGTH, 0x00, 0x04],
    [socket ?? 0, CENTRAL_PROCESSOR, FAMILY_OTHER, manufacturer ?? 0],
    qwordData(0), // processor id
    [version ?? 0, 0], // voltage unknown
    wordData(0), // external clock unknown
    wordData(MHZ),
    wordData(MHZ),
    [STATUS, 1], // upgrade: other
    wordData(0xffff),
    wordData(0xffff),
    wordData(0xffff),
    [0, 0, 0], // serial number, asset tag, part number
    [cores, cores, 1],
    wordData(2), // characteristics unknown
    wordData(FAMILY_OTHER),
    wordData(cores),
    wordData(cores),
    wordData(1),
    ...strings.map((text) => concat([characters(text, text.length), byteData(0)])),
    byteData(0),
  ]);
}

/** Entry point (SMBIOS 3.0 §5.2.2) and structure table, to be placed at `address`. */
export function smbios(address: number, machineType: string, cores: number): Uint8Array {
  const table = concat([processor(machineType, cores), [END_OF_TABLE, 4, 0x00, 0x7f, 0, 0]]);
  const entry = concat([
    characters('_SM3_', 5),
    [0, ENTRY_LENGTH, 3, 0, 0, 1, 0],
    dwordData(table.length),
    qwordData(address + TABLE_OFFSET),
  ]);
  entry[5] = checksum(entry);
  return concat([entry, new Uint8Array(TABLE_OFFSET - ENTRY_LENGTH), table]);
}

const ENTRY_LENGTH = 24;
const TABLE_OFFSET = 32;
