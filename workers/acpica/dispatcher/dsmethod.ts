/** Methods begin and end: serialisation, reentrancy, names that go with them. */
import { type Co, traced } from '../../sim/coroutine.ts';
import { acpi_ex_system_wait_semaphore } from '../executer/exsystem.ts';
import { outsideInterpreter } from '../executer/exutils.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperand,
  IntegerObject,
  isNode,
  MethodObject,
  MutexObject,
  ReferenceObject,
} from '../include/acobject.ts';
import { type AcpiThreadState, WalkState } from '../include/acstruct.ts';
import { ACPI_WAIT_FOREVER } from '../include/actypes.ts';
import { acpi_ns_delete_namespace_by_owner, acpi_ns_delete_namespace_subtree } from '../namespace/nsalloc.ts';
import { acpi_ns_get_normalized_pathname } from '../namespace/nsutils.ts';
import { ACPI_ERROR, ACPI_INFO } from '../utilities/uterror.ts';

/** Executions of one method that may be under way (ACPI_UINT8_MAX). */
const MAX_REENTRANCY = 255;

/** Enters a method: AE_AML_METHOD_LIMIT after 255 executions of itself, AE_AML_MUTEX_ORDER by its sync level. */
export function* acpi_ds_begin_method_execution(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  method: MethodObject,
  thread: AcpiThreadState | undefined,
): Co<AcpiStatus> {
  if (method.threadCount >= MAX_REENTRANCY) {
    yield* ACPI_ERROR(acpi, 'Method reached maximum reentrancy limit (255)');
    return 'AE_AML_METHOD_LIMIT';
  }
  if (method.serialized) {
    const status = yield* acquireMethodMutex(acpi, node, method, thread);
    if (status !== 'AE_OK') return status;
  }
  if (method.ownerId === 0) method.ownerId = acpi.allocateOwnerId();
  method.threadCount++;
  acpi.methodStack.push(node);
  acpi.log.emit('aml_method_enter', acpi_ns_get_normalized_pathname(acpi, node));
  return 'AE_OK';
}

function* acquireMethodMutex(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  method: MethodObject,
  thread: AcpiThreadState | undefined,
): Co<AcpiStatus> {
  method.mutex ??= new MutexObject(undefined, acpi.os.acpi_os_create_semaphore(1, 1), method.syncLevel);
  const { mutex } = method;
  if (thread && !method.ignoreSyncLevel && thread.currentSyncLevel > mutex.syncLevel) {
    yield* ACPI_ERROR(
      acpi,
      `Cannot acquire Mutex for method [${node.name}], current SyncLevel is too large (${thread.currentSyncLevel})`,
    );
    return 'AE_AML_MUTEX_ORDER';
  }
  const threadId = thread?.threadId ?? acpi.os.acpi_os_get_thread_id();
  if (mutex.threadId === 0 || mutex.threadId !== threadId) {
    const status = yield* outsideInterpreter(
      acpi,
      acpi_ex_system_wait_semaphore(acpi, mutex.semaphore, ACPI_WAIT_FOREVER),
    );
    if (status !== 'AE_OK') return status;
    mutex.threadId = threadId;
    mutex.originalSyncLevel = thread ? thread.currentSyncLevel : mutex.syncLevel;
    if (thread && !method.ignoreSyncLevel) thread.currentSyncLevel = method.syncLevel;
  }
  mutex.acquisitionDepth++;
  return 'AE_OK';
}

/** Executes a call: pushes the callee's walk state, or runs what is not AML (AE_CTRL_TERMINATE). */
export const acpi_ds_call_control_method = traced(
  'acpi_ds_call_control_method',
  function* (walk_state: WalkState): Co<AcpiStatus> {
    const { acpi, thread, callOp } = walk_state;
    const node = callOp?.callee;
    const method = node?.object;
    if (!callOp || !node || !(method instanceof MethodObject)) return 'AE_NULL_OBJECT';
    if (callOp.operands.length < method.paramCount) return 'AE_AML_UNINITIALIZED_ARG';
    const status = yield* acpi_ds_begin_method_execution(acpi, node, method, thread);
    if (status !== 'AE_OK') return status;
    const next = new WalkState(acpi, thread, method, node, node, walk_state.nestingDepth + 1);
    next.setArguments(callOp.operands.map((value) => (value && isNode(value) ? undefined : value)));
    if (!method.internal) {
      thread.walkStates.push(next);
      return 'AE_OK';
    }
    const result = method.internal(next);
    walk_state.returnDesc = yield* acpi_ds_terminate_control_method(next, next.returnDesc, result);
    return result === 'AE_OK' ? 'AE_CTRL_TERMINATE' : result;
  },
);

/** True for a reference to a local or argument of the method that returns it: it would mean nothing afterwards. */
const isDangling = (walk_state: WalkState, value: AcpiOperand | undefined): boolean =>
  value instanceof ReferenceObject &&
  value.class === 'refof' &&
  value.object !== undefined &&
  isNode(value.object) &&
  walk_state.ownsVariable(value.object);

/** Leaves a method: deletes the names that it made and lets the next thread in. Returns what the method returns. */
export function* acpi_ds_terminate_control_method(
  walk_state: WalkState,
  value: AcpiOperand | undefined,
  status: AcpiStatus,
): Co<AcpiOperand | undefined> {
  const { acpi, methodDesc: method, methodNode, thread } = walk_state;
  if (method.moduleLevel || !methodNode) return value;
  const result = isDangling(walk_state, value) ? undefined : value;
  if (method.threadCount === 1) {
    acpi_ns_delete_namespace_subtree(acpi, methodNode);
    if (method.modifiedNamespace) {
      acpi_ns_delete_namespace_by_owner(acpi, method.ownerId);
      method.modifiedNamespace = false;
    }
  }
  const { mutex } = method;
  if (mutex && mutex.acquisitionDepth > 0) {
    mutex.acquisitionDepth--;
    if (mutex.acquisitionDepth === 0) {
      thread.currentSyncLevel = mutex.originalSyncLevel;
      mutex.threadId = 0;
      yield* acpi.os.acpi_os_signal_semaphore(mutex.semaphore, 1);
    }
  }
  method.threadCount--;
  if (method.threadCount === 0) {
    if (method.serializedPending) {
      yield* ACPI_INFO(acpi, `Marking method ${methodNode.name} as Serialized because of AE_ALREADY_EXISTS error`);
      method.serializedPending = false;
      method.serialized = true;
      method.ignoreSyncLevel = true;
      method.syncLevel = 0;
    }
    method.ownerId = 0;
  }
  acpi.methodStack.splice(acpi.methodStack.lastIndexOf(methodNode), 1);
  if (acpi.pendingCost > 0) {
    const cost = acpi.pendingCost;
    acpi.pendingCost = 0;
    yield cost;
  }
  const low = result instanceof IntegerObject ? Number(result.value & 0xffff_ffffn) | 0 : 0;
  acpi.log.emit('aml_method_exit', acpi_ns_get_normalized_pathname(acpi, methodNode), low, status);
  return result;
}
