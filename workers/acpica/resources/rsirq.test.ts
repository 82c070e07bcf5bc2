import { describe, expect, test } from 'vitest';
import { interruptResources } from './rsirq.ts';

const END = [0x79, 0x00];
/** Extended interrupt descriptor with these flags for one interrupt. */
const descriptor = (flags: number, interrupt: number) => [0x89, 6, 0, flags, 1, interrupt, 0, 0, 0];

describe('extended interrupt descriptors (ACPI 6.4 §6.4.3.6)', () => {
  test('the GED of virt: edge, active high, exclusive', () => {
    expect(interruptResources(Uint8Array.of(...descriptor(0x03, 41), ...END))).toEqual([
      { edge: true, activeLow: false, shareable: false, interrupts: [41] },
    ]);
  });

  test('level, active low, shared; several interrupts; other descriptors are left out', () => {
    const memory = [0x86, 9, 0, 1, 0, 0, 0, 9, 0, 0x10, 0, 0];
    const two = [0x89, 10, 0, 0x0d, 2, 33, 0, 0, 0, 34, 0, 0, 0];
    expect(interruptResources(Uint8Array.of(...memory, ...two, ...END))).toEqual([
      { edge: false, activeLow: true, shareable: true, interrupts: [33, 34] },
    ]);
  });

  test('a template without an end tag, or whose descriptor runs over its end, is none', () => {
    expect(interruptResources(Uint8Array.of(...descriptor(3, 41)))).toBeUndefined();
    expect(interruptResources(Uint8Array.of(0x89, 60, 0, 3, 1, 41))).toBeUndefined();
  });
});
