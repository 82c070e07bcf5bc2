/** Evaluations that ACPICA itself needs. */
import type { Co } from '../../sim/coroutine.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, type AcpiOperand, IntegerObject } from '../include/acobject.ts';
import { acpi_ns_evaluate } from '../namespace/nseval.ts';

/** The value of an object that has to have one. AE_TYPE for nothing or another type. */
export function* acpi_ut_evaluate_object(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  path: string,
  types: readonly number[],
): Co<OrStatus<AcpiOperand>> {
  const { status, value } = yield* acpi_ns_evaluate(acpi, { prefix_node: node, relative_pathname: path });
  if (status !== 'AE_OK') return status;
  return value && types.includes(value.type) ? value : 'AE_TYPE';
}

export function* acpi_ut_evaluate_numeric_object(
  acpi: AcpiGlobals,
  path: string,
  node: AcpiNamespaceNode,
): Co<OrStatus<bigint>> {
  const value = yield* acpi_ut_evaluate_object(acpi, node, path, [0x01]);
  if (isStatus(value)) return value;
  return value instanceof IntegerObject ? value.value : 'AE_TYPE';
}

/** All bits when there is no `_STA`: the device is there. */
export function* acpi_ut_execute_STA(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
): Co<{ readonly status: AcpiStatus; readonly flags: number }> {
  const value = yield* acpi_ut_evaluate_numeric_object(acpi, '_STA', node);
  if (value === 'AE_NOT_FOUND') return { status: 'AE_OK', flags: 0xffff_ffff };
  if (isStatus(value)) return { status: value, flags: 0 };
  return { status: 'AE_OK', flags: Number(value & 0xffff_ffffn) };
}
