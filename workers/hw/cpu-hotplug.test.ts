import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OspmStatus } from '../abi/board.ts';
import { CPU_HOTPLUG_COMMANDS, CPU_HOTPLUG_FLAGS, CPU_HOTPLUG_REGISTERS, CpuHotplug } from './cpu-hotplug.ts';
import { possibleCpus, repeatAccesses, testBench, traceLines } from './testing.ts';

const SELECTOR = 0;
const DATA_2 = 0;
const FLAGS = 4;
const COMMAND = 5;
const DATA = 8;

/** A block with four possible CPUs, two of them present, and what it tells its host. */
function block({ possible = possibleCpus(4, 2), modern = true } = {}) {
  const bench = testBench();
  const told: string[] = [];
  const reported: OspmStatus[] = [];
  const device = new CpuHotplug(
    possible,
    {
      raiseEvent: () => told.push('event'),
      eject: (index) => {
        told.push(`eject ${index}`);
        device.unplugged(index);
      },
      ostReported: (status) => reported.push(status),
    },
    bench.log,
  );
  for (const { index, present } of possible) if (present) device.plugged(index, undefined, false);
  if (modern) device.write(SELECTOR, 4, 0);
  bench.lines.take();
  return { ...bench, device, told, reported, trace: () => traceLines(bench.lines) };
}

describe('registers', () => {
  it('are at the offsets and have the bits and commands of docs/specs/acpi_cpu_hotplug.rst', () => {
    expect(
      CPU_HOTPLUG_REGISTERS.map(({ name, offset, width, access }) => `${offset} ${width} ${access} ${name}`),
    ).toEqual([
      '0 4 read-only COMMAND_DATA_2',
      '0 4 write-only CPU_SELECTOR',
      '4 1 read-only CPU_STATUS',
      '4 1 write-only CPU_CONTROL',
      '5 1 write-only COMMAND',
      '8 4 read-write COMMAND_DATA',
    ]);
    expect(CPU_HOTPLUG_FLAGS).toEqual({ enabled: 1, insertEvent: 2, removeEvent: 4, eject: 8, ejectByFirmware: 16 });
    expect(CPU_HOTPLUG_COMMANDS).toEqual({ nextCpuWithEvent: 0, ostEvent: 1, ostStatus: 2, cpuId: 3 });
  });
});

describe('the legacy interface', () => {
  it('shows present CPUs by APIC id in a bitmap, and no event', () => {
    const { device, told } = block({ modern: false });
    expect([device.read(0, 1), device.read(1, 1), device.read(0, 4)]).toEqual([0b11, 0, 0b11]);
    device.plugged(3, 'c3', true);
    expect([device.read(0, 1), told]).toEqual([0b1011, ['event']]);
  });

  it('is switched off by writing 0 to the first byte of the bitmap, and by nothing else', () => {
    const { device, trace } = block({ modern: false });
    device.write(0, 1, 1);
    device.write(4, 4, 0);
    expect(device.legacy).toBe(true);
    device.write(0, 4, 0);
    expect([device.legacy, trace()]).toEqual([false, []]);
  });

  it('gives way to the modern one when an APIC id does not fit into the bitmap', () => {
    const possible = possibleCpus(3).map((cpu) => ({ ...cpu, apicId: cpu.index * 200 }));
    expect(block({ possible, modern: false }).device.legacy).toBe(false);
  });

  it('leaves a CPU that was plugged meanwhile present and without an event', () => {
    const { device } = block({ modern: false });
    device.plugged(2, 'c2', true);
    device.write(SELECTOR, 4, 0);
    device.write(SELECTOR, 4, 2);
    expect(device.read(FLAGS, 1)).toBe(1);
  });
});

describe('status and control', () => {
  it('bit 0: the device is enabled; bit 1: insert event, cleared by writing 1', () => {
    const { device, told, trace } = block();
    device.plugged(2, 'c2', true);
    device.write(SELECTOR, 4, 2);
    const before = device.read(FLAGS, 1);
    device.write(FLAGS, 1, 2);
    expect([before, device.read(FLAGS, 1), told]).toEqual([0b011, 0b001, ['event']]);
    expect(trace()).toEqual([
      'cpuhp_acpi_write_idx set active cpu idx: 0x2',
      'cpuhp_acpi_read_flags idx[0x2] flags: 0x3',
      'cpuhp_acpi_clear_inserting_evt idx[0x2]',
      'cpuhp_acpi_read_flags idx[0x2] flags: 0x1',
    ]);
  });

  it('bit 2: remove event, cleared by writing 1', () => {
    const { device, told } = block();
    device.requestUnplug(1);
    device.write(SELECTOR, 4, 1);
    const before = device.read(FLAGS, 1);
    device.write(FLAGS, 1, 4);
    expect([before, device.read(FLAGS, 1), told]).toEqual([0b101, 0b001, ['event']]);
  });

  it('bit 3 set to 1 initiates device eject', () => {
    const { device, told, trace } = block();
    device.write(SELECTOR, 4, 1);
    device.write(FLAGS, 1, 8);
    expect([device.read(FLAGS, 1), told]).toEqual([0, ['eject 1']]);
    expect(trace()[1]).toBe('cpuhp_acpi_ejecting_cpu 0x1');
  });

  it.each([
    ['the first CPU', 0],
    ['a CPU that is not there', 3],
  ])('does not eject %s', (_, index) => {
    const { device, told, trace } = block();
    device.write(SELECTOR, 4, index);
    device.write(FLAGS, 1, 8);
    device.write(FLAGS, 1, 16);
    expect(told).toEqual([]);
    expect(trace().slice(1)).toEqual([
      `cpuhp_acpi_ejecting_invalid_cpu 0x${index}`,
      `cpuhp_acpi_fw_remove_invalid_cpu 0x${index}`,
    ]);
  });

  it('bit 4 hands the eject over to the firmware; it is cleared as part of the eject', () => {
    const { device, trace } = block();
    device.write(SELECTOR, 4, 1);
    device.write(FLAGS, 1, 16);
    expect(device.read(FLAGS, 1)).toBe(0b1_0001);
    device.write(FLAGS, 1, 8);
    expect(device.read(FLAGS, 1)).toBe(0);
    expect(trace()[1]).toBe('cpuhp_acpi_fw_remove_cpu 0x1');
  });

  it('does one thing a write: the lowest bit decides', () => {
    const { device, told } = block();
    device.plugged(2, 'c2', true);
    device.requestUnplug(2);
    device.write(SELECTOR, 4, 2);
    device.write(FLAGS, 1, 2 | 4 | 8);
    expect(device.read(FLAGS, 1)).toBe(0b101);
    expect(told).not.toContain('eject 2');
  });
});

describe('commands', () => {
  it('0 selects a CPU with events, searching from the selected one on and round', () => {
    const { device, trace } = block();
    device.plugged(2, 'c2', true);
    device.write(SELECTOR, 4, 3);
    device.write(COMMAND, 1, 0);
    expect([device.read(DATA, 4), device.read(DATA_2, 4)]).toEqual([2, 0]);
    expect(trace()).toEqual([
      'cpuhp_acpi_write_idx set active cpu idx: 0x3',
      'cpuhp_acpi_write_cmd idx[0x3] cmd: 0x0',
      'cpuhp_acpi_cpu_has_events idx[0x2] inserting: 1, removing: 0',
      'cpuhp_acpi_read_cmd_data idx[0x2] data: 0x2',
      'cpuhp_acpi_read_cmd_data2 idx[0x2] data: 0x0',
    ]);
  });

  it('0 does not change the selector when no CPU has events', () => {
    const { device } = block();
    device.write(SELECTOR, 4, 1);
    device.write(COMMAND, 1, 0);
    expect(device.read(DATA, 4)).toBe(1);
  });

  it('1 and 2 store the OST event and status; the status is reported with both', () => {
    const { device, reported, trace } = block();
    device.plugged(2, 'c2', true);
    device.write(SELECTOR, 4, 2);
    device.write(COMMAND, 1, 1);
    device.write(DATA, 4, 3);
    device.write(COMMAND, 1, 2);
    device.write(DATA, 4, 0x84);
    expect(reported).toEqual([{ device: 'c2', slot: '2', slotType: 'CPU', source: 3, status: 0x84 }]);
    expect(trace().slice(1)).toEqual([
      'cpuhp_acpi_write_cmd idx[0x2] cmd: 0x1',
      'cpuhp_acpi_write_ost_ev idx[0x2] OST EVENT: 0x3',
      'cpuhp_acpi_write_cmd idx[0x2] cmd: 0x2',
      'cpuhp_acpi_write_ost_status idx[0x2] OST STATUS: 0x84',
    ]);
    expect([device.read(DATA, 4), device.ospmStatus()[3]]).toEqual([
      0,
      { slot: '3', slotType: 'CPU', source: 0, status: 0 },
    ]);
  });

  it('3: command data contains the APIC id, command data 2 its upper half', () => {
    const possible = possibleCpus(2).map((cpu) => ({ ...cpu, apicId: cpu.index + 0x100000005 }));
    const { device } = block({ possible });
    device.write(SELECTOR, 4, 1);
    device.write(COMMAND, 1, 3);
    expect([device.read(DATA, 4), device.read(DATA_2, 4)]).toEqual([6, 1]);
  });

  it('others are reserved and leave the last one in force', () => {
    const { device } = block();
    device.write(SELECTOR, 4, 1);
    device.write(COMMAND, 1, 3);
    device.write(COMMAND, 1, 4);
    expect(device.read(DATA, 4)).toBe(1);
  });
});

describe('a selector that refers to no possible CPU', () => {
  it('makes reads return 0 and writes be ignored until a valid one is stored', () => {
    const { device, told, trace } = block();
    device.write(SELECTOR, 4, 4);
    device.write(FLAGS, 1, 8);
    expect([device.read(FLAGS, 1), device.read(DATA, 4), device.read(DATA_2, 4), told]).toEqual([0, 0, 0, []]);
    device.write(SELECTOR, 4, 1);
    expect(device.read(FLAGS, 1)).toBe(1);
    expect(trace()).toEqual([
      'cpuhp_acpi_write_idx set active cpu idx: 0x4',
      'cpuhp_acpi_invalid_idx_selected 0x4',
      'cpuhp_acpi_write_idx set active cpu idx: 0x1',
      'cpuhp_acpi_read_flags idx[0x1] flags: 0x1',
    ]);
  });
});

describe('reserved registers', () => {
  it('read as 0, ignore writes, and are told of', () => {
    const { device, lines } = block();
    device.write(7, 1, 0xff);
    expect([5, 6, 7].map((offset) => device.read(offset, 1))).toEqual([0, 0, 0]);
    expect(lines.take('unmodelled')).toHaveLength(4);
  });
});

interface Recording {
  readonly machine: string;
  readonly bootRegisters: readonly string[];
  readonly steps: readonly {
    readonly qmp?: { readonly execute?: string; readonly arguments?: Readonly<Record<string, number | string>> };
    readonly registers?: readonly string[];
    readonly events?: readonly { readonly event: string; readonly data: { readonly info?: unknown } }[];
  }[];
}

describe.each([
  { name: 'q35-cpu-plug', count: 4, present: 2, threads: 1 },
  { name: 'q35-cpu-many', count: 16, present: 1, threads: 2 },
])('the accesses of the recording $name', ({ name, count, present, threads }) => {
  const file = new URL(`../recordings/${name}.json`, import.meta.url);
  const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  const isCpu = (line: string) => line.startsWith('cpuhp_');

  it('give QEMU’s trace lines and its ACPI_DEVICE_OST events', () => {
    const { device, reported, trace } = block({ possible: possibleCpus(count, present) });
    const boot = recording.bootRegisters.filter(isCpu);
    repeatAccesses(device, boot);
    expect(trace()).toEqual(boot);

    const indexOf = new Map<string, number>();
    let compared = 0;
    for (const { qmp, registers = [], events = [] } of recording.steps) {
      const given = qmp?.arguments ?? {};
      const id = String(given['id']);
      if (qmp?.execute === 'device_add') {
        const index = Number(given['core-id']) * threads + Number(given['thread-id']);
        indexOf.set(id, index);
        device.plugged(index, id, true);
      } else if (qmp?.execute === 'device_del') {
        device.requestUnplug(indexOf.get(id) ?? -1);
      }
      reported.length = 0;
      const expected = registers.filter(isCpu);
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
