/** The resources of a device, as bytes. @acpica components/resources/rsutils.c acpi_rs_get_method_data */
import type { Co } from '../../sim/coroutine.ts';
import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, BufferObject } from '../include/acobject.ts';
import { ACPI_TYPE_BUFFER } from '../include/actypes.ts';
import { acpi_ut_evaluate_object } from '../utilities/uteval.ts';

/** What `_CRS` or the like of a node returns: a resource template. */
export function* acpi_rs_get_method_data(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  path: string,
): Co<OrStatus<Uint8Array>> {
  const value = yield* acpi_ut_evaluate_object(acpi, node, path, [ACPI_TYPE_BUFFER]);
  if (isStatus(value)) return value;
  return value instanceof BufferObject ? value.bytes : 'AE_TYPE';
}
