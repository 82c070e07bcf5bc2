/** Integers of the width that the DSDT's revision gives (upstream utmath.c and parts of exutils.c, utmisc.c). */
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiOperand, IntegerObject } from '../include/acobject.ts';

const MASK_32 = 0xffff_ffffn;
const MASK_64 = 0xffff_ffff_ffff_ffffn;

export const toU64 = (value: bigint): bigint => (value >= 0n && value <= MASK_64 ? value : value & MASK_64);
export const toU32 = (value: bigint): number => Number(value & MASK_32);

/** Cuts an Integer to 32 bits, in place, when integers have 32 bits. True when bits were lost. */
export function acpi_ex_truncate_for32bit_table(acpi: AcpiGlobals, object: AcpiOperand | undefined): boolean {
  if (acpi.integerBitWidth === 64 || !(object instanceof IntegerObject) || object.value <= MASK_32) return false;
  object.value &= MASK_32;
  return true;
}

/** Integers are 64 bits wide when the DSDT's revision is 2 or more. */
export function acpi_ut_set_integer_width(acpi: AcpiGlobals, revision: number): void {
  acpi.integerBitWidth = revision <= 1 ? 32 : 64;
}
