import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Lab } from './lab.ts';

/** As the article on memory hotplug of an arm64 guest gives it; nothing of it but the machine itself is modelled. */
const ARTICLE =
  '-M virt,usb=off,accel=kvm,gic-version=3 -cpu host -smp sockets=1,cores=4 -m size=8G,slots=128,maxmem=512G ' +
  '-numa node,nodeid=0,cpus=0-1,mem=4G -numa node,nodeid=1,cpus=2-3,mem=4G ' +
  '-drive file=/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw,if=pflash,format=raw,unit=0,readonly=on ' +
  '-drive file=/var/lib/libvirt/vars.raw,if=pflash,format=raw,unit=1 ' +
  '-device pcie-root-port,port=0x8,chassis=1,id=pci.1,bus=pcie.0,multifunction=on,addr=0x1 ' +
  '-device pcie-root-port,port=0x9,chassis=2,id=pci.2,bus=pcie.0,addr=0x1.0x1 ' +
  '-device usb-ehci,id=usb,bus=pcie.0,addr=0x2 -device virtio-scsi-pci,id=scsi0,bus=pci.1,addr=0x0 ' +
  '-drive file=disk.qcow2,format=qcow2,if=none,id=d0,cache=none -device virtio-blk-pci,drive=d0,id=vd0,bootindex=1 ' +
  '-netdev tap,id=n0,fd=30 -device virtio-net-pci,netdev=n0,id=net0,mac=52:54:00:aa:bb:cc,bus=pci.2,addr=0x0 ' +
  '-device usb-tablet,id=input0 -device usb-kbd,id=input1 -device virtio-gpu-pci,id=video0 ' +
  '-vnc 0.0.0.0:0 -qmp unix:qmp.sock,server,nowait -serial pty -nodefaults -no-user-config -daemonize';

const FOUR_SLOTS = '-M virt,gic-version=3 -cpu cortex-a57 -bios QEMU_EFI.fd -smp 4 -m 512M,slots=4,maxmem=4G';

interface Recording {
  readonly machine: string;
  readonly kernelArguments: string;
  readonly steps: readonly { readonly hmp?: string; readonly registers: readonly string[] }[];
}
const recording = JSON.parse(
  readFileSync(new URL('../recordings/virt-dimm.json', import.meta.url), 'utf8'),
) as Recording;

it("the article's command line makes a machine; what is not modelled of it is listed", () => {
  const lab = new Lab(ARTICLE);
  const { config } = lab.machine.board;
  expect([config.board, config.memorySlots, config.numaNodes.length]).toEqual(['virt', 128, 2]);
  expect(config.ignored).toContain('-device usb-kbd,id=input1');
  expect(config.ignored).toContain('-qmp unix:qmp.sock,server,nowait');
  expect(lab.hmp('object_add memory-backend-ram,id=mem1,size=1G')).toBe('');
  expect(lab.hmp('device_add pc-dimm,id=dimm1,memdev=mem1')).toBe('');
  lab.sh('for i in `grep -l offline /sys/devices/system/memory/memory*/state`; do echo online > $i; done');
  expect(lab.sh('lsmem | tail -2')).toContain('9G');
});

describe('CPUs', () => {
  it('go and come back by PSCI, the first one, too', () => {
    const lab = new Lab(FOUR_SLOTS);
    lab.events();
    lab.sh('echo 0 > /sys/devices/system/cpu/cpu0/online');
    lab.sh('echo 1 > /sys/devices/system/cpu/cpu0/online');
    const calls = lab
      .events('psci_call')
      .map(({ fields }) => `${fields['function']} ${fields['target']} ${fields['ret']}`);
    expect(calls).toEqual(['CPU_OFF 0 0', 'AFFINITY_INFO 0 1', 'CPU_ON 0 0']);
    expect(lab.cpuMask('online')).toBe('0-3');
  });

  it('cannot be plugged: neither slots nor a type that could be added', () => {
    const lab = new Lab(FOUR_SLOTS);
    const refused = (desc: string) => ({ error: { class: 'GenericError', desc } });
    expect(lab.qmp({ execute: 'query-hotpluggable-cpus' })).toEqual(
      refused("The feature 'query-hotpluggable-cpus' is not enabled"),
    );
    const add = { execute: 'device_add', arguments: { driver: 'cortex-a57-arm-cpu', id: 'c4', 'core-id': 4 } };
    expect(lab.qmp(add)).toEqual(refused("Parameter 'driver' expects a pluggable device type"));
  });
});

it("QEMU's own DSDT makes the register accesses that ours makes at boot, and for DIMMs those of the recorded machine", () => {
  const dsdt = new Uint8Array(readFileSync(new URL('../recordings/tables-virt/virt-c4-m4/DSDT.aml', import.meta.url)));
  const theirs = new Lab(recording.machine, recording.kernelArguments, { dsdt });
  const ours = new Lab(recording.machine, recording.kernelArguments);
  const atBoot = theirs.registers();
  expect(atBoot.length).toBeGreaterThan(0);
  expect(atBoot).toEqual(ours.registers());
  const plugged = recording.steps.filter(({ hmp }) => hmp?.includes('_add'));
  expect(plugged.map(({ registers }) => registers.length > 0)).toEqual([false, true]);
  for (const { hmp = '', registers } of plugged) {
    theirs.hmp(hmp);
    expect(theirs.registers()).toEqual(registers);
  }
});

it('without firmware there is no Generic Event Device: no DIMM, and CPUs by PSCI all the same', () => {
  const lab = new Lab('-M virt,gic-version=3 -cpu cortex-a57 -smp 2 -m 1G,slots=2,maxmem=4G');
  lab.hmp('object_add memory-backend-ram,id=mem1,size=1G');
  expect(lab.hmp('device_add pc-dimm,id=dimm1,memdev=mem1')).toBe(
    'Error: memory hotplug is not enabled: missing acpi-ged device\n',
  );
  lab.sh('echo 0 > /sys/devices/system/cpu/cpu1/online');
  expect(lab.cpuMask('online')).toBe('0');
});

it('the guest switches the machine off by SYSTEM_OFF', () => {
  const lab = new Lab(`${FOUR_SLOTS} -no-shutdown`);
  lab.events();
  lab.sh('poweroff -f');
  expect(lab.events('psci_call').map(({ fields }) => fields['function'])).toContain('SYSTEM_OFF');
});

it('a GICv2 and processors of 32 bits, which QEMU takes without further options, are refused with what to give instead', () => {
  const refusal = (line: string) => () => new Lab(line);
  const expected = 'expected -M virt,gic-version=3 with -cpu cortex-a57, max or another of 64 bits';
  expect(refusal('-M virt')).toThrow(
    `cortex-a15, a processor of 32 bits, and gic-version=2 are not modelled by the lab; ${expected}`,
  );
  expect(refusal('-M virt -cpu cortex-a57')).toThrow(`gic-version=2 is not modelled by the lab; ${expected}`);
  expect(refusal('-M virt,gic-version=3')).toThrow(
    `cortex-a15, a processor of 32 bits, is not modelled by the lab; ${expected}`,
  );
});

it('the address space is flash and devices, RAM from 1 GiB on, and a region for DIMMs where there is a GED', () => {
  const GIB = 2 ** 30;
  const regions = (line: string) =>
    new Lab(`-M virt,gic-version=3 -cpu cortex-a57 -smp 1 ${line}`).session.description.memoryRegions.map(
      ({ kind, start, size }) => [kind, start / GIB, size / GIB],
    );
  const always = [
    ['hole', 0, 1],
    ['ram', 1, 1.5],
  ];
  expect(regions('-m 1536M,slots=2,maxmem=4G')).toEqual(always);
  expect(regions('-bios QEMU_EFI.fd -m 1536M')).toEqual(always);
  expect(regions('-bios QEMU_EFI.fd -m 1536M,slots=2,maxmem=4G')).toEqual([...always, ['device-memory', 3, 4.5]]);
});

it('distances of -numa dist reach sysfs and numactl through the SLIT', () => {
  const lab = new Lab(
    '-M virt,gic-version=3 -cpu cortex-a57 -bios QEMU_EFI.fd -smp 2 -m 1G -numa node,nodeid=0,cpus=0,mem=512M ' +
      '-numa node,nodeid=1,cpus=1,mem=512M -numa dist,src=0,dst=1,val=15',
  );
  expect(lab.sh('cat /sys/devices/system/node/node*/distance')).toContain('10 15\n15 10');
  expect(lab.sh('numactl -H')).toContain('node   0   1 \n  0:  10  15 \n  1:  15  10');
  expect(lab.session.description.numaNodes.map(({ distances }) => distances)).toEqual([
    [10, 15],
    [15, 10],
  ]);
});

it("a system call's way into the kernel has the architecture's names", () => {
  const lab = new Lab(FOUR_SLOTS);
  lab.events();
  lab.sh('echo 0 > /sys/devices/system/cpu/cpu1/online');
  const entered = lab.events('fn_enter').map(({ fields }) => String(fields['fn']));
  const at = entered.lastIndexOf('online_store');
  expect(entered.slice(entered.lastIndexOf('do_el0_svc', at), at)).toEqual(
    expect.arrayContaining(['do_el0_svc', '__arm64_sys_write', 'ksys_write', 'vfs_write']),
  );
  expect(entered.filter((name) => /x64|syscall_64/.test(name))).toEqual([]);
});
