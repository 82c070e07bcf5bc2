/**
 * The local APIC in xAPIC mode, as QEMU's (hw/intc/apic.c): Intel SDM volume 3, chapter 10. Error reporting covers
 * illegal vectors; of the local vectors only the timer's is ever raised.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { ApicId, Ns, VcpuIndex } from '../protocol/units.ts';
import { bit, field, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { ScheduledEvent } from '../sim/event-queue.ts';
import type { InterruptSource } from '../sim/processor.ts';
import type { Clock } from '../sim/scheduler.ts';
import { type ApicBus, type BusAgent, DELIVERY_MODES, type InterruptMessage } from './apic-bus.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';
import { VectorSet } from './vector-set.ts';

export const LAPIC_REGISTERS = [
  { name: 'ID', offset: 0x020, width: 4, access: 'read-write', text: 'APIC id in bits 31-24' },
  { name: 'VERSION', offset: 0x030, width: 4, access: 'read-only', text: 'version, and number of the last LVT entry' },
  { name: 'TPR', offset: 0x080, width: 4, access: 'read-write', text: 'task priority' },
  { name: 'APR', offset: 0x090, width: 4, access: 'read-only', text: 'arbitration priority' },
  {
    name: 'PPR',
    offset: 0x0a0,
    width: 4,
    access: 'read-only',
    text: 'processor priority: of TPR and the interrupt in service',
  },
  { name: 'EOI', offset: 0x0b0, width: 4, access: 'write-only', text: 'end of interrupt' },
  { name: 'LDR', offset: 0x0d0, width: 4, access: 'read-write', text: 'logical APIC id in bits 31-24' },
  {
    name: 'DFR',
    offset: 0x0e0,
    width: 4,
    access: 'read-write',
    text: 'model of logical destinations: 1111 flat, 0000 cluster',
  },
  { name: 'SVR', offset: 0x0f0, width: 4, access: 'read-write', text: 'spurious vector; bit 8 enables the APIC' },
  { name: 'ISR', offset: 0x100, width: 4, count: 8, stride: 0x10, access: 'read-only', text: 'vectors in service' },
  {
    name: 'TMR',
    offset: 0x180,
    width: 4,
    count: 8,
    stride: 0x10,
    access: 'read-only',
    text: 'level-triggered vectors',
  },
  { name: 'IRR', offset: 0x200, width: 4, count: 8, stride: 0x10, access: 'read-only', text: 'vectors requested' },
  { name: 'ESR', offset: 0x280, width: 4, access: 'read-write', text: 'errors up to the last write of this register' },
  {
    name: 'ICR_LOW',
    offset: 0x300,
    width: 4,
    access: 'read-write',
    text: 'interrupt command: vector, mode, shorthand; a write sends it',
  },
  {
    name: 'ICR_HIGH',
    offset: 0x310,
    width: 4,
    access: 'read-write',
    text: 'interrupt command: destination in bits 31-24',
  },
  {
    name: 'LVT_TIMER',
    offset: 0x320,
    width: 4,
    access: 'read-write',
    text: 'timer: vector, mask, one-shot or periodic',
  },
  { name: 'LVT_THERMAL', offset: 0x330, width: 4, access: 'read-write', text: 'thermal sensor' },
  { name: 'LVT_PERFORMANCE', offset: 0x340, width: 4, access: 'read-write', text: 'performance counters' },
  { name: 'LVT_LINT0', offset: 0x350, width: 4, access: 'read-write', text: 'local interrupt pin 0' },
  { name: 'LVT_LINT1', offset: 0x360, width: 4, access: 'read-write', text: 'local interrupt pin 1' },
  { name: 'LVT_ERROR', offset: 0x370, width: 4, access: 'read-write', text: 'APIC error' },
  {
    name: 'INITIAL_COUNT',
    offset: 0x380,
    width: 4,
    access: 'read-write',
    text: 'timer: a write starts it, 0 stops it',
  },
  { name: 'CURRENT_COUNT', offset: 0x390, width: 4, access: 'read-only', text: 'timer: counts down to 0' },
  {
    name: 'DIVIDE_CONFIGURATION',
    offset: 0x3e0,
    width: 4,
    access: 'read-write',
    text: 'timer: divisor in bits 3, 1 and 0',
  },
] as const satisfies readonly Register[];

type LapicRegister = RegisterName<typeof LAPIC_REGISTERS>;

const LVT = ['LVT_TIMER', 'LVT_THERMAL', 'LVT_PERFORMANCE', 'LVT_LINT0', 'LVT_LINT1', 'LVT_ERROR'] as const;
type LvtRegister = (typeof LVT)[number];

/** Version 0x14, last LVT entry 5. */
const VERSION = 0x00050014;
const SVR_ENABLE = bit(8);
const LVT_MASKED = bit(16);
const LVT_VECTOR = 0xff;
const TIMER_MODE = { low: 17, width: 2 };
const TIMER_PERIODIC = 1;
const TIMER_TSC_DEADLINE = 2;
/** First vector that is not reserved for exceptions' errors: lower ones are illegal to send or receive. */
const FIRST_LEGAL_VECTOR = 16;
const ESR_RECEIVE_ILLEGAL_VECTOR = bit(6);
const ESR_SEND_ILLEGAL_VECTOR = bit(5);
const ICR_LOGICAL = bit(11);
const ICR_LEVEL_ASSERT = bit(14);
const ICR_LEVEL_TRIGGER = bit(15);
const ICR_MODE = { low: 8, width: 3 };
const ICR_SHORTHAND = { low: 18, width: 2 };
const SHORTHAND_SELF = 1;
const SHORTHAND_ALL = 2;
const SHORTHAND_OTHERS = 3;
const BROADCAST = 0xff;
/** DFR's model field, bits 31-28. */
const FLAT_MODEL = 0xf;
/** A start-up vector names a 4-KiB page. */
const SIPI_SHIFT = 12;

/** Timer ticks a nanosecond before the divider: QEMU's APIC bus runs at 1 GHz. */
export const LAPIC_TIMER_HZ = 1_000_000_000;

/** The vCPU that a local APIC belongs to. */
export interface LapicHost {
  readonly index: VcpuIndex;
  /** An interrupt has become pending. */
  wake(): void;
  /** INIT: forget everything and wait for a start-up IPI. */
  initReceived(): void;
  /** Start-up IPI; ignored unless waited for. */
  startUp(address: number): void;
}

export class LocalApic implements IoHandler, InterruptSource, BusAgent {
  readonly apicId: ApicId;
  private readonly host: LapicHost;
  private readonly bus: ApicBus;
  private readonly clock: Clock;
  private readonly log: LogWriter;
  private readonly block: RegisterBlock<LapicRegister>;
  private readonly irr = new VectorSet();
  private readonly isr = new VectorSet();
  private readonly tmr = new VectorSet();
  private readonly lvt = new Map<LvtRegister, number>();
  private id = 0;
  private tpr = 0;
  private ldr = 0;
  private dfr = 0;
  private svr = 0;
  private esr = 0;
  private errors = 0;
  private icrLow = 0;
  private icrHigh = 0;
  private divideConfiguration = 0;
  private initialCount = 0;
  private countStarted: Ns = 0;
  private timerEvent: ScheduledEvent | undefined;
  /** The vector that would be delivered now; kept up to date, since the processor asks before every step. */
  private deliverable: number | undefined;

  constructor(apicId: ApicId, host: LapicHost, bus: ApicBus, clock: Clock, log: LogWriter) {
    this.apicId = apicId;
    this.host = host;
    this.bus = bus;
    this.clock = clock;
    this.log = log;
    this.block = new RegisterBlock('lapic', LAPIC_REGISTERS, this, log, { reads: false, writes: true });
    this.reset();
  }

  /** Power-on, reset and INIT; the APIC id is kept (SDM 10.4.7.3). */
  reset(): void {
    this.timerEvent?.cancel();
    this.timerEvent = undefined;
    for (const set of [this.irr, this.isr, this.tmr]) set.clear();
    for (const name of LVT) this.lvt.set(name, LVT_MASKED);
    this.id = (this.apicId << 24) >>> 0;
    this.tpr = this.ldr = this.esr = this.errors = 0;
    this.icrLow = this.icrHigh = this.divideConfiguration = this.initialCount = 0;
    this.dfr = 0xffffffff;
    this.svr = 0xff;
    this.deliverable = undefined;
  }

  get enabled(): boolean {
    return hasBits(this.svr, SVR_ENABLE);
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  hasPending(): boolean {
    return this.deliverable !== undefined;
  }

  /** Moves the most urgent vector from IRR to ISR; the spurious vector when there is none. */
  acknowledge(): number {
    const vector = this.deliverable;
    if (vector === undefined) return this.svr & LVT_VECTOR;
    this.irr.set(vector, false);
    this.isr.set(vector, true);
    this.update();
    return vector;
  }

  matches({ logical, destination }: InterruptMessage): boolean {
    if (destination === BROADCAST) return true;
    if (!logical) return field(this.id, 24, 8) === destination;
    const own = field(this.ldr, 24, 8);
    if (field(this.dfr, 28, 4) === FLAT_MODEL) return hasBits(own, destination);
    return own >> 4 === destination >> 4 && hasBits(own & 0xf, destination);
  }

  accept(message: InterruptMessage): void {
    switch (message.mode) {
      case 'fixed':
      case 'lowest':
        this.request(message.vector, message.levelTriggered);
        break;
      case 'init':
        this.reset();
        this.host.initReceived();
        break;
      case 'startup':
        this.host.startUp(message.vector << SIPI_SHIFT);
        break;
      default:
        this.log.emit('unmodelled', 'lapic', `interrupt with delivery mode ${message.mode}`);
    }
  }

  readRegister(name: LapicRegister, index: number): number {
    switch (name) {
      case 'ID':
        return this.id;
      case 'VERSION':
        return VERSION;
      case 'TPR':
        return this.tpr;
      case 'APR':
      case 'EOI':
        return 0;
      case 'PPR':
        return this.processorPriority();
      case 'LDR':
        return this.ldr;
      case 'DFR':
        return this.dfr;
      case 'SVR':
        return this.svr;
      case 'ISR':
        return this.isr.word(index);
      case 'TMR':
        return this.tmr.word(index);
      case 'IRR':
        return this.irr.word(index);
      case 'ESR':
        return this.esr;
      case 'ICR_LOW':
        return this.icrLow;
      case 'ICR_HIGH':
        return this.icrHigh;
      case 'INITIAL_COUNT':
        return this.initialCount;
      case 'CURRENT_COUNT':
        return this.currentCount();
      case 'DIVIDE_CONFIGURATION':
        return this.divideConfiguration;
      default:
        return this.lvt.get(name) ?? 0;
    }
  }

  writeRegister(name: LapicRegister, _index: number, value: number): void {
    switch (name) {
      case 'ID':
        this.id = value;
        break;
      case 'TPR':
        this.tpr = value & 0xff;
        this.update();
        break;
      case 'EOI':
        this.endOfInterrupt();
        break;
      case 'LDR':
        this.ldr = (value & 0xff000000) >>> 0;
        break;
      case 'DFR':
        this.dfr = (value | 0x0fffffff) >>> 0;
        break;
      case 'SVR':
        this.svr = value & 0x1ff;
        if (!this.enabled) for (const entry of LVT) this.lvt.set(entry, (this.lvt.get(entry) ?? 0) | LVT_MASKED);
        this.armTimer();
        this.update();
        break;
      case 'ESR':
        this.esr = this.errors;
        this.errors = 0;
        break;
      case 'ICR_LOW':
        this.icrLow = value;
        this.sendCommand();
        break;
      case 'ICR_HIGH':
        this.icrHigh = value;
        break;
      case 'INITIAL_COUNT':
        this.initialCount = value;
        this.countStarted = this.clock.now();
        this.armTimer();
        break;
      case 'DIVIDE_CONFIGURATION':
        this.divideConfiguration = value & 0xb;
        this.armTimer();
        break;
      case 'LVT_TIMER':
      case 'LVT_THERMAL':
      case 'LVT_PERFORMANCE':
      case 'LVT_LINT0':
      case 'LVT_LINT1':
      case 'LVT_ERROR':
        this.lvt.set(name, this.enabled ? value : (value | LVT_MASKED) >>> 0);
        if (name === 'LVT_TIMER') this.armTimer();
        break;
      default:
        break; // the others are read-only: the table lets no write through
    }
  }

  /** A fixed interrupt arrives. A vector that is requested already is not counted twice. */
  private request(vector: number, levelTriggered: boolean): void {
    if (!this.enabled) return;
    if (vector < FIRST_LEGAL_VECTOR) {
      this.errors |= ESR_RECEIVE_ILLEGAL_VECTOR;
      return;
    }
    if (!this.irr.has(vector)) this.log.emit('lapic_accept', this.host.index, vector);
    this.irr.set(vector, true);
    this.tmr.set(vector, levelTriggered);
    this.update();
  }

  private endOfInterrupt(): void {
    const vector = this.isr.highest();
    if (vector === undefined) return;
    this.isr.set(vector, false);
    if (this.tmr.has(vector)) this.bus.broadcastEoi(vector);
    this.update();
  }

  private processorPriority(): number {
    const inService = this.isr.highest() ?? 0;
    return this.tpr >> 4 >= inService >> 4 ? this.tpr : inService & 0xf0;
  }

  /** A vector is deliverable when its class exceeds the processor's priority class (SDM 10.8.3.1). */
  private update(): void {
    const requested = this.irr.highest();
    const urgent = requested !== undefined && requested >> 4 > this.processorPriority() >> 4;
    this.deliverable = urgent ? requested : undefined;
    if (urgent) this.host.wake();
  }

  private sendCommand(): void {
    const { icrLow } = this;
    const mode = DELIVERY_MODES[field(icrLow, ICR_MODE.low, ICR_MODE.width)] ?? 'reserved';
    const levelTriggered = hasBits(icrLow, ICR_LEVEL_TRIGGER);
    const message: InterruptMessage = {
      mode,
      vector: icrLow & LVT_VECTOR,
      logical: hasBits(icrLow, ICR_LOGICAL),
      destination: field(this.icrHigh, 24, 8),
      levelTriggered: false,
    };
    if (mode === 'fixed' && message.vector < FIRST_LEGAL_VECTOR) {
      this.errors |= ESR_SEND_ILLEGAL_VECTOR;
      return;
    }
    const shorthand = field(icrLow, ICR_SHORTHAND.low, ICR_SHORTHAND.width);
    const others = shorthand === SHORTHAND_ALL || shorthand === SHORTHAND_OTHERS;
    const destination = others ? BROADCAST : shorthand === SHORTHAND_SELF ? this.apicId : message.destination;
    this.log.emit('ipi_send', mode, message.vector, destination);
    // INIT with the level taken away only synchronises arbitration ids, on processors of long ago
    if (mode === 'init' && levelTriggered && !hasBits(icrLow, ICR_LEVEL_ASSERT)) return;
    if (shorthand === SHORTHAND_SELF) this.accept(message);
    else if (others) this.bus.sendToAll(message, shorthand === SHORTHAND_OTHERS ? this : undefined);
    else this.bus.send(message);
  }

  /** Nanoseconds a count: 1, 2, 4 … 128. */
  private divisor(): number {
    const code = (this.divideConfiguration & 3) | ((this.divideConfiguration & 8) >> 1);
    return code === 7 ? 1 : 2 << code;
  }

  private timerMode(): number {
    return field(this.lvt.get('LVT_TIMER') ?? 0, TIMER_MODE.low, TIMER_MODE.width);
  }

  private currentCount(): number {
    const counts = Math.floor((this.clock.now() - this.countStarted) / this.divisor());
    if (counts < this.initialCount) return this.initialCount - counts;
    if (this.timerMode() !== TIMER_PERIODIC || this.initialCount === 0) return 0;
    return this.initialCount - (counts % this.initialCount);
  }

  /** Schedules the timer's next interrupt, if there is one to come. */
  private armTimer(): void {
    this.timerEvent?.cancel();
    this.timerEvent = undefined;
    const entry = this.lvt.get('LVT_TIMER') ?? 0;
    if (this.initialCount === 0 || hasBits(entry, LVT_MASKED)) return;
    const mode = this.timerMode();
    if (mode === TIMER_TSC_DEADLINE) {
      this.log.emit('unmodelled', 'lapic', 'timer in TSC-deadline mode');
      return;
    }
    const period = this.initialCount * this.divisor();
    const elapsed = this.clock.now() - this.countStarted;
    if (mode !== TIMER_PERIODIC && elapsed >= period) return;
    this.timerEvent = this.clock.after(period - (elapsed % period), () => {
      this.request(entry & LVT_VECTOR, false);
      if (mode === TIMER_PERIODIC) this.armTimer();
    });
  }
}
