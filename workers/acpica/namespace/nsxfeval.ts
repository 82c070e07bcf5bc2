/** What drivers call: evaluations, walks, data of their own at nodes. */
import { type Co, traced } from '../../sim/coroutine.ts';
import { indexedElement } from '../executer/exresolv.ts';
import { type AcpiStatus, isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperand,
  type AcpiOperandObject,
  isNode,
  ReferenceObject,
} from '../include/acobject.ts';
import { ACPI_STA_DEVICE_FUNCTIONING, ACPI_STA_DEVICE_PRESENT, ACPI_TYPE_DEVICE } from '../include/actypes.ts';
import {
  type AcpiObject,
  acpi_ut_copy_eobject_to_iobject,
  acpi_ut_copy_iobject_to_eobject,
} from '../utilities/utcopy.ts';
import { acpi_ut_execute_STA } from '../utilities/uteval.ts';
import { acpi_ut_execute_CID, acpi_ut_execute_HID } from '../utilities/utids.ts';
import { acpi_ns_evaluate } from './nseval.ts';
import { acpi_ns_walk_namespace, type WalkCallback } from './nswalk.ts';

export interface EvaluatedObject {
  readonly status: AcpiStatus;
  /** Undefined when there is no value, and after an exception. */
  readonly value: AcpiObject | undefined;
}

/** A reference that a method returned: what it refers to, where that has a value. */
function acpi_ns_resolve_references(value: AcpiOperand): AcpiOperand {
  if (!(value instanceof ReferenceObject)) return value;
  if (value.class === 'index') return indexedElement(value) ?? value;
  if (value.class !== 'refof' || !value.object || !isNode(value.object)) return value;
  return value.object.object ?? value;
}

/**
 * Evaluates the object at a path below a node (undefined: the root).
 *
 * AE_NOT_FOUND when there is none; AE_TYPE for objects without a value.
 */
export const acpi_evaluate_object = traced(
  'acpi_evaluate_object',
  function* (
    acpi: AcpiGlobals,
    handle: AcpiNamespaceNode | undefined,
    pathname: string | undefined,
    parameters: readonly AcpiObject[] = [],
  ): Co<EvaluatedObject> {
    const internal: AcpiOperandObject[] = [];
    for (const parameter of parameters) {
      const object = acpi_ut_copy_eobject_to_iobject(parameter);
      if (isStatus(object)) return { status: object, value: undefined };
      internal.push(object);
    }
    const { status, value } = yield* acpi_ns_evaluate(acpi, {
      prefix_node: handle,
      relative_pathname: pathname,
      parameters: internal,
    });
    if (status !== 'AE_OK' || !value) return { status, value: undefined };
    const resolved = acpi_ns_resolve_references(value);
    if (isNode(resolved)) return { status: 'AE_TYPE', value: undefined };
    const copy = acpi_ut_copy_iobject_to_eobject(resolved);
    return isStatus(copy) ? { status: copy, value: undefined } : { status, value: copy };
  },
);

/** AE_TYPE when the value has another type than was asked for, AE_NULL_OBJECT when there is none. */
export function* acpi_evaluate_object_typed(
  acpi: AcpiGlobals,
  handle: AcpiNamespaceNode | undefined,
  pathname: string | undefined,
  parameters: readonly AcpiObject[],
  type: AcpiObject['type'],
): Co<EvaluatedObject> {
  const result = yield* acpi_evaluate_object(acpi, handle, pathname, parameters);
  if (result.status !== 'AE_OK' || result.value?.type === type) return result;
  return { status: result.value ? 'AE_TYPE' : 'AE_NULL_OBJECT', value: undefined };
}

/** Calls back for each node of a type below a start; see {@link WalkCallback}. */
export function* acpi_walk_namespace(
  _acpi: AcpiGlobals,
  type: number,
  start: AcpiNamespaceNode,
  maxDepth: number,
  descending: WalkCallback | undefined,
  ascending?: WalkCallback,
): Co<AcpiStatus> {
  return yield* acpi_ns_walk_namespace(type, start, maxDepth, descending, ascending);
}

/** Calls back for each present device, or for those with one hardware or compatible id. */
export function* acpi_get_devices(acpi: AcpiGlobals, hid: string | undefined, callback: WalkCallback): Co<AcpiStatus> {
  return yield* acpi_ns_walk_namespace(ACPI_TYPE_DEVICE, acpi.rootNode, 0xffff_ffff, function* (node, level) {
    if (hid !== undefined) {
      const own = yield* acpi_ut_execute_HID(acpi, node);
      if (own === 'AE_NOT_FOUND') return 'AE_OK';
      if (isStatus(own)) return 'AE_CTRL_DEPTH';
      if (own.id !== hid) {
        const compatible = yield* acpi_ut_execute_CID(acpi, node);
        if (isStatus(compatible) || !compatible.ids.includes(hid)) return 'AE_OK';
      }
    }
    const { status, flags } = yield* acpi_ut_execute_STA(acpi, node);
    if (status !== 'AE_OK') return 'AE_CTRL_DEPTH';
    if ((flags & (ACPI_STA_DEVICE_PRESENT | ACPI_STA_DEVICE_FUNCTIONING)) === 0) return 'AE_CTRL_DEPTH';
    return yield* callback(node, level);
  });
}

/** Keeps a driver's data at a node. AE_ALREADY_EXISTS when the key has some. */
export function acpi_attach_data(node: AcpiNamespaceNode, key: unknown, data: unknown): AcpiStatus {
  node.data ??= new Map();
  if (node.data.has(key)) return 'AE_ALREADY_EXISTS';
  node.data.set(key, data);
  return 'AE_OK';
}

export function acpi_detach_data(node: AcpiNamespaceNode, key: unknown): AcpiStatus {
  return node.data?.delete(key) ? 'AE_OK' : 'AE_NOT_FOUND';
}

/** What was attached, undefined for nothing. */
export const acpi_get_data = (node: AcpiNamespaceNode, key: unknown): unknown => node.data?.get(key);
