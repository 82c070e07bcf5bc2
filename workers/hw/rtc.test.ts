import { describe, expect, it } from 'vitest';
import { calendarDate, Rtc } from './rtc.ts';
import { testBench } from './testing.ts';

/** Registers 0 … 13 and the century of a clock that was powered on at `bootTime`, read after `seconds`. */
function timeRegisters(bootTime: number, seconds = 0): string {
  const { clock, log, runTo } = testBench();
  const rtc = new Rtc(bootTime, clock, log);
  runTo(seconds * 1e9);
  const read = (index: number): string => {
    rtc.write(0, 1, index);
    return rtc.read(1, 1).toString(16).padStart(2, '0');
  };
  return `${read(0x32)}${read(9)}-${read(8)}-${read(7)} ${read(4)}:${read(2)}:${read(0)} day ${read(6)}`;
}

describe('the CMOS clock', () => {
  it.each([
    ['2026-11-20 17:18:53 day 06', 1795195133],
    ['1970-01-01 00:00:00 day 05', 0],
    ['2000-02-29 23:59:59 day 03', 951868799],
    ['2100-03-01 00:00:00 day 02', 4107542400],
  ])('shows %s in binary-coded decimal', (expected, bootTime) => {
    expect(timeRegisters(bootTime)).toBe(expected);
  });

  it('goes with virtual time', () => {
    expect(timeRegisters(1795195133, 3667)).toBe('2026-11-20 18:20:00 day 06');
  });

  it('tells 24-hour BCD mode and a good battery; no update is under way', () => {
    const { clock, log } = testBench();
    const rtc = new Rtc(0, clock, log);
    const values = [0x0a, 0x0b, 0x0c, 0x0d].map((index) => {
      rtc.write(0, 1, index | 0x80);
      return rtc.read(1, 1);
    });
    expect(values).toEqual([0x26, 0x02, 0x00, 0x80]);
  });

  it('cannot be set, and says so', () => {
    const { clock, log, lines } = testBench();
    const rtc = new Rtc(0, clock, log);
    rtc.write(0, 1, 9);
    rtc.write(1, 1, 0x99);
    rtc.write(0, 1, 0x20);
    rtc.read(1, 1);
    expect(lines.take()).toEqual([
      'unmodelled where=rtc what=write of 0x99 to register 0x9',
      'unmodelled where=rtc what=read of register 0x20',
    ]);
  });
});

describe('calendarDate', () => {
  it('agrees with the Gregorian calendar for each day of 150 years', () => {
    let day = 0;
    for (let year = 1970; year < 2120; year++) {
      for (let month = 1; month <= 12; month++) {
        const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
        for (let dayOfMonth = 1; dayOfMonth <= length; dayOfMonth++, day++) {
          const date = calendarDate(day);
          if (date.year !== year || date.month !== month || date.day !== dayOfMonth) {
            expect(date).toEqual({ year, month, day: dayOfMonth });
          }
        }
      }
    }
    expect(day).toBe(54786);
  });
});
