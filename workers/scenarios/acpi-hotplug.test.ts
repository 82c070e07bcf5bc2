import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cpu_present_mask } from '../linux/include/linux/cpumask.ts';
import { irq_to_desc } from '../linux/kernel/irq/irqdesc.ts';
import { deviceAdd } from '../monitor/device-add.ts';
import { deviceDel } from '../monitor/device-del.ts';
import { ObjectStore } from '../monitor/object-store.ts';
import { AcpiKernel, type Stretch } from './acpi-kernel.ts';
import { compareRecording, type RecordedStep, type Recording } from './compare-recording.ts';

interface Recorded extends Recording {
  readonly machine: string;
  readonly kernelArguments: string;
  readonly bootLog: readonly string[];
  readonly bootRegisters: readonly string[];
  readonly steps: readonly (RecordedStep & {
    readonly sh?: string;
    readonly qmp?: { readonly execute: string; readonly arguments: Readonly<Record<string, unknown>> };
  })[];
}

const recording = (name: string): Recorded =>
  JSON.parse(readFileSync(new URL(`../recordings/${name}.json`, import.meta.url), 'utf8')) as Recorded;

const deviceArguments = (recorded: Recorded, step: number) => {
  const { arguments: given } = recorded.steps[step]?.qmp ?? {};
  if (!given) throw new Error(`step ${step} is no QMP command`);
  return given as Parameters<typeof deviceAdd>[1];
};

const withoutTime = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/^\[ *[\d.]+\] /, ''));

describe('hot-add and unplug of one CPU, as recorded (q35-cpu-plug)', () => {
  const recorded = recording('q35-cpu-plug');
  const machine = new AcpiKernel(recorded.machine, recorded.kernelArguments);

  test('boot evaluates _STA and _CRS in the recorded order', () => {
    const { registers } = machine.boot;
    expect(registers).toEqual(recorded.bootRegisters.slice(0, registers.length));
    expect(registers.length).toBeGreaterThan(50);
  });

  test('the kernel finds what the tables tell, in the recorded words', () => {
    const about = /ACPI: |SRAT|NUMA|IOAPIC|node {3}0|zone|Zone|DMA|Normal|Movable|smpboot: Allowing|Memory block size/;
    const others = /_OSC|_OSI|PCI|i8042|NODE_DATA|\.\.TIMER|DMA:|zonelists|Policy zone|iommu|pnp|Added/;
    const pick = (lines: readonly string[]): string[] =>
      withoutTime(lines).filter((line) => about.test(line) && !others.test(line));
    expect(pick(machine.boot.dmesg)).toEqual(pick(recorded.bootLog));
  });

  /** Steps of the recording with what the machine did at each. */
  const steps: readonly [title: string, step: number, run: () => Stretch][] = [
    ['device_add', 1, () => machine.host((board) => deviceAdd(board, deviceArguments(recorded, 1)))],
    ['echo 1 > online', 2, () => machine.write('devices/system/cpu/cpu2/online', '1\n')],
    ['echo 0 > online', 4, () => machine.write('devices/system/cpu/cpu2/online', '0\n')],
    ['echo 1 > online again', 5, () => machine.write('devices/system/cpu/cpu2/online', '1\n')],
    ['device_del', 6, () => machine.host((board) => deviceDel(board, 'cpu2', new ObjectStore(board.config), () => {}))],
  ];

  test.each(steps)('%s: registers, messages, events and functions', (_title, at, run) => {
    const { registers, dmesg, events, trace } = run();
    const step = recorded.steps[at];
    if (!step) throw new Error(`no step ${at}`);
    // the recorder's tracer does not see the idle task of a CPU that was not there when it began
    const seen = trace.filter(({ task }) => !task?.startsWith('swapper/2'));
    const { output: _o, reply: _r, after: _a, ...facets } = step;
    const replayed = { step: step.step, registers, dmesg, events, trace: seen };
    const { differences, scores } = compareRecording({ steps: [facets] }, { steps: [replayed] });
    expect(differences).toEqual([]);
    expect(scores.trace).toBe(1);
  });

  test('a CPU that was unplugged is not present, and its device is gone', () => {
    expect(cpu_present_mask(machine.kernel).toList()).toBe('0-1');
    expect(machine.list('devices/system/cpu')).not.toContain('cpu2/');
  });
});

describe('more CPUs than nr_cpus= allows (q35-nr_cpus-limit)', () => {
  const recorded = recording('q35-nr_cpus-limit');
  const machine = new AcpiKernel(recorded.machine, recorded.kernelArguments);

  test.each([1, 2])('device_add of step %i', (at) => {
    const { registers, dmesg, trace } = machine.host((board) => deviceAdd(board, deviceArguments(recorded, at)));
    const step = recorded.steps[at];
    if (!step) throw new Error(`no step ${at}`);
    const { output: _o, reply: _r, after: _a, events: _e, ...facets } = step;
    const { differences, scores } = compareRecording(
      { steps: [facets] },
      { steps: [{ step: step.step, registers, dmesg, trace }] },
    );
    expect(differences).toEqual([]);
    expect(scores.trace).toBe(1);
  });
});

describe('/sys/firmware/acpi/interrupts (q35-gpe-mask)', () => {
  const recorded = recording('q35-gpe-mask');
  const machine = new AcpiKernel(recorded.machine, recorded.kernelArguments);
  const gpe = (number: string): string => `firmware/acpi/interrupts/gpe${number}`;
  const plug = (step: number) => machine.host((board) => deviceAdd(board, deviceArguments(recorded, step)));

  test('files of events with a method, without one, and of the totals', () => {
    const files = ['gpe02', 'gpe03', 'gpe07', 'sci', 'gpe_all', 'error', 'ff_pwr_btn'];
    const shown = files.map((name) => machine.read(`firmware/acpi/interrupts/${name}`)).join('');
    expect(recorded.steps[0]?.output).toContain(shown);
  });

  test('a disabled event keeps its status and raises no interrupt; enabling it clears it', () => {
    expect(machine.write(gpe('02'), 'disable\n').result).toBe(8);
    expect(machine.read(gpe('02'))).toBe('       0         disabled     unmasked\n');
    expect(plug(2).trace).toEqual([]);
    expect(machine.read(gpe('02'))).toBe('       0     STS disabled     unmasked\n');
    expect(machine.write(gpe('02'), 'enable\n').trace).toEqual([]);
    expect(machine.read(gpe('02'))).toBe('       0  EN     enabled      unmasked\n');
  });

  test('clear without a status, an unknown word, enable of an enabled event: -EINVAL', () => {
    for (const [number, word] of [
      ['02', 'clear'],
      ['02', 'bogus'],
      ['01', 'enable'],
    ] as const) {
      expect(machine.write(gpe(number), `${word}\n`).result).toBe(-22);
    }
  });

  test('an event comes when it is unmasked, and the scan finds both CPUs', () => {
    expect(machine.write(gpe('02'), 'mask\n').result).toBe(5);
    expect(plug(6).trace).toEqual([]);
    expect(machine.read(gpe('02'))).toBe('       0     STS enabled      masked  \n');
    const { dmesg, registers } = machine.write(gpe('02'), 'unmask\n');
    expect(withoutTime(dmesg)).toEqual(['CPU1 has been hot-added', 'CPU2 has been hot-added']);
    expect(registers).toEqual(recorded.steps[7]?.registers);
    expect(machine.read(gpe('02'))).toBe('       1  EN     enabled      unmasked\n');
  });
});

describe('/sys/devices/system/cpu (q35-sysfs-errors)', () => {
  const recorded = recording('q35-sysfs-errors');
  const machine = new AcpiKernel(recorded.machine, recorded.kernelArguments);
  const cpu = 'devices/system/cpu';

  test('the files of the directory, of a boot CPU and of one that can go', () => {
    const directories = [cpu, `${cpu}/cpu0`, `${cpu}/cpu1`, `${cpu}/cpu1/hotplug`, `${cpu}/cpu1/topology`];
    const names = directories.map((path) => machine.list(path).map((name) => name.replace(/[/@]$/, '')));
    const shown = (recorded.steps[0]?.output ?? '').split(/\n?\/sys\/[^\n]*:\n/);
    expect(names).toEqual(shown.map((text) => text.split(/\s+/).filter(Boolean).sort()));
  });

  test('their contents', () => {
    const files = ['kernel_max', 'isolated', 'nohz_full', 'modalias', 'uevent', 'smt/control', 'smt/active'];
    expect(files.map((name) => machine.read(`${cpu}/${name}`)).join('')).toBe(recorded.steps[1]?.output);
    expect(machine.read(`${cpu}/hotplug/states`)).toBe(recorded.steps[2]?.output);
    const topology = (recorded.steps[4]?.output ?? '').split('\n').filter(Boolean);
    expect(topology.length).toBeGreaterThan(50);
    for (const line of topology) {
      const [path = '', value] = line.split(':');
      expect(machine.read(path.replace('/sys/', ''))).toBe(`${value}\n`);
    }
  });

  test.each([
    ['cpu1/online', '2\n', -22],
    ['cpu1/online', 'x\n', -22],
    ['cpu1/online', '1\n', 2],
    ['cpu1/hotplug/target', '236\n', 4],
    ['cpu1/hotplug/target', '100\n', -22],
    ['cpu1/hotplug/target', '999\n', -22],
    ['cpu1/hotplug/target', '-5\n', -22],
    ['cpu1/hotplug/fail', '7\n', -22],
    ['cpu1/hotplug/fail', '0\n', -22],
    ['cpu1/hotplug/fail', '95\n', -22],
    ['cpu1/hotplug/fail', '91\n', -22],
    ['cpu1/hotplug/fail', '-1\n', 3],
  ])('a write to %s of %j returns %i', (file, text, result) => {
    expect(machine.write(`${cpu}/${file}`, text).result).toBe(result);
  });

  test('hotplug/target takes the CPU down past its device, whose online file still says 1', () => {
    expect(machine.write(`${cpu}/cpu1/hotplug/target`, '0\n').result).toBe(2);
    expect(machine.read(`${cpu}/cpu1/hotplug/state`)).toBe('0\n');
    expect(machine.read(`${cpu}/cpu1/online`)).toBe('1\n');
    expect(machine.write(`${cpu}/cpu1/hotplug/target`, '236\n').result).toBe(4);
    expect(machine.read(`${cpu}/cpu1/hotplug/state`)).toBe('236\n');
  });
});

describe('the SCI follows the CPUs that are online', () => {
  const machine = new AcpiKernel('-M q35 -cpu max -smp 2,maxcpus=3 -m 512M');
  const affinity = () => irq_to_desc(machine.kernel, 9)?.irq_data.effective_affinity.toList();
  const plug = () => machine.host((board) => deviceAdd(board, newCpu));
  const newCpu: Parameters<typeof deviceAdd>[1] = {
    driver: 'max-x86_64-cpu',
    id: 'c2',
    'socket-id': 0,
    'core-id': 2,
    'thread-id': 0,
  };

  test('it starts at the CPU with the fewest vectors', () => {
    expect(affinity()).toBe('1');
  });

  test('it leaves a CPU that goes offline, and events still arrive', () => {
    expect(machine.write('devices/system/cpu/cpu1/online', '0\n').result).toBe(2);
    expect(affinity()).toBe('0');
    expect(withoutTime(plug().dmesg)).toEqual(['CPU2 has been hot-added']);
  });

  test('the eject file unplugs as device_del does', () => {
    const { result, events } = machine.write('bus/acpi/devices/LNXCPU:02/eject', '1\n');
    expect(result).toBe(-2);
    expect(events).toEqual([]);
    const ejected = machine.write('devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0010:00/LNXCPU:02/eject', '1\n');
    expect(ejected.result).toBe(2);
    expect(ejected.events).toContainEqual({ event: 'DEVICE_DELETED', data: { path: '/machine/peripheral/c2/lapic' } });
  });
});
