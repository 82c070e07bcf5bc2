import { describe, expect, it } from 'vitest';
import type { Arm64Cpu } from '../../abi/arm64.ts';
import type { MachineConfig, PossibleCpu } from '../../abi/machine-config.ts';
import type { Vcpu } from '../../abi/vcpu.ts';
import { type Co, spend } from '../../sim/coroutine.ts';
import { EventLog } from '../../sim/event-log.ts';
import { Scheduler } from '../../sim/scheduler.ts';
import { guestProgram, haltForever, LogLines } from '../../sim/testing.ts';
import { VirtBoard } from './virt.ts';

const FOREVER = 1e12;
const MIB = 2 ** 20;

/** Addresses and numbers as a guest finds them in the tables. */
const GICD = {
  ctlr: 0x0800_0000,
  typer: 0x0800_0004,
  igroupr1: 0x0800_0084,
  isenabler1: 0x0800_0104,
  icfgr2: 0x0800_0c08,
};
const ROUTER = (intid: number) => 0x0800_6000 + 8 * intid;
const SGI_FRAME = (cpu: number) => 0x080b_0000 + 0x2_0000 * cpu;
const GED = 0x0908_0000;
const GED_INTID = 41;
const UART = 0x0900_0000;
const PSCI = {
  version: 0x8400_0000,
  cpuOff: 0x8400_0002,
  cpuOn: 0xc400_0003,
  affinityInfo: 0xc400_0004,
  migrateInfoType: 0x8400_0006,
  systemOff: 0x8400_0008,
  systemReset: 0x8400_0009,
  features: 0x8400_000a,
};
const VIRTUAL_TIMER = 27;

const cpus = (count: number): PossibleCpu[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    apicId: ((index >> 4) << 8) | (index & 15),
    socketId: 0,
    dieId: 0,
    coreId: index,
    threadId: 0,
    nodeId: 0,
    present: true,
  }));

function config(changes: Partial<MachineConfig> = {}): MachineConfig {
  return {
    board: 'virt',
    virt: {
      gicVersion: 3,
      its: true,
      highmem: true,
      firmware: true,
      acpi: true,
      secure: false,
      virtualization: false,
      iommu: 'none',
    },
    machineType: 'virt-7.2',
    accelerator: 'tcg',
    cpuModel: 'cortex-a57',
    cpuType: 'cortex-a57-arm-cpu',
    topology: { sockets: 1, dies: 1, clusters: 1, cores: 4, threads: 1 },
    possibleCpus: cpus(4),
    memorySize: 512 * MIB,
    maxMemory: 4096 * MIB,
    memorySlots: 4,
    numaNodes: [],
    memoryBackends: [],
    ramBackends: [],
    coldPlugged: [],
    coldDimms: [],
    nvdimms: false,
    incoming: false,
    defaultDevices: false,
    serialPort: true,
    warnings: [],
    noReboot: false,
    noShutdown: false,
    ignored: [],
    kernelGiven: true,
    kernelArguments: '',
    startStopped: false,
    ...changes,
  };
}

type Code = (cpu: Arm64Cpu, vcpu: Vcpu, address: number) => Co<unknown>;

/** A guest on a board: `boot` runs where a processor begins, which then waits; `handler` takes interrupts. */
function machine(boot: Code, handler: Code = function* () {}, changes: Partial<MachineConfig> = {}) {
  const log = new EventLog();
  const lines = new LogLines(log);
  const scheduler = new Scheduler(log);
  const qmp: string[] = [];
  const output: number[] = [];
  const board = new VirtBoard({
    config: config(changes),
    scheduler,
    log,
    firmware: { rsdpAddress: 0, e820: [], regions: [] },
    serial: { transmit: (byte) => output.push(byte), receive: () => undefined, onInput: undefined },
    bootTime: 0,
    events: { event: (name, data) => qmp.push(`${name} ${JSON.stringify(data)}`) },
  });
  const here = (): [Arm64Cpu, Vcpu] => {
    const vcpu = board.currentVcpu();
    if (!vcpu.arm64) throw new Error('no arm64 processor');
    return [vcpu.arm64, vcpu];
  };
  board.setProgram(
    guestProgram(
      function* (processor, address) {
        yield* boot(...here(), address);
        processor.interruptsEnabled = true;
        yield* haltForever();
      },
      () => handler(...here(), 0),
    ),
  );
  scheduler.asHost(() => board.powerOn());
  const run = () => scheduler.run(FOREVER, Number.POSITIVE_INFINITY, false);
  run();
  return { board, scheduler, lines, qmp, output, run, host: <T>(action: () => T): T => scheduler.asHost(action) };
}

/** What a kernel does before it takes interrupts. */
function enableInterface(cpu: Arm64Cpu): void {
  cpu.writeSystemRegister('ICC_PMR_EL1', 0xf0);
  cpu.writeSystemRegister('ICC_IGRPEN1_EL1', 1);
}

function enablePrivate({ bus, index }: Vcpu): void {
  bus.writeMemory(0x0800_0000, 4, 0x12);
  bus.writeMemory(SGI_FRAME(index) + 0x80, 4, 0xffff_ffff);
  bus.writeMemory(SGI_FRAME(index) + 0x100, 4, 0xffff_ffff);
}

describe('GICv3', () => {
  it('tells the number of shared interrupts and what it supports as QEMU 7.2 does', () => {
    const seen: number[] = [];
    machine(function* (_cpu, { bus, index }) {
      if (index > 0) return;
      for (const address of [GICD.ctlr, GICD.typer, 0x0800_0008, 0x0800_ffe8, 0x080a_0008, 0x080a_0014, 0x080b_0c00]) {
        seen.push(bus.readMemory(address, 4));
      }
      // the last redistributor of the region: processor 3, affinity 0.0.0.3
      seen.push(bus.readMemory(0x0810_0008, 4), bus.readMemory(0x0810_000c, 4));
    });
    expect(seen).toEqual([0x50, 0x037a0007, 0x43b, 0x3b, 0x01000001, 0x6, 0xaaaaaaaa, 0x01000311, 3]);
  });

  it('a software-generated interrupt reaches the processors of the target list', () => {
    const taken: string[] = [];
    machine(
      function* (cpu, vcpu) {
        enablePrivate(vcpu);
        enableInterface(cpu);
        if (vcpu.index > 0) return;
        cpu.hvc(PSCI.cpuOn, 2, 0x4020_0000);
        yield* spend(10_000);
        // INTID 5, target list: processor 2 and, switched off, processor 3
        cpu.writeSystemRegister('ICC_SGI1R_EL1', 5 * 2 ** 24 + 0b1100);
      },
      function* (cpu, { index }) {
        const intid = cpu.readSystemRegister('ICC_IAR1_EL1');
        taken.push(`vcpu ${index} takes ${intid}, running ${cpu.readSystemRegister('ICC_RPR_EL1')}`);
        cpu.writeSystemRegister('ICC_EOIR1_EL1', intid);
        taken.push(`then ${cpu.readSystemRegister('ICC_IAR1_EL1')}`);
      },
    );
    expect(taken).toEqual(['vcpu 2 takes 5, running 0', 'then 1023']);
  });

  it('an interrupt of lower priority than the mask is not signalled', () => {
    const pending: number[] = [];
    machine(function* (cpu, vcpu) {
      if (vcpu.index > 0) return;
      enablePrivate(vcpu);
      enableInterface(cpu);
      vcpu.bus.writeMemory(SGI_FRAME(0) + 0x400 + 3, 1, 0xf0);
      cpu.writeSystemRegister('ICC_SGI1R_EL1', 3 * 2 ** 24 + 1);
      yield* spend(10_000);
      pending.push(cpu.readSystemRegister('ICC_HPPIR1_EL1'), cpu.readSystemRegister('ICC_IAR1_EL1'));
    });
    expect(pending).toEqual([3, 1023]);
  });

  it('with EOImode set, the end drops the priority and DIR ends the interrupt', () => {
    const states: string[] = [];
    machine(function* (cpu, vcpu) {
      if (vcpu.index > 0) return;
      const active = () => vcpu.bus.readMemory(SGI_FRAME(0) + 0x300, 4);
      enablePrivate(vcpu);
      enableInterface(cpu);
      cpu.writeSystemRegister('ICC_CTLR_EL1', 2);
      cpu.writeSystemRegister('ICC_SGI1R_EL1', 7 * 2 ** 24 + 1);
      yield* spend(10_000);
      const intid = cpu.readSystemRegister('ICC_IAR1_EL1');
      const tell = (when: string) =>
        states.push(`${when}: priority ${cpu.readSystemRegister('ICC_RPR_EL1')}, active ${active()}`);
      tell('acknowledged');
      cpu.writeSystemRegister('ICC_EOIR1_EL1', intid);
      tell('EOI');
      cpu.writeSystemRegister('ICC_DIR_EL1', intid);
      tell('DIR');
    });
    expect(states).toEqual([
      'acknowledged: priority 0, active 128',
      'EOI: priority 255, active 128',
      'DIR: priority 255, active 0',
    ]);
  });
});

it('the virtual timer interrupts when the counter reaches CVAL, until it is set anew', () => {
  const taken: string[] = [];
  machine(
    function* (cpu, vcpu) {
      if (vcpu.index > 0) return;
      enablePrivate(vcpu);
      enableInterface(cpu);
      // 62.5 MHz: 1000 counts are 16 µs
      cpu.writeSystemRegister('CNTV_CVAL_EL0', cpu.readSystemRegister('CNTVCT_EL0') + 1000);
      cpu.writeSystemRegister('CNTV_CTL_EL0', 1);
    },
    function* (cpu) {
      const intid = cpu.readSystemRegister('ICC_IAR1_EL1');
      taken.push(
        `INTID ${intid} at count ${cpu.readSystemRegister('CNTVCT_EL0')}, ctl ${cpu.readSystemRegister('CNTV_CTL_EL0')}`,
      );
      cpu.writeSystemRegister('CNTV_CTL_EL0', taken.length < 2 ? 1 : 2);
      if (taken.length < 2) cpu.writeSystemRegister('CNTV_TVAL_EL0', 500);
      cpu.writeSystemRegister('ICC_EOIR1_EL1', intid);
    },
  );
  expect(taken.map((line) => line.replace(/count (\d+)/, (_, count) => `count ${Math.floor(count / 100)}xx`))).toEqual([
    `INTID ${VIRTUAL_TIMER} at count 10xx, ctl 5`,
    `INTID ${VIRTUAL_TIMER} at count 15xx, ctl 5`,
  ]);
});

describe('PSCI', () => {
  it('answers as QEMU 7.2: version 1.1, no migration, features', () => {
    const answers: number[] = [];
    machine(function* (cpu, { index }) {
      if (index > 0) return;
      answers.push(cpu.hvc(PSCI.version), cpu.hvc(PSCI.migrateInfoType));
      for (const id of [0x8400_0001, 0xc400_0001, 0x8400_0005, 0x8400_0012, 0x8000_0000])
        answers.push(cpu.hvc(PSCI.features, id));
      answers.push(cpu.hvc(0x8400_0099));
    });
    expect(answers).toEqual([0x1_0001, 2, 0, 0, -1, -1, -1, -1]);
  });

  it('CPU_ON starts a processor that is off, with its context in X0', () => {
    const begun: string[] = [];
    const { lines } = machine(function* (cpu, { index }, address) {
      begun.push(`vcpu ${index} at ${address.toString(16)}`);
      if (index > 0) return;
      begun.push(`info ${cpu.hvc(PSCI.affinityInfo, 1, 0)}, on ${cpu.hvc(PSCI.cpuOn, 1, 0x4020_0000, 0)}`);
      begun.push(`again ${cpu.hvc(PSCI.cpuOn, 1, 0x4020_0000, 0)}, itself ${cpu.hvc(PSCI.cpuOn, 0, 0, 0)}`);
      begun.push(`nobody ${cpu.hvc(PSCI.cpuOn, 0x100, 0, 0)}, info ${cpu.hvc(PSCI.affinityInfo, 1, 0)}`);
    });
    expect(begun).toEqual([
      'vcpu 0 at 0',
      'info 1, on 0',
      'again -4, itself -4',
      'nobody -2, info 0',
      'vcpu 1 at 40200000',
    ]);
    expect(lines.take('psci_call')).toContain('psci_call function=CPU_ON target=1 entry=1075838976 ret=0');
  });

  it('CPU_OFF does not return, and the processor can be switched on again', () => {
    const begun: string[] = [];
    machine(function* (cpu, { index }) {
      begun.push(`vcpu ${index}`);
      if (index === 1) {
        cpu.hvc(PSCI.cpuOff);
        yield { kind: 'halt' };
        begun.push('never');
      }
      if (index > 0) return;
      cpu.hvc(PSCI.cpuOn, 1, 0x4020_0000);
      yield* spend(10_000);
      begun.push(`info ${cpu.hvc(PSCI.affinityInfo, 1, 0)}`);
      cpu.hvc(PSCI.cpuOn, 1, 0x4020_0000);
    });
    expect(begun).toEqual(['vcpu 0', 'vcpu 1', 'info 1', 'vcpu 1']);
  });

  it('SYSTEM_OFF ends the machine, SYSTEM_RESET resets it', () => {
    const off = machine(function* (cpu) {
      cpu.hvc(PSCI.systemOff);
      yield* spend(1);
    });
    const reset = machine(function* (cpu) {
      cpu.hvc(PSCI.systemReset);
      yield* spend(1);
    });
    expect(off.qmp).toEqual(['SHUTDOWN {"guest":true,"reason":"guest-shutdown"}']);
    expect(reset.qmp).toEqual(['SHUTDOWN {"guest":true,"reason":"guest-reset"}']);
    expect(off.board.running).toBe(false);
  });

  it('is called by SMC where the guest has EL2, and by nothing where firmware at EL3 should answer', () => {
    const answers = (virt: Partial<NonNullable<MachineConfig['virt']>>) => {
      const seen: number[] = [];
      const base = config();
      const boot: Code = function* (cpu, { index }) {
        if (index === 0) seen.push(cpu.hvc(PSCI.version), cpu.smc(PSCI.version));
      };
      machine(boot, undefined, base.virt ? { virt: { ...base.virt, ...virt } } : {});
      return seen;
    };
    expect(answers({})).toEqual([0x1_0001, -1]);
    expect(answers({ virtualization: true })).toEqual([-1, 0x1_0001]);
    expect(answers({ secure: true })).toEqual([-1, -1]);
  });
});

describe('Generic Event Device', () => {
  function gedMachine(changes: Partial<MachineConfig> = {}) {
    const events: string[] = [];
    const boot: Code = function* (cpu, { bus, index }) {
      if (index > 0) return;
      bus.writeMemory(GICD.ctlr, 4, 0x12);
      bus.writeMemory(GICD.igroupr1, 4, 0xffff_ffff);
      bus.writeMemory(GICD.icfgr2, 4, 0b10 << (2 * (GED_INTID - 32)));
      bus.writeMemory(ROUTER(GED_INTID), 8, 0);
      bus.writeMemory(GICD.isenabler1, 4, 1 << (GED_INTID - 32));
      enableInterface(cpu);
    };
    const handler: Code = function* (cpu, { bus }) {
      const intid = cpu.readSystemRegister('ICC_IAR1_EL1');
      events.push(`INTID ${intid} ESEL ${bus.readMemory(GED, 4)}, then ${bus.readMemory(GED, 4)}`);
      cpu.writeSystemRegister('ICC_EOIR1_EL1', intid);
    };
    return { ...machine(boot, handler, changes), events };
  }
  const dimm = {
    id: 'd1',
    backend: { id: 'm1', size: 128 * MIB, alignment: 2 * MIB },
    slot: undefined,
    address: 0,
    node: 0,
  };

  it('raises its interrupt for a DIMM; reading ESEL clears it', () => {
    const { board, host, run, events, lines } = gedMachine();
    expect(host(() => board.memory.plugDimm(dimm))).toBeUndefined();
    run();
    expect(events).toEqual([`INTID ${GED_INTID} ESEL 1, then 0`]);
    expect(lines.take('ged_event', 'irq_line', 'gic_acknowledge', 'gic_end')).toEqual([
      'ged_event event=memory selector=1',
      'irq_line line=SPI 9 level=1',
      'irq_line line=SPI 9 level=0',
      'gic_acknowledge vcpu=0 intid=41',
      'gic_end vcpu=0 intid=41',
    ]);
    // the device-memory region begins at the next GiB behind RAM
    expect(board.memory.dimms().map(({ address, slot }) => [address, slot])).toEqual([[0x8000_0000, 0]]);
  });

  it('tells of the power button', () => {
    const { board, host, run, events } = gedMachine();
    host(() => board.powerButton());
    run();
    expect(events).toEqual([`INTID ${GED_INTID} ESEL 2, then 0`]);
  });

  it('is not there without firmware: no DIMM, and the power button is a GPIO pin', () => {
    const { virt } = config();
    const { board, host, run, lines } = gedMachine(virt ? { virt: { ...virt, firmware: false } } : {});
    expect(host(() => board.memory.plugDimm(dimm))).toEqual({
      class: 'GenericError',
      description: 'memory hotplug is not enabled: missing acpi-ged device',
    });
    host(() => board.powerButton());
    run();
    expect(lines.take('ged_event')).toEqual([]);
  });
});

it('what is written to the UART leaves, and the transmit interrupt is raised', () => {
  const seen: number[] = [];
  const { output } = machine(function* (_cpu, { bus, index }) {
    if (index > 0) return;
    for (const byte of [0x48, 0x69]) bus.writeMemory(UART, 1, byte);
    seen.push(bus.readMemory(UART + 0x18, 4), bus.readMemory(UART + 0x3c, 4));
    bus.writeMemory(UART + 0x44, 4, 0x20);
    seen.push(bus.readMemory(UART + 0x3c, 4), bus.readMemory(UART + 0xfe0, 4));
  });
  expect(output).toEqual([0x48, 0x69]);
  expect(seen).toEqual([0x90, 0x20, 0, 0x11]);
});
