/** A processor's generic timers (Arm ARM D11.2; target/arm/helper.c): counters at 62.5 MHz, each timer a level interrupt. */
import type { Arm64SystemRegister } from '../abi/arm64.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import { bit, hasBits } from '../sim/bits.ts';
import type { ScheduledEvent } from '../sim/event-queue.ts';
import type { Clock } from '../sim/scheduler.ts';

/** CNTFRQ_EL0 of QEMU under TCG, and what a count lasts. */
export const COUNTER_HZ = 62_500_000;
export const NS_PER_COUNT = 16;

/** INTIDs of the timers (include/hw/arm/bsa.h). */
export const TIMER_PPI = { hypervisor: 26, virtual: 27, secure: 29, nonSecure: 30 } as const;

const CTL = { enable: bit(0), mask: bit(1), status: bit(2) } as const;

class Timer {
  private readonly clock: Clock;
  private readonly irq: IrqLine;
  private compare = 0;
  private control = 0;
  private event: ScheduledEvent | undefined;

  constructor(clock: Clock, irq: IrqLine) {
    this.clock = clock;
    this.irq = irq;
  }

  reset(): void {
    this.compare = this.control = 0;
    this.update();
  }

  get count(): number {
    return Math.floor(this.clock.now() / NS_PER_COUNT);
  }

  get ctl(): number {
    return this.control | (hasBits(this.control, CTL.enable) && this.isDue() ? CTL.status : 0);
  }

  set ctl(value: number) {
    this.control = value & (CTL.enable | CTL.mask);
    this.update();
  }

  get cval(): number {
    return this.compare;
  }

  set cval(value: number) {
    this.compare = value;
    this.update();
  }

  /** What is left to count, as 32 bits of a signed number. */
  get tval(): number {
    return (this.compare - this.count) >>> 0;
  }

  set tval(value: number) {
    this.cval = this.count + (value | 0);
  }

  private isDue(): boolean {
    return this.count >= this.compare;
  }

  private update(): void {
    this.event?.cancel();
    this.event = undefined;
    const enabled = hasBits(this.control, CTL.enable);
    const due = enabled && this.isDue();
    this.irq.set(due && !hasBits(this.control, CTL.mask));
    if (!enabled || due) return;
    this.event = this.clock.after(this.compare * NS_PER_COUNT - this.clock.now(), () => this.update());
  }
}

export class GenericTimer {
  private readonly virtual: Timer;
  private readonly physical: Timer;

  constructor(clock: Clock, lines: { readonly virtual: IrqLine; readonly physical: IrqLine }) {
    this.virtual = new Timer(clock, lines.virtual);
    this.physical = new Timer(clock, lines.physical);
  }

  reset(): void {
    this.virtual.reset();
    this.physical.reset();
  }

  /** Undefined: not one of its registers. */
  read(name: Arm64SystemRegister): number | undefined {
    switch (name) {
      case 'CNTFRQ_EL0':
        return COUNTER_HZ;
      case 'CNTPCT_EL0':
      case 'CNTVCT_EL0':
        return this.virtual.count;
      case 'CNTV_CTL_EL0':
        return this.virtual.ctl;
      case 'CNTV_CVAL_EL0':
        return this.virtual.cval;
      case 'CNTV_TVAL_EL0':
        return this.virtual.tval;
      case 'CNTP_CTL_EL0':
        return this.physical.ctl;
      case 'CNTP_CVAL_EL0':
        return this.physical.cval;
      case 'CNTP_TVAL_EL0':
        return this.physical.tval;
      default:
        return undefined;
    }
  }

  /** False: not one of its registers, or not to be written. */
  write(name: Arm64SystemRegister, value: number): boolean {
    switch (name) {
      case 'CNTV_CTL_EL0':
        this.virtual.ctl = value;
        return true;
      case 'CNTV_CVAL_EL0':
        this.virtual.cval = value;
        return true;
      case 'CNTV_TVAL_EL0':
        this.virtual.tval = value;
        return true;
      case 'CNTP_CTL_EL0':
        this.physical.ctl = value;
        return true;
      case 'CNTP_CVAL_EL0':
        this.physical.cval = value;
        return true;
      case 'CNTP_TVAL_EL0':
        this.physical.tval = value;
        return true;
      default:
        return false;
    }
  }
}
