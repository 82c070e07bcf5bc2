import { describe, expect, test } from 'vitest';
import { parseCpuHex, parseCpuList } from './proc.ts';

describe('CPU lists (lib/bitmap.c)', () => {
  test.each([
    ['0-2,5', '0-2,5'],
    ['3\n', '3'],
    ['', ''],
  ])('%j', (text, list) => {
    expect(parseCpuList(text, 8)?.toList()).toBe(list);
  });

  test.each(['8', '3-2', 'x', '1-', '-1'])('%j is refused', (text) => {
    expect(parseCpuList(text, 8)).toBeUndefined();
  });
});

describe('CPU masks in hexadecimal', () => {
  test.each([
    ['f\n', 4, '0-3'],
    ['1,00000001', 40, '0,32'],
    ['1,1', 40, '0,32'],
  ])('%j of %i CPUs', (text, bits, list) => {
    expect(parseCpuHex(text, bits)?.toList()).toBe(list);
  });

  test.each([
    ['10', 4],
    ['g', 8],
    ['', 8],
    ['123456789', 64],
  ])('%j of %i CPUs is refused', (text, bits) => {
    expect(parseCpuHex(text, bits)).toBeUndefined();
  });
});
