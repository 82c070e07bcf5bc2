/**
 * Finding, dispatching and finishing general-purpose events (ACPI 6.4 §5.6.4).
 *
 * @linux drivers/acpi/acpica/evgpe.c, without implicit notifications and GPE block devices
 */
import { type Co, traced } from '../../sim/coroutine.ts';
import {
  acpi_hw_clear_gpe,
  acpi_hw_get_gpe_register_bit,
  acpi_hw_gpe_read,
  acpi_hw_low_set_gpe,
  type GpeEventInfo,
} from '../hardware/hwgpe.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { acpi_ns_evaluate } from '../namespace/nseval.ts';
import { ACPI_ERROR, ACPI_EXCEPTION } from '../utilities/uterror.ts';
import { eventState } from './evstate.ts';

/** Counts of references to one event stop here (ACPI_UINT8_MAX). */
const MAX_REFERENCES = 255;

const hexByte = (number: number): string => number.toString(16).toUpperCase().padStart(2, '0');

/** Makes the register's run bit agree with the references. */
function acpi_ev_update_gpe_enable_mask(gpe: GpeEventInfo): void {
  const { register } = gpe;
  const registerBit = acpi_hw_get_gpe_register_bit(gpe);
  register.enableForRun &= ~registerBit;
  if (gpe.runtimeCount > 0) register.enableForRun |= registerBit;
  register.enableMask = register.enableForRun;
}

export function* acpi_ev_add_gpe_reference(
  acpi: AcpiGlobals,
  gpe: GpeEventInfo,
  clearOnEnable: boolean,
): Co<AcpiStatus> {
  if (gpe.runtimeCount === MAX_REFERENCES) return 'AE_LIMIT';
  if (++gpe.runtimeCount > 1) return 'AE_OK';
  if (clearOnEnable) yield* acpi_hw_clear_gpe(acpi, gpe);
  acpi_ev_update_gpe_enable_mask(gpe);
  return yield* acpi_hw_low_set_gpe(acpi, gpe, 'enable');
}

export function* acpi_ev_remove_gpe_reference(acpi: AcpiGlobals, gpe: GpeEventInfo): Co<AcpiStatus> {
  if (gpe.runtimeCount === 0) return 'AE_LIMIT';
  if (--gpe.runtimeCount > 0) return 'AE_OK';
  acpi_ev_update_gpe_enable_mask(gpe);
  return yield* acpi_hw_low_set_gpe(acpi, gpe, 'disable');
}

/** AE_BAD_PARAMETER when it is already so. */
export function* acpi_ev_mask_gpe(acpi: AcpiGlobals, gpe: GpeEventInfo, masked: boolean): Co<AcpiStatus> {
  const { register } = gpe;
  const registerBit = acpi_hw_get_gpe_register_bit(gpe);
  if (masked === ((register.maskForRun & registerBit) !== 0)) return 'AE_BAD_PARAMETER';
  if (masked) {
    yield* acpi_hw_low_set_gpe(acpi, gpe, 'disable');
    register.maskForRun |= registerBit;
    return 'AE_OK';
  }
  register.maskForRun &= ~registerBit;
  if (gpe.runtimeCount > 0 && !gpe.disableForDispatch) yield* acpi_hw_low_set_gpe(acpi, gpe, 'enable');
  return 'AE_OK';
}

/** Clears a level-triggered event and enables it again if it is meant to be enabled. */
function* acpi_ev_finish_gpe(acpi: AcpiGlobals, gpe: GpeEventInfo): Co {
  if (gpe.levelTriggered) yield* acpi_hw_clear_gpe(acpi, gpe);
  yield* acpi_hw_low_set_gpe(acpi, gpe, 'conditional enable');
  gpe.disableForDispatch = false;
}

const acpi_ev_asynch_enable_gpe = traced(
  'acpi_ev_asynch_enable_gpe',
  function* (acpi: AcpiGlobals, gpe: GpeEventInfo): Co {
    yield* acpi_ev_finish_gpe(acpi, gpe);
  },
);

const acpi_ev_asynch_execute_gpe_method = traced(
  'acpi_ev_asynch_execute_gpe_method',
  function* (acpi: AcpiGlobals, gpe: GpeEventInfo): Co {
    if (gpe.dispatch.type === 'method') {
      const { node } = gpe.dispatch;
      const { status } = yield* acpi_ns_evaluate(acpi, { prefix_node: node, ignoreReturnValue: true });
      if (status !== 'AE_OK') yield* ACPI_EXCEPTION(acpi, status, `while evaluating GPE method [${node.name}]`);
    }
    // behind the notifications that the method queued
    const status = yield* acpi.os.acpi_os_execute(
      'OSL_NOTIFY_HANDLER',
      () => acpi_ev_asynch_enable_gpe(acpi, gpe),
      'acpi_ev_asynch_enable_gpe',
    );
    if (status !== 'AE_OK') yield* acpi_ev_asynch_enable_gpe(acpi, gpe);
  },
);

/** Disables the event, clears it if edge-triggered, and has its method or handler run. */
const acpi_ev_gpe_dispatch = traced(
  'acpi_ev_gpe_dispatch',
  function* (acpi: AcpiGlobals, gpe: GpeEventInfo): Co<boolean> {
    yield* acpi_hw_low_set_gpe(acpi, gpe, 'disable');
    if (!gpe.levelTriggered) yield* acpi_hw_clear_gpe(acpi, gpe);
    gpe.disableForDispatch = true;
    const { dispatch } = gpe;
    if (dispatch.type === 'handler') {
      const { reenable } = yield* dispatch.handler(gpe.gpeNumber);
      if (reenable) yield* acpi_ev_finish_gpe(acpi, gpe);
    } else if (dispatch.type === 'method') {
      const status = yield* acpi.os.acpi_os_execute(
        'OSL_GPE_HANDLER',
        () => acpi_ev_asynch_execute_gpe_method(acpi, gpe),
        'acpi_ev_asynch_execute_gpe_method',
      );
      if (status !== 'AE_OK') {
        const number = hexByte(gpe.gpeNumber);
        yield* ACPI_EXCEPTION(acpi, status, `Unable to queue handler for GPE ${number} - event disabled`);
      }
    } else {
      yield* ACPI_ERROR(acpi, `No handler or method for GPE ${hexByte(gpe.gpeNumber)}, disabling event`);
    }
    return true;
  },
);

/** Dispatches one event if it is enabled and active. */
export function* acpi_ev_detect_gpe(acpi: AcpiGlobals, gpe: GpeEventInfo): Co<boolean> {
  const { register } = gpe;
  const enable = yield* acpi_hw_gpe_read(acpi, register.enableAddress);
  const status = yield* acpi_hw_gpe_read(acpi, register.statusAddress);
  if ((enable & status & acpi_hw_get_gpe_register_bit(gpe)) === 0) return false;
  eventState(acpi).globalEventHandler?.('gpe', gpe.gpeNumber);
  return yield* acpi_ev_gpe_dispatch(acpi, gpe);
}

/** Looks at every register in which some event is to be enabled. */
export const acpi_ev_gpe_detect = traced('acpi_ev_gpe_detect', function* (acpi: AcpiGlobals): Co<boolean> {
  let handled = false;
  for (const block of eventState(acpi).gpeBlocks) {
    for (const gpe of block.events) {
      if ((gpe.register.enableForRun | gpe.register.enableForWake) === 0) continue;
      if (yield* acpi_ev_detect_gpe(acpi, gpe)) handled = true;
    }
  }
  return handled;
});
