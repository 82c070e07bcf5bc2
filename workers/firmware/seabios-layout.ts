/**
 * Where SeaBIOS 1.16 (QEMU 7.2's) puts the ACPI tables and what it tells the operating system about memory. The rule
 * was found by reading the memory of real machines after the firmware had run: two heaps, one below the BIOS image in
 * the F segment and one at the top of low RAM, both filled downwards; the tables' place depends on what the firmware
 * allocated before them: PIR table, MP table, SMBIOS tables.
 */
import type { MachineConfig } from '../abi/machine-config.ts';
import {
  HYPERTRANSPORT,
  hasHyperTransport,
  highRamStart,
  splitRam,
  type X86BoardAddresses,
} from '../hw/boards/addresses.ts';
import { SMBIOS_ENTRY_POINT_LENGTH } from './smbios-pc.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** What `$PIR`, the first allocation, gets; the F segment's heap ends behind it. */
const PIR_TABLE = 0xf5c80;
const FSEG_ALIGNMENT = 16;
/** MP configuration table with one processor, and what each further one adds (MP specification 1.4 §4). */
const MP_TABLE_LENGTH = 200;
const MP_PROCESSOR_LENGTH = 20;
const MP_FLOATING_POINTER_LENGTH = 16;
/** With more than this for both, the guest gets no MP table (BUILD_MAX_MPTABLE_FSEG). */
const MP_FSEG_LIMIT = 600;
/** Larger SMBIOS tables go to the high heap (BUILD_MAX_SMBIOS_FSEG). */
const SMBIOS_FSEG_LIMIT = 600;
const RSDP_LENGTH = 20;

/** QEMU pads the blob of tables to a multiple of this (ACPI_BUILD_TABLE_SIZE); SeaBIOS aligns it as FACS demands. */
const TABLES_BLOB_UNIT = 0x20000;
const FACS_ALIGNMENT = 64;
const PAGE = 4 * KIB;

const alignDown = (value: number, alignment: number): number => Math.floor(value / alignment) * alignment;

/** The MP table lists one processor for each package, packages being as CPUID leaf 1 tells: without dies. */
const mpProcessors = ({ topology, possibleCpus }: MachineConfig): number => {
  let step = 1;
  while (step < topology.cores * topology.threads) step *= 2;
  const apicIdLimit = Math.max(...possibleCpus.map(({ apicId }) => apicId)) + 1;
  return Math.ceil(apicIdLimit / step);
};

export interface FirmwareLayout {
  readonly rsdp: number;
  readonly smbiosEntryPoint: number;
  readonly smbiosStructures: number;
  /** Beginning of the tables: FACS. */
  readonly tables: number;
  /** From here on low RAM is the firmware's. */
  readonly reservedFrom: number;
}

/** `tablesLength`: bytes of all ACPI tables but the RSDP; `smbios`: of the SMBIOS structures. */
export const firmwareLayout = (
  board: X86BoardAddresses,
  config: MachineConfig,
  tablesLength: number,
  smbios: number,
): FirmwareLayout => {
  const ram = splitRam(board, config.memorySize);
  let fseg = PIR_TABLE;
  let high = ram.low;
  const allocateLow = (length: number): void => {
    fseg = alignDown(fseg - length, FSEG_ALIGNMENT);
  };
  const mpTable = MP_TABLE_LENGTH + MP_PROCESSOR_LENGTH * (mpProcessors(config) - 1);
  if (mpTable + MP_FLOATING_POINTER_LENGTH <= MP_FSEG_LIMIT) {
    allocateLow(mpTable);
    allocateLow(MP_FLOATING_POINTER_LENGTH);
  }
  const low = smbios <= SMBIOS_FSEG_LIMIT;
  if (low) allocateLow(smbios);
  else high = alignDown(high - smbios, FSEG_ALIGNMENT);
  const smbiosStructures = low ? fseg : high;
  allocateLow(SMBIOS_ENTRY_POINT_LENGTH);
  const smbiosEntryPoint = fseg;
  allocateLow(RSDP_LENGTH);
  const blob = Math.ceil(tablesLength / TABLES_BLOB_UNIT) * TABLES_BLOB_UNIT;
  const tables = alignDown(high - blob, FACS_ALIGNMENT);
  return { rsdp: fseg, smbiosEntryPoint, smbiosStructures, tables, reservedFrom: alignDown(tables, PAGE) };
};

export interface E820Entry {
  readonly address: number;
  readonly length: number;
  /** 1 usable, 2 reserved. */
  readonly type: number;
}

const USABLE = 1;
const RESERVED = 2;
const EBDA = 0x9fc00;
const BIOS_SEGMENT = 0xf0000;
const BIOS_IMAGE_LENGTH = 256 * KIB;

/** The map that INT 15h, function E820h, returns, by address. */
export const e820Map = (board: X86BoardAddresses, config: MachineConfig, reservedFrom: number): E820Entry[] => {
  const ram = splitRam(board, config.memorySize);
  const map: E820Entry[] = [];
  const range = (start: number, end: number, type: number): void => {
    if (end > start) map.push({ address: start, length: end - start, type });
  };
  range(0, EBDA, USABLE);
  range(EBDA, 640 * KIB, RESERVED);
  range(BIOS_SEGMENT, MIB, RESERVED);
  range(MIB, reservedFrom, USABLE);
  range(reservedFrom, ram.low, RESERVED);
  for (const { base, length } of board.firmwareReserved) range(base, base + length, RESERVED);
  range(4 * GIB - BIOS_IMAGE_LENGTH, 4 * GIB, RESERVED);
  const high = highRamStart(board, config);
  range(high, high + ram.high, USABLE);
  if (hasHyperTransport(config)) range(HYPERTRANSPORT.start, HYPERTRANSPORT.end, RESERVED);
  return map.sort((a, b) => a.address - b.address);
};
