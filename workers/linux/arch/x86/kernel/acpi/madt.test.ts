import { describe, expect, test } from 'vitest';
import { tableEntries } from '../../../../../acpica/tables/tbutils.ts';
import { MADT_HEADER } from '../../../../drivers/acpi/processor_core.ts';
import { madtProcessor } from './madt.ts';

/** A MADT as QEMU 7.2 writes it for -smp 2,maxcpus=3: header, local APIC address, flags, then the structures. */
const madt = Uint8Array.of(
  ...new Array<number>(MADT_HEADER).fill(0),
  ...[0, 8, 0, 0, 1, 0, 0, 0],
  ...[0, 8, 1, 1, 1, 0, 0, 0],
  ...[0, 8, 2, 2, 0, 0, 0, 0],
  ...[1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0],
  ...[9, 16, 0, 0, 0x2c, 0x01, 0, 0, 1, 0, 0, 0, 0x2c, 0x01, 0, 0],
);

describe('processors of the MADT (ACPI 6.4 5.2.12)', () => {
  test('local APIC and x2APIC structures, others left out', () => {
    const processors = [...tableEntries(madt, MADT_HEADER)].map(({ type, bytes }) => madtProcessor(type, bytes, true));
    expect(processors).toEqual([
      { acpiId: 0, physId: 0, flags: 1 },
      { acpiId: 1, physId: 1, flags: 1 },
      { acpiId: 2, physId: 2, flags: 0 },
      undefined,
      { acpiId: 300, physId: 300, flags: 1 },
    ]);
  });

  test('a Processor object is not an x2APIC with a number from 255 on', () => {
    const x2apic = Uint8Array.of(9, 16, 0, 0, 0x2c, 0x01, 0, 0, 1, 0, 0, 0, 0x2c, 0x01, 0, 0);
    expect(madtProcessor(9, x2apic, false)).toBeUndefined();
  });

  test('a structure that runs over the end of the table, or has no length, ends the walk', () => {
    expect([...tableEntries(madt.subarray(0, MADT_HEADER + 12), MADT_HEADER)]).toHaveLength(1);
    expect([...tableEntries(Uint8Array.of(0, 0, 0, 0), 0)]).toEqual([]);
  });
});
