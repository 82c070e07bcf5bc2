/**
 * ACPI fixed hardware: the PM1a event and control blocks and the power-management timer (ACPI 6.4 §4.8.3, QEMU's
 * hw/acpi/core.c).
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { Ns } from '../protocol/units.ts';
import { bit, field, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { ScheduledEvent } from '../sim/event-queue.ts';
import type { Clock } from '../sim/scheduler.ts';
import type { SciSource } from './acpi-sci.ts';
import { merge, type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const PM1_EVENT_REGISTERS = [
  { name: 'PM1_STS', offset: 0, width: 2, access: 'write-1-to-clear', text: 'fixed events that happened' },
  { name: 'PM1_EN', offset: 2, width: 2, access: 'read-write', text: 'fixed events that raise the SCI' },
] as const satisfies readonly Register[];

export const PM1_CONTROL_REGISTERS = [
  { name: 'PM1_CNT', offset: 0, width: 2, access: 'read-write', text: 'SCI or SMI, sleep type, sleep enable' },
] as const satisfies readonly Register[];

export const PM_TIMER_REGISTERS = [
  { name: 'PM_TMR', offset: 0, width: 4, access: 'read-only', text: '24-bit counter, 3.579545 MHz' },
] as const satisfies readonly Register[];

type EventRegister = RegisterName<typeof PM1_EVENT_REGISTERS>;
type ControlRegister = RegisterName<typeof PM1_CONTROL_REGISTERS>;
type TimerRegister = RegisterName<typeof PM_TIMER_REGISTERS>;

/** Bits of PM1_STS and, at the same places, PM1_EN (ACPI 6.4 §4.8.3.1). */
export const PM1_EVENTS = {
  timer: bit(0),
  busMaster: bit(4),
  globalLock: bit(5),
  powerButton: bit(8),
  sleepButton: bit(9),
  realTimeClock: bit(10),
  wake: bit(15),
} as const;

/** Fields of PM1_CNT (ACPI 6.4 §4.8.3.2). */
export const PM1_CONTROL = { sciEnable: bit(0), sleepType: { low: 10, width: 3 }, sleepEnable: bit(13) } as const;

/** Events that QEMU lets raise the SCI (acpi_update_sci). */
const SCI_EVENTS = PM1_EVENTS.realTimeClock | PM1_EVENTS.powerButton | PM1_EVENTS.globalLock | PM1_EVENTS.timer;

/** Ticks a second of the power-management timer (ACPI 6.4 §4.8.3.3). */
export const PM_TIMER_HZ = 3_579_545;
const PM_TIMER_MASK = 0xffffff;
/** TMR_STS is set whenever the counter's highest bit changes. */
const PM_TIMER_HALF = 0x800000;

/** A block of registers at a port range of its own. */
const block = <Name extends string>(inner: RegisterBlock<Name>): IoHandler => ({
  read: (offset: number, width: AccessWidth) => inner.read(offset, width),
  write: (offset: number, width: AccessWidth, value: number) => inner.write(offset, width, value),
});

/**
 * A block of 16-bit registers as QEMU has it: a byte that is written is all that the register then holds, and a second
 * byte is none of its own (`odd`: it is nothing, or the register again).
 */
const wordBlock = <Name extends string>(inner: RegisterBlock<Name>, odd: 'nothing' | 'register'): IoHandler => ({
  read(offset: number, width: AccessWidth) {
    if (width > 1 || offset % 2 === 0) return inner.read(offset, width);
    return odd === 'nothing' ? 0 : inner.read(offset - 1, 1);
  },
  write(offset: number, width: AccessWidth, value: number) {
    if (width > 1) inner.write(offset, width, value);
    else if (offset % 2 === 0) inner.write(offset, 2, value);
    else if (odd === 'register') inner.write(offset - 1, 2, value);
  },
});

export interface Pm1Host {
  /** A status or enable bit has changed. */
  updateSci(): void;
  /** The guest wrote SLP_EN with this SLP_TYP: 0 is S5 on QEMU's PCs, 1 S3, 2 S4. */
  sleep(type: number): void;
}

export class AcpiPm1 implements SciSource {
  readonly eventBlock: IoHandler;
  readonly controlBlock: IoHandler;
  readonly timerBlock: IoHandler;
  private readonly host: Pm1Host;
  private readonly clock: Clock;
  private readonly log: LogWriter;
  private status = 0;
  private enable = 0;
  private control = 0;
  /** Count of the timer, not truncated, at which TMR_STS is set next. QEMU begins with 0: it is set from the start. */
  private overflowCount = 0;
  private overflowEvent: ScheduledEvent | undefined;

  constructor(host: Pm1Host, clock: Clock, log: LogWriter) {
    this.host = host;
    this.clock = clock;
    this.log = log;
    this.eventBlock = wordBlock(
      new RegisterBlock<EventRegister>(
        'acpi-pm1-event',
        PM1_EVENT_REGISTERS,
        {
          readRegister: (name) => (name === 'PM1_STS' ? this.currentStatus() : this.enable),
          writeRegister: (name, _index, value, mask) => this.writeEvent(name, value, mask),
        },
        log,
      ),
      'nothing',
    );
    this.controlBlock = wordBlock(
      new RegisterBlock<ControlRegister>(
        'acpi-pm1-control',
        PM1_CONTROL_REGISTERS,
        {
          readRegister: () => this.control,
          writeRegister: (_name, _index, value, mask) => this.writeControl(merge(this.control, value, mask)),
        },
        log,
      ),
      'register',
    );
    // polled as a clock: not recorded
    this.timerBlock = block(
      new RegisterBlock<TimerRegister>(
        'acpi-pm-timer',
        PM_TIMER_REGISTERS,
        { readRegister: () => this.timerCount() % (PM_TIMER_MASK + 1), writeRegister: () => {} },
        log,
        { reads: false, writes: false },
      ),
    );
  }

  reset(): void {
    this.status = this.enable = this.control = 0;
    this.overflowCount = 0;
    this.changed();
  }

  get wantsSci(): boolean {
    return hasBits(this.currentStatus() & this.enable, SCI_EVENTS);
  }

  /** The power button is pressed; ignored unless its event is enabled (QEMU, acpi_pm1_evt_power_down). */
  pressPowerButton(): void {
    if (!hasBits(this.enable, PM1_EVENTS.powerButton)) return;
    const from = this.status;
    this.status |= PM1_EVENTS.powerButton;
    this.log.emit('register_change', 'acpi-pm1-event', 'PM1_STS', from, this.status);
    this.changed();
  }

  /** Switches between ACPI and legacy mode: what the SMI command port's commands do. */
  setSciEnable(on: boolean): void {
    const from = this.control;
    this.control = on ? from | PM1_CONTROL.sciEnable : from & ~PM1_CONTROL.sciEnable;
    if (this.control !== from) this.log.emit('register_change', 'acpi-pm1-control', 'PM1_CNT', from, this.control);
  }

  private writeEvent(name: EventRegister, value: number, mask: number): void {
    switch (name) {
      case 'PM1_STS':
        if (hasBits(this.currentStatus() & value, PM1_EVENTS.timer)) this.overflowCount = this.nextHalf();
        this.status &= ~value;
        break;
      case 'PM1_EN':
        this.enable = merge(this.enable, value, mask);
        break;
    }
    this.changed();
  }

  private writeControl(value: number): void {
    this.control = value & ~PM1_CONTROL.sleepEnable;
    if (hasBits(value, PM1_CONTROL.sleepEnable)) {
      this.host.sleep(field(value, PM1_CONTROL.sleepType.low, PM1_CONTROL.sleepType.width));
    }
  }

  private timerCount(): number {
    return Math.floor((this.clock.now() * PM_TIMER_HZ) / 1e9);
  }

  private nextHalf(): number {
    return (Math.floor(this.timerCount() / PM_TIMER_HALF) + 1) * PM_TIMER_HALF;
  }

  /** PM1_STS with the timer's bit, which follows from the time. */
  private currentStatus(): number {
    if (this.timerCount() >= this.overflowCount) this.status |= PM1_EVENTS.timer;
    return this.status;
  }

  private changed(): void {
    this.host.updateSci();
    this.overflowEvent?.cancel();
    this.overflowEvent = undefined;
    const armed = hasBits(this.enable, PM1_EVENTS.timer) && !hasBits(this.currentStatus(), PM1_EVENTS.timer);
    if (!armed) return;
    const due: Ns = Math.ceil((this.overflowCount * 1e9) / PM_TIMER_HZ);
    this.overflowEvent = this.clock.after(due - this.clock.now(), () => this.changed());
  }
}
