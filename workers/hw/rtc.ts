/**
 * The CMOS clock (MC146818A data sheet, QEMU's hw/rtc/mc146818rtc.c) as far as a system reads the time from it: the
 * time in binary-coded decimal, 24 hours; it cannot be set, and has neither alarm nor periodic interrupt.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import { NS_PER_SECOND } from '../protocol/units.ts';
import { hex } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { Clock } from '../sim/scheduler.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const RTC_PORTS = [
  { name: 'INDEX', offset: 0, width: 1, access: 'read-write', text: 'the CMOS register that DATA means' },
  { name: 'DATA', offset: 1, width: 1, access: 'read-write', text: 'the CMOS register that INDEX names' },
] as const satisfies readonly Register[];

/** Registers behind DATA; the century is where the FADT says. */
export const CMOS_REGISTERS = {
  seconds: 0x00,
  minutes: 0x02,
  hours: 0x04,
  dayOfWeek: 0x06,
  dayOfMonth: 0x07,
  month: 0x08,
  year: 0x09,
  statusA: 0x0a,
  statusB: 0x0b,
  statusC: 0x0c,
  statusD: 0x0d,
  century: 0x32,
} as const;

/** Divider chain running, 1024 Hz. */
const STATUS_A = 0x26;
/** 24-hour mode, binary-coded decimal. */
const STATUS_B = 0x02;
/** The battery is good. */
const STATUS_D = 0x80;

const SECONDS_PER_DAY = 86_400;
/** 1 January 1970 was a Thursday; Sunday is 1. */
const FIRST_DAY_OF_WEEK = 4;

interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Gregorian date of a day counted from 1 January 1970. */
export function calendarDate(days: number): CalendarDate {
  const leap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  let left = days;
  let year = 1970;
  for (let length = 365; left >= length; year++, length = leap(year) ? 366 : 365) left -= length;
  const lengths = [31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  let month = 0;
  for (; left >= (lengths[month] ?? 31); month++) left -= lengths[month] ?? 31;
  return { year, month: month + 1, day: left + 1 };
}

const toBcd = (value: number): number => (Math.floor(value / 10) << 4) | (value % 10);

export class Rtc implements IoHandler {
  private readonly bootTime: number;
  private readonly clock: Clock;
  private readonly log: LogWriter;
  private readonly block: RegisterBlock<RegisterName<typeof RTC_PORTS>>;
  private index = 0;

  /** `bootTime`: seconds since 1970 at virtual time 0. */
  constructor(bootTime: number, clock: Clock, log: LogWriter) {
    this.bootTime = bootTime;
    this.clock = clock;
    this.log = log;
    this.block = new RegisterBlock('rtc', RTC_PORTS, this, log, { reads: false, writes: false });
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: RegisterName<typeof RTC_PORTS>): number {
    return name === 'INDEX' ? 0xff : this.readCmos();
  }

  writeRegister(name: RegisterName<typeof RTC_PORTS>, _index: number, value: number): void {
    switch (name) {
      case 'INDEX':
        this.index = value & 0x7f; // bit 7 gates the NMI
        break;
      case 'DATA':
        this.log.emit('unmodelled', 'rtc', `write of ${hex(value)} to register ${hex(this.index)}`);
        break;
    }
  }

  private readCmos(): number {
    const seconds = this.bootTime + Math.floor(this.clock.now() / NS_PER_SECOND);
    const days = Math.floor(seconds / SECONDS_PER_DAY);
    const date = calendarDate(days);
    switch (this.index) {
      case CMOS_REGISTERS.seconds:
        return toBcd(seconds % 60);
      case CMOS_REGISTERS.minutes:
        return toBcd(Math.floor(seconds / 60) % 60);
      case CMOS_REGISTERS.hours:
        return toBcd(Math.floor(seconds / 3600) % 24);
      case CMOS_REGISTERS.dayOfWeek:
        return ((days + FIRST_DAY_OF_WEEK) % 7) + 1;
      case CMOS_REGISTERS.dayOfMonth:
        return toBcd(date.day);
      case CMOS_REGISTERS.month:
        return toBcd(date.month);
      case CMOS_REGISTERS.year:
        return toBcd(date.year % 100);
      case CMOS_REGISTERS.century:
        return toBcd(Math.floor(date.year / 100));
      case CMOS_REGISTERS.statusA:
        return STATUS_A;
      case CMOS_REGISTERS.statusB:
        return STATUS_B;
      case CMOS_REGISTERS.statusC:
        return 0;
      case CMOS_REGISTERS.statusD:
        return STATUS_D;
      default:
        this.log.emit('unmodelled', 'rtc', `read of register ${hex(this.index)}`);
        return 0;
    }
  }
}
