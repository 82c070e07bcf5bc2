/** Numbers with a unit, as coreutils read them. */

const POWERS = 'KMGTPE';

/** Bytes of `300M`, `2kB`, `1GiB`, `5b`; undefined for other text. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit = '', kind = ''] = /^(\d+)([bcwkKmMgGtTpPeE]?)(i?B)?$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  if (unit === '' || unit === 'c') return Number(number);
  if (unit === 'b') return Number(number) * 512;
  if (unit === 'w') return Number(number) * 2;
  return Number(number) * (kind === 'B' ? 1000 : 1024) ** (POWERS.indexOf(unit.toUpperCase()) + 1);
}
