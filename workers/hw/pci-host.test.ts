import { describe, expect, it } from 'vitest';
import { PC_FUNCTIONS, Q35_FUNCTIONS } from './boards/pci-functions.ts';
import { type PciFunction, PciHost } from './pci-host.ts';
import { testBench } from './testing.ts';

function host(functions: readonly PciFunction[]) {
  const bench = testBench();
  const device = new PciHost(functions, bench.log);
  const select = (slot: number, number: number, register: number, enable = 0x80000000) => {
    device.addressPort.write(0, 4, (enable | (slot << 11) | (number << 8) | register) >>> 0);
  };
  return { ...bench, device, select };
}

describe('configuration mechanism 1', () => {
  it.each([
    ['q35 host bridge', Q35_FUNCTIONS, 0x00, 0, [0x29c08086, 0x06000000, 0x00]],
    ['ICH9 LPC bridge', Q35_FUNCTIONS, 0x1f, 0, [0x29188086, 0x06010002, 0x80]],
    ['i440FX host bridge', PC_FUNCTIONS, 0x00, 0, [0x12378086, 0x06000002, 0x00]],
    ['PIIX3 ISA bridge', PC_FUNCTIONS, 0x01, 0, [0x70008086, 0x06010000, 0x80]],
    ['PIIX4 power management', PC_FUNCTIONS, 0x01, 3, [0x71138086, 0x06800003, 0x00]],
  ] as const)('shows the %s as QEMU 7.2 has it', (_, functions, slot, number, expected) => {
    const { device, select } = host(functions);
    const values = [0x00, 0x08].map((register) => {
      select(slot, number, register);
      return device.dataPort.read(0, 4);
    });
    select(slot, number, 0x0c);
    expect([...values, device.dataPort.read(2, 1)]).toEqual(expected);
  });

  it('a base address register keeps the bits above its size, and shows its size when all ones are written', () => {
    const { device, select, lines } = host(Q35_FUNCTIONS);
    const bar = (register: number): number[] => {
      select(0x1f, 2, register);
      const values = [device.dataPort.read(0, 4)];
      device.dataPort.write(0, 4, 0xffffffff);
      values.push(device.dataPort.read(0, 4));
      device.dataPort.write(0, 4, values[0] ?? 0);
      return [...values, device.dataPort.read(0, 4)];
    };
    expect(bar(0x24)).toEqual([0xfebff000, 0xfffff000, 0xfebff000]);
    expect(bar(0x20)).toEqual([0xc041, 0xffffffe1, 0xc041]);
    expect(lines.take('unmodelled')).toEqual([]);
  });

  it('an empty place, another bus and a disabled address read as all ones', () => {
    const { device, select } = host(Q35_FUNCTIONS);
    const read = () => device.dataPort.read(0, 4);
    select(0x02, 0, 0);
    const values = [read()];
    device.addressPort.write(0, 4, 0x80010000);
    values.push(read());
    select(0, 0, 0, 0);
    values.push(read());
    expect(values).toEqual([0xffffffff, 0xffffffff, 0xffffffff]);
  });

  it('PIRQ routing registers hold the firmware’s routes and can be changed byte by byte', () => {
    const { device, select } = host(Q35_FUNCTIONS);
    select(0x1f, 0, 0x60);
    const before = device.dataPort.read(0, 4);
    device.dataPort.write(1, 1, 0x8a);
    expect([before, device.dataPort.read(0, 4)]).toEqual([0x0b0b0a0a, 0x0b0b8a0a]);
  });

  it('identification cannot be written, and the attempt is told of', () => {
    const { device, select, lines } = host(Q35_FUNCTIONS);
    select(0x1f, 0, 0);
    device.dataPort.write(0, 2, 0);
    expect([device.dataPort.read(0, 4), lines.take().length]).toEqual([0x29188086, 2]);
  });
});
