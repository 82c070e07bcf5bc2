import { describe, expect, test } from 'vitest';
import { Lab } from '../../../../scenarios/lab.ts';

/** Plugs the CPU of a socket and brings it online: what the kernel said of its numbers. */
function bringUp(lab: Lab, socket: number, cpu: number): string[] {
  const add = { driver: 'qemu64-x86_64-cpu', id: `c${socket}`, 'socket-id': socket, 'core-id': 0, 'thread-id': 0 };
  lab.qmp({ execute: 'device_add', arguments: add });
  lab.events();
  lab.sh(`echo 1 > /sys/devices/system/cpu/cpu${cpu}/online`);
  const lines = lab.events('printk').map(({ fields }) => String(fields['text']));
  return lines.filter((line) => line.includes('Converting'));
}

describe('logical package numbers', () => {
  const lab = new Lab('-M q35 -accel kvm -cpu qemu64 -smp 1,sockets=4,cores=1,maxcpus=4 -m 512M');

  test('count in the order in which packages appear; what differs from CPUID is told', () => {
    expect(bringUp(lab, 3, 1)).toEqual([
      'smpboot: CPU 1 Converting physical 3 to logical package 1',
      'smpboot: CPU 1 Converting physical 3 to logical die 1',
    ]);
    expect(bringUp(lab, 2, 2)).toEqual([]);
  });

  test('stay known when the CPU goes offline and comes back', () => {
    lab.events();
    lab.sh('echo 0 > /sys/devices/system/cpu/cpu1/online; echo 1 > /sys/devices/system/cpu/cpu1/online');
    const lines = lab.events('printk').map(({ fields }) => String(fields['text']));
    expect(lines).toContain('smpboot: Booting Node 0 Processor 1 APIC 0x3');
    expect(lines.filter((line) => line.includes('Converting'))).toEqual([]);
  });

  test('belong to the logical CPU: another package under its number takes them over', () => {
    lab.qmp({ execute: 'device_del', arguments: { id: 'c3' } });
    expect(bringUp(lab, 1, 1)).toEqual([]);
  });
});
