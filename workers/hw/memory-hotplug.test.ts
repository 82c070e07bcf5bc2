import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OspmStatus } from '../abi/board.ts';
import { type DimmInSlot, MEMORY_HOTPLUG_FLAGS, MEMORY_HOTPLUG_REGISTERS, MemoryHotplug } from './memory-hotplug.ts';
import { repeatAccesses, testBench, traceLines } from './testing.ts';

const DIMM: DimmInSlot = { id: 'dimm1', address: 0x1_2000_0000, size: 0x1_1000_0000, node: 1 };
const SELECTOR = 0x00;
const OST_EVENT = 0x04;
const OST_STATUS = 0x08;
const FLAGS = 0x14;

function block(slots: number, { ejects = true } = {}) {
  const bench = testBench();
  const told: string[] = [];
  const reported: OspmStatus[] = [];
  const device = new MemoryHotplug(
    slots,
    {
      raiseEvent: () => told.push('event'),
      eject: (slot) => {
        told.push(`eject ${slot}`);
        return ejects;
      },
      ostReported: (status) => reported.push(status),
    },
    bench.log,
  );
  return { ...bench, device, told, reported, trace: () => traceLines(bench.lines) };
}

describe('registers', () => {
  it('are at the offsets and have the bits of docs/specs/acpi_mem_hotplug.rst', () => {
    expect(MEMORY_HOTPLUG_REGISTERS.map(({ name, offset, access }) => `${offset} ${access} ${name}`)).toEqual([
      '0 read-only ADDRESS_LOW',
      '0 write-only SLOT_SELECTOR',
      '4 read-only ADDRESS_HIGH',
      '4 write-only OST_EVENT',
      '8 read-only SIZE_LOW',
      '8 write-only OST_STATUS',
      '12 read-only SIZE_HIGH',
      '16 read-only PROXIMITY',
      '20 read-only MEMORY_STATUS',
      '20 write-only MEMORY_CONTROL',
    ]);
    expect(MEMORY_HOTPLUG_FLAGS).toEqual({ enabled: 1, insertEvent: 2, removeEvent: 4, eject: 8 });
  });

  it('of an empty slot read as 0', () => {
    const { device, trace } = block(1);
    expect([0, 4, 8, 12, 16].map((offset) => device.read(offset, 4))).toEqual([0, 0, 0, 0, 0]);
    expect(device.read(FLAGS, 1)).toBe(0);
    expect(trace()).toEqual([
      'mhp_acpi_read_addr_lo slot[0x0] addr lo: 0x0',
      'mhp_acpi_read_addr_hi slot[0x0] addr hi: 0x0',
      'mhp_acpi_read_size_lo slot[0x0] size lo: 0x0',
      'mhp_acpi_read_size_hi slot[0x0] size hi: 0x0',
      'mhp_acpi_read_pxm slot[0x0] proximity: 0x0',
      'mhp_acpi_read_flags slot[0x0] flags: 0x0',
    ]);
  });

  it('tell address, size and node of the DIMM in the selected slot', () => {
    const { device } = block(2);
    device.plugged(1, DIMM, true);
    device.write(SELECTOR, 4, 1);
    expect([0, 4, 8, 12, 16].map((offset) => device.read(offset, 4))).toEqual([0x2000_0000, 1, 0x1000_0000, 1, 1]);
  });
});

describe('status and control', () => {
  it('bits 1 and 2 are cleared by writing 1, one a write', () => {
    const { device, told } = block(1);
    device.plugged(0, DIMM, true);
    device.requestUnplug(0);
    const flags = [device.read(FLAGS, 1)];
    device.write(FLAGS, 1, 0b110);
    flags.push(device.read(FLAGS, 1));
    device.write(FLAGS, 1, 0b100);
    flags.push(device.read(FLAGS, 1));
    expect([flags, told]).toEqual([
      [0b111, 0b101, 0b001],
      ['event', 'event'],
    ]);
  });

  it('bit 3 initiates device eject', () => {
    const { device, told, trace } = block(1);
    device.plugged(0, DIMM, false);
    device.write(FLAGS, 1, 8);
    expect([device.read(FLAGS, 1), told, trace()[0]]).toEqual([
      0,
      ['eject 0'],
      'mhp_acpi_pc_dimm_deleted slot[0x0] pc-dimm deleted',
    ]);
  });

  it('keeps a DIMM that cannot be taken out', () => {
    const { device, trace } = block(1, { ejects: false });
    device.plugged(0, DIMM, false);
    device.write(FLAGS, 1, 8);
    expect(device.read(FLAGS, 1)).toBe(1);
    expect(trace()[0]).toBe('mhp_acpi_pc_dimm_delete_failed slot[0x0] pc-dimm delete failed');
  });

  it('does not eject from an empty slot', () => {
    const { device, told, trace } = block(1);
    device.write(FLAGS, 1, 8);
    expect([told, trace()]).toEqual([[], ['mhp_acpi_ejecting_invalid_slot 0x0']]);
  });
});

describe('OST', () => {
  it('the status is reported with the event and the DIMM’s id', () => {
    const { device, reported } = block(2);
    device.plugged(1, DIMM, true);
    device.write(SELECTOR, 4, 1);
    device.write(OST_EVENT, 4, 1);
    device.write(OST_STATUS, 4, 0);
    expect(reported).toEqual([{ device: 'dimm1', slot: '1', slotType: 'DIMM', source: 1, status: 0 }]);
    expect(device.ospmStatus()).toEqual([{ slot: '0', slotType: 'DIMM', source: 0, status: 0 }, ...reported]);
  });
});

describe('a selector beyond the slots', () => {
  it('makes reads return 0 and writes be ignored', () => {
    const { device, reported, trace } = block(1);
    device.write(SELECTOR, 4, 1);
    device.write(OST_STATUS, 4, 0);
    expect([device.read(FLAGS, 1), reported]).toEqual([0, []]);
    expect(trace()).toEqual([
      'mhp_acpi_write_slot set active slot: 0x1',
      'mhp_acpi_invalid_slot_selected 0x1',
      'mhp_acpi_invalid_slot_selected 0x1',
    ]);
  });
});

describe('reserved registers', () => {
  it('read as all ones, ignore writes, and are told of', () => {
    const { device, lines } = block(1);
    device.write(0xc, 4, 1);
    expect([device.read(0x15, 1), device.read(0x16, 2)]).toEqual([0xff, 0xffff]);
    expect(lines.take('unmodelled')).toHaveLength(3);
  });
});

interface Recording {
  readonly bootRegisters: readonly string[];
  readonly steps: readonly {
    readonly qmp?: { readonly execute?: string };
    readonly registers?: readonly string[];
    readonly events?: readonly { readonly event: string; readonly data: { readonly info?: unknown } }[];
  }[];
}

describe('the accesses of the recording q35-dimm', () => {
  const file = new URL('../recordings/q35-dimm.json', import.meta.url);
  const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  const isMemory = (line: string) => line.startsWith('mhp_');

  it('give QEMU’s trace lines and its ACPI_DEVICE_OST events', () => {
    const { device, reported, trace } = block(4);
    const boot = recording.bootRegisters.filter(isMemory);
    repeatAccesses(device, boot);
    expect(trace()).toEqual(boot);
    let compared = 0;
    for (const { qmp, registers = [], events = [] } of recording.steps) {
      if (qmp?.execute === 'device_add') {
        device.plugged(0, { id: 'dimm1', address: 0x1_0000_0000, size: 0x1000_0000, node: 0 }, true);
      } else if (qmp?.execute === 'device_del') {
        device.requestUnplug(0);
      }
      reported.length = 0;
      const expected = registers.filter(isMemory);
      repeatAccesses(device, expected);
      expect(trace()).toEqual(expected);
      expect(reported.map(({ slotType, ...rest }) => ({ ...rest, 'slot-type': slotType }))).toEqual(
        events.filter(({ event }) => event === 'ACPI_DEVICE_OST').map(({ data }) => data.info),
      );
      compared += expected.length;
    }
    expect(compared).toBeGreaterThan(40);
  });
});
