import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MachineConfig } from '../abi/machine-config.ts';
import { parseCommandLine, splitCommandLine } from '../monitor/command-line.ts';
import { buildVirtFirmware } from './virt-firmware.ts';

const recording = (file: string): URL => new URL(`../recordings/tables-virt/${file}`, import.meta.url);
const readJson = <T>(file: string): T => JSON.parse(readFileSync(recording(file), 'utf8')) as T;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const machine = (line: string): MachineConfig => {
  const words = splitCommandLine(line);
  if (!words.ok) throw new Error(words.error);
  const config = parseCommandLine(words.value);
  if (!config.ok) throw new Error(config.error);
  return config.value;
};

const FADT = { checksum: 9, dsdt: 140 } as const;

/** As QEMU's blob has them: the DSDT at address 0. */
function unlinked(config: MachineConfig): Map<string, Uint8Array> {
  const tables = buildVirtFirmware(config).tables.filter(({ signature }) => !['RSDP', 'XSDT'].includes(signature));
  return new Map(
    tables.map(({ signature, bytes }) => {
      const copy = Uint8Array.from(bytes);
      if (signature === 'FACP') {
        const pointer = copy.subarray(FADT.dsdt, FADT.dsdt + 8);
        const sum = pointer.reduce((total, byte) => total + byte, 0);
        pointer.fill(0);
        copy[FADT.checksum] = (copy[FADT.checksum] ?? 0) + sum;
      }
      return [signature, copy];
    }),
  );
}

describe('tables are the recorded ones, byte for byte', () => {
  const name = 'virt-c4-m4';
  const line = readFileSync(recording(`${name}/cmdline.txt`), 'utf8').replace(/^#.*\n/, '');
  const tables = unlinked(machine(line.trim().replace(/^\S+ /, '')));
  const files = readdirSync(recording(`${name}/`)).filter((file) => file.endsWith('.aml'));

  test('no table more, none less', () => {
    expect([...tables.keys()].map((signature) => `${signature}.aml`).sort()).toEqual(files.sort());
  });

  test.each(files)('%s', (file) => {
    const table = tables.get(file.replace('.aml', ''));
    expect(hex(table ?? new Uint8Array())).toBe(hex(readFileSync(recording(`${name}/${file}`))));
  });
});

interface HashedMachine {
  readonly arguments: string;
  readonly tables: Readonly<Record<string, readonly [length: number, sha256: string]>>;
}

describe('tables of many machines have the bytes of the real ones', () => {
  test.each(readJson<HashedMachine[]>('hashes.json'))('$arguments', ({ arguments: line, tables }) => {
    const built = [...unlinked(machine(line))].map(([signature, bytes]) => [
      signature,
      [bytes.length, createHash('sha256').update(bytes).digest('hex').slice(0, 32)],
    ]);
    expect(Object.fromEntries(built)).toEqual(tables);
  });
});

interface InstalledMachine {
  readonly arguments: string;
  readonly tables: Readonly<Record<string, readonly [address: string, length: number]>>;
}

describe('tables stand where edk2 put them', () => {
  test.each(readJson<InstalledMachine[]>('installed.json'))('$arguments', ({ arguments: line, tables }) => {
    const built = buildVirtFirmware(machine(line)).tables.map(({ signature, address, bytes }) => [
      signature,
      [`0x${address.toString(16)}`, bytes.length],
    ]);
    expect(Object.fromEntries(built)).toEqual(tables);
  });
});

test('tables and regions do not overlap, and every checksum is right, with 512 processors and 256 slots', () => {
  const config = machine('-M virt,gic-version=3 -cpu max -bios QEMU_EFI.fd -smp 512 -m 4G,slots=256,maxmem=1T');
  const { regions, tables } = buildVirtFirmware(config);
  const sorted = [...regions].sort((a, b) => a.address - b.address);
  for (const [at, region] of sorted.entries()) {
    const next = sorted[at + 1];
    if (next) expect(region.address + region.bytes.length).toBeLessThanOrEqual(next.address);
  }
  for (const { signature, bytes } of tables) {
    expect([signature, bytes.reduce((sum, byte) => sum + byte, 0) & 0xff]).toEqual([signature, 0]);
  }
});

test('without firmware, or with acpi=off, there are no tables', () => {
  for (const line of ['-M virt -cpu cortex-a57', '-M virt,acpi=off -cpu cortex-a57 -bios QEMU_EFI.fd']) {
    expect(buildVirtFirmware(machine(line)).tables).toEqual([]);
  }
});
