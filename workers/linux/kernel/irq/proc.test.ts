import { describe, expect, test } from 'vitest';
import { ERRNO } from '../../../abi/syscall.ts';
import type { CpuMask } from '../../include/linux/cpumask.ts';
import { parseCpuHex, parseCpuList } from './proc.ts';

const shown = (mask: CpuMask | number): string | number => (typeof mask === 'number' ? mask : mask.toList());

describe('CPU lists (lib/bitmap.c)', () => {
  test.each([
    ['0-2,5', '0-2,5'],
    ['3\n', '3'],
    ['', ''],
  ])('%j', (text, list) => {
    expect(shown(parseCpuList(text, 8))).toBe(list);
  });

  test.each([
    ['8', ERRNO.ERANGE],
    ['3-2', ERRNO.EINVAL],
    ['x', ERRNO.EINVAL],
    ['1-', ERRNO.EINVAL],
    ['-1', ERRNO.EINVAL],
  ])('%j is refused with -%i', (text, errno) => {
    expect(parseCpuList(text, 8)).toBe(-errno);
  });
});

describe('CPU masks in hexadecimal', () => {
  test.each([
    ['f\n', 4, '0-3'],
    ['1,00000001', 40, '0,32'],
    ['1,1', 40, '0,32'],
  ])('%j of %i CPUs', (text, bits, list) => {
    expect(shown(parseCpuHex(text, bits))).toBe(list);
  });

  test.each([
    ['10', 4, ERRNO.EOVERFLOW],
    ['g', 8, ERRNO.EINVAL],
    ['', 8, ERRNO.EINVAL],
    ['123456789', 64, ERRNO.EINVAL],
  ])('%j of %i CPUs is refused with -%i', (text, bits, errno) => {
    expect(parseCpuHex(text, bits)).toBe(-errno);
  });
});
