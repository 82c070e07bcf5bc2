/**
 * The SMBIOS tables of QEMU's PCs (System Management BIOS 2.8; hw/smbios/smbios.c). Structure 0 is SeaBIOS's own
 * (src/fw/biostables.c); it also places the tables and fills in the entry point.
 */
import type { MachineConfig } from '../abi/machine-config.ts';
import type { CpuModel } from '../abi/vcpu.ts';
import { asciiz, byteData, concat, dwordData, qwordData, wordData } from '../aml/encode.ts';
import { checksum } from './acpi-table.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

export const SMBIOS_ENTRY_POINT_LENGTH = 31;
/** Most that one memory device stands for (MAX_DIMM_SZ). */
const MEMORY_DEVICE_SIZE = 16 * GIB;
/** A memory device's size in MiB from which on it stands in the extended field. */
const EXTENDED_SIZE = 0x7fff;
/** QEMU's processors tell 2 GHz. */
const CPU_MHZ = 2000;

/** Features of CPUID leaf 1, register EDX, by bit; `ht` QEMU does not put here. */
const FEATURES =
  'fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx fxsr sse sse2 ss'.split(
    ' ',
  );

/** CPUID leaf 1, register EAX: family, model, stepping. */
function signature({ family, model, stepping }: CpuModel): number {
  const base = Math.min(family, 0xf);
  return ((family - base) << 20) | ((model >> 4) << 16) | (base << 8) | ((model & 0xf) << 4) | stepping;
}

function features({ flags }: CpuModel): number {
  const known = new Set(flags.split(' '));
  return FEATURES.reduce((bits, name, at) => (known.has(name) ? bits | (1 << at) : bits), 0);
}

/** A structure: type, length, handle, its fields, its strings. */
const structure = (
  type: number,
  handle: number,
  fields: readonly Uint8Array[],
  strings: readonly string[] = [],
): Uint8Array => {
  const body = concat([...fields]);
  const texts = strings.length === 0 ? [byteData(0)] : strings.map(asciiz);
  return concat([byteData(type), byteData(4 + body.length), wordData(handle), body, ...texts, byteData(0)]);
};

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** A range of RAM as structure 19 tells of it: first address and the one behind it. */
interface RamRange {
  readonly start: number;
  readonly end: number;
}

const processor = (config: MachineConfig, cpu: CpuModel, machine: string, socket: number): Uint8Array => {
  const { dies, cores, threads } = config.topology;
  const perSocket = dies * cores;
  const byte = (count: number): number => Math.min(count, 0xff);
  return structure(
    4,
    0x0400 + socket,
    [
      bytes(1, 3, 1, 2), // socket name, central processor, family "other", manufacturer
      dwordData(signature(cpu)),
      dwordData(features(cpu)),
      bytes(3, 0), // version; voltage
      wordData(0), // external clock
      wordData(CPU_MHZ),
      wordData(CPU_MHZ),
      bytes(0x41, 1), // enabled, populated; upgrade "other"
      wordData(0xffff), // caches
      wordData(0xffff),
      wordData(0xffff),
      bytes(0, 0, 0),
      bytes(byte(perSocket), byte(perSocket), byte(perSocket * threads)),
      wordData(2), // characteristics unknown
      wordData(1), // family "other"
    ],
    [`CPU${socket.toString(16).padStart(2)}`, 'QEMU', machine],
  );
};

const memoryDevice = (number: number, size: number): Uint8Array => {
  const mib = size / MIB;
  return structure(
    17,
    0x1100 + number,
    [
      wordData(0x1000),
      wordData(0xfffe), // no error information
      wordData(0xffff), // widths
      wordData(0xffff),
      wordData(Math.min(mib, EXTENDED_SIZE)),
      bytes(9, 0, 1, 0, 7), // DIMM, no set, locator, no bank, RAM
      wordData(2), // detail "other"
      wordData(0),
      bytes(2, 0, 0, 0, 0), // manufacturer
      dwordData(mib < EXTENDED_SIZE ? 0 : mib),
      wordData(0),
      new Uint8Array(6), // voltages
    ],
    [`DIMM ${number}`, 'QEMU'],
  );
};

const ramRange = (number: number, { start, end }: RamRange): Uint8Array => {
  const fits = (end - 1) / KIB < 0xffffffff;
  return structure(19, 0x1300 + number, [
    dwordData(fits ? start / KIB : 0xffffffff),
    dwordData(fits ? Math.floor((end - 1) / KIB) : 0xffffffff),
    wordData(0x1000),
    byteData(1),
    qwordData(fits ? 0n : BigInt(start)),
    qwordData(fits ? 0n : BigInt(end - 1)),
  ]);
};

/** All structures, in the order of QEMU's: the table that the entry point names. */
export function smbiosStructures(config: MachineConfig, cpu: CpuModel, ranges: readonly RamRange[]): Uint8Array[] {
  const board = config.board === 'pc' ? 'pc-i440fx-7.2' : 'pc-q35-7.2';
  const product = config.board === 'pc' ? 'Standard PC (i440FX + PIIX, 1996)' : 'Standard PC (Q35 + ICH9, 2009)';
  const devices = Math.ceil(config.memorySize / MEMORY_DEVICE_SIZE);
  return [
    structure(
      0,
      0,
      [bytes(1, 2), wordData(0xe800), bytes(3, 0), qwordData(8n), bytes(0, 4, 0, 0, 0xff, 0xff)],
      ['SeaBIOS', '1.16.2-debian-1.16.2-1', '04/01/2014'],
    ),
    structure(1, 0x0100, [bytes(1, 2, 3, 0), new Uint8Array(16), bytes(6, 0, 0)], ['QEMU', product, board]),
    structure(3, 0x0300, [bytes(1, 1, 2, 0, 0, 3, 3, 3, 2), new Uint8Array(9)], ['QEMU', board]),
    ...Array.from({ length: config.topology.sockets }, (_, socket) => processor(config, cpu, board, socket)),
    structure(16, 0x1000, [
      bytes(1, 3, 6), // on the board, system memory, multi-bit ECC
      dwordData(Math.min(config.memorySize / KIB, 0x80000000)),
      wordData(0xfffe),
      wordData(devices),
      qwordData(config.memorySize / KIB < 0x80000000 ? 0n : BigInt(config.memorySize)),
    ]),
    ...Array.from({ length: devices }, (_, number) =>
      memoryDevice(number, Math.min(MEMORY_DEVICE_SIZE, config.memorySize - number * MEMORY_DEVICE_SIZE)),
    ),
    ...ranges.map((range, number) => ramRange(number, range)),
    structure(32, 0x2000, [new Uint8Array(7)]),
    structure(127, 0x7f00, []),
  ];
}

/** The 2.1 entry point (SMBIOS 2.8 §5.2.1) of structures that stand at `address`. */
export function smbiosEntryPoint(structures: readonly Uint8Array[], address: number): Uint8Array {
  const length = structures.reduce((sum, { length: one }) => sum + one, 0);
  const text = (value: string): Uint8Array => asciiz(value).subarray(0, value.length);
  const intermediate = concat([
    text('_DMI_'),
    byteData(0),
    wordData(length),
    dwordData(address),
    wordData(structures.length),
    byteData(0x28),
  ]);
  intermediate[5] = checksum(intermediate);
  const entry = concat([
    text('_SM_'),
    bytes(0, SMBIOS_ENTRY_POINT_LENGTH, 2, 8),
    wordData(Math.max(...structures.map(({ length: one }) => one))),
    new Uint8Array(6),
    intermediate,
  ]);
  entry[4] = checksum(entry);
  return entry;
}
