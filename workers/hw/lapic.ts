/**
 * The local APIC in xAPIC mode, as QEMU's (hw/intc/apic.c): Intel SDM volume 3, chapter 10. Error reporting covers
 * illegal vectors; of the local vectors the timer's is raised, and LINT0 lets the 8259's interrupts through.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { ApicId, VcpuIndex } from '../protocol/units.ts';
import { bit, field, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { InterruptSource } from '../sim/processor.ts';
import type { Clock } from '../sim/scheduler.ts';
import { type ApicBus, type BusAgent, DELIVERY_MODES, type InterruptMessage } from './apic-bus.ts';
import {
  LAPIC_REGISTERS,
  type LapicRegister,
  LVT,
  LVT_MASKED,
  LVT_VECTOR,
  type LvtRegister,
} from './lapic-registers.ts';
import { LapicTimer } from './lapic-timer.ts';
import { RegisterBlock } from './registers.ts';
import { VectorSet } from './vector-set.ts';

/** Version 0x14, last LVT entry 5. */
const VERSION = 0x00050014;
const SVR_ENABLE = bit(8);
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
/** Delivery mode of an interrupt whose vector an 8259 supplies. */
const EXTINT_MODE = DELIVERY_MODES.indexOf('extint');
/** DFR's model field, bits 31-28. */
const FLAT_MODEL = 0xf;
/** A start-up vector names a 4-KiB page. */
const SIPI_SHIFT = 12;

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
  private readonly timer: LapicTimer;
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
  /** The 8259 pair whose output is wired to LINT0: on the boot processor. */
  private extInt: { readonly intr: boolean; acknowledge(): number } | undefined;
  private extIntWaits = false;
  /** The vector that would be delivered now; kept up to date, since the processor asks before every step. */
  private deliverable: number | undefined;

  constructor(apicId: ApicId, host: LapicHost, bus: ApicBus, clock: Clock, log: LogWriter) {
    this.apicId = apicId;
    this.host = host;
    this.bus = bus;
    this.timer = new LapicTimer(clock, log, (vector) => this.request(vector, false));
    this.log = log;
    this.block = new RegisterBlock('lapic', LAPIC_REGISTERS, this, log, { reads: false, writes: true });
    this.reset();
  }

  /** Power-on, reset and INIT; the APIC id is kept (SDM 10.4.7.3). */
  reset(): void {
    this.timer.reset();
    for (const set of [this.irr, this.isr, this.tmr]) set.clear();
    for (const name of LVT) this.lvt.set(name, LVT_MASKED);
    this.id = (this.apicId << 24) >>> 0;
    this.tpr = this.ldr = this.esr = this.errors = 0;
    this.icrLow = this.icrHigh = 0;
    this.dfr = 0xffffffff;
    this.svr = 0xff;
    this.deliverable = undefined;
    this.extIntChanged();
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
    return this.deliverable !== undefined || this.extIntWaits;
  }

  /** Wires LINT0. */
  connectExtInt(source: { readonly intr: boolean; acknowledge(): number }): void {
    this.extInt = source;
    this.extIntChanged();
  }

  /** An interrupt of the 8259s passes while LINT0 is not masked and in ExtINT mode (SDM 10.5.1). */
  extIntChanged(): void {
    const lint0 = this.lvt.get('LVT_LINT0') ?? LVT_MASKED;
    const passes = !hasBits(lint0, LVT_MASKED) && field(lint0, ICR_MODE.low, ICR_MODE.width) === EXTINT_MODE;
    this.extIntWaits = passes && this.extInt?.intr === true;
    if (this.extIntWaits) this.host.wake();
  }

  /** Moves the most urgent vector from IRR to ISR; without one, asks the 8259s; the spurious vector when there is none. */
  acknowledge(): number {
    const vector = this.deliverable;
    if (vector === undefined)
      return this.extInt && this.extIntWaits ? this.extInt.acknowledge() : this.svr & LVT_VECTOR;
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
        return this.timer.initialCount;
      case 'CURRENT_COUNT':
        return this.timer.currentCount;
      case 'DIVIDE_CONFIGURATION':
        return this.timer.divideConfiguration;
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
        if (!this.enabled) for (const entry of LVT) this.setLvt(entry, this.lvt.get(entry) ?? 0);
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
        this.timer.setInitialCount(value);
        break;
      case 'DIVIDE_CONFIGURATION':
        this.timer.setDivideConfiguration(value);
        break;
      case 'LVT_TIMER':
      case 'LVT_THERMAL':
      case 'LVT_PERFORMANCE':
      case 'LVT_LINT0':
      case 'LVT_LINT1':
      case 'LVT_ERROR':
        this.setLvt(name, value);
        break;
      default:
        break; // the others are read-only: the table lets no write through
    }
  }

  /** While the APIC is disabled, its LVT entries are masked. */
  private setLvt(name: LvtRegister, value: number): void {
    const entry = this.enabled ? value : (value | LVT_MASKED) >>> 0;
    this.lvt.set(name, entry);
    if (name === 'LVT_TIMER') this.timer.setEntry(entry);
    else if (name === 'LVT_LINT0') this.extIntChanged();
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
}
