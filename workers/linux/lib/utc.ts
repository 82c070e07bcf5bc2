/** `%ptR`: seconds since 1970 as a date and a time. @linux lib/vsprintf.c, rtc_time */
const DAYS_BEFORE_1970 = 719_468;
const DAYS_OF_400_YEARS = 146_097;

const two = (value: number): string => `${value}`.padStart(2, '0');

/** `2026-11-20T17:00:00`. Years run from March, so that the leap day is the last. */
export function utcText(seconds: number): string {
  const days = Math.floor(seconds / 86_400) + DAYS_BEFORE_1970;
  const era = Math.floor(days / DAYS_OF_400_YEARS);
  const day = days - era * DAYS_OF_400_YEARS;
  const year = Math.floor((day - Math.floor(day / 1460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365);
  const ofYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const date = `${era * 400 + year + (month <= 2 ? 1 : 0)}-${two(month)}-${two(ofYear - Math.floor((153 * march + 2) / 5) + 1)}`;
  const time = seconds % 86_400;
  return `${date}T${two(Math.floor(time / 3600))}:${two(Math.floor(time / 60) % 60)}:${two(time % 60)}`;
}
