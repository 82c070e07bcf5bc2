/**
 * What UEFI, or QEMU's boot stub, leaves in the memory of a machine of the type `virt`: QEMU's tables, installed by
 * Debian's edk2 2025.02, whose XSDT it is.
 */
import type { Arm64Platform, UefiFacts } from '../abi/arm64.ts';
import type { MachineConfig } from '../abi/machine-config.ts';
import { byteData, concat, dwordData, qwordData } from '../aml/encode.ts';
import type { AddressRange } from '../hw/boards/addresses.ts';
import { virtLayout, virtOptions } from '../hw/boards/virt-addresses.ts';
import { acpiTable, characters, checksum, OEM_ID } from './acpi-table.ts';
import { virtDsdt } from './dsdt-virt.ts';
import type { Firmware, FirmwareOptions, PlacedTable } from './firmware.ts';
import { mcfg } from './fixed-tables.ts';
import { flattenDeviceTree } from './flattened-device-tree.ts';
import { slit } from './slit.ts';
import { smbios } from './smbios.ts';
import { virtDeviceTree } from './virt-device-tree.ts';
import { dbg2, gtdt, iort, pptt, spcr, virtFadt, virtMadt, virtSrat } from './virt-tables.ts';

const USABLE = 1;

export interface VirtFirmware extends Firmware {
  readonly arm64: Arm64Platform;
}

/** Root System Description Pointer, revision 2 (§5.2.5.3). */
const rsdp = (xsdtAddress: number): Uint8Array => {
  const bytes = concat([
    characters('RSD PTR ', 8),
    byteData(0), // checksum of the first 20 bytes
    OEM_ID,
    byteData(2),
    dwordData(0), // no RSDT
    dwordData(36),
    qwordData(xsdtAddress),
    [0, 0, 0, 0], // checksum of all, reserved
  ]);
  bytes[8] = checksum(bytes.subarray(0, 20));
  bytes[32] = checksum(bytes);
  return bytes;
};

/** edk2 leaves the creator's name empty; its revision is 0x01000013. */
const xsdt = (addresses: readonly number[]): Uint8Array => {
  const table = acpiTable('XSDT', 1, concat(addresses.map(qwordData)));
  table.set(concat([characters('', 4), dwordData(0x0100_0013)]), 28);
  return stamped(table);
};

/** The checksum anew. */
const stamped = (table: Uint8Array): Uint8Array => {
  table[9] = 0;
  table[9] = checksum(table);
  return table;
};

/** -machine x-oem-id and x-oem-table-id. */
function withOem(table: Uint8Array, config: MachineConfig): Uint8Array {
  const { oemId, oemTableId } = virtOptions(config);
  if (oemId !== undefined) table.set(characters(oemId, 6, '\0'), 10);
  if (oemTableId !== undefined) table.set(characters(oemTableId, 8, '\0'), 16);
  return stamped(table);
}

const PAGE = 4096;
/**
 * Where edk2 was seen to put the tables: in one page of pool memory as far as they fit, each behind the pool's header, the
 * rest in the pages below it. Distances are from the end of the first node's RAM; with nodes other things lie above.
 */
const TABLES_BELOW_END = { withoutNodes: 0xf0_2000, withNodes: 0xf4_2000 } as const;
const DSDT_BELOW_END = { withoutNodes: 0x591_4000, withNodes: 0x594_f000 } as const;
const POOL_HEADER = 0x18;
/** Places in the page: offset, and how long a table may be there. */
const PLACES: readonly { readonly signature: string; readonly offset: number; readonly room: number }[] = [
  { signature: 'RSDP', offset: 0x018, room: 0x80 },
  { signature: 'PPTT', offset: 0x098, room: 0x100 },
  { signature: 'SRAT', offset: 0x198, room: 0x580 },
  { signature: 'IORT', offset: 0x198, room: 0x100 },
  { signature: 'GTDT', offset: 0x818, room: 0x100 },
  { signature: 'SPCR', offset: 0x918, room: 0x80 },
  { signature: 'DBG2', offset: 0x998, room: 0x100 },
  { signature: 'MCFG', offset: 0xa98, room: 0x80 },
  { signature: 'FACP', offset: 0xb18, room: 0x180 },
  { signature: 'APIC', offset: 0xc98, room: 0x280 },
  { signature: 'XSDT', offset: 0xf18, room: 0xe0 },
];
/** Where the IORT is when the SRAT has its place. */
const IORT_BESIDE_SRAT = 0x718;

/** Finds each table's place. */
class Pool {
  private readonly page: number;
  private readonly hasSrat: boolean;
  private below: number;

  constructor(page: number, hasSrat: boolean) {
    this.page = page;
    this.hasSrat = hasSrat;
    this.below = page;
  }

  place(signature: string, bytes: Uint8Array): PlacedTable {
    return { signature, address: this.address(signature, bytes.length), bytes };
  }

  private address(signature: string, length: number): number {
    const known = PLACES.find((place) => place.signature === signature);
    if (known && length <= known.room - POOL_HEADER) {
      return this.page + (signature === 'IORT' && this.hasSrat ? IORT_BESIDE_SRAT : known.offset);
    }
    this.below -= alignUp(length + POOL_HEADER, PAGE);
    return this.below + POOL_HEADER;
  }
}

const alignUp = (value: number, alignment: number): number => Math.ceil(value / alignment) * alignment;

/** Tables of a machine with firmware and ACPI, in the XSDT's order; `dsdt` is the DSDT's address. */
export function virtAcpiTables(config: MachineConfig, dsdtAddress: number): Uint8Array[] {
  const layout = virtLayout(config);
  const srat = virtSrat(config, layout);
  return [
    virtFadt(layout, dsdtAddress),
    virtMadt(config, layout),
    pptt(config),
    gtdt(),
    mcfg(layout.ecam),
    spcr(),
    dbg2(),
    ...(srat ? [srat] : []),
    ...(srat && config.numaDistances ? [slit(config.numaDistances)] : []),
    iort(config),
  ].map((table) => withOem(table, config));
}

const UEFI: UefiFacts = {
  vendor: 'Debian distribution of EDK II',
  revision: '2.70',
  tables: [],
  dmi: 'QEMU QEMU Virtual Machine, BIOS 2025.02-8+deb13u1 11/08/2025',
};

const MIB = 2 ** 20;
/** QEMU's boot loader puts the initial RAM disk here at most, behind the beginning of RAM, and the tree behind it. */
const INITRD_OFFSET = 128 * MIB;
const INITRD_ROOM = 58 * MIB;
const TREE_ALIGNMENT = 2 * MIB;

/** hw/arm/boot.c, with the lab's initial RAM disk. */
const deviceTreeAddress = ({ base, length }: AddressRange): number => {
  const behindInitrd = alignUp(base + Math.min(length / 2, INITRD_OFFSET) + INITRD_ROOM, TREE_ALIGNMENT);
  return Math.min(behindInitrd, base + length - TREE_ALIGNMENT);
};

type UefiTable = readonly [name: string, address: number];

const signatureOf = (table: Uint8Array): string => String.fromCharCode(...table.subarray(0, 4));

/**
 * UEFI's configuration tables as Linux names them, in its order, where edk2 and the kernel's EFI stub (the last two) were
 * seen to put them: by their distance from the end of the first node's RAM.
 */
function uefiTables(end: number, hasNodes: boolean, rsdpAddress: number): readonly [UefiTable, ...UefiTable[]] {
  const stub = end - (hasNodes ? PAGE : 0);
  return [
    ['SMBIOS 3.0', end - 0x13_0000],
    ['MEMATTR', stub - 0x595_4fe8],
    ['ACPI 2.0', rsdpAddress],
    ['INITRD', stub - 0x595_20e8],
    ['MEMRESERVE', stub - 0x595_2068],
  ];
}

/** Where edk2's memory map changes from one kind of RAM to another, below the end of the first node's. */
const MAP_CHANGES = [
  0xef_0000, 0xe7_0000, 0xe3_0000, 0xc7_0000, 0xbd_0000, 0xa4_0000, 0x1e_0000, 0x15_0000, 0x14_0000, 0x2_0000, 0,
] as const;

/** RAM as the map's descriptors cut it: run-time code and data are RAM to Linux as well. */
function uefiMemoryMap({ base, length }: AddressRange, firstEnd: number): Firmware['e820'] {
  const cuts = MAP_CHANGES.map((distance) => firstEnd - distance).filter((cut) => cut > base && cut < base + length);
  const starts = [base, ...cuts];
  return starts.map((address, index) => ({
    address,
    length: (starts[index + 1] ?? base + length) - address,
    type: USABLE,
  }));
}

export function buildVirtFirmware(config: MachineConfig, { dsdt }: FirmwareOptions = {}): VirtFirmware {
  const layout = virtLayout(config);
  const { ram } = layout;
  const e820 = [{ address: ram.base, length: ram.length, type: USABLE }];
  if (!layout.hasGed) {
    const tree = { address: deviceTreeAddress(ram), bytes: flattenDeviceTree(virtDeviceTree(config, layout)) };
    const arm64 = { fdtAddress: tree.address, uefi: virtOptions(config).firmware ? UEFI : undefined };
    return { rsdpAddress: 0, e820, regions: [tree], tables: [], arm64 };
  }
  const hasNodes = config.numaNodes.length > 0;
  const firstEnd = ram.base + (config.numaNodes[0]?.memory ?? ram.length);
  const below = (distance: typeof TABLES_BELOW_END | typeof DSDT_BELOW_END): number =>
    ram.base + (config.numaNodes[0]?.memory ?? ram.length) - (hasNodes ? distance.withNodes : distance.withoutNodes);
  const dsdtBytes = dsdt ?? withOem(virtDsdt(config, layout), config);
  const dsdtAddress =
    below(DSDT_BELOW_END) - alignUp(Math.max(0, dsdtBytes.length + POOL_HEADER - 2 * PAGE), PAGE) + POOL_HEADER;
  const pool = new Pool(below(TABLES_BELOW_END), hasNodes);
  const placed = virtAcpiTables(config, dsdtAddress).map((bytes) => pool.place(signatureOf(bytes), bytes));
  const [fadt, ...others] = placed;
  const root = pool.place('XSDT', withOem(xsdt(placed.map(({ address }) => address)), config));
  const pointer = pool.place('RSDP', rsdp(root.address));
  const tables = uefiTables(firstEnd, hasNodes, pointer.address);
  const [, smbiosAddress] = tables[0];
  const smbiosBytes = smbios(smbiosAddress, config.machineType, config.possibleCpus.length);
  const definition = { signature: 'DSDT', address: dsdtAddress, bytes: dsdtBytes };
  return {
    rsdpAddress: pointer.address,
    e820: uefiMemoryMap(ram, firstEnd),
    regions: [pointer, definition, ...placed, root, { address: smbiosAddress, bytes: smbiosBytes }],
    tables: [pointer, root, ...(fadt ? [fadt] : []), definition, ...others],
    arm64: {
      fdtAddress: 0,
      uefi: { ...UEFI, tables },
    },
  };
}
