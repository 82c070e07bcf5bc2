import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCommandLine, splitCommandLine } from '../monitor/command-line.ts';
import { buildFirmware } from './firmware.ts';

const recorded = (name: string): string[] =>
  readFileSync(new URL(`../recordings/smbios/${name}.hex`, import.meta.url), 'utf8')
    .trim()
    .split(/\s+/);

test.each(['q35', 'pc'])('%s: entry point and structures are those of a real machine, byte for byte', (board) => {
  const line = `-M ${board} -accel tcg -cpu max -smp 2,sockets=1,cores=4,maxcpus=4 -m 1G,slots=4,maxmem=4G`;
  const words = splitCommandLine(line);
  const config = words.ok ? parseCommandLine(words.value) : words;
  if (!config.ok) throw new Error(config.error);
  const { regions } = buildFirmware(config.value);
  const hex = regions.slice(1, 3).flatMap(({ bytes }) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')));
  expect(hex).toEqual(recorded(`${board}-4-cores-1g`));
});
