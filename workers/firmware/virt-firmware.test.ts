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

/** A flattened device tree as lines, in its own order. */
function treeLines(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textAt = (at: number) => Buffer.from(bytes.subarray(at, bytes.indexOf(0, at))).toString();
  const aligned = (at: number) => (at + 3) & ~3;
  const lines: string[] = [];
  const path: string[] = [];
  const [structure, strings] = [view.getUint32(8), view.getUint32(12)];
  for (let at = structure; ; ) {
    const token = view.getUint32(at);
    at += 4;
    if (token === 1) {
      path.push(textAt(at));
      lines.push(`${path.join('/')}/`);
      at = aligned(at + textAt(at).length + 1);
    } else if (token === 2) path.pop();
    else if (token === 3) {
      const [length, name] = [view.getUint32(at), view.getUint32(at + 4)];
      lines.push(`${path.join('/')}/${textAt(strings + name)} ${hex(bytes.subarray(at + 8, at + 8 + length))}`);
      at = aligned(at + 8 + length);
    } else return lines;
  }
}

describe('without firmware there is the device tree that QEMU makes', () => {
  interface Tree {
    readonly arguments: string;
    readonly lines: number;
    readonly sha256: string;
  }
  test.each(readJson<Tree[]>('device-trees.json'))('$arguments', ({ arguments: line, lines, sha256 }) => {
    const { arm64, regions, rsdpAddress } = buildVirtFirmware(machine(line));
    expect([rsdpAddress, regions.map(({ address }) => address)]).toEqual([0, [arm64.fdtAddress]]);
    const built = treeLines(regions[0]?.bytes ?? new Uint8Array());
    const hash = createHash('sha256').update(built.join('\n')).digest('hex').slice(0, 32);
    expect([built.length, hash]).toEqual([lines, sha256]);
  });
});

test('without firmware, or with acpi=off, there are no tables', () => {
  for (const line of ['-M virt -cpu cortex-a57', '-M virt,acpi=off -cpu cortex-a57 -bios QEMU_EFI.fd']) {
    expect(buildVirtFirmware(machine(line)).tables).toEqual([]);
  }
});
