/** One thread at a time interprets; it lets go while it sleeps or waits. */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { ACPI_WAIT_FOREVER } from '../include/actypes.ts';

/** Enters the interpreter; a thread that is in it may enter again. */
export function* acpi_ex_enter_interpreter(acpi: AcpiGlobals, depth = 1): Co {
  const thread = acpi.os.acpi_os_get_thread_id();
  while (acpi.interpreterOwner !== 0 && acpi.interpreterOwner !== thread) {
    acpi.interpreterWaiters++;
    yield* acpi.os.acpi_os_wait_semaphore(acpi.interpreterSemaphore, 1, ACPI_WAIT_FOREVER);
  }
  acpi.interpreterOwner = thread;
  acpi.interpreterDepth += depth;
}

/** Leaves it as often as `depth` tells and lets the next thread in. */
export function* acpi_ex_exit_interpreter(acpi: AcpiGlobals, depth = 1): Co {
  acpi.interpreterDepth -= depth;
  if (acpi.interpreterDepth > 0) return;
  acpi.interpreterOwner = 0;
  if (acpi.interpreterWaiters > 0) {
    acpi.interpreterWaiters--;
    yield* acpi.os.acpi_os_signal_semaphore(acpi.interpreterSemaphore, 1);
  }
}

/** Does what can block with the interpreter free for others. */
export function* outsideInterpreter<T>(acpi: AcpiGlobals, work: Co<T>): Co<T> {
  const depth = acpi.interpreterDepth;
  yield* acpi_ex_exit_interpreter(acpi, depth);
  const result = yield* work;
  yield* acpi_ex_enter_interpreter(acpi, depth);
  return result;
}
