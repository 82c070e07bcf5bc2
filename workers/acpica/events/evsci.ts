/** The System Control Interrupt. @linux drivers/acpi/acpica/evsci.c, evglock.c, and acpi_ev_initialize_events of evevent.c */
import { type Co, traced } from '../../sim/coroutine.ts';
import { fadtOf } from '../hardware/hwregs.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { ACPI_FADT_HW_REDUCED } from '../tables/tbfadt.ts';
import { ACPI_ERROR, ACPI_EXCEPTION } from '../utilities/uterror.ts';
import {
  ACPI_EVENT_GLOBAL,
  acpi_ev_fixed_event_detect,
  acpi_ev_fixed_event_initialize,
  acpi_install_fixed_event_handler,
} from './evevent.ts';
import { acpi_ev_gpe_detect } from './evgpe.ts';
import { acpi_ev_gpe_initialize, acpi_ev_match_gpe_methods } from './evgpeblk.ts';
import { acpi_ev_queue_notify_request } from './evmisc.ts';

/** True when the interrupt was ACPI's. */
export const acpi_ev_sci_xrupt_handler = traced(
  'acpi_ev_sci_xrupt_handler',
  function* (acpi: AcpiGlobals): Co<boolean> {
    const fixed = yield* acpi_ev_fixed_event_detect(acpi);
    const gpe = yield* acpi_ev_gpe_detect(acpi);
    return fixed || gpe;
  },
);

/** Prepares the registers, where the hardware is not reduced: fixed events and GPEs off and cleared, methods found. AML may Notify from here on. */
export function* acpi_ev_initialize_events(acpi: AcpiGlobals): Co<AcpiStatus> {
  acpi.notifyRequest = acpi_ev_queue_notify_request;
  acpi.updateGpes = function* (globals): Co {
    acpi_ev_match_gpe_methods(globals);
  };
  if ((fadtOf(acpi).flags & ACPI_FADT_HW_REDUCED) !== 0) return 'AE_OK';
  yield* acpi_ev_fixed_event_initialize(acpi);
  yield* acpi_ev_gpe_initialize(acpi);
  return 'AE_OK';
}

/** The global lock's release: the firmware never holds it in the lab's machines. */
function* acpi_ev_global_lock_handler(): Co<boolean> {
  return true;
}

/** Connects the interrupt, then the fixed event of the global lock. */
export function* acpi_ev_install_xrupt_handlers(acpi: AcpiGlobals): Co<AcpiStatus> {
  const { os } = acpi;
  if (os.acpi_os_install_interrupt_handler) {
    const status = yield* os.acpi_os_install_interrupt_handler(fadtOf(acpi).sciInterrupt, () =>
      acpi_ev_sci_xrupt_handler(acpi),
    );
    if (status !== 'AE_OK') {
      yield* ACPI_EXCEPTION(acpi, status, 'Unable to install System Control Interrupt handler');
      return status;
    }
  }
  const status = yield* acpi_install_fixed_event_handler(acpi, ACPI_EVENT_GLOBAL, acpi_ev_global_lock_handler);
  if (status !== 'AE_NO_HARDWARE_RESPONSE') return status;
  yield* ACPI_ERROR(acpi, 'No response from Global Lock hardware, disabling lock');
  return 'AE_OK';
}
