/** Checks and repairs what the specification's predefined names return. */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { AcpiNamespaceNode, AcpiOperand } from '../include/acobject.ts';

/** The value, or what it was repaired to. */
export function* acpi_ns_check_return_value(
  _acpi: AcpiGlobals,
  _node: AcpiNamespaceNode,
  value: AcpiOperand | undefined,
): Co<AcpiOperand | undefined> {
  return value;
}
