/** Strings to integers, as implicit conversion and ToInteger do it. Digits are taken while they fit into 64 bits. */
import type { OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';

const WHITESPACE = /^[ \t\n\v\f\r]+/;

/** Takes digits of `base` until another character comes or the next digit would overflow. */
function convert(
  text: string,
  base: 8 | 10 | 16,
  limit: bigint,
): { readonly value: bigint; readonly overflow: boolean } {
  let value = 0n;
  for (const character of text) {
    const digit = /[0-9a-fA-F]/.test(character) ? Number.parseInt(character, 16) : base;
    if (digit >= base) break;
    const next = value * BigInt(base) + BigInt(digit);
    if (next > limit) return { value, overflow: true };
    value = next;
  }
  return { value, overflow: false };
}

const MAX_64 = 0xffff_ffff_ffff_ffffn;
const limitOf = (acpi: AcpiGlobals): bigint => (acpi.integerBitWidth === 64 ? MAX_64 : 0xffff_ffffn);

/** Implicit conversion: the string is hexadecimal, with or without `0x`. */
export function acpi_ut_implicit_strtoul64(acpi: AcpiGlobals, string: string): bigint {
  return convert(string.replace(WHITESPACE, '').replace(/^0[xX]/, ''), 16, limitOf(acpi)).value;
}

/** ToInteger: decimal, or hexadecimal behind `0x`. */
export function acpi_ut_explicit_strtoul64(acpi: AcpiGlobals, string: string): bigint {
  const text = string.replace(WHITESPACE, '');
  const limit = limitOf(acpi);
  return (/^0[xX]/.test(text) ? convert(text.slice(2), 16, limit) : convert(text, 10, limit)).value;
}

/** A constant as in C: decimal, hexadecimal behind `0x`, octal behind `0`. 64 bits, whatever the table's width. */
export function acpi_ut_strtoul64(string: string): OrStatus<bigint> {
  const text = string.replace(WHITESPACE, '');
  if (/^0[xX]/.test(text)) {
    const { value, overflow } = convert(text.slice(2), 16, MAX_64);
    return overflow ? 'AE_HEX_OVERFLOW' : value;
  }
  if (text.startsWith('0')) {
    const { value, overflow } = convert(text.slice(1), 8, MAX_64);
    return overflow ? 'AE_OCTAL_OVERFLOW' : value;
  }
  const { value, overflow } = convert(text, 10, MAX_64);
  return overflow ? 'AE_DECIMAL_OVERFLOW' : value;
}
