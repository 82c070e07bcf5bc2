/** Dates from seconds since 1970, in UTC (the guest's zone). */

export interface CalendarTime {
  readonly year: number;
  /** 1 … 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0: Sunday */
  readonly weekday: number;
  /** 1 … 366 */
  readonly dayOfYear: number;
}

export const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
export const WEEKDAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const monthLengths = (year: number): number[] => [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function calendarTime(seconds: number): CalendarTime {
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / 86_400);
  const rest = whole - days * 86_400;
  let year = 1970;
  let left = days;
  for (; left >= (isLeap(year) ? 366 : 365); year++) left -= isLeap(year) ? 366 : 365;
  const dayOfYear = left + 1;
  let month = 0;
  for (const length of monthLengths(year)) {
    if (left < length) break;
    left -= length;
    month++;
  }
  return {
    year,
    month: month + 1,
    day: left + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
    dayOfYear,
  };
}

const two = (value: number): string => String(value).padStart(2, '0');

const SIX_MONTHS = 15_778_476;

/** `Nov 20 17:48`, or `Nov 20  2025` when it is longer ago than half a year, as ls shows it. */
export function shortDate(seconds: number, now: number): string {
  const time = calendarTime(seconds);
  const recent = seconds > now - SIX_MONTHS && seconds <= now + 1;
  const clock = recent ? `${two(time.hour)}:${two(time.minute)}` : ` ${time.year}`;
  return `${MONTHS[time.month - 1]} ${String(time.day).padStart(2)} ${clock}`;
}

/** strftime(3) in the C locale. `nanoseconds` serves %N. */
export function formatTime(format: string, seconds: number, nanoseconds = 0): string {
  const t = calendarTime(seconds);
  const weekday = WEEKDAYS[t.weekday] ?? '';
  const month = MONTHS[t.month - 1] ?? '';
  const simple: Readonly<Record<string, () => string>> = {
    Y: () => String(t.year),
    y: () => two(t.year % 100),
    C: () => two(Math.floor(t.year / 100)),
    m: () => two(t.month),
    d: () => two(t.day),
    e: () => String(t.day).padStart(2),
    H: () => two(t.hour),
    k: () => String(t.hour).padStart(2),
    I: () => two(t.hour % 12 || 12),
    M: () => two(t.minute),
    S: () => two(t.second),
    p: () => (t.hour < 12 ? 'AM' : 'PM'),
    j: () => String(t.dayOfYear).padStart(3, '0'),
    a: () => weekday,
    b: () => month,
    h: () => month,
    u: () => String(t.weekday || 7),
    w: () => String(t.weekday),
    s: () => String(Math.floor(seconds)),
    N: () => String(nanoseconds).padStart(9, '0'),
    Z: () => 'UTC',
    z: () => '+0000',
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
    F: () => formatTime('%Y-%m-%d', seconds),
    T: () => formatTime('%H:%M:%S', seconds),
    R: () => formatTime('%H:%M', seconds),
    D: () => formatTime('%m/%d/%y', seconds),
    x: () => formatTime('%m/%d/%y', seconds),
    X: () => formatTime('%H:%M:%S', seconds),
    c: () => formatTime('%a %b %e %H:%M:%S %Y', seconds),
    A: () => ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][t.weekday] ?? '',
    B: () =>
      'January February March April May June July August September October November December'.split(' ')[t.month - 1] ??
      '',
  };
  return format.replace(/%(-|\d)?([A-Za-z%])/g, (whole, modifier: string | undefined, letter: string) => {
    const text = simple[letter]?.() ?? whole;
    if (modifier === '-') return text.replace(/^[0 ]+(?=\d)/, '');
    return modifier !== undefined && letter === 'N' ? text.slice(0, Number(modifier)) : text;
  });
}
