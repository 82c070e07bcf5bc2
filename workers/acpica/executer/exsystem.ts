/** What AML asks of the operating system: sleeping, stalling, mutexes, events. */
import type { AcpiSemaphore } from '../../abi/acpi-os.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { EventObject, IntegerObject } from '../include/acobject.ts';
import { ACPI_WAIT_FOREVER } from '../include/actypes.ts';
import { ACPI_ERROR, ACPI_WARNING } from '../utilities/uterror.ts';

/** Milliseconds that a Sleep may ask for (ACPI_MAX_SLEEP). */
const MAX_SLEEP = 2000n;

/** `timeout` in ms; AE_TIME when it passed. */
export function* acpi_ex_system_wait_semaphore(
  acpi: AcpiGlobals,
  semaphore: AcpiSemaphore,
  timeout: number,
): Co<AcpiStatus> {
  return yield* acpi.os.acpi_os_wait_semaphore(semaphore, 1, timeout);
}

/** Microseconds. More than 255 is an error, from 100 on a warning. */
export function* acpi_ex_system_do_stall(acpi: AcpiGlobals, microseconds: number): Co<AcpiStatus> {
  if (microseconds > 255) {
    yield* ACPI_ERROR(acpi, `Time parameter is too large (${microseconds})`);
    return 'AE_AML_OPERAND_VALUE';
  }
  if (microseconds > 100)
    yield* ACPI_WARNING(
      acpi,
      `Time parameter ${microseconds} us > 100 us violating ACPI spec, please fix the firmware.`,
    );
  yield* acpi.os.acpi_os_stall(microseconds);
  return 'AE_OK';
}

export function* acpi_ex_system_do_sleep(acpi: AcpiGlobals, milliseconds: bigint): Co<AcpiStatus> {
  yield* acpi.os.acpi_os_sleep(Number(milliseconds > MAX_SLEEP ? MAX_SLEEP : milliseconds));
  return 'AE_OK';
}

export function* acpi_ex_system_signal_event(acpi: AcpiGlobals, event: EventObject): Co<AcpiStatus> {
  return yield* acpi.os.acpi_os_signal_semaphore(event.semaphore, 1);
}

export function* acpi_ex_system_wait_event(
  acpi: AcpiGlobals,
  timeout: IntegerObject,
  event: EventObject,
): Co<AcpiStatus> {
  return yield* acpi_ex_system_wait_semaphore(acpi, event.semaphore, Number(timeout.value & 0xffffn));
}

/** A new semaphore without units takes the old one's place. */
export function acpi_ex_system_reset_event(acpi: AcpiGlobals, event: EventObject): AcpiStatus {
  event.semaphore = acpi.os.acpi_os_create_semaphore(ACPI_WAIT_FOREVER, 0);
  return 'AE_OK';
}
