/** Small helpers for register values: unsigned 32-bit integers held in numbers. */

/** A mask with bit `n` set, unsigned; 0 ≤ n ≤ 31. */
export const bit = (n: number): number => (1 << n) >>> 0;

/** True when any bit of `mask` is set in `value`. */
export const hasBits = (value: number, mask: number): boolean => (value & mask) !== 0;

/** Bits `low` … `low + width - 1` of `value`, unsigned. */
export const field = (value: number, low: number, width: number): number =>
  width === 32 ? value >>> 0 : (value >>> low) & (2 ** width - 1);

/** Low and high 32 bits of an unsigned integer below 2^53. */
export const low32 = (value: number): number => (value % 4_294_967_296) >>> 0;
export const high32 = (value: number): number => Math.floor(value / 4_294_967_296) >>> 0;

/** `0x` and lower-case digits. */
export const hex = (value: number): string => `0x${value.toString(16)}`;

/** The least power of two that is not below `value`; 1 for anything up to 1. Exact up to 2^53. */
export function roundUpPowerOfTwo(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}

/** How often 1 must be doubled to reach `value`. */
export function ceilLog2(value: number): number {
  let log = 0;
  for (let power = 1; power < value; power *= 2) log++;
  return log;
}
