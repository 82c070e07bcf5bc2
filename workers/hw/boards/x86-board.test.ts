import { describe, expect, it } from 'vitest';
import type { Bus } from '../../abi/bus.ts';
import type { MachineConfig } from '../../abi/machine-config.ts';
import { type Co, spend } from '../../sim/coroutine.ts';
import { EventLog } from '../../sim/event-log.ts';
import { Scheduler } from '../../sim/scheduler.ts';
import { guestProgram, haltForever, LogLines } from '../../sim/testing.ts';
import { possibleCpus } from '../testing.ts';
import { createBoard } from './board.ts';
import type { BoardMachine } from './board-machine.ts';

const FOREVER = 1e12;

function config(changes: Partial<MachineConfig> = {}): MachineConfig {
  return {
    board: 'q35',
    machineType: 'pc-q35-7.2',
    accelerator: 'kvm',
    cpuModel: 'max',
    cpuType: 'max-x86_64-cpu',
    topology: { sockets: 1, dies: 1, cores: 4, threads: 1 },
    possibleCpus: possibleCpus(4, 2),
    memorySize: 512 * 2 ** 20,
    maxMemory: 512 * 2 ** 20,
    memorySlots: 0,
    numaNodes: [],
    memoryBackends: [],
    ramBackends: [],
    coldPlugged: [],
    coldDimms: [],
    nvdimms: false,
    defaultDevices: false,
    serialPort: true,
    warnings: [],
    noReboot: false,
    noShutdown: false,
    ignored: [],
    kernelGiven: true,
    kernelArguments: '',
    startStopped: false,
    incoming: false,
    ...changes,
  };
}

/** Register addresses of q35 as a guest would find them in the tables. */
const Q35 = { gpeEnable: 0x628, gpeStatus: 0x620, pm1Enable: 0x602, pm1Control: 0x604, smi: 0xb2, cpuHotplug: 0xcd8 };
const APIC = 0xfee00000;
const IOAPIC = 0xfec00000;

/** A guest on a board: `boot` runs on the first vCPU, which then halts; `handler` takes interrupts. */
function machine(
  changes: Partial<MachineConfig>,
  boot: (board: BoardMachine, address: number) => Co<unknown> = function* () {},
  handler: (board: BoardMachine, vector: number) => Co<unknown> = function* () {},
) {
  const log = new EventLog();
  const scheduler = new Scheduler(log);
  const qmp: string[] = [];
  const board = createBoard({
    config: config(changes),
    scheduler,
    log,
    firmware: { rsdpAddress: 0xf59e0, e820: [], regions: [{ address: 0xf59e0, bytes: new Uint8Array([0x52, 0x53]) }] },
    serial: { transmit: () => {}, receive: () => undefined, onInput: undefined },
    bootTime: 0,
    events: { event: (name, data) => qmp.push(`${name} ${JSON.stringify(data)}`) },
  });
  let seenBus: Bus | undefined;
  board.setProgram(
    guestProgram(
      function* (processor, address) {
        seenBus ??= board.currentVcpu().bus;
        yield* boot(board, address);
        processor.interruptsEnabled = true;
        yield* haltForever();
      },
      (_, vector) => handler(board, vector),
    ),
  );
  const settle = () => scheduler.run(FOREVER);
  /** The address spaces as the boot vCPU has them, once it has run. */
  const bus = (): Bus => {
    if (!seenBus) throw new Error('the guest has not run');
    return seenBus;
  };
  return { board, scheduler, settle, bus, qmp, lines: new LogLines(log) };
}

const cpu = (index: number) => {
  const found = possibleCpus(4)[index];
  if (!found) throw new Error(`no CPU ${index}`);
  return found;
};

/** What firmware and kernel do before the first SCI: modern hotplug, ACPI mode, the GPEs, APICs. */
function* prepare(board: BoardMachine): Co {
  const { bus } = board.currentVcpu();
  bus.writePort(Q35.cpuHotplug, 4, 0);
  bus.writePort(Q35.smi, 1, 2);
  bus.writePort(Q35.gpeEnable, 1, 0b1100);
  bus.writePort(Q35.pm1Enable, 2, 0x100);
  bus.writeMemory(APIC + 0xf0, 4, 0x1ff);
  bus.writeMemory(IOAPIC, 4, 0x10 + 2 * 9);
  bus.writeMemory(IOAPIC + 0x10, 4, 0x8000 | 0x59);
  yield* spend(1000);
}

describe('hot-add', () => {
  it('goes from device_add through the GPE, the SCI, the IO-APIC and the local APIC to the guest’s handler', () => {
    const seen: string[] = [];
    const { board, scheduler, settle, lines } = machine({}, prepare, function* (guest, vector) {
      const { bus, index } = guest.currentVcpu();
      seen.push(`vCPU ${index}, vector 0x${vector.toString(16)}, GPE0_STS ${bus.readPort(Q35.gpeStatus, 1)}`);
      bus.writePort(Q35.gpeStatus, 1, 4);
      bus.writeMemory(APIC + 0xb0, 4, 0);
    });
    board.powerOn();
    settle();
    lines.take();
    expect(scheduler.asHost(() => board.plugCpu(cpu(2), 'cpu2'))).toBeUndefined();
    settle();
    expect(seen).toEqual(['vCPU 0, vector 0x59, GPE0_STS 4']);
    expect(
      lines.take(
        'vcpu_state',
        'vcpu_plugged',
        'register_change',
        'irq_line',
        'ioapic_deliver',
        'lapic_accept',
        'register_write',
      ),
    ).toEqual([
      'vcpu_state vcpu=2 state=wait-for-sipi',
      'vcpu_plugged vcpu=2 apicId=2 id=cpu2',
      'register_change device=acpi-gpe register=GPE0_STS[0] from=0 to=4',
      'irq_line line=ioapic pin 9 level=1',
      'ioapic_deliver pin=9 vector=89 destination=0 remoteIrr=1',
      'lapic_accept vcpu=0 vector=89',
      'vcpu_state vcpu=0 state=running',
      'register_write device=acpi-gpe register=GPE0_STS value=4 offset=0 width=1',
      'irq_line line=ioapic pin 9 level=0',
      'register_write device=lapic register=EOI value=0 offset=176 width=4',
      'vcpu_state vcpu=0 state=halted',
    ]);
  });

  it('puts a vCPU at the path of its id, or of an anonymous device', () => {
    const { board, scheduler } = machine({});
    scheduler.asHost(() => {
      board.plugCpu(cpu(3), 'c3');
      board.plugCpu(cpu(2), undefined);
    });
    expect(board.pluggedCpus().map(({ possible, qomPath }) => `${possible.index} ${qomPath}`)).toEqual([
      '0 /machine/unattached/device[0]',
      '1 /machine/unattached/device[2]',
      '3 /machine/peripheral/c3',
      '2 /machine/peripheral-anon/device[0]',
    ]);
    expect(board.cpuAt(3)?.id).toBe('c3');
  });
});

describe('start-up', () => {
  it('the boot vCPU begins at the reset vector, another by INIT and SIPI at the SIPI’s page, once', () => {
    const starts: string[] = [];
    const { board, settle } = machine({}, function* (guest, address) {
      const { bus, index } = guest.currentVcpu();
      starts.push(`vCPU ${index} at 0x${address.toString(16)}`);
      if (index !== 0) return;
      for (const command of [0xc500, 0x8500, 0x69a, 0x69b]) {
        bus.writeMemory(APIC + 0x310, 4, 0x01000000);
        bus.writeMemory(APIC + 0x300, 4, command);
        yield* spend(10_000);
      }
    });
    board.powerOn();
    settle();
    expect(starts).toEqual(['vCPU 0 at 0xfffffff0', 'vCPU 1 at 0x9a000']);
    expect([0, 1, 2].map((index) => board.isHalted(index))).toEqual([true, true, false]);
  });

  it('INIT to the boot vCPU makes it begin at the reset vector again', () => {
    const starts: number[] = [];
    const { board, settle } = machine({}, function* (guest, address) {
      starts.push(address);
      if (starts.length > 1) return;
      guest.currentVcpu().bus.writeMemory(APIC + 0x300, 4, 0xc500);
      yield* spend(10_000);
    });
    board.powerOn();
    settle();
    expect(starts).toEqual([0xfffffff0, 0xfffffff0]);
  });

  it('each vCPU has its own local APIC and shares memory', () => {
    const seen: number[] = [];
    const { board, settle } = machine({}, function* (guest) {
      const { bus, index } = guest.currentVcpu();
      seen.push(bus.readMemory(APIC + 0x20, 4), bus.readMemory(0xf59e0, 2), bus.readMemory(0x1000, 4));
      bus.writeMemory(0x1000, 4, 7);
      if (index !== 0) return;
      bus.writeMemory(APIC + 0x310, 4, 0x01000000);
      bus.writeMemory(APIC + 0x300, 4, 0x69a);
    });
    board.powerOn();
    settle();
    expect(seen).toEqual([0, 0x5352, 0, 0x01000000, 0x5352, 7]);
  });
});

describe('unplug', () => {
  /** Plugs vCPU 2, asks for its unplug, and lets the guest eject it. */
  function unplug(accelerator: 'kvm' | 'tcg', id: string | undefined) {
    const world = machine({ accelerator }, prepare);
    const { board, scheduler, settle, bus } = world;
    board.powerOn();
    settle();
    scheduler.asHost(() => board.plugCpu(cpu(2), id));
    const plugged = board.cpuAt(2);
    if (!plugged) throw new Error('not plugged');
    const refused = scheduler.asHost(() => board.requestCpuUnplug(plugged));
    world.lines.take();
    scheduler.asHost(() => {
      bus().writePort(Q35.cpuHotplug, 4, 2);
      bus().writePort(Q35.cpuHotplug + 4, 1, 8);
    });
    return { ...world, refused };
  }

  it('with KVM: DEVICE_DELETED for the local APIC and for the CPU; the slot is free again', () => {
    const { board, qmp, lines, refused, scheduler } = unplug('kvm', 'c2');
    expect(refused).toBeUndefined();
    expect(qmp).toEqual([
      'DEVICE_DELETED {"path":"/machine/peripheral/c2/lapic"}',
      'DEVICE_DELETED {"device":"c2","path":"/machine/peripheral/c2"}',
    ]);
    expect(lines.take('vcpu_state', 'vcpu_unplugged')).toEqual([
      'vcpu_state vcpu=2 state=absent',
      'vcpu_unplugged vcpu=2 apicId=2 id=c2',
    ]);
    expect(board.cpuAt(2)).toBeUndefined();
    scheduler.asHost(() => board.plugCpu(cpu(2), 'c2'));
    expect(board.cpuAt(2)?.qomPath).toBe('/machine/peripheral/c2');
  });

  it('with KVM, without an id: the path alone', () => {
    expect(unplug('kvm', undefined).qmp).toEqual([
      'DEVICE_DELETED {"path":"/machine/peripheral-anon/device[0]/lapic"}',
      'DEVICE_DELETED {"path":"/machine/peripheral-anon/device[0]"}',
    ]);
  });

  it('with TCG: DEVICE_DELETED for the local APIC alone, as QEMU 7.2 does', () => {
    const { board, qmp } = unplug('tcg', 'c2');
    expect(qmp).toEqual(['DEVICE_DELETED {"path":"/machine/peripheral/c2/lapic"}']);
    expect(board.cpuAt(2)).toBeUndefined();
  });

  it('leaves an APIC id that nobody answers to: a later start-up is lost', () => {
    const { bus, scheduler, settle, lines } = unplug('kvm', 'c2');
    settle();
    lines.take();
    scheduler.asHost(() => {
      for (const command of [0xc500, 0x69a]) {
        bus().writeMemory(APIC + 0x310, 4, 0x02000000);
        bus().writeMemory(APIC + 0x300, 4, command);
      }
    });
    settle();
    expect(lines.take('vcpu_state', 'ipi_send')).toEqual([
      'ipi_send mode=init vector=0 destination=2',
      'ipi_send mode=startup vector=154 destination=2',
    ]);
  });

  it('is refused in the legacy hotplug mode', () => {
    const { board, scheduler } = machine({});
    scheduler.asHost(() => board.plugCpu(cpu(2), 'c2'));
    const plugged = board.cpuAt(2);
    expect(plugged && board.requestCpuUnplug(plugged)).toEqual({
      class: 'GenericError',
      description: 'acpi: device unplug request for not supported device type: max-x86_64-cpu',
    });
  });
});

describe('the monitor’s questions', () => {
  it('OSPM status: DIMM slots alone while the CPU-hotplug block is the legacy bitmap', () => {
    const { board } = machine({ memorySlots: 1, maxMemory: 2 ** 32 });
    expect(board.ospmStatus()).toEqual([{ slot: '0', slotType: 'DIMM', source: 0, status: 0 }]);
  });

  it('OSPM status: DIMM slots first, then CPUs', () => {
    const { board, scheduler, settle } = machine({ memorySlots: 2, maxMemory: 2 ** 32 }, prepare);
    board.powerOn();
    settle();
    scheduler.asHost(() => board.plugCpu(cpu(2), 'c2'));
    expect(board.ospmStatus()).toEqual([
      { slot: '0', slotType: 'DIMM', source: 0, status: 0 },
      { slot: '1', slotType: 'DIMM', source: 0, status: 0 },
      { slot: '0', slotType: 'CPU', source: 0, status: 0 },
      { slot: '1', slotType: 'CPU', source: 0, status: 0 },
      { device: 'c2', slot: '2', slotType: 'CPU', source: 0, status: 0 },
      { slot: '3', slotType: 'CPU', source: 0, status: 0 },
    ]);
  });

  it('an _OST status is an ACPI_DEVICE_OST event', () => {
    const { board, scheduler, settle, bus, qmp } = machine({ memorySlots: 1, maxMemory: 2 ** 32 }, prepare);
    board.powerOn();
    settle();
    scheduler.asHost(() => {
      board.plugCpu(cpu(2), 'c2');
      for (const [offset, width, value] of [
        [0, 4, 2],
        [5, 1, 1],
        [8, 4, 1],
        [5, 1, 2],
        [8, 4, 0x80],
      ] as const) {
        bus().writePort(Q35.cpuHotplug + offset, width, value);
      }
      bus().writePort(0xa08, 4, 0x84);
    });
    expect(qmp).toEqual([
      'ACPI_DEVICE_OST {"info":{"device":"c2","source":1,"status":128,"slot":"2","slot-type":"CPU"}}',
      'ACPI_DEVICE_OST {"info":{"source":0,"status":132,"slot":"0","slot-type":"DIMM"}}',
    ]);
  });

  it('the power button raises the SCI when the guest listens', () => {
    const vectors: number[] = [];
    const { board, scheduler, settle } = machine({}, prepare, function* (guest, vector) {
      vectors.push(vector);
      guest.currentVcpu().bus.writePort(0x600, 2, 0x100);
      guest.currentVcpu().bus.writeMemory(APIC + 0xb0, 4, 0);
    });
    board.powerOn();
    settle();
    scheduler.asHost(() => board.powerButton());
    settle();
    expect(vectors).toEqual([0x59]);
  });
});

describe('run state', () => {
  it('stop and cont; a machine started with -S begins with the first cont', () => {
    const starts: number[] = [];
    const { board, scheduler, settle, lines } = machine({ startStopped: true }, function* () {
      starts.push(scheduler.now());
    });
    settle();
    const before = [board.running, board.everRan, starts.length];
    scheduler.asHost(() => board.setRunning(true));
    settle();
    scheduler.asHost(() => board.setRunning(false));
    expect([before, board.running, board.everRan, starts.length]).toEqual([[false, false, 0], false, true, 1]);
    scheduler.asHost(() => board.setRunning(true));
    settle();
    expect([board.running, starts.length]).toEqual([true, 1]);
    expect(lines.take('machine_state').map((line) => line.split('=')[1])).toEqual(['running', 'paused', 'running']);
  });

  it('SLP_EN with the sleep type of S5 switches the machine off', () => {
    const { board, settle, qmp } = machine({}, function* (guest) {
      guest.currentVcpu().bus.writePort(Q35.pm1Control, 2, 0x2001);
      yield* spend(1);
    });
    board.powerOn();
    settle();
    expect([qmp, board.running]).toEqual([['SHUTDOWN {"guest":true,"reason":"guest-shutdown"}'], false]);
  });
});

describe('a reset by the guest', () => {
  it.each([
    ['the reset control register', 0xcf9, 0x0e],
    ['the keyboard controller', 0x64, 0xfe],
  ])('through %s ends the machine, as with -no-reboot', (_, port, value) => {
    const { board, settle, qmp, lines } = machine({}, function* (guest) {
      guest.currentVcpu().bus.writePort(port, 1, value);
      yield* spend(1);
    });
    board.powerOn();
    settle();
    expect([qmp, board.running]).toEqual([['SHUTDOWN {"guest":true,"reason":"guest-reset"}'], false]);
    expect(lines.take('machine_state')).toEqual(['machine_state state=running', 'machine_state state=shutdown']);
  });
});

describe('the pc board', () => {
  it('has the GPE and CPU-hotplug blocks at its own ports', () => {
    const { board, scheduler, settle, bus } = machine({ board: 'pc' });
    board.powerOn();
    settle();
    const values = scheduler.asHost(() => {
      bus().writePort(0xaf00, 4, 0);
      board.plugCpu(cpu(2), 'c2');
      bus().writePort(0xaf00, 4, 2);
      return [bus().readPort(0xafe0, 1), bus().readPort(0xaf04, 1), bus().readPort(0xcd8, 4)];
    });
    expect(values).toEqual([4, 0b11, 0xffffffff]);
  });
});
