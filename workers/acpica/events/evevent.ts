/** Fixed events: buttons, timer, clock, global lock (ACPI 6.4 §4.8.2). @linux drivers/acpi/acpica/evevent.c, evxfevnt.c */
import { type Co, traced } from '../../sim/coroutine.ts';
import {
  ACPI_BITMASK_GLOBAL_LOCK,
  ACPI_BITMASK_POWER_BUTTON,
  ACPI_BITMASK_RT_CLOCK,
  ACPI_BITMASK_SLEEP_BUTTON,
  ACPI_BITMASK_TIMER,
  readPm1Enable,
  readPm1Status,
  writePm1Enable,
  writePm1Status,
} from '../hardware/hwregs.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { acpicaState } from '../include/acstate.ts';
import { ACPI_ERROR } from '../utilities/uterror.ts';
import { eventState } from './evstate.ts';

export const ACPI_EVENT_PMTIMER = 0;
export const ACPI_EVENT_GLOBAL = 1;
export const ACPI_EVENT_POWER_BUTTON = 2;
export const ACPI_EVENT_SLEEP_BUTTON = 3;
export const ACPI_EVENT_RTC = 4;
export const ACPI_NUM_FIXED_EVENTS = 5;

interface FixedEvent {
  readonly name: string;
  /** Status and enable bit of PM1. */
  readonly mask: number;
}

/** By event number. */
const FIXED_EVENTS: readonly FixedEvent[] = [
  { name: 'PM_Timer', mask: ACPI_BITMASK_TIMER },
  { name: 'GlobalLock', mask: ACPI_BITMASK_GLOBAL_LOCK },
  { name: 'PowerButton', mask: ACPI_BITMASK_POWER_BUTTON },
  { name: 'SleepButton', mask: ACPI_BITMASK_SLEEP_BUTTON },
  { name: 'RealTimeClock', mask: ACPI_BITMASK_RT_CLOCK },
];

/** Runs at interrupt level; true when it handled the event. */
export type FixedEventHandler = () => Co<boolean>;

const fixedEventHandlers = acpicaState<(FixedEventHandler | undefined)[]>(() => []);

const maskOf = (event: number): number => FIXED_EVENTS[event]?.mask ?? 0;

function* setEnable(acpi: AcpiGlobals, event: number, enabled: boolean): Co {
  const enable = yield* readPm1Enable(acpi);
  yield* writePm1Enable(acpi, enabled ? enable | maskOf(event) : enable & ~maskOf(event));
}

/** Disables every fixed event. The timer has no enable bit of its own to the event code. */
export function* acpi_ev_fixed_event_initialize(acpi: AcpiGlobals): Co {
  for (let event = 0; event < ACPI_NUM_FIXED_EVENTS; event++) yield* setEnable(acpi, event, false);
}

function* acpi_ev_fixed_event_dispatch(acpi: AcpiGlobals, event: number): Co<boolean> {
  yield* writePm1Status(acpi, maskOf(event));
  const handler = fixedEventHandlers(acpi)[event];
  if (handler) return yield* handler();
  yield* setEnable(acpi, event, false);
  const { name } = FIXED_EVENTS[event] ?? { name: 'Unknown' };
  yield* ACPI_ERROR(acpi, `No installed handler for fixed event - ${name} (${event}), disabling`);
  return false;
}

export const acpi_ev_fixed_event_detect = traced(
  'acpi_ev_fixed_event_detect',
  function* (acpi: AcpiGlobals): Co<boolean> {
    const status = yield* readPm1Status(acpi);
    const enable = yield* readPm1Enable(acpi);
    let handled = false;
    for (let event = 0; event < ACPI_NUM_FIXED_EVENTS; event++) {
      if ((status & enable & maskOf(event)) === 0) continue;
      eventState(acpi).globalEventHandler?.('fixed', event);
      if (yield* acpi_ev_fixed_event_dispatch(acpi, event)) handled = true;
    }
    return handled;
  },
);

/** Installs the handler and enables the event. AE_ALREADY_EXISTS when there is one. */
export function* acpi_install_fixed_event_handler(
  acpi: AcpiGlobals,
  event: number,
  handler: FixedEventHandler,
): Co<AcpiStatus> {
  if (event >= ACPI_NUM_FIXED_EVENTS) return 'AE_BAD_PARAMETER';
  const handlers = fixedEventHandlers(acpi);
  if (handlers[event]) return 'AE_ALREADY_EXISTS';
  handlers[event] = handler;
  yield* acpi_clear_event(acpi, event);
  return yield* acpi_enable_event(acpi, event);
}

/** AE_NO_HARDWARE_RESPONSE when the enable bit does not stick. */
export function* acpi_enable_event(acpi: AcpiGlobals, event: number): Co<AcpiStatus> {
  if (event >= ACPI_NUM_FIXED_EVENTS) return 'AE_BAD_PARAMETER';
  yield* setEnable(acpi, event, true);
  return ((yield* readPm1Enable(acpi)) & maskOf(event)) !== 0 ? 'AE_OK' : 'AE_NO_HARDWARE_RESPONSE';
}

export function* acpi_disable_event(acpi: AcpiGlobals, event: number): Co<AcpiStatus> {
  if (event >= ACPI_NUM_FIXED_EVENTS) return 'AE_BAD_PARAMETER';
  yield* setEnable(acpi, event, false);
  return ((yield* readPm1Enable(acpi)) & maskOf(event)) === 0 ? 'AE_OK' : 'AE_NO_HARDWARE_RESPONSE';
}

export function* acpi_clear_event(acpi: AcpiGlobals, event: number): Co<AcpiStatus> {
  if (event >= ACPI_NUM_FIXED_EVENTS) return 'AE_BAD_PARAMETER';
  yield* writePm1Status(acpi, maskOf(event));
  return 'AE_OK';
}

/** What acpi_get_event_status() and acpi_get_gpe_status() tell. */
export interface EventStatus {
  readonly hasHandler: boolean;
  /** Enabled as far as the software is concerned. */
  readonly enabled: boolean;
  readonly wakeEnabled: boolean;
  readonly masked: boolean;
  /** The register's bits. */
  readonly enableSet: boolean;
  readonly statusSet: boolean;
}

export function* acpi_get_event_status(acpi: AcpiGlobals, event: number): Co<EventStatus> {
  const enableSet = ((yield* readPm1Enable(acpi)) & maskOf(event)) !== 0;
  const statusSet = ((yield* readPm1Status(acpi)) & maskOf(event)) !== 0;
  const hasHandler = fixedEventHandlers(acpi)[event] !== undefined;
  return { hasHandler, enabled: enableSet, wakeEnabled: false, masked: false, enableSet, statusSet };
}
