/**
 * The `virt` machine (hw/arm/virt.c): arm64 processors on a GICv3, started and stopped by PSCI, a Generic Event Device
 * for what a PC has its SCI for. CPUs cannot be plugged.
 */
import type { Arm64Platform } from '../../abi/arm64.ts';
import type { BoardError, BoardEvents, OspmStatus, PluggedCpu, ResetReason } from '../../abi/board.ts';
import type { MachineConfig } from '../../abi/machine-config.ts';
import type { MemoryDevices } from '../../abi/memory-devices.ts';
import type { CpuModel, Platform, Vcpu } from '../../abi/vcpu.ts';
import { type ApicId, NS_PER_MS, type VcpuIndex } from '../../protocol/units.ts';
import type { LogWriter } from '../../sim/event-log.ts';
import type { GuestProgram } from '../../sim/processor.ts';
import type { Scheduler } from '../../sim/scheduler.ts';
import { arm64IdentityOf } from '../arm64-models.ts';
import { Arm64Vcpu } from '../arm64-vcpu.ts';
import { SystemBus } from '../bus.ts';
import { DimmSlots } from '../dimm-slots.ts';
import { GenericEventDevice } from '../ged.ts';
import { COUNTER_HZ } from '../generic-timer.ts';
import { GicV3, REDISTRIBUTOR_LENGTH } from '../gic-v3.ts';
import { MemoryHotplug } from '../memory-hotplug.ts';
import { Pl011 } from '../pl011.ts';
import { Pl031 } from '../pl031.ts';
import { Pl061 } from '../pl061.ts';
import { AFFINITY_STATE, Psci } from '../psci.ts';
import type { BoardMachine, BoardOptions } from './board-machine.ts';
import { Runstate } from './runstate.ts';
import {
  NO_GED,
  POWER_BUTTON_PIN,
  VIRT_MAP,
  VIRT_SPI,
  VIRT_SPIS,
  VIRT_SPIS_TOLD,
  type VirtLayout,
  virtLayout,
  virtOptions,
} from './virt-addresses.ts';

/** How long the machine holds the power button's pin (hw/gpio/gpio_key.c). */
const POWER_BUTTON_TIME = 100 * NS_PER_MS;

/** Where processor 0 begins: the flash with UEFI in it, or QEMU's boot stub at the beginning of RAM. */
const ENTRY = { flash: VIRT_MAP.flash.base, bootStub: VIRT_MAP.memory.base } as const;

const NO_CPU_HOTPLUG: BoardError = {
  class: 'GenericError',
  description: 'machine does not support hot-plugging CPUs',
};

/** What only a PC has in its place. */
const noApicIdShifts = { core: 0, package: 0 };
const cpuModelOf = (name: string): CpuModel => ({
  vendor: 'ARM',
  modelName: name,
  family: 8,
  model: 0,
  stepping: 0,
  flags: '',
  bugs: '',
  mhz: 0,
  bogomips: ((COUNTER_HZ * 2) / 1_000_000).toFixed(2),
});

export class VirtBoard implements BoardMachine {
  readonly config: MachineConfig;
  readonly rsdpAddress: number;
  readonly e820: Platform['e820'];
  readonly bootTime: number;
  readonly cpuModel: CpuModel;
  readonly apicIdShifts = noApicIdShifts;
  readonly arm64: Arm64Platform;
  readonly memory: MemoryDevices;
  private readonly scheduler: Scheduler;
  private readonly log: LogWriter;
  private readonly events: BoardEvents;
  private readonly runstate: Runstate;
  private readonly layout: VirtLayout;
  private readonly vcpus: readonly Arm64Vcpu[];
  private readonly dimms: DimmSlots;
  private readonly memoryHotplug: MemoryHotplug;
  private readonly ged: GenericEventDevice;
  private readonly gpio: Pl061;
  private readonly plugged: readonly PluggedCpu[];
  private anonymousDevices = 0;

  constructor(options: BoardOptions) {
    const { config, scheduler, log, firmware } = options;
    this.config = config;
    this.rsdpAddress = firmware.rsdpAddress;
    this.e820 = firmware.e820;
    this.arm64 = firmware.arm64 ?? { fdtAddress: 0, uefi: undefined };
    this.bootTime = options.bootTime + (options.startTime ?? 0);
    this.cpuModel = cpuModelOf(config.cpuModel);
    this.scheduler = scheduler;
    this.log = log;
    this.events = options.events;
    this.runstate = new Runstate(options, () =>
      this.vcpus[0]?.powerOn(virtOptions(this.config).firmware ? ENTRY.flash : ENTRY.bootStub, 0),
    );
    this.layout = virtLayout(config);

    const bus = new SystemBus(log);
    bus.addRam(this.layout.ram.base, this.layout.ram.length);
    for (const { address, bytes } of firmware.regions) bus.writeBytes(address, bytes);
    const gic = this.buildGic(bus);
    this.ged = new GenericEventDevice(gic.spi(VIRT_SPI.ged), log);
    this.gpio = new Pl061(gic.spi(VIRT_SPI.gpio), log);
    this.memoryHotplug = new MemoryHotplug(
      config.memorySlots,
      {
        raiseEvent: () => this.ged.raise('memory'),
        eject: (slot) => this.dimms.eject(slot),
        ostReported: (status) => this.reportOst(status),
      },
      log,
    );
    this.dimms = this.buildDimmSlots();
    this.memory = this.dimms;
    bus.mapMemory(VIRT_MAP.uart.base, VIRT_MAP.uart.length, new Pl011(gic.spi(VIRT_SPI.uart), options.serial, log));
    bus.mapMemory(VIRT_MAP.rtc.base, VIRT_MAP.rtc.length, new Pl031(options.bootTime, scheduler, log));
    if (this.layout.hasGed) {
      bus.mapMemory(VIRT_MAP.ged.base, VIRT_MAP.ged.length, this.ged);
      bus.mapMemory(VIRT_MAP.memoryHotplug.base, VIRT_MAP.memoryHotplug.length, this.memoryHotplug);
    } else bus.mapMemory(VIRT_MAP.gpio.base, VIRT_MAP.gpio.length, this.gpio);

    const psci = this.buildPsci();
    const present = config.possibleCpus.filter((cpu) => cpu.present);
    const identity = arm64IdentityOf(config.cpuModel, log);
    this.vcpus = present.map(
      ({ index, apicId }) =>
        new Arm64Vcpu({
          processor: scheduler.addProcessor(index),
          affinity: apicId,
          identity,
          exceptionLevel: virtOptions(config).virtualization ? 2 : 1,
          bus,
          gic,
          psci,
          conduit: this.layout.psciConduit,
          clock: scheduler,
          log,
        }),
    );
    this.plugged = present.map((possible) => ({
      possible,
      id: undefined,
      qomPath: `/machine/unattached/device[${possible.index}]`,
      hotplugged: false,
    }));
    for (const vcpu of this.vcpus) {
      vcpu.powerOff();
      this.log.emit('vcpu_plugged', vcpu.index, vcpu.apicId, '');
    }
    if (options.earlier instanceof VirtBoard) this.takeOver(options.earlier);
    else for (const dimm of config.coldDimms) this.dimms.plugCold(dimm);
  }

  // --- the guest's side

  currentVcpu(): Vcpu {
    const index = this.scheduler.activeProcessor?.index;
    const vcpu = index === undefined ? undefined : this.vcpus[index];
    if (!vcpu) throw new Error('no vCPU executes now');
    return vcpu;
  }

  setProgram(program: GuestProgram): void {
    for (const { processor } of this.vcpus) processor.program = program;
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
    return this.plugged[index];
  }

  isTaken(index: VcpuIndex): boolean {
    return this.cpuAt(index) !== undefined;
  }

  hasLingeringCpu(): boolean {
    return false;
  }

  deviceIds(): ReadonlySet<string> {
    return new Set(this.dimms.dimms().flatMap(({ id }) => (id === undefined ? [] : [id])));
  }

  currentConfig(): MachineConfig {
    return this.config;
  }

  isHalted(index: VcpuIndex): boolean {
    return this.vcpus[index]?.processor.runState === 'halted';
  }

  plugCpu(): BoardError {
    return NO_CPU_HOTPLUG;
  }

  requestCpuUnplug(): BoardError {
    return NO_CPU_HOTPLUG;
  }

  ospmStatus(): readonly OspmStatus[] {
    return this.layout.hasGed ? this.memoryHotplug.ospmStatus() : [];
  }

  powerButton(): void {
    if (this.layout.hasGed) {
      this.ged.raise('powerDown');
      return;
    }
    this.gpio.setInput(POWER_BUTTON_PIN, true);
    this.scheduler.after(POWER_BUTTON_TIME, () => this.gpio.setInput(POWER_BUTTON_PIN, false));
  }

  requestReset(reason: ResetReason): void {
    this.runstate.requestReset(reason);
  }

  // --- inside

  private buildGic(bus: SystemBus): GicV3 {
    const { config, log, scheduler } = this;
    const { gicVersion, its } = virtOptions(config);
    if (gicVersion !== 3) log.emit('unmodelled', 'virt', `GIC version ${gicVersion}; a GICv3 is in its place`);
    const affinities = config.possibleCpus.filter(({ present }) => present).map(({ apicId }) => apicId);
    const gic = new GicV3({ affinities, spis: VIRT_SPIS, spisTold: VIRT_SPIS_TOLD, lpi: its }, scheduler, log);
    bus.mapMemory(VIRT_MAP.gicDistributor.base, VIRT_MAP.gicDistributor.length, gic);
    let vcpu = 0;
    for (const { base, length } of this.layout.redistributors) {
      for (let at = 0; at < length; at += REDISTRIBUTOR_LENGTH) {
        bus.mapMemory(base + at, REDISTRIBUTOR_LENGTH, gic.redistributor(vcpu++));
      }
    }
    return gic;
  }

  private buildPsci(): Psci {
    const withAffinity = (affinity: ApicId) => this.vcpus.find(({ apicId }) => apicId === affinity);
    return new Psci(
      {
        stateOf: (affinity) => {
          const vcpu = withAffinity(affinity);
          return vcpu && (vcpu.isOn ? AFFINITY_STATE.ON : AFFINITY_STATE.OFF);
        },
        cpuOn: (affinity, entry, context) => withAffinity(affinity)?.powerOn(entry, context),
        cpuOff: () => this.vcpus[this.scheduler.vcpu()]?.powerOff(),
        systemOff: () => this.runstate.shutDown('guest-shutdown'),
        systemReset: () => this.requestReset('guest-reset'),
      },
      this.log,
    );
  }

  private buildDimmSlots(): DimmSlots {
    const { config } = this;
    return new DimmSlots(
      {
        slotCount: config.memorySlots,
        region: this.layout.deviceMemory,
        limit: config.maxMemory - config.memorySize,
        nodeCount: config.numaNodes.length,
        ramBackends: config.ramBackends,
        refusal: this.layout.hasGed ? undefined : NO_GED,
        qomPathOf: (id) =>
          id === undefined
            ? `/machine/peripheral-anon/device[${this.anonymousDevices++}]`
            : `/machine/peripheral/${id}`,
      },
      {
        plugged: (slot, dimm, hotplugged) => this.memoryHotplug.plugged(slot, dimm, hotplugged),
        requestUnplug: (slot) => this.memoryHotplug.requestUnplug(slot),
        deleted: ({ id, qomPath }) =>
          this.events.event('DEVICE_DELETED', { ...(id === undefined ? {} : { device: id }), path: qomPath }),
      },
      this.log,
    );
  }

  /** What a reset leaves as it is: DIMMs, the hotplug block and the GED have none. */
  private takeOver(earlier: VirtBoard): void {
    this.memoryHotplug.takeOver(earlier.memoryHotplug);
    this.dimms.takeOver(earlier.dimms);
    this.ged.takeOver(earlier.ged);
    this.anonymousDevices = earlier.anonymousDevices;
  }

  private reportOst({ device, source, status, slot, slotType }: OspmStatus): void {
    const named = device === undefined ? {} : { device };
    this.events.event('ACPI_DEVICE_OST', { info: { ...named, source, status, slot, 'slot-type': slotType } });
  }
}
