import { describe, expect, test } from 'vitest';
import { openWithTools } from '../machine/open.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';
import { Lab, TWO_OF_FOUR } from './lab.ts';

const RESET = { execute: 'system_reset' };

/** QMP events that were sent, without their times. */
const qmpEvents = (lab: Lab): unknown[] =>
  lab
    .events('qmp_out')
    .map(({ fields }) => JSON.parse(String(fields['text'])) as { event?: string; data?: unknown })
    .filter(({ event }) => event !== undefined)
    .map(({ event, data }) => [event, data]);

// a real machine was asked: QEMU 7.2, q35, one CPU plugged, system_reset
describe('system_reset', () => {
  const lab = new Lab();
  lab.plug(2);
  lab.events();
  const uptime = Number(lab.sh('cut -d" " -f1 /proc/uptime'));
  const before = lab.session.progress().now;
  const reply = lab.qmp(RESET);

  test('is answered, and told as RESET; the firmware resets once more by itself', () => {
    expect(reply).toEqual({ return: {} });
    expect(qmpEvents(lab)).toEqual([
      ['RESET', { guest: false, reason: 'host-qmp-system-reset' }],
      ['RESET', { guest: true, reason: 'guest-reset' }],
      ['RESET', { guest: true, reason: 'guest-reset' }],
    ]);
  });

  test('the guest boots to its shell again, and the virtual clock goes on', () => {
    expect(lab.sh('echo up')).toBe('up');
    expect(lab.session.progress().now).toBeGreaterThan(before);
    expect(Number(lab.sh('cut -d" " -f1 /proc/uptime'))).toBeLessThan(uptime + 60);
    expect(lab.sh('dmesg | head -n 1')).toMatch(/^\[ {4}0\.000000\] Linux version 6\.1/);
  });

  test('the plugged CPU is a CPU of the new boot: three of four', () => {
    expect(lab.cpuMask('present')).toBe('0-2');
    expect(lab.cpuMask('online')).toBe('0-2');
    expect(lab.sh('dmesg | grep -o "Allowing .*"')).toBe('Allowing 4 CPUs, 1 hotplug CPUs');
  });

  test('the hotplug block was not reset: its last report stays', () => {
    expect(lab.qmp({ execute: 'query-acpi-ospm-status' })).toMatchObject({
      return: expect.arrayContaining([{ device: 'cpu2', slot: '2', 'slot-type': 'CPU', source: 1, status: 0 }]),
    });
    expect(lab.qmp({ execute: 'query-cpus-fast' })).toMatchObject({
      return: [{ 'cpu-index': 0 }, { 'cpu-index': 1 }, { 'cpu-index': 2, 'qom-path': '/machine/peripheral/cpu2' }],
    });
  });

  test('hotplug works as before: unplug, plug, online', () => {
    lab.qmp({ execute: 'device_del', arguments: { id: 'cpu2' } });
    expect(lab.cpuMask('present')).toBe('0-1');
    expect(lab.plug(2)).toEqual({ return: {} });
    lab.sh('echo 1 > /sys/devices/system/cpu/cpu2/online');
    expect(lab.cpuMask('online')).toBe('0-2');
  });

  test('a machine that stands still is in prelaunch after it, and boots at cont', () => {
    lab.qmp({ execute: 'stop' });
    lab.events();
    lab.qmp(RESET);
    expect(qmpEvents(lab)).toEqual([['RESET', { guest: false, reason: 'host-qmp-system-reset' }]]);
    expect(lab.qmp({ execute: 'query-status' })).toMatchObject({ return: { status: 'prelaunch', running: false } });
    lab.qmp({ execute: 'cont' });
    expect(lab.sh('echo up')).toBe('up');
    expect(lab.cpuMask('online')).toBe('0-2');
  });
});

describe('a reset machine is deterministic', () => {
  const run = () => {
    const session = openWithTools({
      version: SCENARIO_VERSION,
      machine: TWO_OF_FOUR,
      append: 'loglevel=3',
      inputs: [
        { at: 'quiet', channel: 'qmp', text: '{"execute": "qmp_capabilities"}' },
        { at: 'quiet', channel: 'sh', text: 'echo 0 > /sys/devices/system/cpu/cpu1/online\n' },
        { at: 'quiet', channel: 'qmp', text: JSON.stringify(RESET) },
        { at: 'quiet', channel: 'sh', text: 'cat /sys/devices/system/cpu/online\n' },
      ],
    });
    if (!session.ok) throw new Error(session.error);
    session.value.settle();
    return session.value.machine.log.hash();
  };

  test('same inputs, same log', () => {
    expect(run()).toBe(run());
  });
});

describe('with -no-reboot', () => {
  test('a reset ends the machine', () => {
    const lab = new Lab(`${TWO_OF_FOUR} -no-reboot`);
    lab.events();
    lab.qmp(RESET);
    expect(qmpEvents(lab)).toEqual([['SHUTDOWN', { guest: false, reason: 'host-qmp-system-reset' }]]);
    expect(lab.machine.hasQuit).toBe(true);
  });
});

/** Powers the guest off; what QMP told and what the kernel said meanwhile. */
function powerOff(lab: Lab): { events: unknown; said: string[] } {
  lab.events();
  lab.sh('poweroff -f');
  const log = lab.events();
  const said = log.filter(({ kind }) => kind === 'printk').map(({ fields }) => String(fields['text']));
  const lines = log.filter(({ kind }) => kind === 'qmp_out').map(({ fields }) => JSON.parse(String(fields['text'])));
  return { events: lines.map(({ event, data }) => (data ? [event, data] : [event])), said };
}

// as a real machine tells it: `echo o > /proc/sysrq-trigger`, query-status, cont, system_reset
describe('poweroff', () => {
  const SHUTDOWN = ['SHUTDOWN', { guest: true, reason: 'guest-shutdown' }];
  const WORDS = ['ACPI: PM: Preparing to enter system sleep state S5', 'reboot: Power down'];

  test('writes SLP_EN for S5: the machine ends, and takes no input any more', () => {
    const lab = new Lab();
    expect(powerOff(lab)).toEqual({ events: [SHUTDOWN], said: WORDS });
    expect(lab.machine.hasQuit).toBe(true);
    expect(lab.qmp({ execute: 'query-status' })).toBe(null);
    expect(lab.events()).toEqual([]);
  });

  test('with -no-shutdown the machine stays, until a reset', () => {
    const lab = new Lab(`${TWO_OF_FOUR} -no-shutdown`);
    expect(powerOff(lab)).toEqual({ events: [SHUTDOWN, ['STOP']], said: WORDS });
    expect(lab.qmp({ execute: 'query-status' })).toEqual({
      return: { status: 'shutdown', singlestep: false, running: false },
    });
    expect(lab.hmp('info status')).toBe('VM status: paused (shutdown)\n');
    const error = { class: 'GenericError', desc: 'Resetting the Virtual Machine is required' };
    expect(lab.qmp({ execute: 'cont' })).toEqual({ error });
    expect(lab.hmp('cont')).toBe('Error: Resetting the Virtual Machine is required\n');
    lab.qmp(RESET);
    expect(lab.hmp('info status')).toBe('VM status: paused (prelaunch)\n');
    lab.qmp({ execute: 'cont' });
    expect(lab.sh('nproc')).toBe('2');
  });
});

// QEMU 7.2 crashes at the next device_add after an unplug under TCG
describe('under TCG', () => {
  const lab = new Lab(TWO_OF_FOUR.replace('kvm', 'tcg'));
  lab.plug(2);
  lab.qmp({ execute: 'device_del', arguments: { id: 'cpu2' } });

  test('a slot whose vCPU was ejected stays taken, and the log says what a real one does', () => {
    lab.events();
    expect(lab.plug(2)).toEqual({ error: { class: 'GenericError', desc: 'CPU[2] with APIC ID 2 exists' } });
    expect(lab.events('unmodelled').map(({ fields }) => fields['what'])).toEqual([
      'device_add after a device_del under TCG, at which QEMU 7.2 aborts',
    ]);
  });

  test('other slots can be filled', () => {
    expect(lab.plug(3)).toEqual({ return: {} });
    expect(lab.cpuMask('present')).toBe('0-1,3');
  });
});
