/** Puts tables into ACPICA and loads those with code. */
import { type Co, traced } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { acpi_ns_initialize_objects } from '../namespace/nsinit.ts';
import { acpi_ns_load_table } from '../namespace/nsload.ts';
import { ACPI_ERROR, ACPI_INFO } from '../utilities/uterror.ts';
import { acpi_ut_set_integer_width } from '../utilities/utmath.ts';

const REVISION_OFFSET = 8;

/** Makes a table known. Returns its number. `address` is physical, 0 for a table that is not in memory. */
export function acpi_install_table(acpi: AcpiGlobals, bytes: Uint8Array, address: number): number {
  const signature = String.fromCharCode(...bytes.subarray(0, 4));
  return acpi.tables.push({ signature, bytes, address, ownerId: 0, loaded: false }) - 1;
}

/** Loads the DSDT, then SSDTs in their order, and looks up the names in packages. AE_NO_ACPI_TABLES without a DSDT. */
export const acpi_load_tables = traced('acpi_load_tables', function* (acpi: AcpiGlobals): Co<AcpiStatus> {
  const dsdt = acpi.tables.findIndex(({ signature }) => signature === 'DSDT');
  const table = acpi.tables[dsdt];
  if (!table) return 'AE_NO_ACPI_TABLES';
  acpi_ut_set_integer_width(acpi, table.bytes[REVISION_OFFSET] ?? 0);
  let status = yield* acpi_ns_load_table(acpi, dsdt, acpi.rootNode);
  let loaded = status === 'AE_OK' ? 1 : 0;
  let failed = 1 - loaded;
  for (const [index, { signature }] of acpi.tables.entries()) {
    if (signature !== 'SSDT' && signature !== 'PSDT') continue;
    const result = yield* acpi_ns_load_table(acpi, index, acpi.rootNode);
    if (result === 'AE_OK') loaded++;
    else {
      failed++;
      status = result;
    }
  }
  if (failed === 0) yield* ACPI_INFO(acpi, `${loaded} ACPI AML tables successfully acquired and loaded`);
  else {
    yield* ACPI_ERROR(acpi, `${failed} table load failures, ${loaded} successful`);
    // tables that loaded are used all the same
    status = 'AE_CTRL_TERMINATE';
  }
  yield* acpi_ns_initialize_objects(acpi);
  acpi.namespaceInitialized = true;
  return status;
});
