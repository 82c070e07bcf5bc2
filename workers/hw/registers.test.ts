import { describe, expect, it } from 'vitest';
import { merge, type Register, RegisterBlock } from './registers.ts';
import { testBench } from './testing.ts';

const TABLE = [
  { name: 'WIDE', offset: 0, width: 4, access: 'read-write', text: 'four bytes' },
  { name: 'NARROW', offset: 4, width: 1, access: 'read-write', text: 'one byte' },
  { name: 'STATUS', offset: 5, width: 1, access: 'read-only', text: 'read here' },
  { name: 'COMMAND', offset: 5, width: 1, access: 'write-only', text: 'written at the same place' },
  {
    name: 'BANK',
    offset: 8,
    width: 2,
    count: 2,
    stride: 4,
    access: 'read-write',
    text: 'two of two bytes, four apart',
  },
] as const satisfies readonly Register[];

type Name = (typeof TABLE)[number]['name'];

function block() {
  const bench = testBench();
  const values = new Map<string, number>([['STATUS0', 0x5a]]);
  const device = new RegisterBlock<Name>(
    'test',
    TABLE,
    {
      readRegister: (name, index) => values.get(name + index) ?? 0,
      writeRegister: (name, index, value, mask) => {
        values.set(name + index, merge(values.get(name + index) ?? 0, value, mask));
      },
    },
    bench.log,
  );
  return { ...bench, device, values };
}

describe('RegisterBlock', () => {
  it('lets parts of a register be read and written', () => {
    const { device } = block();
    device.write(0, 4, 0x11223344);
    device.write(1, 2, 0xaabb);
    expect([device.read(0, 4), device.read(3, 1), device.read(2, 2)]).toEqual([0x11aabb44, 0x11, 0x11aa]);
  });

  it('divides an access among the registers that it touches', () => {
    const { device, values, lines } = block();
    device.write(3, 2, 0x99ff);
    expect([values.get('WIDE0'), values.get('NARROW0'), device.read(4, 2)]).toEqual([0xff000000, 0x99, 0x5a99]);
    expect(lines.take().map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'register_write device=test register=WIDE',
      'register_write device=test register=NARROW',
      'register_read device=test register=NARROW',
      'register_read device=test register=STATUS',
    ]);
  });

  it('tells a register that is only read from one that is only written at the same place', () => {
    const { device, values } = block();
    device.write(5, 1, 7);
    expect([device.read(5, 1), values.get('COMMAND0'), values.get('STATUS0')]).toEqual([0x5a, 7, 0x5a]);
  });

  it('numbers the registers of a bank', () => {
    const { device, values } = block();
    device.write(12, 2, 0xbeef);
    expect([values.get('BANK0'), values.get('BANK1')]).toEqual([undefined, 0xbeef]);
  });

  it('tells of an access that no register answers, once, and reads it as all ones', () => {
    const { device, lines } = block();
    expect([device.read(16, 4), device.read(10, 1)]).toEqual([0xffffffff, 0xff]);
    device.write(6, 2, 0x1234);
    expect(lines.take()).toEqual([
      'unmodelled where=test what=read of offset 0x10',
      'unmodelled where=test what=read of offset 0xa',
      'unmodelled where=test what=write to offset 0x6, of 0x1234 to 0x6',
    ]);
  });
});
