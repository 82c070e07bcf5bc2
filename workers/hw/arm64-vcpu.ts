/** An arm64 vCPU: a processor of the scheduler with its GIC CPU interface, timers and system registers. */
import type { Arm64Cpu, Arm64SystemRegister } from '../abi/arm64.ts';
import type { Bus } from '../abi/bus.ts';
import type { Vcpu } from '../abi/vcpu.ts';
import type { ApicId, VcpuIndex } from '../protocol/units.ts';
import { hex } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { Processor } from '../sim/processor.ts';
import type { Clock } from '../sim/scheduler.ts';
import type { Arm64Identity } from './arm64-models.ts';
import { GenericTimer, TIMER_PPI } from './generic-timer.ts';
import type { GicV3 } from './gic-v3.ts';
import type { Psci } from './psci.ts';

/** The instruction by which PSCI is called; undefined: QEMU answers neither. */
export type PsciConduit = 'hvc' | 'smc' | undefined;

export interface Arm64VcpuParts {
  readonly processor: Processor;
  /** Affinity fields of MPIDR_EL1. */
  readonly affinity: ApicId;
  readonly identity: Arm64Identity;
  /** Exception level in which the guest's kernel begins. */
  readonly exceptionLevel: 1 | 2;
  readonly bus: Bus;
  readonly gic: GicV3;
  readonly psci: Psci;
  readonly conduit: PsciConduit;
  readonly clock: Clock;
  readonly log: LogWriter;
}

/** MPIDR_EL1 bit 31, which reads as one. */
const MPIDR_RES1 = 0x8000_0000;

export class Arm64Vcpu implements Vcpu, Arm64Cpu {
  readonly index: VcpuIndex;
  readonly apicId: ApicId;
  readonly processor: Processor;
  readonly bus: Bus;
  readonly arm64: Arm64Cpu = this;
  private readonly parts: Arm64VcpuParts;
  private readonly timer: GenericTimer;

  constructor(parts: Arm64VcpuParts) {
    const { processor, gic, clock } = parts;
    this.parts = parts;
    this.index = processor.index;
    this.apicId = parts.affinity;
    this.processor = processor;
    this.bus = parts.bus;
    this.timer = new GenericTimer(clock, {
      virtual: gic.ppi(this.index, TIMER_PPI.virtual),
      physical: gic.ppi(this.index, TIMER_PPI.nonSecure),
    });
    processor.interruptSource = gic.cpuInterface(this.index);
    gic.attach(this.index, () => processor.wake(clock.now()));
  }

  /** Switched off: waits for CPU_ON, or for the beginning. */
  powerOff(): void {
    this.parts.gic.cpuInterface(this.index).reset();
    this.timer.reset();
    this.processor.reset(this.parts.clock.now());
  }

  /** Begins at `entry` with `context` in X0. */
  powerOn(entry: number, context: number): void {
    this.processor.startUp(entry, this.parts.clock.now(), context);
  }

  get isOn(): boolean {
    const { runState } = this.processor;
    return runState === 'running' || runState === 'halted';
  }

  readSystemRegister(name: Arm64SystemRegister): number {
    const { gic, identity, exceptionLevel, log } = this.parts;
    if (name === 'MPIDR_EL1') return MPIDR_RES1 + this.apicId;
    if (name === 'CurrentEL') return exceptionLevel << 2;
    const value = gic.cpuInterface(this.index).read(name) ?? this.timer.read(name) ?? identity[name];
    if (value === undefined) log.emit('unmodelled', 'arm64', `read of ${name}`);
    return value ?? 0;
  }

  writeSystemRegister(name: Arm64SystemRegister, value: number): void {
    const { gic, log } = this.parts;
    if (gic.cpuInterface(this.index).write(name, value) || this.timer.write(name, value)) return;
    log.emit('unmodelled', 'arm64', `write of ${hex(value)} to ${name}`);
  }

  hvc(x0: number, x1 = 0, x2 = 0, x3 = 0): number {
    return this.call('hvc', x0, x1, x2, x3);
  }

  smc(x0: number, x1 = 0, x2 = 0, x3 = 0): number {
    return this.call('smc', x0, x1, x2, x3);
  }

  private call(instruction: 'hvc' | 'smc', x0: number, x1: number, x2: number, x3: number): number {
    const { conduit, psci, log } = this.parts;
    if (conduit === instruction) return psci.call(x0, x1, x2, x3);
    log.emit('unmodelled', 'arm64', `${instruction.toUpperCase()} with ${hex(x0)} is undefined on this machine`);
    return -1;
  }
}
