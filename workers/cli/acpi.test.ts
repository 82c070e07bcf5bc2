import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MachineConfig } from '../abi/machine-config.ts';
import { parseCommandLine } from '../monitor/command-line.ts';
import { acpiCommand } from './acpi.ts';
import { UsageError } from './arguments.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acpi-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const machine = (line: string): MachineConfig => {
  const config = parseCommandLine(line.split(' '));
  if (!config.ok) throw new Error(config.error);
  return config.value;
};

test('writes one .dat for each table, into a folder that need not be there', () => {
  const out = join(folder, 'new');
  const lines = acpiCommand(machine('-M q35 -smp 1,maxcpus=2 -m 512M'), out);
  const expected = ['APIC', 'DSDT', 'FACP', 'FACS', 'HPET', 'MCFG', 'RSDT', 'WAET'];
  expect(readdirSync(out).sort()).toEqual(expected.map((signature) => `${signature}.dat`));
  expect(lines).toContain('DSDT 0x1ffe0040 8263');
  const recorded = new URL('../recordings/tables/q35-c2/DSDT.aml', import.meta.url);
  expect(readFileSync(join(out, 'DSDT.dat')).equals(readFileSync(recorded))).toBe(true);
});

test('-serial puts COM1 into the DSDT, but not -serial none', () => {
  const dsdt = (line: string): Buffer => {
    acpiCommand(machine(line), folder);
    return readFileSync(join(folder, 'DSDT.dat'));
  };
  expect(dsdt('-M q35 -m 512M -serial stdio').includes('COM1')).toBe(true);
  expect(dsdt('-M q35 -m 512M -serial none').includes('COM1')).toBe(false);
});

test('a board without such tables is a usage error', () => {
  for (const line of ['-M none', '-M virt']) expect(() => acpiCommand(machine(line), folder)).toThrow(UsageError);
});
