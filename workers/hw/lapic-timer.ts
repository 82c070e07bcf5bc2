/** The timer of a local APIC: Intel SDM volume 3, 10.5.4, without the TSC-deadline mode. */
import type { Ns } from '../protocol/units.ts';
import { field, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { ScheduledEvent } from '../sim/event-queue.ts';
import type { Clock } from '../sim/scheduler.ts';
import { LVT_MASKED, LVT_VECTOR } from './lapic-registers.ts';

const TIMER_MODE = { low: 17, width: 2 } as const;
const TIMER_PERIODIC = 1;
const TIMER_TSC_DEADLINE = 2;
/** Bits of the divide configuration that mean something. */
const DIVIDE_BITS = 0b1011;
/** Divide configuration 111: by 1. */
const DIVIDE_BY_ONE = 7;

/** Counts a second before the divider: QEMU's APIC bus runs at 1 GHz, so a count is `divisor` ns. */
export const LAPIC_TIMER_HZ = 1_000_000_000;

export class LapicTimer {
  private readonly clock: Clock;
  private readonly log: LogWriter;
  private readonly expired: (vector: number) => void;
  private entry = LVT_MASKED;
  private divide = 0;
  private initial = 0;
  private started: Ns = 0;
  private event: ScheduledEvent | undefined;

  /** `expired`: the timer's interrupt, with the vector of its LVT entry. */
  constructor(clock: Clock, log: LogWriter, expired: (vector: number) => void) {
    this.clock = clock;
    this.log = log;
    this.expired = expired;
  }

  reset(): void {
    this.entry = LVT_MASKED;
    this.divide = this.initial = 0;
    this.arm();
  }

  get divideConfiguration(): number {
    return this.divide;
  }

  get initialCount(): number {
    return this.initial;
  }

  /** Counts left: 0 when a one-shot timer has expired. */
  get currentCount(): number {
    const counts = Math.floor((this.clock.now() - this.started) / this.divisor());
    if (counts < this.initial) return this.initial - counts;
    if (this.mode() !== TIMER_PERIODIC || this.initial === 0) return 0;
    return this.initial - (counts % this.initial);
  }

  setEntry(entry: number): void {
    this.entry = entry;
    this.arm();
  }

  setDivideConfiguration(value: number): void {
    this.divide = value & DIVIDE_BITS;
    this.arm();
  }

  /** Starts the timer; 0 stops it. */
  setInitialCount(value: number): void {
    this.initial = value;
    this.started = this.clock.now();
    this.arm();
  }

  private mode(): number {
    return field(this.entry, TIMER_MODE.low, TIMER_MODE.width);
  }

  private divisor(): number {
    const code = (this.divide & 0b11) | ((this.divide & 0b1000) >> 1);
    return code === DIVIDE_BY_ONE ? 1 : 2 << code;
  }

  /** Schedules the next interrupt, if there is one to come. */
  private arm(): void {
    this.event?.cancel();
    this.event = undefined;
    if (this.initial === 0 || hasBits(this.entry, LVT_MASKED)) return;
    const mode = this.mode();
    if (mode === TIMER_TSC_DEADLINE) {
      this.log.emit('unmodelled', 'lapic', 'timer in TSC-deadline mode');
      return;
    }
    const period = this.initial * this.divisor();
    const elapsed = this.clock.now() - this.started;
    if (mode !== TIMER_PERIODIC && elapsed >= period) return;
    this.event = this.clock.after(period - (elapsed % period), () => {
      this.expired(this.entry & LVT_VECTOR);
      if (mode === TIMER_PERIODIC) this.arm();
    });
  }
}
