/** Evaluates an object: runs a method, reads a field, or takes what a name holds. */
import { type Co, traced } from '../../sim/coroutine.ts';
import { acpi_ex_resolve_node_to_value, unalias } from '../executer/exresnte.ts';
import { acpi_ex_enter_interpreter, acpi_ex_exit_interpreter } from '../executer/exutils.ts';
import { isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals, EvaluateInfo, EvaluateResult } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, MethodObject } from '../include/acobject.ts';
import {
  ACPI_TYPE_ANY,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_EVENT,
  ACPI_TYPE_LOCAL_METHOD_ALIAS,
  ACPI_TYPE_LOCAL_SCOPE,
  ACPI_TYPE_METHOD,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_REGION,
  ACPI_TYPE_THERMAL,
  acpi_ut_get_type_name,
} from '../include/actypes.ts';
import { acpi_ps_execute_method } from '../parser/psxface.ts';
import { ACPI_ERROR } from '../utilities/uterror.ts';
import { acpi_ns_get_node } from './nsaccess.ts';
import { acpi_ns_check_return_value } from './nspredef.ts';
import { acpi_ns_get_normalized_pathname } from './nsutils.ts';

/** Objects that have no value. */
const VALUELESS: readonly number[] = [
  ACPI_TYPE_ANY,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_EVENT,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_REGION,
  ACPI_TYPE_THERMAL,
  ACPI_TYPE_LOCAL_SCOPE,
];

function* evaluateNode(acpi: AcpiGlobals, node: AcpiNamespaceNode, info: EvaluateInfo): Co<EvaluateResult> {
  if (VALUELESS.includes(node.type)) {
    const path = acpi_ns_get_normalized_pathname(acpi, node);
    const type = acpi_ut_get_type_name(node.type);
    yield* ACPI_ERROR(acpi, `${path}: This object type [${type}] never contains data and cannot be evaluated`);
    return { status: 'AE_TYPE', value: undefined };
  }
  if (node.type === ACPI_TYPE_METHOD) {
    if (!(node.object instanceof MethodObject)) return { status: 'AE_NULL_OBJECT', value: undefined };
    return yield* acpi_ps_execute_method(acpi, node, node.object, info.parameters ?? []);
  }
  const value = yield* acpi_ex_resolve_node_to_value(acpi, node);
  return isStatus(value) ? { status: value, value: undefined } : { status: 'AE_OK', value };
}

/**
 * Evaluates the object at a path below a node.
 *
 * AE_NOT_FOUND when there is none, AE_TYPE for a Device or Mutex, otherwise the exception that ended the method.
 */
export const acpi_ns_evaluate = traced(
  'acpi_ns_evaluate',
  function* (acpi: AcpiGlobals, info: EvaluateInfo): Co<EvaluateResult> {
    const found = acpi_ns_get_node(acpi, info.prefix_node, info.relative_pathname);
    if (isStatus(found)) return { status: found, value: undefined };
    const node = found.type === ACPI_TYPE_LOCAL_METHOD_ALIAS ? unalias(found) : found;
    yield* acpi_ex_enter_interpreter(acpi);
    const result = yield* evaluateNode(acpi, node, info);
    yield* acpi_ex_exit_interpreter(acpi);
    if (result.status !== 'AE_OK') return result;
    const value = acpi_ns_check_return_value(acpi, found, result.value);
    return { status: 'AE_OK', value: info.ignoreReturnValue ? undefined : value };
  },
);
