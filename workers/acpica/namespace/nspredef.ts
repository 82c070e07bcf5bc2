/** Checks what predefined objects return, and repairs it where ACPICA does. */
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, type AcpiOperand, PackageObject } from '../include/acobject.ts';
import { acpi_ut_match_predefined_method } from '../include/acpredef.ts';
import { acpi_ns_check_package } from './nsprepkg.ts';
import { acpi_ns_check_object_type, type ValueSlot } from './nsrepair.ts';
import { acpi_ns_complex_repairs } from './nsrepair2.ts';

/**
 * The value, or what it was repaired to; undefined for none. Elements of a package are repaired in place. A value that
 * cannot be repaired is returned all the same.
 */
export function acpi_ns_check_return_value(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  value: AcpiOperand | undefined,
): AcpiOperand | undefined {
  const predefined = acpi_ut_match_predefined_method(node.name);
  if (!predefined) return value;
  let current = value;
  const slot: ValueSlot = {
    get: () => current,
    set: (repaired) => {
      current = repaired;
    },
    index: -1,
  };
  const check = { acpi, node };
  let status = acpi_ns_check_object_type(check, slot, predefined.types);
  if (status !== 'AE_OK' || !current) return current;
  if (current instanceof PackageObject) {
    status = acpi_ns_check_package(check, slot, predefined);
    if (status !== 'AE_OK' && status !== 'AE_AML_OPERAND_TYPE' && status !== 'AE_AML_OPERAND_VALUE') return current;
  }
  acpi_ns_complex_repairs(check, slot, status);
  return current;
}
