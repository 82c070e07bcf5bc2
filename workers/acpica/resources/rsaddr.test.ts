import { expect, test } from 'vitest';
import { addressResources } from './rsaddr.ts';

/** A QWORD memory descriptor: name, length, kind, flags, then five numbers of 8 bytes. */
const qword = (minimum: bigint, maximum: bigint, length: bigint): number[] => {
  const bytes = new DataView(new ArrayBuffer(46));
  bytes.setUint8(0, 0x8a);
  bytes.setUint16(1, 43, true);
  bytes.setUint8(4, 0x0c);
  bytes.setUint8(5, 0x03);
  [0n, minimum, maximum, 0n, length].forEach((value, index) => {
    bytes.setBigUint64(6 + 8 * index, value, true);
  });
  return [...new Uint8Array(bytes.buffer)];
};
const END_TAG = [0x79, 0x00];
const IO_PORT = [0x47, 0x01, 0x00, 0x0a, 0x00, 0x0a, 0x00, 0x18];

test('a QWORD address space descriptor tells its range; small items are stepped over', () => {
  const template = Uint8Array.from([...IO_PORT, ...qword(0x1_0000_0000n, 0x1_0fff_ffffn, 0x1000_0000n), ...END_TAG]);
  expect(addressResources(template)).toEqual([
    {
      resource_type: 'memory',
      typeFlags: 3,
      minimum: 0x1_0000_0000n,
      maximum: 0x1_0fff_ffffn,
      address_length: 0x1000_0000n,
    },
  ]);
});

test('a template without an end tag, or cut off within a descriptor, is none', () => {
  expect(addressResources(Uint8Array.from(IO_PORT))).toBeUndefined();
  expect(addressResources(Uint8Array.from(qword(0n, 1n, 2n).slice(0, 20)))).toBeUndefined();
});
