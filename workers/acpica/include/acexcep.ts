/**
 * Exceptions of AML are values, not JavaScript exceptions: a function returns either what was asked for or an
 * exception's name. Names beginning with `AE_CTRL_` steer the interpreter and never leave it.
 */
import type { AcpiStatus } from '../../abi/acpi-os.ts';

export type { AcpiStatus } from '../../abi/acpi-os.ts';

export const AE_OK: AcpiStatus = 'AE_OK';

/** What was asked for, or why there is none. */
export type OrStatus<T> = T | AcpiStatus;

/** True when a result is an exception instead of a value. No value in the interpreter is a string. */
export const isStatus = (result: unknown): result is AcpiStatus => typeof result === 'string';

export const ACPI_FAILURE = (status: AcpiStatus): boolean => status !== 'AE_OK';
export const ACPI_SUCCESS = (status: AcpiStatus): boolean => status === 'AE_OK';

/** Exceptions of the class that the interpreter raises itself (AE_CODE_AML). */
export const ACPI_AML_EXCEPTION = (status: AcpiStatus): boolean => status.startsWith('AE_AML_');
