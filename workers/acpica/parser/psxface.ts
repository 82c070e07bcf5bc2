/** Executes methods and tables. */
import { type Co, traced } from '../../sim/coroutine.ts';
import { acpi_ds_begin_method_execution, acpi_ds_terminate_control_method } from '../dispatcher/dsmethod.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals, EvaluateResult } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperandObject,
  IntegerObject,
  type MethodObject,
} from '../include/acobject.ts';
import { type AcpiThreadState, WalkState } from '../include/acstruct.ts';
import { ACPI_METHOD_NUM_ARGS } from '../include/actypes.ts';
import { acpi_ps_parse_aml } from './psparse.ts';

const newThread = (acpi: AcpiGlobals, syncLevel: number): AcpiThreadState => ({
  threadId: acpi.os.acpi_os_get_thread_id(),
  currentSyncLevel: syncLevel,
  acquiredMutexes: [],
  walkStates: [],
});

/** Executes a method with arguments (at most seven are used). */
export const acpi_ps_execute_method = traced(
  'acpi_ps_execute_method',
  function* (
    acpi: AcpiGlobals,
    node: AcpiNamespaceNode,
    method: MethodObject,
    parameters: readonly AcpiOperandObject[],
  ): Co<EvaluateResult> {
    const status = yield* acpi_ds_begin_method_execution(acpi, node, method, undefined);
    if (status !== 'AE_OK') return { status, value: undefined };
    const thread = newThread(acpi, method.syncLevel);
    const walk_state = new WalkState(acpi, thread, method, node, node, 0);
    walk_state.setArguments(parameters.slice(0, ACPI_METHOD_NUM_ARGS));
    if (method.internal) {
      const result = method.internal(walk_state);
      const value = yield* acpi_ds_terminate_control_method(walk_state, walk_state.returnDesc, result);
      return { status: result, value: result === 'AE_OK' ? value : undefined };
    }
    if (acpi.options.enableInterpreterSlack) walk_state.implicitReturnObj = new IntegerObject(0n);
    return yield* acpi_ps_parse_aml(acpi, walk_state);
  },
);

/** Executes the body of a table: makes its names below a node. */
export function* acpi_ps_execute_table(
  acpi: AcpiGlobals,
  method: MethodObject,
  parent: AcpiNamespaceNode,
): Co<AcpiStatus> {
  const walk_state = new WalkState(acpi, newThread(acpi, 0), method, undefined, parent, 0);
  const { status } = yield* acpi_ps_parse_aml(acpi, walk_state);
  return status;
}
