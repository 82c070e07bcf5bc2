/** The arm64 road beyond the recordings: what a Linux 6.1 on QEMU's virt was seen to do. */
import { describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

const FIRMWARE = '-bios QEMU_EFI.fd';
const ACPI = `-M virt,gic-version=3 -cpu cortex-a57 ${FIRMWARE} -smp 4 -m 1G,slots=4,maxmem=8G`;

describe('virt with UEFI and ACPI', () => {
  const lab = new Lab(ACPI);

  test('boot memory may not go offline: EBUSY where pages cannot move, EPERM from the arm64 notifier elsewhere', () => {
    const block = (number: number) => lab.sh(`echo offline > /sys/devices/system/memory/memory${number}/state`);
    expect(block(8)).toContain('Device or resource busy');
    expect(block(9)).toContain('Operation not permitted');
    expect(lab.sh('dmesg | tail -1')).toContain('Boot memory [48000000 50000000] offlining attempted');
  });

  test('the GED interrupt wakes its thread, which runs _EVT, and _EVT notifies', () => {
    lab.hmp('object_add memory-backend-ram,id=mem1,size=256M');
    lab.events();
    lab.hmp('device_add pc-dimm,id=dimm1,memdev=mem1');
    const events = lab.events();
    const entered = events.filter(({ kind }) => kind === 'fn_enter').map(({ fields }) => String(fields['fn']));
    const order = ['handle_fasteoi_irq', 'acpi_ged_irq_handler', 'acpi_bus_notify', 'acpi_memory_device_add'];
    const places = order.map((name) => entered.indexOf(name));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(lab.sh('grep Ged /proc/interrupts')).toBe(
      ' 49:          1          0          0          0     GICv3  41 Edge      ACPI:Ged',
    );
  });

  test('smp_affinity moves the interrupt, and an offline CPU gives it up', () => {
    const irq = '/proc/irq/49';
    expect(lab.sh(`cat ${irq}/smp_affinity_list ${irq}/effective_affinity_list`)).toBe('0-3\n0');
    expect(lab.sh(`echo 2 > ${irq}/smp_affinity; cat ${irq}/effective_affinity_list`)).toBe('1');
    lab.sh('echo 0 > /sys/devices/system/cpu/cpu1/online');
    expect(lab.sh(`cat ${irq}/effective_affinity_list`)).not.toBe('1');
    lab.sh('echo 1 > /sys/devices/system/cpu/cpu1/online');
    expect(lab.cpuMask('online')).toBe('0-3');
  });

  test('CPU_ON and CPU_OFF are calls to the hypervisor, with the MPIDR', () => {
    lab.events();
    lab.sh('echo 0 > /sys/devices/system/cpu/cpu3/online; echo 1 > /sys/devices/system/cpu/cpu3/online');
    const calls = lab.events('psci_call').map(({ fields }) => [fields['function'], fields['target'], fields['ret']]);
    expect(calls).toEqual([
      ['CPU_OFF', 0, 0],
      ['AFFINITY_INFO', 3, 1],
      ['CPU_ON', 3, 0],
    ]);
  });

  test('identification registers, topology by the PPTT, no SMT control', () => {
    const cpu = '/sys/devices/system/cpu';
    expect(lab.sh(`cat ${cpu}/cpu2/regs/identification/midr_el1 ${cpu}/smt/control`)).toBe(
      '0x00000000411fd070\nnotimplemented',
    );
    expect(lab.sh(`cd ${cpu}/cpu2/topology; cat physical_package_id cluster_id core_id core_siblings_list; cd`)).toBe(
      '36\n56\n2\n0-3',
    );
    expect(lab.sh(`ls -d ${cpu}/cpu2/topology/die* 2>/dev/null`)).toBe('');
  });

  test('a reset boots anew, and the DIMM is still there', () => {
    lab.qmp({ execute: 'system_reset' });
    expect(lab.sh('ls -d /sys/devices/system/memory/memory1[67] | wc -l')).toBe('2');
  });

  test('poweroff is SYSTEM_OFF', () => {
    lab.events();
    lab.sh('poweroff -f');
    expect(lab.events('psci_call').map(({ fields }) => fields['function'])).toContain('SYSTEM_OFF');
    expect(lab.machine.hasQuit).toBe(true);
  });
});

describe('other machines of the type', () => {
  test.each([
    ['-M virt,gic-version=3 -cpu cortex-a57 -smp 2 -m 512M', 'a device tree, HVC'],
    [`-M virt,gic-version=3,virtualization=on -cpu cortex-a57 ${FIRMWARE} -smp 2 -m 512M`, 'SMC, kernel at EL2'],
    [`-M virt,gic-version=3,acpi=off -cpu cortex-a57 ${FIRMWARE} -smp 2 -m 512M`, 'a device tree from UEFI'],
  ])('%s (%s): a CPU goes off and comes back', (machine) => {
    const lab = new Lab(machine);
    lab.sh('echo 0 > /sys/devices/system/cpu/cpu1/online');
    expect(lab.cpuMask('online')).toBe('0');
    lab.sh('echo 1 > /sys/devices/system/cpu/cpu1/online');
    expect(lab.cpuMask('online')).toBe('0-1');
  });
});
