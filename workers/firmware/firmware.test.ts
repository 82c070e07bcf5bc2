import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MachineConfig } from '../abi/machine-config.ts';
import { parseCommandLine, splitCommandLine } from '../monitor/command-line.ts';
import { buildFirmware, type FirmwareOptions } from './firmware.ts';

const recording = (file: string): URL => new URL(`../recordings/tables/${file}`, import.meta.url);
const readJson = <T>(file: string): T => JSON.parse(readFileSync(recording(file), 'utf8')) as T;

const MIB = 2 ** 20;

const machine = (line: string): MachineConfig => {
  const words = splitCommandLine(line);
  if (!words.ok) throw new Error(words.error);
  const config = parseCommandLine(words.value);
  if (!config.ok) throw new Error(config.error);
  return config.value;
};

const optionsOf = (line: string): FirmwareOptions => ({ serialPort: line.includes('-serial ') });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const recorded = readdirSync(recording('.'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('tables are the recorded ones, byte for byte', () => {
  describe.each(recorded.map(({ name }) => name))('%s', (name) => {
    const line = readFileSync(recording(`${name}/cmdline.txt`), 'utf8').replace(/^#.*\n/, '');
    const config = machine(line.trim().replace(/^\S+ /, ''));
    const { tables } = buildFirmware(config);
    const files = readdirSync(recording(`${name}/`)).filter((file) => file.endsWith('.aml'));

    test('no table more, none less', () => {
      const expected = ['RSDP', ...files.map((file) => file.replace('.aml', ''))];
      expect(tables.map(({ signature }) => signature).sort()).toEqual(expected.sort());
    });

    test.each(files)('%s', (file) => {
      const table = tables.find(({ signature }) => `${signature}.aml` === file);
      expect(hex(table?.bytes ?? new Uint8Array())).toBe(hex(readFileSync(recording(`${name}/${file}`))));
    });
  });
});

interface PlacedMachine {
  readonly arguments: string;
  readonly tables: Readonly<Record<string, readonly [address: string, length: number, sha256: string]>>;
}

describe('tables stand where SeaBIOS puts them, with the bytes that it leaves there', () => {
  test.each(readJson<PlacedMachine[]>('placed.json'))('$arguments', ({ arguments: line, tables }) => {
    const built = buildFirmware(machine(line), optionsOf(line)).tables.map(({ signature, address, bytes }) => [
      signature,
      [`0x${address.toString(16)}`, bytes.length, createHash('sha256').update(bytes).digest('hex').slice(0, 32)],
    ]);
    expect(Object.fromEntries(built)).toEqual(tables);
  });
});

interface MemoryMap {
  readonly arguments: string;
  readonly map: readonly (readonly [first: string, last: string, type: string])[];
}

describe("the memory map is the firmware's", () => {
  test.each(readJson<MemoryMap[]>('e820.json'))('$arguments', ({ arguments: line, map }) => {
    const { e820 } = buildFirmware(machine(line));
    const built = e820.map(({ address, length, type }) => [
      `0x${address.toString(16)}`,
      `0x${(address + length - 1).toString(16)}`,
      type === 1 ? 'usable' : 'reserved',
    ]);
    expect(built).toEqual(map);
  });
});

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Machines that were not recorded: the tables must hold together all the same. */
const others: string[] = [];
for (const board of ['q35', 'pc']) {
  for (const cpus of [1, 2, 3, 8, 9, 64, 128, 200, 255]) others.push(`-M ${board} -smp 1,maxcpus=${cpus} -m 512M`);
  for (const slots of [1, 2, 16, 17, 128, 256]) others.push(`-M ${board} -smp 2 -m 1G,slots=${slots},maxmem=700G`);
  for (const memory of [16, 64, 2048, 2815, 3584, 4095, 65536]) others.push(`-M ${board} -smp 1 -m ${memory}M`);
  for (const smp of [
    'sockets=3,cores=5,threads=2,maxcpus=30',
    'sockets=2,dies=3,cores=7,maxcpus=42',
    'sockets=63,cores=3,maxcpus=189',
  ]) {
    others.push(`-M ${board} -smp 1,${smp} -m 256M,slots=8,maxmem=8G`);
  }
}

describe('tables of other machines hold together', () => {
  test.each(others)('%s: lengths, checksums and addresses', (line) => {
    const config = machine(line);
    const { tables, regions, rsdpAddress, e820 } = buildFirmware(config, { serialPort: true });
    const find = (signature: string) => {
      const table = tables.find((entry) => entry.signature === signature);
      if (!table) throw new Error(`no ${signature}`);
      return table;
    };

    for (const { signature, bytes } of tables) {
      if (signature === 'FACS') continue; // has no checksum
      expect(bytes.reduce((sum, byte) => sum + byte, 0) & 0xff, `${signature}: sum of bytes`).toBe(0);
      if (signature !== 'RSDP') expect(view(bytes).getUint32(4, true), `${signature}: length`).toBe(bytes.length);
    }
    expect(rsdpAddress % 16).toBe(0);
    expect(view(find('RSDP').bytes).getUint32(16, true)).toBe(find('RSDT').address);
    const rsdt = view(find('RSDT').bytes);
    const listed = tables.filter(({ signature }) => !['RSDP', 'RSDT', 'DSDT', 'FACS'].includes(signature));
    expect(listed.map((_, n) => rsdt.getUint32(36 + 4 * n, true))).toEqual(listed.map(({ address }) => address));
    expect(view(find('FACP').bytes).getUint32(36, true)).toBe(find('FACS').address);
    expect(view(find('FACP').bytes).getUint32(40, true)).toBe(find('DSDT').address);

    const madtLength = 44 + 8 * config.possibleCpus.length + 12 + 5 * 10 + 6;
    expect(find('APIC').bytes.length).toBe(madtLength);

    for (const { address, bytes } of regions) {
      const home = e820.find((entry) => address >= entry.address && address < entry.address + entry.length);
      expect(home?.type, 'regions lie in reserved memory').toBe(2);
      expect(address + bytes.length).toBeLessThanOrEqual((home?.address ?? 0) + (home?.length ?? 0));
    }
  });
});

describe('a foreign DSDT', () => {
  const foreign = readFileSync(recording('q35-c4-m4/DSDT.aml'));

  test('takes the place of ours, and the FADT names it', () => {
    const config = machine('-M q35 -smp 2,maxcpus=4 -m 512M,slots=4,maxmem=4G');
    const { tables, regions } = buildFirmware(config, { serialPort: true, dsdt: foreign });
    const dsdt = tables.find(({ signature }) => signature === 'DSDT');
    const fadt = tables.find(({ signature }) => signature === 'FACP');
    expect(hex(dsdt?.bytes ?? new Uint8Array())).toBe(hex(foreign));
    expect(view(fadt?.bytes ?? new Uint8Array()).getUint32(40, true)).toBe(dsdt?.address);
    const region = regions.find(({ address }) => address <= (dsdt?.address ?? 0) && address > MIB);
    const start = (dsdt?.address ?? 0) - (region?.address ?? 0);
    expect(hex(region?.bytes.subarray(start, start + foreign.length) ?? new Uint8Array())).toBe(hex(foreign));
  });
});

test('the virt board has none of this firmware', () => {
  const config: MachineConfig = { ...machine('-M q35 -m 512M'), board: 'virt' };
  expect(() => buildFirmware(config)).toThrow('virt');
});

test('-numa dist becomes a SLIT behind the SRAT: localities, then a row of distances per node (ACPI 6.4 §5.2.17)', () => {
  const config = machine(
    '-M q35 -m 256M -object memory-backend-ram,id=a,size=256M -numa node,memdev=a -numa node -numa dist,src=0,dst=1,val=21',
  );
  const { tables } = buildFirmware(config);
  const signatures = tables.map(({ signature }) => signature);
  expect(signatures.indexOf('SLIT')).toBe(signatures.indexOf('SRAT') + 1);
  const slit = tables.find(({ signature }) => signature === 'SLIT')?.bytes ?? new Uint8Array();
  expect([...slit.subarray(36)]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 10, 21, 21, 10]);
});
