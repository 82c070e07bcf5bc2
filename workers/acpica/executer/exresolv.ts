/** Operands to values. */

import { AML_COPY_OBJECT_OP } from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ds_method_data_get_value } from '../dispatcher/dsmthdat.ts';
import { acpi_ds_resolve_package } from '../dispatcher/dspkginit.ts';
import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperand,
  type AcpiOperandObject,
  isField,
  isNode,
  PackageObject,
  ReferenceObject,
} from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import {
  ACPI_TYPE_ANY,
  ACPI_TYPE_BUFFER_FIELD,
  ACPI_TYPE_DDB_HANDLE,
  ACPI_TYPE_DEBUG_OBJECT,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_FIELD_UNIT,
  ACPI_TYPE_LOCAL_BANK_FIELD,
  ACPI_TYPE_LOCAL_INDEX_FIELD,
  ACPI_TYPE_LOCAL_REGION_FIELD,
  ACPI_TYPE_LOCAL_SCOPE,
  ACPI_TYPE_PACKAGE,
  ACPI_TYPE_THERMAL,
} from '../include/actypes.ts';
import { acpi_ex_read_data_from_field } from './exfield.ts';
import { acpi_ex_resolve_node_to_value, unalias } from './exresnte.ts';

/** The element that an index reference into a package means. */
export function indexedElement(reference: ReferenceObject): AcpiOperandObject | undefined {
  return reference.object instanceof PackageObject ? reference.object.elements[reference.value] : undefined;
}

/** True when resolving would change nothing and cost nothing. */
const isPlainValue = (operand: AcpiOperand): boolean => !isNode(operand) && operand.type <= 0x03;

/**
 * The value of an operand: what a local or name holds, what a field reads as. References made by RefOf and Index into
 * buffers stay references.
 *
 * `keepIndex`: for CopyObject and method arguments an index into a package stays one too.
 */
export function* acpi_ex_resolve_to_value(
  acpi: AcpiGlobals,
  operand: AcpiOperand,
  walk_state: WalkState | undefined,
  keepIndex = walk_state?.opcode === AML_COPY_OBJECT_OP,
): Co<OrStatus<AcpiOperand>> {
  if (isPlainValue(operand)) return operand;
  const value: AcpiOperand = operand;
  if (value instanceof ReferenceObject) {
    switch (value.class) {
      case 'local':
      case 'arg': {
        if (!walk_state) return 'AE_AML_INTERNAL';
        const held = acpi_ds_method_data_get_value(walk_state, value.class, value.value);
        // an argument that was given a device holds its name
        if (held instanceof ReferenceObject && held.class === 'name' && held.node) return held.node;
        return held;
      }
      case 'index': {
        if (value.targetType === ACPI_TYPE_BUFFER_FIELD || keepIndex) return value;
        const element = indexedElement(value);
        if (!element) return 'AE_AML_UNINITIALIZED_ELEMENT';
        return element;
      }
      case 'name': {
        const { node } = value;
        if (!node) return 'AE_AML_INTERNAL';
        if (node.type === ACPI_TYPE_DEVICE || node.type === ACPI_TYPE_THERMAL) return node;
        if (!node.object) return 'AE_AML_NO_OPERAND';
        return node.object;
      }
      default:
        return value;
    }
  }
  if (value instanceof PackageObject) {
    yield* acpi_ds_resolve_package(acpi, value);
    return value;
  }
  if (isField(value)) return yield* acpi_ex_read_data_from_field(acpi, value);
  if (isNode(value)) return yield* acpi_ex_resolve_node_to_value(acpi, value);
  return value;
}

export interface ResolvedMultiple {
  readonly type: number;
  readonly object: AcpiOperand | undefined;
}

/**
 * Follows references to the object at their end, for ObjectType and SizeOf.
 *
 * `withValue`: SizeOf wants the object; a local that was never set is then an error (or 0).
 */
export function acpi_ex_resolve_multiple(
  walk_state: WalkState,
  operand: AcpiOperand,
  withValue: boolean,
): OrStatus<ResolvedMultiple> {
  let object: AcpiOperand | undefined = operand;
  let type: number;
  if (isNode(operand)) {
    const node = unalias(operand);
    type = node.type;
    object = node.object;
    if (type !== ACPI_TYPE_DEVICE && type !== ACPI_TYPE_THERMAL && !object) return 'AE_AML_UNINITIALIZED_NODE';
  } else {
    type = operand.type;
  }
  while (object instanceof ReferenceObject) {
    const reference: ReferenceObject = object;
    switch (reference.class) {
      case 'refof':
      case 'name': {
        const target: AcpiOperand | undefined = reference.class === 'refof' ? reference.object : reference.node;
        if (!target || !isNode(target)) return 'AE_AML_INTERNAL';
        object = target.object;
        if (!object) return done(target.type, undefined);
        if (object === operand) return 'AE_AML_CIRCULAR_REFERENCE';
        break;
      }
      case 'index':
        if (reference.targetType !== ACPI_TYPE_PACKAGE) return done(reference.targetType, reference);
        object = indexedElement(reference);
        if (!object) return done(ACPI_TYPE_ANY, undefined);
        break;
      case 'table':
        return done(ACPI_TYPE_DDB_HANDLE, reference);
      case 'local':
      case 'arg': {
        const node: AcpiNamespaceNode = walk_state.variable(reference.class, reference.value);
        if (withValue) {
          const held = acpi_ds_method_data_get_value(walk_state, reference.class, reference.value);
          if (isStatus(held)) return held;
        }
        object = node.object;
        if (!object) return done(ACPI_TYPE_ANY, undefined);
        break;
      }
      case 'debug':
        return done(ACPI_TYPE_DEBUG_OBJECT, reference);
    }
    type = object.type;
  }
  return done(type, object);
}

/** Types as ObjectType tells them. */
function done(type: number, object: AcpiOperand | undefined): ResolvedMultiple {
  switch (type) {
    case ACPI_TYPE_LOCAL_REGION_FIELD:
    case ACPI_TYPE_LOCAL_BANK_FIELD:
    case ACPI_TYPE_LOCAL_INDEX_FIELD:
      return { type: ACPI_TYPE_FIELD_UNIT, object };
    case ACPI_TYPE_LOCAL_SCOPE:
      return { type: ACPI_TYPE_ANY, object };
    default:
      return { type, object };
  }
}
