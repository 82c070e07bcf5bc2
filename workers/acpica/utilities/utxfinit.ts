/** Starts ACPICA. The order of a boot: acpi_initialize_subsystem, acpi_load_tables, acpi_initialize_objects. */
import { type Co, traced } from '../../sim/coroutine.ts';
import { acpi_ev_install_region_handlers } from '../events/evregion.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { acpi_ns_root_initialize } from '../namespace/nsaccess.ts';
import { acpi_ns_evaluate } from '../namespace/nseval.ts';
import { acpi_ns_initialize_devices, acpi_ns_initialize_objects } from '../namespace/nsinit.ts';
import { acpi_ns_load_table } from '../namespace/nsload.ts';

/** Makes the namespace's root and the interpreter's own region handlers. */
export function acpi_initialize_subsystem(acpi: AcpiGlobals): AcpiStatus {
  acpi.hooks = {
    evaluate: acpi_ns_evaluate,
    *loadTable(globals, tableIndex, parent) {
      const status = yield* acpi_ns_load_table(globals, tableIndex, parent);
      return status === 'AE_OK' ? yield* acpi_ns_initialize_objects(globals) : status;
    },
  };
  acpi_ns_root_initialize(acpi);
  acpi_ev_install_region_handlers(acpi);
  return 'AE_OK';
}

/** Runs `_REG` and `_INI` (ACPI 6.4 §6.5.1, §6.5.4). */
export const acpi_initialize_objects = traced('acpi_initialize_objects', function* (acpi: AcpiGlobals): Co<AcpiStatus> {
  acpi.namespaceInitialized = true;
  return yield* acpi_ns_initialize_devices(acpi);
});
