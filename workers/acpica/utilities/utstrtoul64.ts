/** Strings to integers, as implicit conversion and ToInteger do it. Digits are taken while they fit into 64 bits. */
import type { AcpiGlobals } from '../include/acglobal.ts';

const WHITESPACE = /^[ \t\n\v\f\r]+/;

/** Takes digits of `base` until another character comes or the next digit would overflow. */
function convert(acpi: AcpiGlobals, text: string, base: 8 | 10 | 16): bigint {
  const limit = acpi.integerBitWidth === 64 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn;
  let value = 0n;
  for (const character of text) {
    const digit = /[0-9a-fA-F]/.test(character) ? Number.parseInt(character, 16) : base;
    if (digit >= base) break;
    const next = value * BigInt(base) + BigInt(digit);
    if (next > limit) break;
    value = next;
  }
  return value;
}

/** Implicit conversion: the string is hexadecimal, with or without `0x`. */
export function acpi_ut_implicit_strtoul64(acpi: AcpiGlobals, string: string): bigint {
  return convert(acpi, string.replace(WHITESPACE, '').replace(/^0[xX]/, ''), 16);
}

/** ToInteger: decimal, or hexadecimal behind `0x`. */
export function acpi_ut_explicit_strtoul64(acpi: AcpiGlobals, string: string): bigint {
  const text = string.replace(WHITESPACE, '');
  return /^0[xX]/.test(text) ? convert(acpi, text.slice(2), 16) : convert(acpi, text, 10);
}
