import { describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

const MACHINE = '-M q35 -accel kvm -cpu max -smp 1,sockets=4,cores=1,maxcpus=4 -m 512M,slots=4,maxmem=4G';
const MEMORY_RULE = 'ACTION=="add", SUBSYSTEM=="memory", ATTR{state}="online"';
const CPU_RULE = 'SUBSYSTEM=="cpu", ACTION=="add", TEST=="online", ATTR{online}!="1", ATTR{online}="1"';

const rule = (lab: Lab, text: string): string => lab.sh(`echo '${text}' > /etc/udev/rules.d/40-lab.rules`);
const start = (lab: Lab): string => lab.sh('/lib/systemd/systemd-udevd --daemon');
const blocks = (lab: Lab): string => lab.sh('cat /sys/devices/system/memory/memory3*/state | sort | uniq -c | xargs');

function fourSeconds({ session, machine }: Lab): void {
  session.advance(machine.scheduler.furthest + 4_000_000_000);
}

function plugDimm(lab: Lab, id: string): void {
  lab.qmp({ execute: 'object-add', arguments: { 'qom-type': 'memory-backend-ram', id: `m-${id}`, size: 2 ** 28 } });
  lab.qmp({ execute: 'device_add', arguments: { driver: 'pc-dimm', id, memdev: `m-${id}` } });
}

describe('udev brings what is plugged online', () => {
  test('with a rule memory blocks come online by themselves; with the daemon alone they do not', () => {
    const lab = new Lab(MACHINE);
    expect(start(lab)).toBe('Starting systemd-udevd version 252.39-1~deb12u2');
    plugDimm(lab, 'd0');
    expect(blocks(lab)).toBe('2 offline 1 online');
    rule(lab, MEMORY_RULE);
    lab.sh('udevadm control --reload');
    plugDimm(lab, 'd1');
    // memory3 is boot memory
    expect(blocks(lab)).toBe('2 offline 3 online');
    lab.sh('udevadm trigger --action=add --subsystem-match=memory; udevadm settle');
    expect(blocks(lab)).toBe('5 online');
  });

  test('with a rule and without the daemon nothing happens', () => {
    const lab = new Lab(MACHINE);
    rule(lab, MEMORY_RULE);
    plugDimm(lab, 'd0');
    expect(blocks(lab)).toBe('2 offline 1 online');
    expect(lab.sh('udevadm control --reload; echo $?')).toBe(
      'Failed to send reload request: No such file or directory\n1',
    );
  });

  test('a CPU comes online by the rule of the distributions', () => {
    const lab = new Lab(MACHINE);
    rule(lab, CPU_RULE);
    start(lab);
    lab.plug(2);
    expect(lab.sh('cat /sys/devices/system/cpu/online')).toBe('0-1');
  });

  test('an edited rule counts at the first event after three seconds, or when it is reloaded', () => {
    const lab = new Lab(MACHINE);
    start(lab);
    rule(lab, MEMORY_RULE);
    plugDimm(lab, 'd0');
    expect(blocks(lab)).toBe('2 offline 1 online');
    fourSeconds(lab);
    plugDimm(lab, 'd1');
    expect(blocks(lab)).toBe('2 offline 3 online');
  });
});

describe('udevadm', () => {
  test('monitor shows the kernel’s events and udev’s, in the order of a real one', () => {
    const lab = new Lab(MACHINE);
    rule(lab, MEMORY_RULE);
    start(lab);
    lab.sh('udevadm monitor > /tmp/events &');
    plugDimm(lab, 'd0');
    expect(lab.sh("sed -n 's/.*] //p' /tmp/events | grep memory32").split('\n')).toEqual([
      'add      /devices/system/memory/memory32 (memory)',
      'online   /devices/system/memory/memory32 (memory)',
      'add      /devices/system/memory/memory32 (memory)',
      'online   /devices/system/memory/memory32 (memory)',
    ]);
  });

  test('RUN and ENV: the program runs with the values substituted', () => {
    const lab = new Lab(MACHINE);
    lab.sh(
      `printf '%s\\n' 'SUBSYSTEM=="memory", ENV{FOO}="bar$kernel"' 'SUBSYSTEM=="memory", ACTION=="add", RUN+="/bin/sh -c '"'"'echo $env{FOO} %k %p %n %% >> /tmp/run'"'"'"' > /etc/udev/rules.d/40-lab.rules`,
    );
    start(lab);
    lab.sh('udevadm trigger -c add -y memory1; udevadm settle');
    expect(lab.sh('cat /tmp/run')).toBe('barmemory1 memory1 /devices/system/memory/memory1 1 %');
    expect(lab.sh('udevadm info -q property /sys/devices/system/memory/memory1 | grep -v USEC')).toBe(
      'DEVPATH=/devices/system/memory/memory1\nSUBSYSTEM=memory\nFOO=barmemory1',
    );
  });

  test('control --exit ends the daemon; idle workers end after three seconds', () => {
    const lab = new Lab(MACHINE);
    start(lab);
    lab.sh('udevadm trigger -s memory; udevadm settle');
    expect(Number(lab.sh("ps -e | grep -c 'udev-worker'"))).toBeGreaterThan(0);
    fourSeconds(lab);
    expect(lab.sh("ps -e | grep -c 'udev-worker'")).toBe('0');
    lab.sh('udevadm control --exit');
    expect(lab.sh('ps -e | grep -c systemd-udevd')).toBe('0');
    expect(lab.sh('udevadm control --ping; echo $?')).toBe('Failed to send a ping message: Connection refused\n1');
  });

  test('an event that was written to a uevent file says so', () => {
    const lab = new Lab(MACHINE);
    lab.sh('udevadm monitor -k -p > /tmp/events &');
    lab.sh('echo "add fe4d7c9d-b8c6-4a70-9ef1-3d8a58d18eed A=1 B=abc" > /sys/devices/system/memory/memory0/uevent');
    lab.sh('echo change > /sys/devices/system/memory/memory0/uevent');
    expect(lab.sh('grep SYNTH /tmp/events')).toBe(
      'SYNTH_UUID=fe4d7c9d-b8c6-4a70-9ef1-3d8a58d18eed\nSYNTH_ARG_A=1\nSYNTH_ARG_B=abc\nSYNTH_UUID=0',
    );
  });
});
