/** Messages, in the words that the kernel log shows. */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';

/** `ACPI Error: …`. */
export function* ACPI_ERROR(acpi: AcpiGlobals, text: string): Co {
  yield* acpi.os.acpi_os_printf('error', `ACPI Error: ${text}`);
}

/** `ACPI BIOS Error (bug): …`: the firmware's fault. */
export function* ACPI_BIOS_ERROR(acpi: AcpiGlobals, text: string): Co {
  yield* acpi.os.acpi_os_printf('error', `ACPI BIOS Error (bug): ${text}`);
}

export function* ACPI_WARNING(acpi: AcpiGlobals, text: string): Co {
  yield* acpi.os.acpi_os_printf('warning', `ACPI Warning: ${text}`);
}

export function* ACPI_INFO(acpi: AcpiGlobals, text: string): Co {
  yield* acpi.os.acpi_os_printf('info', `ACPI: ${text}`);
}

/** `ACPI Error: AE_NOT_FOUND, While …`. */
export function* ACPI_EXCEPTION(acpi: AcpiGlobals, status: AcpiStatus, text: string): Co {
  yield* acpi.os.acpi_os_printf('error', `ACPI Error: ${status}, ${text}`);
}

/** A name that could not be looked up or made. */
export function* ACPI_ERROR_NAMESPACE(acpi: AcpiGlobals, path: string, status: AcpiStatus): Co {
  const what =
    status === 'AE_ALREADY_EXISTS'
      ? `Failure creating named object [${path}]`
      : status === 'AE_NOT_FOUND'
        ? `Could not resolve symbol [${path}]`
        : `Failure resolving symbol [${path}]`;
  yield* ACPI_BIOS_ERROR(acpi, `${what}, ${status}`);
}
