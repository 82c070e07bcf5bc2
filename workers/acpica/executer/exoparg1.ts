/** Operators with no or one operand. */
import {
  AML_BIT_NOT_OP,
  AML_CONDITIONAL_REF_OF_OP,
  AML_COPY_OBJECT_OP,
  AML_DECREMENT_OP,
  AML_DEREF_OF_OP,
  AML_FIND_SET_LEFT_BIT_OP,
  AML_FIND_SET_RIGHT_BIT_OP,
  AML_FROM_BCD_OP,
  AML_INCREMENT_OP,
  AML_LOAD_OP,
  AML_LOGICAL_NOT_OP,
  AML_OBJECT_TYPE_OP,
  AML_REF_OF_OP,
  AML_RELEASE_OP,
  AML_RESET_OP,
  AML_SIGNAL_OP,
  AML_SIZE_OF_OP,
  AML_SLEEP_OP,
  AML_STALL_OP,
  AML_STORE_OP,
  AML_TIMER_OP,
  AML_TO_BCD_OP,
  AML_TO_BUFFER_OP,
  AML_TO_DECIMAL_STRING_OP,
  AML_TO_HEX_STRING_OP,
  AML_TO_INTEGER_OP,
  AML_UNLOAD_OP,
} from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ds_method_data_get_value } from '../dispatcher/dsmthdat.ts';
import { acpi_ds_resolve_package } from '../dispatcher/dspkginit.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperand,
  type AcpiOperandObject,
  BufferObject,
  EventObject,
  IntegerObject,
  isField,
  isNode,
  MutexObject,
  PackageObject,
  ReferenceObject,
  StringObject,
} from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { ACPI_TYPE_BUFFER_FIELD, ACPI_TYPE_DEVICE, ACPI_TYPE_THERMAL, ACPI_UINT64_MAX } from '../include/actypes.ts';
import { acpi_ns_get_node } from '../namespace/nsaccess.ts';
import { acpi_ut_copy_iobject_to_iobject } from '../utilities/utcopy.ts';
import { acpi_ex_load_op, acpi_ex_unload_table } from './exconfig.ts';
import { acpi_ex_convert_to_buffer, acpi_ex_convert_to_integer, acpi_ex_convert_to_string } from './exconvrt.ts';
import { acpi_ex_read_data_from_field } from './exfield.ts';
import { acpi_ex_get_object_reference } from './exmisc.ts';
import { acpi_ex_release_mutex } from './exmutex.ts';
import { acpi_ex_resolve_node_to_value } from './exresnte.ts';
import { acpi_ex_resolve_multiple, indexedElement } from './exresolv.ts';
import { acpi_ex_resolve_operand } from './exresop.ts';
import { acpi_ex_store, nameReference, storeNow } from './exstore.ts';
import {
  acpi_ex_system_do_sleep,
  acpi_ex_system_do_stall,
  acpi_ex_system_reset_event,
  acpi_ex_system_signal_event,
} from './exsystem.ts';
import { outsideInterpreter } from './exutils.ts';

/** Operands of an operator after they were resolved; a missing one is a fault of the caller's. */
export type Operands = readonly (AcpiOperand | undefined)[];

export const integerOf = (operand: AcpiOperand | undefined): bigint =>
  operand instanceof IntegerObject ? operand.value : 0n;

const badOpcode = (walk_state: WalkState): never => {
  throw new Error(`operator 0x${walk_state.opcode.toString(16)} is dispatched to the wrong function`);
};

/** Timer. */
export function* acpi_ex_opcode_0A_0T_1R(walk_state: WalkState): Co<AcpiStatus> {
  if (walk_state.opcode !== AML_TIMER_OP) badOpcode(walk_state);
  walk_state.resultObj = new IntegerObject(walk_state.acpi.os.acpi_os_get_timer());
  return 'AE_OK';
}

/** Release, Reset, Signal, Sleep, Stall, Unload. */
export function* acpi_ex_opcode_1A_0T_0R(walk_state: WalkState, [operand]: Operands): Co<AcpiStatus> {
  const { acpi } = walk_state;
  switch (walk_state.opcode) {
    case AML_RELEASE_OP:
      return operand instanceof MutexObject ? yield* acpi_ex_release_mutex(walk_state, operand) : 'AE_AML_OPERAND_TYPE';
    case AML_RESET_OP:
      return operand instanceof EventObject ? acpi_ex_system_reset_event(acpi, operand) : 'AE_AML_OPERAND_TYPE';
    case AML_SIGNAL_OP:
      return operand instanceof EventObject ? yield* acpi_ex_system_signal_event(acpi, operand) : 'AE_AML_OPERAND_TYPE';
    case AML_SLEEP_OP:
      return yield* outsideInterpreter(acpi, acpi_ex_system_do_sleep(acpi, integerOf(operand)));
    case AML_STALL_OP:
      return yield* acpi_ex_system_do_stall(acpi, Number(integerOf(operand) & 0xffff_ffffn));
    case AML_UNLOAD_OP:
      return yield* acpi_ex_unload_table(acpi, operand);
    default:
      return badOpcode(walk_state);
  }
}

function setLeftBit(value: bigint): bigint {
  return value === 0n ? 0n : BigInt(value.toString(2).length);
}

function setRightBit(value: bigint): bigint {
  return value === 0n ? 0n : setLeftBit(value & -value);
}

function fromBcd(acpi: AcpiGlobals, value: bigint): OrStatus<bigint> {
  let result = 0n;
  let power = 1n;
  let rest = value;
  for (let n = 0; n < acpi.integerBitWidth / 4 && rest > 0n; n++, rest >>= 4n, power *= 10n) {
    const digit = rest & 0xfn;
    if (digit > 9n) return 'AE_AML_NUMERIC_OVERFLOW';
    result += digit * power;
  }
  return result;
}

function toBcd(acpi: AcpiGlobals, value: bigint): OrStatus<bigint> {
  let result = 0n;
  let rest = value;
  for (let n = 0; n < acpi.integerBitWidth / 4 && rest > 0n; n++, rest /= 10n) {
    result |= (rest % 10n) << BigInt(4 * n);
  }
  return rest > 0n ? 'AE_AML_NUMERIC_OVERFLOW' : result;
}

/** The value that an operator with one operand and a target makes; it is stored and is the result. */
function* compute(walk_state: WalkState, operand: AcpiOperand): Co<OrStatus<AcpiOperand | bigint>> {
  const { acpi } = walk_state;
  const value = integerOf(operand);
  switch (walk_state.opcode) {
    case AML_BIT_NOT_OP:
      return BigInt.asUintN(64, ~value);
    case AML_FIND_SET_LEFT_BIT_OP:
      return setLeftBit(value);
    case AML_FIND_SET_RIGHT_BIT_OP:
      return setRightBit(value);
    case AML_FROM_BCD_OP:
      return fromBcd(acpi, value);
    case AML_TO_BCD_OP:
      return toBcd(acpi, value);
  }
  if (isNode(operand)) return walk_state.opcode === AML_COPY_OBJECT_OP ? nameReference(operand) : 'AE_AML_OPERAND_TYPE';
  switch (walk_state.opcode) {
    case AML_COPY_OBJECT_OP:
      return acpi_ut_copy_iobject_to_iobject(acpi, operand);
    case AML_TO_DECIMAL_STRING_OP:
      return acpi_ex_convert_to_string(acpi, operand, 'decimal');
    case AML_TO_HEX_STRING_OP:
      return acpi_ex_convert_to_string(acpi, operand, 'hex');
    case AML_TO_BUFFER_OP:
      return acpi_ex_convert_to_buffer(acpi, operand);
    case AML_TO_INTEGER_OP:
      return acpi_ex_convert_to_integer(acpi, operand, false);
    default:
      return badOpcode(walk_state);
  }
}

function* condRefOf(walk_state: WalkState, operand: AcpiOperand, target: AcpiOperand): Co<AcpiStatus> {
  // a name that does not exist was given as the root
  if (operand === walk_state.acpi.rootNode) {
    walk_state.resultObj = new IntegerObject(0n);
    return 'AE_OK';
  }
  const reference = acpi_ex_get_object_reference(operand);
  if (isStatus(reference)) return reference;
  const status = yield* acpi_ex_store(walk_state, reference, target, true);
  walk_state.resultObj = new IntegerObject(ACPI_UINT64_MAX);
  return status;
}

/** CondRefOf, CopyObject, FindSetLeftBit, FindSetRightBit, FromBCD, Load, Not, Store, ToBCD and the conversions. */
export function* acpi_ex_opcode_1A_1T_1R(walk_state: WalkState, [operand, target]: Operands): Co<AcpiStatus> {
  if (!operand || !target) return 'AE_AML_NO_OPERAND';
  switch (walk_state.opcode) {
    case AML_STORE_OP: {
      const status = yield* acpi_ex_store(walk_state, operand, target, false);
      if (status === 'AE_OK') walk_state.resultObj = operand;
      return status;
    }
    case AML_CONDITIONAL_REF_OF_OP:
      return yield* condRefOf(walk_state, operand, target);
    case AML_LOAD_OP: {
      const loaded = new IntegerObject(0n);
      const status = yield* acpi_ex_load_op(walk_state, operand);
      if (status !== 'AE_OK') return status;
      loaded.value = ACPI_UINT64_MAX;
      walk_state.resultObj = loaded;
      return yield* acpi_ex_store(walk_state, loaded, target, true);
    }
  }
  const computed = yield* compute(walk_state, operand);
  if (isStatus(computed)) return computed === 'AE_TYPE' ? 'AE_AML_OPERAND_TYPE' : computed;
  const result = typeof computed === 'bigint' ? new IntegerObject(computed) : computed;
  const status = yield* acpi_ex_store(walk_state, result, target, result !== operand);
  if (status === 'AE_OK') walk_state.resultObj = result;
  return status;
}

function* increment(walk_state: WalkState, target: AcpiOperand, step: bigint): Co<AcpiStatus> {
  const value = yield* acpi_ex_resolve_operand(walk_state, target, 'integer');
  if (isStatus(value)) return value;
  const result = new IntegerObject(BigInt.asUintN(64, integerOf(value) + step));
  const status = yield* acpi_ex_store(walk_state, result, target, true);
  if (status === 'AE_OK') walk_state.resultObj = result;
  return status;
}

function* sizeOf(walk_state: WalkState, operand: AcpiOperand): Co<AcpiStatus> {
  const resolved = acpi_ex_resolve_multiple(walk_state, operand, true);
  if (isStatus(resolved)) return resolved;
  const { object } = resolved;
  let size: number;
  if (object instanceof IntegerObject) size = walk_state.acpi.integerByteWidth;
  else if (object instanceof StringObject) size = object.value.length;
  else if (object instanceof BufferObject) size = object.bytes.length;
  else if (object instanceof PackageObject) {
    yield* acpi_ds_resolve_package(walk_state.acpi, object);
    size = object.elements.length;
  } else return 'AE_AML_OPERAND_TYPE';
  walk_state.resultObj = new IntegerObject(BigInt(size));
  return 'AE_OK';
}

function derefIndex(reference: ReferenceObject): OrStatus<AcpiOperandObject> {
  const { object } = reference;
  if (reference.targetType !== ACPI_TYPE_BUFFER_FIELD)
    return indexedElement(reference) ?? 'AE_AML_UNINITIALIZED_ELEMENT';
  if (object instanceof BufferObject) return new IntegerObject(BigInt(object.bytes[reference.value] ?? 0));
  if (!(object instanceof StringObject)) return 'AE_AML_OPERAND_TYPE';
  return new IntegerObject(BigInt(object.value.charCodeAt(reference.value) || 0));
}

/** What DerefOf is given, a local's or reference's content instead of itself. */
function derefOperand(walk_state: WalkState, given: AcpiOperand): OrStatus<AcpiOperand> {
  if (isNode(given)) {
    const { object } = given.aliasOf ?? given;
    return object instanceof StringObject || object instanceof ReferenceObject ? object : 'AE_AML_OPERAND_TYPE';
  }
  if (given instanceof StringObject) return given;
  if (!(given instanceof ReferenceObject)) return 'AE_AML_OPERAND_TYPE';
  if (given.class === 'local' || given.class === 'arg') {
    return acpi_ds_method_data_get_value(walk_state, given.class, given.value);
  }
  return given.class === 'refof' ? (given.object ?? 'AE_AML_INTERNAL') : given;
}

/** A name: what it holds. A field's own object, not its value, as ACPICA has it when the reference was not held. */
function derefNode(node: AcpiNamespaceNode): OrStatus<AcpiOperand> {
  if (node.type === ACPI_TYPE_DEVICE || node.type === ACPI_TYPE_THERMAL) return node;
  return (node.aliasOf ?? node).object ?? 'AE_AML_UNINITIALIZED_NODE';
}

function* derefOf(walk_state: WalkState, given: AcpiOperand): Co<OrStatus<AcpiOperand>> {
  const { acpi } = walk_state;
  const operand = derefOperand(walk_state, given);
  if (isStatus(operand)) return operand;
  if (operand instanceof StringObject) {
    const node = acpi_ns_get_node(acpi, walk_state.scope, operand.value, { searchParent: true });
    return isStatus(node) ? node : yield* acpi_ex_resolve_node_to_value(acpi, node);
  }
  if (isNode(operand)) return derefNode(operand);
  if (!(operand instanceof ReferenceObject)) return 'AE_TYPE';
  switch (operand.class) {
    case 'index':
      return derefIndex(operand);
    case 'refof': {
      const target = operand.object;
      if (!target) return 'AE_AML_INTERNAL';
      if (!isNode(target)) return target;
      const { object } = target.aliasOf ?? target;
      if (!object) return target.type === ACPI_TYPE_DEVICE ? target : 'AE_AML_UNINITIALIZED_NODE';
      return isField(object) ? yield* acpi_ex_read_data_from_field(acpi, object) : object;
    }
    case 'name':
      return operand.node ? yield* acpi_ex_resolve_node_to_value(acpi, operand.node) : 'AE_TYPE';
    default:
      return 'AE_TYPE';
  }
}

/** LNot, Increment, Decrement and Store where no hardware is accessed; undefined for the rest. Operands are resolved. */
export function executeUnaryNow(walk_state: WalkState, [operand, target]: Operands): AcpiStatus | undefined {
  switch (walk_state.opcode) {
    case AML_LOGICAL_NOT_OP:
      walk_state.resultObj = new IntegerObject(integerOf(operand) === 0n ? ACPI_UINT64_MAX : 0n);
      return 'AE_OK';
    case AML_STORE_OP: {
      if (!operand || !target) return undefined;
      const status = storeNow(walk_state, operand, target, false);
      if (status === 'AE_OK') walk_state.resultObj = operand;
      return status;
    }
    case AML_INCREMENT_OP:
    case AML_DECREMENT_OP: {
      const held = operand instanceof ReferenceObject && operand.class === 'local' ? operand.node?.object : undefined;
      if (!operand || !(held instanceof IntegerObject)) return undefined;
      const step = walk_state.opcode === AML_INCREMENT_OP ? 1n : -1n;
      const result = new IntegerObject(BigInt.asUintN(64, held.value + step));
      const status = storeNow(walk_state, result, operand, true);
      if (status === 'AE_OK') walk_state.resultObj = result;
      return status;
    }
    default:
      return undefined;
  }
}

/** Decrement, DerefOf, Increment, LNot, ObjectType, RefOf, SizeOf. */
export function* acpi_ex_opcode_1A_0T_1R(walk_state: WalkState, [operand]: Operands): Co<AcpiStatus> {
  if (!operand) return 'AE_AML_NO_OPERAND';
  switch (walk_state.opcode) {
    case AML_LOGICAL_NOT_OP:
      walk_state.resultObj = new IntegerObject(integerOf(operand) === 0n ? ACPI_UINT64_MAX : 0n);
      return 'AE_OK';
    case AML_INCREMENT_OP:
      return yield* increment(walk_state, operand, 1n);
    case AML_DECREMENT_OP:
      return yield* increment(walk_state, operand, -1n);
    case AML_SIZE_OF_OP:
      return yield* sizeOf(walk_state, operand);
    case AML_OBJECT_TYPE_OP: {
      const resolved = acpi_ex_resolve_multiple(walk_state, operand, false);
      if (isStatus(resolved)) return resolved;
      walk_state.resultObj = new IntegerObject(BigInt(resolved.type));
      return 'AE_OK';
    }
    case AML_REF_OF_OP:
    case AML_DEREF_OF_OP: {
      const result =
        walk_state.opcode === AML_REF_OF_OP
          ? acpi_ex_get_object_reference(operand)
          : yield* derefOf(walk_state, operand);
      if (isStatus(result)) return result;
      walk_state.resultObj = result;
      return 'AE_OK';
    }
    default:
      return badOpcode(walk_state);
  }
}
