/** The identification registers at the end of every Arm PrimeCell's page. */
import type { Register } from './registers.ts';

export const PRIMECELL_ID_REGISTER = {
  name: 'PeriphID',
  offset: 0xfe0,
  width: 4,
  access: 'read-only',
  count: 8,
  text: 'part, designer and revision, then the class: a byte each',
} as const satisfies Register;

/** Class of all PrimeCells. */
const CLASS = [0x0d, 0xf0, 0x05, 0xb1] as const;

/** `part`: the four bytes of the data sheet. */
export const primecellId = (part: readonly [number, number, number, number], index: number): number =>
  [...part, ...CLASS][index] ?? 0;
