import { describe, expect, it } from 'vitest';
import type { IoHandler } from '../abi/bus.ts';
import { SystemBus, VcpuBus } from './bus.ts';
import { testBench } from './testing.ts';

/** A handler that tells what it was asked. */
function probe(answer: number): IoHandler & { readonly accesses: string[] } {
  const accesses: string[] = [];
  return {
    accesses,
    read: (offset, width) => {
      accesses.push(`read ${offset} ${width}`);
      return answer;
    },
    write: (offset, width, value) => accesses.push(`write ${offset} ${width} ${value}`),
  };
}

describe('ports', () => {
  it('reach the device that claims them, with offsets from the start of its range', () => {
    const { log } = testBench();
    const bus = new SystemBus(log);
    const device = probe(7);
    bus.mapPorts(0xcd8, 12, device);
    expect(bus.readPort(0xcdc, 1)).toBe(7);
    bus.writePort(0xcd8, 4, 2);
    expect(device.accesses).toEqual(['read 4 1', 'write 0 4 2']);
  });

  it('that nobody claims read as all ones and are told of, but for those that every system probes', () => {
    const { log, lines } = testBench();
    const bus = new SystemBus(log);
    bus.writePort(0x1234, 1, 5);
    bus.writePort(0x80, 1, 5);
    expect([bus.readPort(0x1234, 1), bus.readPort(0x1234, 2), bus.readPort(0x1234, 4), bus.readPort(0x21, 1)]).toEqual([
      0xff, 0xffff, 0xffffffff, 0xff,
    ]);
    expect(lines.take()).toEqual([
      'unmodelled where=ports what=1-byte write of 0x5 to port 0x1234',
      'unmodelled where=ports what=1-byte read of port 0x1234',
      'unmodelled where=ports what=2-byte read of port 0x1234',
      'unmodelled where=ports what=4-byte read of port 0x1234',
    ]);
  });

  it('cannot be claimed twice, nor can memory', () => {
    const { log } = testBench();
    const bus = new SystemBus(log);
    bus.mapPorts(0x70, 2, probe(0));
    bus.mapMemory(0xfec00000, 0x1000, probe(0));
    expect(() => bus.mapPorts(0x71, 1, probe(0))).toThrow('port 0x71 is claimed twice');
    expect(() => bus.mapMemory(0xfec00800, 0x1000, probe(0))).toThrow('memory at 0xfec00800 is claimed twice');
  });
});

describe('memory', () => {
  it('RAM is zero until written, little-endian, up to 8 bytes and across pages', () => {
    const { log, lines } = testBench();
    const bus = new SystemBus(log);
    bus.addRam(0, 0x10000);
    const before = bus.readMemory(0xffc, 8);
    bus.writeMemory(0xffc, 8, 0x0012_3456_789a_bcde);
    expect([before, bus.readMemory(0xffc, 8), bus.readMemory(0xffe, 4), bus.readMemory(0x1002, 1)]).toEqual([
      0, 0x0012_3456_789a_bcde, 0x3456_789a, 0x12,
    ]);
    expect(lines.take()).toEqual([]);
  });

  it('firmware’s bytes can be read, not written, where there is no RAM', () => {
    const { log, lines } = testBench();
    const bus = new SystemBus(log);
    bus.writeBytes(0xf59e0, new TextEncoder().encode('RSD PTR '));
    bus.writeMemory(0xf59e0, 1, 0);
    expect(new TextDecoder().decode(bus.readBytes(0xf59e0, 8))).toBe('RSD PTR ');
    expect(lines.take()).toEqual(['unmodelled where=memory what=1-byte write of 0x0 to 0xf59e0']);
  });

  it('that nothing backs reads as all ones', () => {
    const { log, lines } = testBench();
    const bus = new SystemBus(log);
    expect([bus.readMemory(0xd0000000, 4), [...bus.readBytes(0xd0000000, 2)]]).toEqual([0xffffffff, [0xff, 0xff]]);
    expect(lines.take()).toHaveLength(1);
  });
});

describe('a vCPU’s view', () => {
  it('has its own local APIC where others have theirs, and shares the rest', () => {
    const { log } = testBench();
    const system = new SystemBus(log);
    system.addRam(0, 0x1000);
    const views = [1, 2].map((id) => {
      return new VcpuBus(system, { base: 0xfee00000, length: 0x1000, handler: probe(id) });
    });
    views[0]?.writeMemory(0x10, 4, 99);
    expect(views.map((view) => [view.readMemory(0xfee00020, 4), view.readMemory(0x10, 4)])).toEqual([
      [1, 99],
      [2, 99],
    ]);
  });
});
