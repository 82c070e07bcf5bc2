import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

const tags = (lab: Lab, ...kinds: string[]): string[] =>
  lab
    .events()
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ fields }) => Object.values(fields).join(' '));

describe('a CPU is plugged, brought online, taken offline and unplugged', () => {
  const lab = new Lab();

  test('at boot two CPUs are present and online, four are possible', () => {
    expect(lab.cpuMask('possible')).toBe('0-3');
    expect(lab.cpuMask('present')).toBe('0-1');
    expect(lab.cpuMask('online')).toBe('0-1');
  });

  test('device_add: the guest registers the CPU and reports success; it is present, not online', () => {
    lab.events();
    expect(lab.plug(2)).toEqual({ return: {} });
    const events = lab.events();
    const ost = events.filter(
      ({ kind, fields }) => kind === 'qmp_out' && String(fields['text']).includes('ACPI_DEVICE_OST'),
    );
    expect(ost).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === 'printk').map(({ fields }) => fields['text'])).toEqual([
      'CPU2 has been hot-added',
    ]);
    expect(lab.cpuMask('present')).toBe('0-2');
    expect(lab.cpuMask('online')).toBe('0-1');
  });

  test('online: st->state climbs from offline (0) to online (236) without going back', () => {
    lab.events();
    expect(lab.sh('echo 1 > /sys/devices/system/cpu/cpu2/online')).toBe('');
    const states = lab
      .events('cpuhp_state')
      .filter(({ fields }) => fields['cpu'] === 2)
      .map(({ fields }) => Number(fields['state']));
    expect(states.at(-1)).toBe(236);
    expect(states).toEqual([...states].sort((a, b) => a - b));
    expect(lab.cpuMask('online')).toBe('0-2');
  });

  test('offline: every state is left again and the CPU waits, halted, with interrupts off', () => {
    lab.events();
    lab.sh('echo 0 > /sys/devices/system/cpu/cpu2/online');
    const states = lab
      .events('cpuhp_state')
      .filter(({ fields }) => fields['cpu'] === 2)
      .map(({ fields }) => Number(fields['state']));
    expect(states.at(-1)).toBe(0);
    expect(lab.machine.scheduler.processors[2]?.runState).toBe('halted');
    expect(lab.machine.scheduler.processors[2]?.interruptsEnabled).toBe(false);
  });

  test('device_del: the guest ejects, QEMU tells of the deleted device and the slot is free', () => {
    lab.events();
    expect(lab.qmp({ execute: 'device_del', arguments: { id: 'cpu2' } })).toEqual({ return: {} });
    const events = tags(lab, 'qmp_out').map(
      (text) => JSON.parse(text) as { event?: string; data?: { device?: string } },
    );
    expect(events.flatMap(({ event }) => event ?? [])).toEqual([
      'ACPI_DEVICE_OST',
      'DEVICE_DELETED',
      'DEVICE_DELETED',
      'ACPI_DEVICE_OST',
    ]);
    expect(lab.cpuMask('present')).toBe('0-1');
  });

  test('the slot can be filled again', () => {
    expect(lab.plug(2, 'again')).toEqual({ return: {} });
    expect(lab.cpuMask('present')).toBe('0-2');
    lab.sh('echo 1 > /sys/devices/system/cpu/cpu2/online');
    expect(lab.cpuMask('online')).toBe('0-2');
  });
});

describe('a DSDT of a real QEMU in place of ours', () => {
  const dsdt = new Uint8Array(readFileSync(new URL('../recordings/tables/q35-c4-m4/DSDT.aml', import.meta.url)));

  test('boots and plugs a CPU with the same register accesses', () => {
    const ours = new Lab();
    const theirs = new Lab(undefined, undefined, { dsdt });
    expect(theirs.registers()).toEqual(ours.registers());
    ours.plug(2);
    theirs.plug(2);
    const accesses = ours.registers();
    expect(accesses.length).toBeGreaterThan(10);
    expect(theirs.registers()).toEqual(accesses);
    expect(theirs.cpuMask('present')).toBe('0-2');
  });
});
