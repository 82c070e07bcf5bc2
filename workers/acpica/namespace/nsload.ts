/** Loads installed tables into the namespace. */
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ds_initialize_objects } from '../dispatcher/dsinit.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { AcpiNamespaceNode } from '../include/acobject.ts';
import { acpi_ns_delete_namespace_by_owner } from './nsalloc.ts';
import { acpi_ns_execute_table } from './nsparse.ts';

/** AE_ALREADY_EXISTS when the table was loaded before; what a table that fails had made is taken out again. */
export function* acpi_ns_load_table(acpi: AcpiGlobals, tableIndex: number, parent: AcpiNamespaceNode): Co<AcpiStatus> {
  const table = acpi.tables[tableIndex];
  if (!table) return 'AE_NOT_EXIST';
  if (table.loaded) return 'AE_ALREADY_EXISTS';
  table.ownerId = acpi.allocateOwnerId();
  const status = yield* acpi_ns_execute_table(acpi, tableIndex, parent);
  if (status !== 'AE_OK') {
    acpi_ns_delete_namespace_by_owner(acpi, table.ownerId);
    table.ownerId = 0;
    return status;
  }
  table.loaded = true;
  acpi_ds_initialize_objects(acpi, table.ownerId, parent);
  if (acpi.updateGpes && acpi.namespaceInitialized) yield* acpi.updateGpes(acpi, table.ownerId);
  return 'AE_OK';
}
