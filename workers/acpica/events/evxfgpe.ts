/** GPEs as the kernel uses them. @linux drivers/acpi/acpica/evxfgpe.c, without wake-up and GPE block devices */
import type { Co } from '../../sim/coroutine.ts';
import {
  acpi_hw_clear_gpe,
  acpi_hw_get_gpe_register_bit,
  acpi_hw_gpe_read,
  type GpeDispatch,
  type GpeEventInfo,
} from '../hardware/hwgpe.ts';
import type { AcpiStatus, OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { EventStatus } from './evevent.ts';
import {
  acpi_ev_add_gpe_reference,
  acpi_ev_detect_gpe,
  acpi_ev_gpe_detect,
  acpi_ev_mask_gpe,
  acpi_ev_remove_gpe_reference,
} from './evgpe.ts';
import { acpi_ev_get_gpe_event_info, acpi_ev_initialize_gpe_block } from './evgpeblk.ts';
import { eventState } from './evstate.ts';

/** Enables every event with a method, and looks for those that came before. */
export function* acpi_update_all_gpes(acpi: AcpiGlobals): Co<AcpiStatus> {
  const state = eventState(acpi);
  if (state.allGpesInitialized) return 'AE_OK';
  let poll = false;
  for (const block of state.gpeBlocks) if (yield* acpi_ev_initialize_gpe_block(acpi, block)) poll = true;
  state.allGpesInitialized = true;
  if (poll) yield* acpi_ev_gpe_detect(acpi);
  return 'AE_OK';
}

function* withGpe(acpi: AcpiGlobals, number: number, action: (gpe: GpeEventInfo) => Co<AcpiStatus>): Co<AcpiStatus> {
  const gpe = acpi_ev_get_gpe_event_info(acpi, number);
  return gpe ? yield* action(gpe) : 'AE_BAD_PARAMETER';
}

/** Adds a reference; the first enables the event and forgets what came before. AE_NO_HANDLER without a method or handler. */
export function acpi_enable_gpe(acpi: AcpiGlobals, number: number): Co<AcpiStatus> {
  return withGpe(acpi, number, function* (gpe) {
    if (gpe.dispatch.type === 'none') return 'AE_NO_HANDLER';
    const status = yield* acpi_ev_add_gpe_reference(acpi, gpe, true);
    if (status === 'AE_OK' && gpe.runtimeCount === 1) yield* acpi_ev_detect_gpe(acpi, gpe);
    return status;
  });
}

export const acpi_disable_gpe = (acpi: AcpiGlobals, number: number): Co<AcpiStatus> =>
  withGpe(acpi, number, (gpe) => acpi_ev_remove_gpe_reference(acpi, gpe));

export const acpi_clear_gpe = (acpi: AcpiGlobals, number: number): Co<AcpiStatus> =>
  withGpe(acpi, number, (gpe) => acpi_hw_clear_gpe(acpi, gpe));

export const acpi_mask_gpe = (acpi: AcpiGlobals, number: number, masked: boolean): Co<AcpiStatus> =>
  withGpe(acpi, number, (gpe) => acpi_ev_mask_gpe(acpi, gpe, masked));

/** A driver's own handler in place of the method. AE_ALREADY_EXISTS when another is there. */
export const acpi_install_gpe_handler = (
  acpi: AcpiGlobals,
  number: number,
  levelTriggered: boolean,
  handler: Extract<GpeDispatch, { type: 'handler' }>['handler'],
): Co<AcpiStatus> =>
  withGpe(acpi, number, function* (gpe) {
    if (gpe.dispatch.type === 'handler') return 'AE_ALREADY_EXISTS';
    gpe.dispatch = { type: 'handler', handler };
    gpe.levelTriggered = levelTriggered;
    return 'AE_OK';
  });

export function* acpi_get_gpe_status(acpi: AcpiGlobals, number: number): Co<OrStatus<EventStatus>> {
  const gpe = acpi_ev_get_gpe_event_info(acpi, number);
  if (!gpe) return 'AE_BAD_PARAMETER';
  const { register } = gpe;
  const registerBit = acpi_hw_get_gpe_register_bit(gpe);
  const enable = yield* acpi_hw_gpe_read(acpi, register.enableAddress);
  const status = yield* acpi_hw_gpe_read(acpi, register.statusAddress);
  return {
    hasHandler: gpe.dispatch.type !== 'none',
    enabled: (register.enableForRun & registerBit) !== 0,
    wakeEnabled: (register.enableForWake & registerBit) !== 0,
    masked: (register.maskForRun & registerBit) !== 0,
    enableSet: (enable & registerBit) !== 0,
    statusSet: (status & registerBit) !== 0,
  };
}
