/** A vCPU: a processor of the scheduler with its local APIC and its view of the address spaces. */
import type { Bus } from '../abi/bus.ts';
import type { Vcpu } from '../abi/vcpu.ts';
import type { ApicId, VcpuIndex } from '../protocol/units.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { GuestProgram, Processor } from '../sim/processor.ts';
import type { Clock } from '../sim/scheduler.ts';
import type { ApicBus } from './apic-bus.ts';
import { type SystemBus, VcpuBus } from './bus.ts';
import { type LapicHost, LocalApic } from './lapic.ts';

/** Where an x86 processor fetches its first instruction. */
export const RESET_VECTOR = 0xfffffff0;

export interface VcpuParts {
  readonly processor: Processor;
  readonly apicId: ApicId;
  readonly systemBus: SystemBus;
  readonly apicBus: ApicBus;
  readonly localApicRange: { readonly base: number; readonly length: number };
  readonly clock: Clock;
  readonly log: LogWriter;
}

export class X86Vcpu implements Vcpu, LapicHost {
  readonly index: VcpuIndex;
  readonly apicId: ApicId;
  readonly processor: Processor;
  readonly bus: Bus;
  readonly lapic: LocalApic;
  private readonly apicBus: ApicBus;
  private readonly clock: Clock;
  private isBootProcessor = false;

  constructor(parts: VcpuParts) {
    this.index = parts.processor.index;
    this.apicId = parts.apicId;
    this.processor = parts.processor;
    this.apicBus = parts.apicBus;
    this.clock = parts.clock;
    this.lapic = new LocalApic(parts.apicId, this, parts.apicBus, parts.clock, parts.log);
    this.bus = new VcpuBus(parts.systemBus, { ...parts.localApicRange, handler: this.lapic });
    this.processor.interruptSource = this.lapic;
  }

  /** Puts the processor into its socket: reset, then waiting for a start-up IPI. */
  plug(program: GuestProgram | undefined): void {
    this.processor.program = program;
    this.lapic.reset();
    this.apicBus.attach(this.lapic);
    this.processor.reset(this.clock.now());
  }

  /** Takes it out, whatever it was doing. */
  unplug(): void {
    this.apicBus.detach(this.lapic);
    this.lapic.reset();
    this.processor.remove();
  }

  /** The boot processor does not wait for a start-up: it begins at the reset vector. */
  bootAtResetVector(): void {
    this.isBootProcessor = true;
    this.processor.startUp(RESET_VECTOR, this.clock.now());
  }

  wake(): void {
    this.processor.wake(this.clock.now());
  }

  initReceived(): void {
    this.processor.reset(this.clock.now());
    if (this.isBootProcessor) this.bootAtResetVector();
  }

  startUp(address: number): void {
    this.processor.startUp(address, this.clock.now());
  }
}
