/** If, Else, While, Break, Continue, Return. */
import {
  AML_BREAK_OP,
  AML_CONTINUE_OP,
  AML_ELSE_OP,
  AML_IF_OP,
  AML_RETURN_OP,
  AML_WHILE_OP,
} from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ex_convert_to_integer } from '../executer/exconvrt.ts';
import { acpi_ex_resolve_to_value } from '../executer/exresolv.ts';
import { type AcpiStatus, isStatus } from '../include/acexcep.ts';
import { IntegerObject, isNode, ReferenceObject } from '../include/acobject.ts';
import type { ParseOp, WalkState } from '../include/acstruct.ts';
import { ACPI_MAX_LOOP_TIMEOUT } from '../include/actypes.ts';
import { packageLength } from '../include/amlcode.ts';
import { acpi_ex_truncate_for32bit_table } from '../utilities/utmath.ts';

/** 100 ns units in a second. */
const TIMER_PER_SECOND = 10_000_000n;

/** A control operator begins. AE_CTRL_TRUE: an Else that is to be skipped. */
export function acpi_ds_exec_begin_control_op(walk_state: WalkState, op: ParseOp): AcpiStatus {
  switch (op.info.code) {
    case AML_WHILE_OP:
      op.loopTimeout = walk_state.acpi.os.acpi_os_get_timer() + ACPI_MAX_LOOP_TIMEOUT * TIMER_PER_SECOND;
      op.inPredicate = true;
      return 'AE_OK';
    case AML_IF_OP:
      op.inPredicate = true;
      return 'AE_OK';
    case AML_ELSE_OP: {
      if (!walk_state.lastPredicate) return 'AE_OK';
      const start = walk_state.aml;
      const end = start + packageLength(walk_state.code.bytes, start).length;
      if (end > walk_state.amlEnd || end < start) return 'AE_AML_PACKAGE_LIMIT';
      walk_state.aml = end;
      return 'AE_CTRL_TRUE';
    }
    default:
      return 'AE_OK';
  }
}

/** A predicate's value is known. AE_CTRL_FALSE when the package is to be skipped. */
function predicateIs(walk_state: WalkState, op: ParseOp, integer: IntegerObject): AcpiStatus {
  const { acpi } = walk_state;
  acpi_ex_truncate_for32bit_table(acpi, integer);
  op.inPredicate = false;
  op.predicate = integer.value !== 0n;
  if (acpi.options.enableInterpreterSlack) walk_state.implicitReturnObj = integer;
  return op.predicate ? 'AE_OK' : 'AE_CTRL_FALSE';
}

/** Evaluates a predicate that is an Integer already, or a local or argument with one; undefined for others. */
export function predicateNow(walk_state: WalkState, op: ParseOp): AcpiStatus | undefined {
  const operand = op.operands[op.operands.length - 1];
  const isVariable = operand instanceof ReferenceObject && (operand.class === 'local' || operand.class === 'arg');
  const value = isVariable ? operand.node?.object : operand;
  if (!(value instanceof IntegerObject)) return undefined;
  op.operands.pop();
  return predicateIs(walk_state, op, value);
}

/** Evaluates the predicate that was parsed. */
export function* acpi_ds_get_predicate_value(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  const { acpi } = walk_state;
  op.inPredicate = false;
  const operand = op.operands.pop();
  if (!operand) return 'AE_AML_NO_RETURN_VALUE';
  const value = yield* acpi_ex_resolve_to_value(acpi, operand, walk_state, false);
  if (isStatus(value)) return value;
  if (isNode(value)) return 'AE_AML_OPERAND_TYPE';
  const integer = acpi_ex_convert_to_integer(acpi, value, true);
  return isStatus(integer) ? integer : predicateIs(walk_state, op, integer);
}

/** Leaves the innermost While, or goes to its end. */
function leaveLoop(walk_state: WalkState, isBreak: boolean): AcpiStatus {
  const { ops } = walk_state;
  const at = ops.findLastIndex((op) => op.info.code === AML_WHILE_OP && !op.callee);
  const loop = ops[at];
  if (!loop) return 'AE_AML_NO_WHILE';
  ops.length = at + 1;
  walk_state.aml = loop.packageEnd;
  if (isBreak) loop.predicate = false;
  return 'AE_OK';
}

/** The body of a While was run. AE_CTRL_PENDING: once more. */
function endWhile(walk_state: WalkState, op: ParseOp): AcpiStatus {
  if (!op.predicate) return 'AE_OK';
  if (walk_state.acpi.os.acpi_os_get_timer() > op.loopTimeout) return 'AE_AML_LOOP_TIMEOUT';
  walk_state.aml = op.predicateStart;
  op.argIndex = 1;
  op.inPredicate = true;
  return 'AE_CTRL_PENDING';
}

function* endReturn(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  const { acpi } = walk_state;
  const [operand] = op.operands;
  // a method without result, called in Return, returns nothing
  walk_state.returnDesc = undefined;
  if (!operand) return 'AE_CTRL_TERMINATE';
  walk_state.implicitReturnObj = undefined;
  // results of operators are returned as they are; so are indexes
  if (!(operand instanceof ReferenceObject) || operand.class === 'index') {
    walk_state.returnDesc = operand;
    return 'AE_CTRL_TERMINATE';
  }
  const value = yield* acpi_ex_resolve_to_value(acpi, operand, walk_state, false);
  if (isStatus(value)) return value;
  walk_state.returnDesc = value;
  return 'AE_CTRL_TERMINATE';
}

/** A control operator is complete. AE_CTRL_TERMINATE: the method ends; AE_CTRL_PENDING: the loop goes on. */
export function* acpi_ds_exec_end_control_op(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  switch (op.info.code) {
    case AML_IF_OP:
      walk_state.lastPredicate = op.predicate;
      return 'AE_OK';
    case AML_WHILE_OP:
      return endWhile(walk_state, op);
    case AML_BREAK_OP:
    case AML_CONTINUE_OP:
      return leaveLoop(walk_state, op.info.code === AML_BREAK_OP);
    case AML_RETURN_OP:
      return yield* endReturn(walk_state, op);
    default:
      return 'AE_OK';
  }
}
