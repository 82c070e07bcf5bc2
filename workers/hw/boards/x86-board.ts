/**
 * An x86 board: its devices, wired as its table says, and what the monitor may ask of it. Both boards have the same
 * devices; they differ in addresses and in what stands on the PCI bus.
 */
import type { BoardError, BoardEvents, OspmStatus, PluggedCpu, ResetReason } from '../../abi/board.ts';
import type { ColdPluggedCpu, MachineConfig, PossibleCpu } from '../../abi/machine-config.ts';
import type { CpuModel, Platform, Vcpu } from '../../abi/vcpu.ts';
import type { VcpuIndex } from '../../protocol/units.ts';
import type { LogWriter } from '../../sim/event-log.ts';
import type { GuestProgram } from '../../sim/processor.ts';
import type { Scheduler } from '../../sim/scheduler.ts';
import { AcpiGpe } from '../acpi-gpe.ts';
import { AcpiPm1 } from '../acpi-pm1.ts';
import { SystemControlInterrupt } from '../acpi-sci.ts';
import { ApicBus } from '../apic-bus.ts';
import { Apm } from '../apm.ts';
import { SystemBus } from '../bus.ts';
import { CpuHotplug, LEGACY_LENGTH } from '../cpu-hotplug.ts';
import { apicIdShifts, cpuModelOf } from '../cpuid.ts';
import { DimmSlots } from '../dimm-slots.ts';
import { I8259Pair } from '../i8259.ts';
import { IoApic } from '../ioapic.ts';
import { KeyboardController } from '../keyboard-controller.ts';
import { MemoryHotplug } from '../memory-hotplug.ts';
import { type PciFunction, PciHost } from '../pci-host.ts';
import { ResetControl } from '../reset-control.ts';
import { Rtc } from '../rtc.ts';
import { Serial16550 } from '../serial-16550.ts';
import { X86Vcpu } from '../vcpu.ts';
import { deviceMemory, HOTPLUG_GPE, highRamStart, splitRam, type X86BoardAddresses } from './addresses.ts';
import type { BoardMachine, BoardOptions } from './board-machine.ts';
import { Runstate } from './runstate.ts';

/** What distinguishes one x86 board from another. */
export interface X86BoardTable {
  readonly addresses: X86BoardAddresses;
  readonly pciFunctions: readonly PciFunction[];
}

/** Ports of PCI's configuration mechanism 1: the same on every PC. */
const PCI_CONFIG_ADDRESS_PORT = 0xcf8;
const PCI_CONFIG_DATA_PORT = 0xcfc;
/** Sleep types that SLP_TYP means on QEMU's PCs: the DSDT's \_S5. */
const SLEEP_TYPE_S5 = 0;

/** A vCPU of power-on is a child of /machine/unattached, behind the boot processor's and the APIC memory region's places. */
const powerOnPath = (order: number): string => `/machine/unattached/device[${order === 0 ? 0 : order + 1}]`;

export class X86Board implements BoardMachine {
  readonly config: MachineConfig;
  readonly rsdpAddress: number;
  readonly e820: Platform['e820'];
  readonly bootTime: number;
  readonly cpuModel: CpuModel;
  readonly apicIdShifts: { readonly core: number; readonly package: number };
  private readonly scheduler: Scheduler;
  private readonly log: LogWriter;
  private readonly events: BoardEvents;
  private readonly runstate: Runstate;
  private readonly vcpus: readonly X86Vcpu[];
  private readonly pm1: AcpiPm1;
  private readonly gpe: AcpiGpe;
  private readonly cpuHotplug: CpuHotplug;
  private readonly memoryHotplug: MemoryHotplug;
  readonly memory: DimmSlots;
  /** In the order of plugging. */
  private plugged: PluggedCpu[] = [];
  private anonymousDevices = 0;
  /** Slots whose vCPU was ejected under TCG ({@link ejectCpu}). */
  private readonly lingering = new Set<VcpuIndex>();
  private program: GuestProgram | undefined;

  constructor(table: X86BoardTable, options: BoardOptions) {
    const { config, scheduler, log, firmware } = options;
    const { addresses } = table;
    this.config = config;
    this.rsdpAddress = firmware.rsdpAddress;
    this.e820 = firmware.e820;
    this.bootTime = options.bootTime + (options.startTime ?? 0);
    this.cpuModel = cpuModelOf(config.cpuModel, log);
    this.apicIdShifts = apicIdShifts(config.topology);
    this.scheduler = scheduler;
    this.log = log;
    this.events = options.events;
    this.runstate = new Runstate(options, () => this.vcpu(0).bootAtResetVector());

    const bus = new SystemBus(log);
    const apicBus = new ApicBus(scheduler);
    const { low, high } = splitRam(addresses, config.memorySize);
    bus.addRam(0, low);
    if (high > 0) bus.addRam(highRamStart(addresses, config), high);
    for (const { address, bytes } of firmware.regions) bus.writeBytes(address, bytes);

    const ioApic = new IoApic(addresses.ioApic, apicBus, log);
    const pic = new I8259Pair(addresses.pciLinkIrqs, log);
    const isaLine = (irq: number) => {
      const pin = ioApic.pins[irq === addresses.pit.irq ? addresses.pit.gsi : irq];
      if (!pin) throw new Error(`no IO-APIC pin for ISA interrupt ${irq}`);
      return pic.line(irq, pin);
    };
    const sci = new SystemControlInterrupt(isaLine(addresses.sci));
    this.pm1 = new AcpiPm1({ updateSci: () => sci.update(), sleep: (type) => this.sleep(type) }, scheduler, log);
    this.gpe = new AcpiGpe(addresses.gpe0.length, () => sci.update(), log);
    sci.attach(this.pm1);
    sci.attach(this.gpe);

    this.cpuHotplug = new CpuHotplug(
      config.possibleCpus,
      {
        raiseEvent: () => this.gpe.raise(HOTPLUG_GPE.cpu),
        eject: (index) => this.ejectCpu(index),
        ostReported: (status) => this.reportOst(status),
      },
      log,
    );
    this.memoryHotplug = new MemoryHotplug(
      config.memorySlots,
      {
        raiseEvent: () => this.gpe.raise(HOTPLUG_GPE.memory),
        eject: (slot) => this.memory.eject(slot),
        ostReported: (status) => this.reportOst(status),
      },
      log,
    );
    this.memory = new DimmSlots(
      {
        slotCount: config.memorySlots,
        region: deviceMemory(addresses, config),
        limit: config.maxMemory - config.memorySize,
        nodeCount: config.numaNodes.length,
        ramBackends: config.ramBackends,
        qomPathOf: (id) => this.peripheralPath(id),
      },
      {
        plugged: (slot, dimm, hotplugged) => this.memoryHotplug.plugged(slot, dimm, hotplugged),
        requestUnplug: (slot) => this.memoryHotplug.requestUnplug(slot),
        deleted: ({ id, qomPath }) => this.deviceDeleted(id, qomPath),
      },
      log,
    );
    const apm = new Apm(addresses.smiCommands, (on) => this.pm1.setSciEnable(on), log);
    const serial = new Serial16550(isaLine(addresses.com1.irq), options.serial, scheduler, log);
    const pciHost = new PciHost(table.pciFunctions, log);

    bus.mapPorts(addresses.pm1Event.base, addresses.pm1Event.length, this.pm1.eventBlock);
    bus.mapPorts(addresses.pm1Control.base, addresses.pm1Control.length, this.pm1.controlBlock);
    bus.mapPorts(addresses.pmTimer.base, addresses.pmTimer.length, this.pm1.timerBlock);
    bus.mapPorts(addresses.gpe0.base, addresses.gpe0.length, this.gpe);
    bus.mapPorts(addresses.smiCommandPort, 2, apm);
    bus.mapPorts(addresses.cpuHotplug.base, LEGACY_LENGTH, this.cpuHotplug);
    if (config.memorySlots > 0) {
      bus.mapPorts(addresses.memoryHotplug.base, addresses.memoryHotplug.length, this.memoryHotplug);
    }
    bus.mapPorts(addresses.pic.master.base, addresses.pic.master.length, pic.master);
    bus.mapPorts(addresses.pic.slave.base, addresses.pic.slave.length, pic.slave);
    bus.mapPorts(addresses.pic.elcr.base, addresses.pic.elcr.length, pic.elcr);
    bus.mapPorts(addresses.com1.base, addresses.com1.length, serial);
    bus.mapPorts(addresses.rtc.base, addresses.rtc.length, new Rtc(options.bootTime, scheduler, log));
    const keyboard = new KeyboardController(() => this.resetRequested(), log);
    bus.mapPorts(addresses.keyboard.status.base, addresses.keyboard.status.length, keyboard);
    if (addresses.resetPort !== undefined) {
      bus.mapPorts(addresses.resetPort, 1, new ResetControl(() => this.resetRequested(), log));
    }
    // the reset control register lies among the address register's bytes: the address is written as a whole, at its start
    bus.mapPorts(PCI_CONFIG_ADDRESS_PORT, 1, pciHost.addressPort);
    bus.mapPorts(PCI_CONFIG_DATA_PORT, 4, pciHost.dataPort);
    bus.mapMemory(addresses.ioApic.base, addresses.ioApic.length, ioApic);

    this.vcpus = config.possibleCpus.map(
      ({ index, apicId }) =>
        new X86Vcpu({
          processor: scheduler.addProcessor(index),
          apicId,
          systemBus: bus,
          apicBus,
          localApicRange: addresses.localApic,
          clock: scheduler,
          log,
        }),
    );
    const bootLapic = this.vcpu(0).lapic;
    bootLapic.connectExtInt(pic);
    pic.listener = bootLapic;
    const { earlier } = options;
    if (earlier) for (const cpu of earlier.pluggedCpus()) this.addCpu(cpu, false);
    else this.plugPowerOnDevices();
    if (earlier instanceof X86Board) this.takeOver(earlier);
  }

  // --- the guest's side

  currentVcpu(): Vcpu {
    const index = this.scheduler.activeProcessor?.index;
    const vcpu = index === undefined ? undefined : this.vcpus[index];
    if (!vcpu) throw new Error('no vCPU executes now');
    return vcpu;
  }

  setProgram(program: GuestProgram): void {
    this.program = program;
    for (const { possible } of this.plugged) this.vcpu(possible.index).processor.program = program;
  }

  powerOn(): void {
    this.runstate.powerOn();
  }

  // --- QEMU's side

  get running(): boolean {
    return this.runstate.running;
  }

  get everRan(): boolean {
    return this.runstate.everRan;
  }

  get isShutDown(): boolean {
    return this.runstate.isShutDown;
  }

  setRunning(running: boolean): void {
    this.runstate.set(running);
  }

  pluggedCpus(): readonly PluggedCpu[] {
    return this.plugged;
  }

  cpuAt(index: VcpuIndex): PluggedCpu | undefined {
    return this.plugged.find(({ possible }) => possible.index === index);
  }

  isTaken(index: VcpuIndex): boolean {
    return this.cpuAt(index) !== undefined || this.lingering.has(index);
  }

  hasLingeringCpu(): boolean {
    return this.lingering.size > 0;
  }

  deviceIds(): ReadonlySet<string> {
    const named = [...this.plugged, ...this.memory.dimms()];
    return new Set(named.flatMap(({ id }) => (id === undefined ? [] : [id])));
  }

  currentConfig(): MachineConfig {
    const possibleCpus = this.config.possibleCpus.map((cpu) => ({ ...cpu, present: !!this.cpuAt(cpu.index) }));
    return { ...this.config, possibleCpus };
  }

  isHalted(index: VcpuIndex): boolean {
    return this.vcpus[index]?.processor.runState === 'halted';
  }

  plugCpu(possible: PossibleCpu, id: string | undefined): BoardError | undefined {
    this.addCpu({ possible, id, qomPath: this.peripheralPath(id), hotplugged: true }, true);
    return undefined;
  }

  requestCpuUnplug(cpu: PluggedCpu): BoardError | undefined {
    // the bitmap of the legacy interface has no way to ask for it
    if (this.cpuHotplug.legacy) {
      const type = this.config.cpuType;
      const description = `acpi: device unplug request for not supported device type: ${type}`;
      return { class: 'GenericError', description };
    }
    this.cpuHotplug.requestUnplug(cpu.possible.index);
    return undefined;
  }

  ospmStatus(): readonly OspmStatus[] {
    const { memoryHotplug, cpuHotplug } = this;
    // the legacy bitmap has no slots to tell of (qmp_query_acpi_ospm_status)
    return [...memoryHotplug.ospmStatus(), ...(cpuHotplug.legacy ? [] : cpuHotplug.ospmStatus())];
  }

  powerButton(): void {
    this.pm1.pressPowerButton();
  }

  requestReset(reason: ResetReason): void {
    this.runstate.requestReset(reason);
  }

  // --- inside

  /** The vCPUs of -smp, then the devices of -device in the order of the command line. */
  private plugPowerOnDevices(): void {
    const { possibleCpus, coldPlugged, coldDimms } = this.config;
    const cold = new Set(coldPlugged.map(({ index }) => index));
    const own = possibleCpus.filter(({ index, present }) => present && !cold.has(index));
    for (const [order, possible] of own.entries()) {
      this.addCpu({ possible, id: undefined, qomPath: powerOnPath(order), hotplugged: false }, false);
    }
    for (const device of [...coldPlugged, ...coldDimms].sort((a, b) => a.place - b.place)) {
      if ('backend' in device) this.memory.plugCold(device);
      else this.plugColdCpu(device);
    }
  }

  private plugColdCpu({ index, id }: ColdPluggedCpu): void {
    const possible = this.config.possibleCpus[index];
    if (!possible) throw new Error(`no possible vCPU ${index}`);
    this.addCpu({ possible, id, qomPath: this.peripheralPath(id), hotplugged: false }, false);
  }

  private peripheralPath(id: string | undefined): string {
    return id === undefined
      ? `/machine/peripheral-anon/device[${this.anonymousDevices++}]`
      : `/machine/peripheral/${id}`;
  }

  /**
   * What a reset leaves as it is. QEMU's hotplug controllers have no reset (hw/acpi/cpu.c, memory_hotplug.c): the modern
   * interface stays, and so do events that the guest has not taken and what it last reported.
   */
  private takeOver(earlier: X86Board): void {
    this.cpuHotplug.takeOver(earlier.cpuHotplug);
    this.memoryHotplug.takeOver(earlier.memoryHotplug);
    this.memory.takeOver(earlier.memory);
    this.anonymousDevices = earlier.anonymousDevices;
    for (const index of earlier.lingering) this.lingering.add(index);
  }

  private vcpu(index: VcpuIndex): X86Vcpu {
    const vcpu = this.vcpus[index];
    if (!vcpu) throw new Error(`no possible vCPU ${index}`);
    return vcpu;
  }

  /** Creates the vCPU, then tells the guest: QEMU's order. */
  private addCpu(cpu: PluggedCpu, hotplugged: boolean): void {
    const { index, apicId } = cpu.possible;
    this.vcpu(index).plug(this.program);
    this.plugged = [...this.plugged, cpu];
    this.log.emit('vcpu_plugged', index, apicId, cpu.id ?? '');
    this.cpuHotplug.plugged(index, cpu.id, hotplugged);
  }

  /**
   * The guest has ejected a vCPU. Under TCG QEMU 7.2 leaves it half alive: it is gone from the machine's lists and its
   * local APIC is deleted, but the object never is (recording q35-cpu-plug), and the next device_add of a CPU kills QEMU
   * (8 of 8 tries, a segmentation fault or a double free). The lab lives on and calls the slot taken: what lingers there
   * is in the way.
   */
  private ejectCpu(index: VcpuIndex): void {
    const cpu = this.cpuAt(index);
    if (!cpu) throw new Error(`vCPU ${index} is not plugged`);
    this.vcpu(index).unplug();
    this.plugged = this.plugged.filter((other) => other !== cpu);
    this.cpuHotplug.unplugged(index);
    this.log.emit('vcpu_unplugged', index, cpu.possible.apicId, cpu.id ?? '');
    this.events.event('DEVICE_DELETED', { path: `${cpu.qomPath}/lapic` });
    if (this.config.accelerator === 'tcg') {
      this.lingering.add(index);
      return;
    }
    this.deviceDeleted(cpu.id, cpu.qomPath);
  }

  private deviceDeleted(id: string | undefined, path: string): void {
    this.events.event('DEVICE_DELETED', { ...(id === undefined ? {} : { device: id }), path });
  }

  private reportOst({ device, source, status, slot, slotType }: OspmStatus): void {
    const named = device === undefined ? {} : { device };
    this.events.event('ACPI_DEVICE_OST', { info: { ...named, source, status, slot, 'slot-type': slotType } });
  }

  private sleep(type: number): void {
    if (type !== SLEEP_TYPE_S5) {
      this.log.emit('unmodelled', 'acpi-pm1', `sleep type ${type}`);
      return;
    }
    this.runstate.shutDown('guest-shutdown');
  }

  private resetRequested(): void {
    this.requestReset('guest-reset');
  }
}
