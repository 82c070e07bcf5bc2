/** Runs a method and all that it calls. */
import type { Co } from '../../sim/coroutine.ts';
import { traced } from '../../sim/coroutine.ts';
import { acpi_ds_call_control_method, acpi_ds_terminate_control_method } from '../dispatcher/dsmethod.ts';
import { acpi_ex_release_all_mutexes } from '../executer/exmutex.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiOperand, IntegerObject } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { acpi_ns_get_normalized_pathname } from '../namespace/nsutils.ts';
import { ACPI_ERROR } from '../utilities/uterror.ts';
import { acpi_ds_restart_control_method, acpi_ps_parse_loop } from './psloop.ts';

/** What a method returns: by Return, or in Linux's mode the last result, or 0. */
function returnValue(walk_state: WalkState, isOutermost: boolean): AcpiOperand | undefined {
  if (walk_state.returnDesc) return walk_state.returnDesc;
  if (!walk_state.acpi.options.enableInterpreterSlack) return undefined;
  if (!walk_state.implicitReturnObj && !isOutermost) return new IntegerObject(0n);
  return walk_state.implicitReturnObj;
}

/**
 * Executes from one walk state until it and all that it called have ended.
 *
 * Returns the outermost method's status and value.
 */
export const acpi_ps_parse_aml = traced('acpi_ps_parse_aml', function* (acpi: AcpiGlobals, first: WalkState): Co<{
  readonly status: AcpiStatus;
  readonly value: AcpiOperand | undefined;
}> {
  const { thread } = first;
  thread.walkStates.push(first);
  let status: AcpiStatus = 'AE_OK';
  let value: AcpiOperand | undefined;
  for (;;) {
    const walk_state = thread.walkStates[thread.walkStates.length - 1];
    if (!walk_state) break;
    if (status === 'AE_OK') status = yield* acpi_ps_parse_loop(walk_state);
    if (status === 'AE_CTRL_TRANSFER') {
      status = yield* acpi_ds_call_control_method(walk_state);
      if (status === 'AE_OK') continue;
      if (status === 'AE_CTRL_TERMINATE') {
        // not AML: it has run
        acpi_ds_restart_control_method(walk_state, walk_state.returnDesc);
        status = 'AE_OK';
        continue;
      }
    }
    if (status !== 'AE_OK') {
      if (walk_state.methodNode && !walk_state.moduleLevel) {
        const path = acpi_ns_get_normalized_pathname(acpi, walk_state.methodNode);
        yield* ACPI_ERROR(acpi, `Aborting method ${path} due to previous error (${status})`);
      }
      // two threads in one method made the same name: from the next time on one waits for the other
      if (status === 'AE_ALREADY_EXISTS' && !walk_state.methodDesc.serialized) {
        walk_state.methodDesc.serializedPending = true;
      }
    }
    thread.walkStates.pop();
    const caller = thread.walkStates[thread.walkStates.length - 1];
    value = status === 'AE_OK' ? returnValue(walk_state, !caller) : undefined;
    value = yield* acpi_ds_terminate_control_method(walk_state, value, status);
    if (caller && status === 'AE_OK') acpi_ds_restart_control_method(caller, value);
  }
  yield* acpi_ex_release_all_mutexes(acpi, thread);
  return { status, value };
});
