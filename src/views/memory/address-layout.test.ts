import { describe, expect, test } from 'vitest';
import type { MemoryRegion } from '../../../workers/protocol/machine-api.ts';
import type { DimmSlot } from '../../session/memory-state.ts';
import { layOutAddresses, segmentsOf } from './address-layout.ts';

const GIB = 2 ** 30;
const regions: readonly MemoryRegion[] = [
  { kind: 'ram', start: 0, size: GIB / 2 },
  { kind: 'hole', start: GIB / 2, size: 3.5 * GIB },
  { kind: 'device-memory', start: 4 * GIB, size: 11.5 * GIB },
];

const dimm = (index: number, address: number, size: number): DimmSlot => ({
  index,
  plugged: true,
  id: `dimm${index}`,
  address,
  size,
  node: 0,
  arriving: false,
  request: undefined,
  changedAt: 0,
});

describe('the address space', () => {
  test('is RAM, hole and room for DIMMs, without a gap between them', () => {
    expect(segmentsOf(regions, []).map(({ kind, start, size }) => [kind, start / GIB, size / GIB])).toEqual([
      ['ram', 0, 0.5],
      ['hole', 0.5, 3.5],
      ['gap', 4, 11.5],
    ]);
  });

  test('has DIMMs at their addresses, in whatever order they came, and the room between them', () => {
    const slots = [dimm(0, 6 * GIB, GIB), dimm(1, 4 * GIB, GIB)];
    expect(segmentsOf(regions, slots).map(({ kind, start, size }) => [kind, start / GIB, size / GIB])).toEqual([
      ['ram', 0, 0.5],
      ['hole', 0.5, 3.5],
      ['dimm', 4, 1],
      ['gap', 5, 1],
      ['dimm', 6, 1],
      ['gap', 7, 8.5],
    ]);
  });
});

describe('the axis', () => {
  test('is linear inside a stretch and folded between them', () => {
    const { x, width } = layOutAddresses(segmentsOf(regions, [dimm(0, 4 * GIB, 2 * GIB)]), 600);
    expect(width).toBeCloseTo(600);
    expect(x(5 * GIB) - x(4 * GIB)).toBeCloseTo(x(6 * GIB) - x(5 * GIB));
    // the DIMM has four times the size of the RAM, and twice its width
    expect((x(6 * GIB) - x(4 * GIB)) / x(GIB / 2)).toBeCloseTo(2);
    expect(x(4 * GIB) - x(GIB / 2)).toBeLessThan(60);
  });

  test('leaves a pixel or more to each of 256 DIMMs', () => {
    const slots = Array.from({ length: 256 }, (_, at) => dimm(at, (4 + at * 16) * GIB, 16 * GIB));
    const wide = [...regions.slice(0, 2), { kind: 'device-memory', start: 4 * GIB, size: 4352 * GIB } as const];
    const { x } = layOutAddresses(segmentsOf(wide, slots), 600);
    for (const { address, size } of slots) expect(x(address + size) - x(address)).toBeGreaterThanOrEqual(1);
  });
});
