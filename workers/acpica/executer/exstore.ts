/** Storing: where to, and with which conversion (ACPI 6.4 §19.3.5). */
import { AML_COPY_OBJECT_OP, AML_STORE_OP } from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ds_store_object_to_local } from '../dispatcher/dsmthdat.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperand,
  type AcpiOperandObject,
  BufferObject,
  IntegerObject,
  isField,
  isNode,
  PackageObject,
  ReferenceObject,
  StringObject,
} from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import {
  ACPI_TYPE_BUFFER,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_EVENT,
  ACPI_TYPE_INTEGER,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_PACKAGE,
  ACPI_TYPE_POWER,
  ACPI_TYPE_PROCESSOR,
  ACPI_TYPE_REGION,
  ACPI_TYPE_STRING,
  ACPI_TYPE_THERMAL,
} from '../include/actypes.ts';
import { acpi_ns_attach_object } from '../namespace/nsutils.ts';
import { acpi_ut_copy_iobject_to_iobject } from '../utilities/utcopy.ts';
import { acpi_ex_write_data_to_field } from './exfield.ts';
import { acpi_ex_resolve_to_value } from './exresolv.ts';
import { acpi_ex_store_object_to_object } from './exstoren.ts';

/** Stores into one element of a Package, or one byte of a Buffer or String. */
function acpi_ex_store_object_to_index(
  walk_state: WalkState,
  source: AcpiOperandObject,
  index: ReferenceObject,
): AcpiStatus {
  const { object } = index;
  if (index.targetType === ACPI_TYPE_PACKAGE) {
    if (!(object instanceof PackageObject)) return 'AE_AML_TARGET_TYPE';
    const isTable = source instanceof ReferenceObject && source.class === 'table';
    object.elements[index.value] = isTable ? source : acpi_ut_copy_iobject_to_iobject(walk_state.acpi, source);
    return 'AE_OK';
  }
  let byte: number;
  if (source instanceof IntegerObject) byte = Number(source.value & 0xffn);
  else if (source instanceof BufferObject) byte = source.bytes[0] ?? 0;
  else if (source instanceof StringObject) byte = source.value === '' ? 0 : source.value.charCodeAt(0);
  else return 'AE_AML_OPERAND_TYPE';
  if (object instanceof BufferObject) object.bytes[index.value] = byte;
  else if (object instanceof StringObject) {
    const { value } = object;
    object.value = value.slice(0, index.value) + String.fromCharCode(byte) + value.slice(index.value + 1);
  } else return 'AE_AML_OPERAND_TYPE';
  return 'AE_OK';
}

/** What a source becomes before it is stored into a typed name. */
function* acpi_ex_resolve_object(
  walk_state: WalkState,
  source: AcpiOperand,
  typed: boolean,
): Co<OrStatus<AcpiOperand>> {
  if (!typed) return source;
  let value = source;
  if (value instanceof ReferenceObject) {
    const resolved = yield* acpi_ex_resolve_to_value(walk_state.acpi, value, walk_state);
    if (isStatus(resolved)) return resolved;
    value = resolved;
  }
  if (walk_state.opcode === AML_COPY_OBJECT_OP) return value;
  const isData =
    value instanceof IntegerObject ||
    value instanceof BufferObject ||
    value instanceof StringObject ||
    (value instanceof ReferenceObject && value.class === 'table');
  return isData ? value : 'AE_AML_OPERAND_TYPE';
}

/** Replaces what a name holds by a copy of the source, whatever type either has. */
function acpi_ex_store_direct_to_node(walk_state: WalkState, source: AcpiOperandObject, node: AcpiNamespaceNode): void {
  const copy = acpi_ut_copy_iobject_to_iobject(walk_state.acpi, source);
  acpi_ns_attach_object(node, copy, copy.type);
  // a change of type can make a name open a scope or a field become data
  walk_state.acpi.namespaceGeneration++;
}

/** Stores into a name. */
export function* acpi_ex_store_object_to_node(
  walk_state: WalkState,
  source: AcpiOperand,
  target: AcpiNamespaceNode,
  implicitConversion: boolean,
): Co<AcpiStatus> {
  const { acpi } = walk_state;
  const node = target.aliasOf ?? target;
  const copying = walk_state.opcode === AML_COPY_OBJECT_OP;
  const { type, object } = node;
  if (!copying) {
    switch (type) {
      case ACPI_TYPE_PACKAGE:
        if (walk_state.opcode !== AML_STORE_OP || !(source instanceof PackageObject)) return 'AE_AML_TARGET_TYPE';
        break;
      case ACPI_TYPE_DEVICE:
      case ACPI_TYPE_EVENT:
      case ACPI_TYPE_MUTEX:
      case ACPI_TYPE_REGION:
      case ACPI_TYPE_POWER:
      case ACPI_TYPE_PROCESSOR:
      case ACPI_TYPE_THERMAL:
        return 'AE_AML_TARGET_TYPE';
    }
  }
  const toField = object !== undefined && isField(object);
  const toData = type === ACPI_TYPE_INTEGER || type === ACPI_TYPE_STRING || type === ACPI_TYPE_BUFFER;
  const value = yield* acpi_ex_resolve_object(walk_state, source, toField || toData);
  if (isStatus(value)) return value;
  if (isNode(value)) return 'AE_AML_OPERAND_TYPE';
  if (toField && object && isField(object)) return yield* acpi_ex_write_data_to_field(acpi, value, object);
  if (toData && !copying && implicitConversion) {
    const stored = acpi_ex_store_object_to_object(walk_state, value, object);
    if (isStatus(stored)) return stored;
    if (stored !== object) acpi_ns_attach_object(node, stored, stored.type);
    return 'AE_OK';
  }
  acpi_ex_store_direct_to_node(walk_state, value, node);
  return 'AE_OK';
}

/**
 * Stores where that takes no access to hardware: nowhere, into locals, arguments and elements. Undefined for the rest.
 *
 * `fresh`: the source was made by the operator, nothing else holds it.
 */
export function storeNow(
  walk_state: WalkState,
  source: AcpiOperand,
  target: AcpiOperand,
  fresh: boolean,
): AcpiStatus | undefined {
  if (isNode(target)) return undefined;
  if (target instanceof IntegerObject && target.constant) return 'AE_OK';
  if (!(target instanceof ReferenceObject)) return 'AE_AML_OPERAND_TYPE';
  // a device's name can be held, as a reference to it
  const object = isNode(source) ? nameReference(source) : source;
  switch (target.class) {
    case 'local':
    case 'arg':
      return acpi_ds_store_object_to_local(walk_state, target.class, target.value, object, fresh) ? 'AE_OK' : undefined;
    case 'index':
      return acpi_ex_store_object_to_index(walk_state, object, target);
    case 'debug':
      return 'AE_OK';
    case 'refof':
      return undefined;
    default:
      return 'AE_AML_INTERNAL';
  }
}

/** What an argument's reference means is written in its place; an argument never changes what RefOf was given. */
function throughArgument(walk_state: WalkState, target: ReferenceObject): AcpiNamespaceNode | undefined {
  const held = walk_state.variable('arg', target.value).object;
  return held instanceof ReferenceObject && held.object && isNode(held.object) ? held.object : undefined;
}

/**
 * Stores the result of an operator into its target: a name, a local, an argument, an index reference, Debug, or
 * nothing. `fresh` as for {@link storeNow}.
 */
export function* acpi_ex_store(
  walk_state: WalkState,
  source: AcpiOperand,
  target: AcpiOperand,
  fresh: boolean,
): Co<AcpiStatus> {
  const now = storeNow(walk_state, source, target, fresh);
  if (now !== undefined) return now;
  if (isNode(target)) return yield* acpi_ex_store_object_to_node(walk_state, source, target, true);
  if (!(target instanceof ReferenceObject)) return 'AE_AML_OPERAND_TYPE';
  if (target.class === 'arg') {
    const node = throughArgument(walk_state, target);
    return node ? yield* acpi_ex_store_object_to_node(walk_state, source, node, false) : 'AE_AML_INTERNAL';
  }
  return target.object && isNode(target.object)
    ? yield* acpi_ex_store_object_to_node(walk_state, source, target.object, true)
    : 'AE_AML_INTERNAL';
}

/** A reference to a name. */
export function nameReference(node: AcpiNamespaceNode): ReferenceObject {
  const reference = new ReferenceObject('name');
  reference.node = node;
  return reference;
}
