/** Operators with two operands. */
import {
  AML_CONCATENATE_OP,
  AML_CONCATENATE_TEMPLATE_OP,
  AML_INDEX_OP,
  AML_LOGICAL_AND_OP,
  AML_LOGICAL_EQUAL_OP,
  AML_LOGICAL_GREATER_OP,
  AML_LOGICAL_LESS_OP,
  AML_LOGICAL_OR_OP,
  AML_MOD_OP,
  AML_TO_STRING_OP,
} from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import {
  type AcpiOperand,
  type AcpiOperandObject,
  BufferObject,
  EventObject,
  IntegerObject,
  isNode,
  MutexObject,
  PackageObject,
  ReferenceObject,
  StringObject,
} from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import {
  ACPI_TYPE_BUFFER_FIELD,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_PACKAGE,
  ACPI_TYPE_PROCESSOR,
  ACPI_TYPE_THERMAL,
  ACPI_UINT64_MAX,
} from '../include/actypes.ts';
import { acpi_ex_concat_template, acpi_ex_do_concatenate } from './exconcat.ts';
import { bytesToString } from './exconvrt.ts';
import { acpi_ex_do_logical_op, acpi_ex_do_math_op } from './exmisc.ts';
import { acpi_ex_acquire_mutex } from './exmutex.ts';
import { integerOf, type Operands } from './exoparg1.ts';
import { acpi_ex_store, storeNow } from './exstore.ts';
import { acpi_ex_system_wait_event } from './exsystem.ts';
import { outsideInterpreter } from './exutils.ts';

/** Notify. Devices, processors and thermal zones can be notified. */
export function* acpi_ex_opcode_2A_0T_0R(walk_state: WalkState, [object, value]: Operands): Co<AcpiStatus> {
  const { acpi } = walk_state;
  if (!object || !isNode(object)) return 'AE_AML_OPERAND_TYPE';
  const node = object.aliasOf ?? object;
  if (node.type !== ACPI_TYPE_DEVICE && node.type !== ACPI_TYPE_PROCESSOR && node.type !== ACPI_TYPE_THERMAL) {
    return 'AE_AML_OPERAND_TYPE';
  }
  return yield* acpi.notifyRequest(acpi, node, Number(integerOf(value) & 0xffff_ffffn));
}

/** Divide: remainder, then quotient. */
export function* acpi_ex_opcode_2A_2T_1R(walk_state: WalkState, operands: Operands): Co<AcpiStatus> {
  const [dividend, divisor, remainderTarget, quotientTarget] = operands;
  if (!remainderTarget || !quotientTarget) return 'AE_AML_NO_OPERAND';
  const by = integerOf(divisor);
  if (by === 0n) return 'AE_AML_DIVIDE_BY_ZERO';
  const remainder = new IntegerObject(integerOf(dividend) % by);
  const quotient = new IntegerObject(integerOf(dividend) / by);
  let status = yield* acpi_ex_store(walk_state, remainder, remainderTarget, true);
  if (status !== 'AE_OK') return status;
  status = yield* acpi_ex_store(walk_state, quotient, quotientTarget, true);
  if (status === 'AE_OK') walk_state.resultObj = quotient;
  return status;
}

/** A reference to one element or byte; AE_AML_…_LIMIT beyond the end. */
function indexReference(object: AcpiOperand, index: bigint): OrStatus<ReferenceObject> {
  const reference = new ReferenceObject('index');
  if (object instanceof StringObject) {
    if (index >= object.value.length) return 'AE_AML_STRING_LIMIT';
    reference.targetType = ACPI_TYPE_BUFFER_FIELD;
  } else if (object instanceof BufferObject) {
    if (index >= object.bytes.length) return 'AE_AML_BUFFER_LIMIT';
    reference.targetType = ACPI_TYPE_BUFFER_FIELD;
  } else if (object instanceof PackageObject) {
    if (index >= object.elements.length) return 'AE_AML_PACKAGE_LIMIT';
    reference.targetType = ACPI_TYPE_PACKAGE;
  } else {
    return 'AE_AML_INTERNAL';
  }
  reference.value = Number(index);
  reference.object = object;
  return reference;
}

function bufferToString(buffer: AcpiOperand, length: bigint): OrStatus<StringObject> {
  if (!(buffer instanceof BufferObject)) return 'AE_AML_OPERAND_TYPE';
  const zero = buffer.bytes.indexOf(0);
  const end = zero < 0 ? buffer.bytes.length : zero;
  return new StringObject(bytesToString(buffer.bytes.subarray(0, length < end ? Number(length) : end)));
}

function compute(walk_state: WalkState, a: AcpiOperand, b: AcpiOperand): OrStatus<AcpiOperandObject> {
  const { acpi, opcode } = walk_state;
  switch (opcode) {
    case AML_MOD_OP: {
      const by = integerOf(b);
      return by === 0n ? 'AE_AML_DIVIDE_BY_ZERO' : new IntegerObject(integerOf(a) % by);
    }
    case AML_CONCATENATE_OP:
      return acpi_ex_do_concatenate(acpi, a, b);
    case AML_CONCATENATE_TEMPLATE_OP:
      if (!(a instanceof BufferObject) || !(b instanceof BufferObject)) return 'AE_AML_OPERAND_TYPE';
      return acpi_ex_concat_template(a, b);
    case AML_TO_STRING_OP:
      return bufferToString(a, integerOf(b));
    case AML_INDEX_OP:
      return indexReference(a, integerOf(b));
    default:
      return new IntegerObject(acpi_ex_do_math_op(acpi, opcode, integerOf(a), integerOf(b)));
  }
}

/** The operators of the next two functions where no hardware is accessed; undefined for the rest. */
export function executeBinaryNow(walk_state: WalkState, [a, b, target]: Operands): AcpiStatus | undefined {
  if (!a || !b) return undefined;
  if (!target) {
    const compared = compare(walk_state, a, b);
    if (compared === undefined || isStatus(compared)) return compared;
    walk_state.resultObj = new IntegerObject(compared ? ACPI_UINT64_MAX : 0n);
    return 'AE_OK';
  }
  if (isNode(target)) return undefined;
  const result = compute(walk_state, a, b);
  if (isStatus(result)) return result;
  const status = storeNow(walk_state, result, target, true);
  if (status === 'AE_OK') walk_state.resultObj = result;
  return status;
}

/** Add … XOr, Mod, Concatenate, ConcatenateResTemplate, ToString, Index. */
export function* acpi_ex_opcode_2A_1T_1R(walk_state: WalkState, [a, b, target]: Operands): Co<AcpiStatus> {
  if (!a || !b || !target) return 'AE_AML_NO_OPERAND';
  const result = compute(walk_state, a, b);
  if (isStatus(result)) return result;
  const status = yield* acpi_ex_store(walk_state, result, target, true);
  if (status === 'AE_OK' || walk_state.opcode === AML_INDEX_OP) walk_state.resultObj = result;
  return status;
}

/** LAnd, LOr, LEqual, LGreater, LLess; undefined for other operators. */
function compare(walk_state: WalkState, a: AcpiOperand, b: AcpiOperand): OrStatus<boolean> | undefined {
  switch (walk_state.opcode) {
    case AML_LOGICAL_AND_OP:
      return integerOf(a) !== 0n && integerOf(b) !== 0n;
    case AML_LOGICAL_OR_OP:
      return integerOf(a) !== 0n || integerOf(b) !== 0n;
    case AML_LOGICAL_EQUAL_OP:
    case AML_LOGICAL_GREATER_OP:
    case AML_LOGICAL_LESS_OP:
      if (isNode(a) || isNode(b)) return 'AE_AML_OPERAND_TYPE';
      return acpi_ex_do_logical_op(walk_state.acpi, walk_state.opcode, a, b);
    default:
      return undefined;
  }
}

/** Acquire, Wait, LAnd, LOr, LEqual, LGreater, LLess. */
export function* acpi_ex_opcode_2A_0T_1R(walk_state: WalkState, [a, b]: Operands): Co<AcpiStatus> {
  const { acpi } = walk_state;
  if (!a || !b) return 'AE_AML_NO_OPERAND';
  const compared = compare(walk_state, a, b);
  if (isStatus(compared)) return compared;
  let result = compared;
  if (result === undefined) {
    if (!(b instanceof IntegerObject)) return 'AE_AML_OPERAND_TYPE';
    let status: AcpiStatus = 'AE_AML_OPERAND_TYPE';
    if (a instanceof MutexObject) status = yield* outsideInterpreter(acpi, acpi_ex_acquire_mutex(walk_state, b, a));
    else if (a instanceof EventObject) {
      status = yield* outsideInterpreter(acpi, acpi_ex_system_wait_event(acpi, b, a));
    }
    // the operators tell of a timeout by their value
    if (status !== 'AE_OK' && status !== 'AE_TIME') return status;
    result = status === 'AE_TIME';
  }
  walk_state.resultObj = new IntegerObject(result ? ACPI_UINT64_MAX : 0n);
  return 'AE_OK';
}
