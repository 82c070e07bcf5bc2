/**
 * What the firmware leaves in memory for an operating system: the ACPI tables, byte for byte as QEMU 7.2 builds and
 * SeaBIOS places them, and the memory map.
 */
import type { MachineConfig } from '../abi/machine-config.ts';
import { concat } from '../aml/encode.ts';
import { highRamStart, splitRam, x86BoardAddresses } from '../hw/boards/addresses.ts';
import { knownCpuModel } from '../hw/cpuid.ts';
import { dsdt } from './dsdt.ts';
import { fadt } from './fadt.ts';
import { hpet, mcfg, waet } from './fixed-tables.ts';
import { madt } from './madt.ts';
import { facs, rsdp, rsdt } from './root-tables.ts';
import { type E820Entry, e820Map, firmwareLayout } from './seabios-layout.ts';
import { slit } from './slit.ts';
import { smbiosEntryPoint, smbiosStructures } from './smbios-pc.ts';
import { srat } from './srat.ts';

export interface PlacedTable {
  /** `DSDT`, `APIC`, …; `RSDP` for the pointer. */
  readonly signature: string;
  /** Guest-physical address. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface Firmware {
  readonly rsdpAddress: number;
  readonly e820: readonly E820Entry[];
  /** What to write into guest memory before the guest runs; the regions do not overlap. */
  readonly regions: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  /** RSDP, RSDT, then the tables in the RSDT's order, DSDT and FACS behind the FADT that names them. */
  readonly tables: readonly PlacedTable[];
}

export interface FirmwareOptions {
  /** A serial port COM1 is there, and the DSDT tells so. Default: no (as with -nodefaults). */
  readonly serialPort?: boolean;
  /** A DSDT to install instead of ours: the whole table. */
  readonly dsdt?: Uint8Array;
}

const signatureOf = (table: Uint8Array): string => String.fromCharCode(...table.subarray(0, 4));

const NOT_PLACED = { facs: 0, dsdt: 0 } as const;

/** Builds the firmware of an x86 machine. Throws for boards without this firmware. */
export const buildFirmware = (config: MachineConfig, options: FirmwareOptions = {}): Firmware => {
  if (config.board === 'none') return { rsdpAddress: 0, e820: [], regions: [], tables: [] };
  if (config.board === 'virt') throw new Error('the virt board has firmware of another kind');
  const board = x86BoardAddresses[config.board];
  const cpus = config.possibleCpus;

  const facsBytes = facs();
  const dsdtBytes = options.dsdt ?? dsdt(board, config, { serialPort: options.serialPort ?? false });
  const sratBytes = srat(board, config);
  const others = [
    madt(board, cpus),
    hpet(board.hpet),
    ...(sratBytes ? [sratBytes] : []),
    ...(sratBytes && config.numaDistances ? [slit(config.numaDistances)] : []),
    ...(board.pciConfig ? [mcfg(board.pciConfig)] : []),
    waet(),
  ];
  const fadtOf = (addresses: { facs: number; dsdt: number }): Uint8Array => fadt(board, cpus.length, addresses);

  // In memory: FACS, DSDT, FADT, the others, RSDT. Addresses do not change lengths, so lengths come first.
  const referenced = [fadtOf(NOT_PLACED), ...others];
  const blobParts = [facsBytes, dsdtBytes, ...referenced, rsdt(referenced.map(() => 0))];
  const length = blobParts.reduce((sum, part) => sum + part.length, 0);
  const ram = splitRam(board, config.memorySize);
  const highStart = highRamStart(board, config);
  const structures = smbiosStructures(config, knownCpuModel(config.cpuModel), [
    { start: 0, end: ram.low },
    ...(ram.high > 0 ? [{ start: highStart, end: highStart + ram.high }] : []),
  ]);
  const smbios = concat(structures);
  const layout = firmwareLayout(board, config, length, smbios.length);

  let next = layout.tables;
  const place = (bytes: Uint8Array): PlacedTable => {
    const placed = { signature: signatureOf(bytes), address: next, bytes };
    next += bytes.length;
    return placed;
  };
  const placedFacs = place(facsBytes);
  const placedDsdt = place(dsdtBytes);
  const placedFadt = place(fadtOf({ facs: placedFacs.address, dsdt: placedDsdt.address }));
  const placedOthers = others.map(place);
  const placedRsdt = place(rsdt([placedFadt, ...placedOthers].map(({ address }) => address)));
  const pointer = { signature: 'RSDP', address: layout.rsdp, bytes: rsdp(placedRsdt.address) };

  const blob = [placedFacs, placedDsdt, placedFadt, ...placedOthers, placedRsdt];
  return {
    rsdpAddress: layout.rsdp,
    e820: e820Map(board, config, layout.reservedFrom),
    regions: [
      { address: pointer.address, bytes: pointer.bytes },
      { address: layout.smbiosEntryPoint, bytes: smbiosEntryPoint(structures, layout.smbiosStructures) },
      { address: layout.smbiosStructures, bytes: smbios },
      { address: layout.tables, bytes: concat(blob.map(({ bytes }) => bytes)) },
    ],
    tables: [pointer, placedRsdt, placedFadt, placedDsdt, placedFacs, ...placedOthers],
  };
};
