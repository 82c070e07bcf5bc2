/**
 * The interpreter's loop: reads opcodes from the bytes of a method and executes each operator as soon as its operands
 * are there. Operators under way are kept on the walk state's stack.
 */
import { formatNamePath, isNameStart } from '../../aml/names.ts';
import {
  AML_ALIAS_OP,
  AML_ARG0_OP,
  AML_CONDITIONAL_REF_OF_OP,
  AML_LOCAL0_OP,
  AML_METHOD_OP,
  AML_NAME_OP,
  AML_PACKAGE_OP,
  AML_VARIABLE_PACKAGE_OP,
  type ArgKind,
  EXTENDED_PREFIX,
  NULL_NAME,
  type Opcode,
  opcodeInfo,
} from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import {
  acpi_ds_exec_begin_control_op,
  acpi_ds_exec_end_control_op,
  acpi_ds_get_predicate_value,
  predicateNow,
} from '../dispatcher/dscontrol.ts';
import { constantObject, literalObject } from '../dispatcher/dsobject.ts';
import {
  acpi_ds_do_implicit_return,
  acpi_ds_eval_data_object_operands,
  acpi_ds_evaluate_name_path,
  evaluateNameNow,
  executeNow,
  executeOperator,
} from '../dispatcher/dswexec.ts';
import {
  acpi_ds_load2_begin_op,
  acpi_ds_load2_end_op,
  endCreateField,
  endField,
  opensScope,
} from '../dispatcher/dswload2.ts';
import { acpi_ex_resolve_to_value } from '../executer/exresolv.ts';
import { nameReference } from '../executer/exstore.ts';
import { ACPI_AML_EXCEPTION, type AcpiStatus, isStatus } from '../include/acexcep.ts';
import { type AcpiNamespaceNode, type AcpiOperand, IntegerObject, isNode, MethodObject } from '../include/acobject.ts';
import { ParseOp, type WalkState } from '../include/acstruct.ts';
import { ACPI_TYPE_METHOD } from '../include/actypes.ts';
import { type NameInCode, packageLength } from '../include/amlcode.ts';
import { acpi_ns_lookup, lookupName } from '../namespace/nsaccess.ts';
import { ACPI_ERROR_NAMESPACE } from '../utilities/uterror.ts';
import { acpi_ex_truncate_for32bit_table } from '../utilities/utmath.ts';

/** A method call as an operator; its operands are the arguments. */
const METHOD_CALL: Opcode = {
  name: 'MethodCall',
  code: 0x35,
  class: 'execute',
  args: [],
  operands: [],
  returns: true,
  unresolved: true,
};

const isPackage = (op: ParseOp | undefined): boolean =>
  op !== undefined && (op.info.code === AML_PACKAGE_OP || op.info.code === AML_VARIABLE_PACKAGE_OP);

/** Gives an operand to the operator around. */
function deliver(parent: ParseOp | undefined, isOperand: boolean, value: AcpiOperand | undefined): void {
  if (isOperand) parent?.operands.push(value);
}

const DATA_BYTES: Partial<Record<ArgKind, number>> = { byte: 1, word: 2, dword: 4, qword: 8 };

/** A name that has to be read from hardware or looked up further before it is an operand. */
const AE_CTRL_PARSE_PENDING: AcpiStatus = 'AE_CTRL_PARSE_PENDING';

/** A name's value goes to the operator around. */
function nameEvaluated(
  walk_state: WalkState,
  parent: ParseOp | undefined,
  isOperand: boolean,
  value: AcpiOperand,
): void {
  acpi_ex_truncate_for32bit_table(walk_state.acpi, value);
  acpi_ds_do_implicit_return(walk_state, value);
  deliver(parent, isOperand, value);
}

/** A name where an operand or statement may stand: a method call, a value, or in a package just a name. */
function beginName(
  walk_state: WalkState,
  parent: ParseOp | undefined,
  isOperand: boolean,
  name: NameInCode,
): AcpiStatus {
  const start = walk_state.aml;
  walk_state.aml = name.next;
  const inPackage = isPackage(parent) && isOperand;
  if (inPackage || (isOperand && parent?.info.code === AML_NAME_OP)) {
    const reference = nameReference(walk_state.scope);
    reference.path = name.path;
    deliver(parent, isOperand, reference);
    return 'AE_OK';
  }
  const node = lookupName(walk_state.acpi, walk_state.scope, name);
  if (isStatus(node)) {
    walk_state.pendingName = { name, node: undefined, isOperand };
    return node;
  }
  if (node.type === ACPI_TYPE_METHOD) return beginCall(walk_state, node, start, isOperand);
  const value = evaluateNameNow(node);
  if (value === undefined) {
    walk_state.pendingName = { name, node, isOperand };
    return AE_CTRL_PARSE_PENDING;
  }
  nameEvaluated(walk_state, parent, isOperand, value);
  return 'AE_OK';
}

/** Ends what beginName began: reads the name's value. */
function* finishName(walk_state: WalkState, parent: ParseOp | undefined): Co<AcpiStatus> {
  const pending = walk_state.pendingName;
  walk_state.pendingName = undefined;
  if (!pending?.node) return 'AE_AML_INTERNAL';
  const value = yield* acpi_ds_evaluate_name_path(walk_state, pending.node);
  if (isStatus(value)) return value;
  nameEvaluated(walk_state, parent, pending.isOperand, value);
  return 'AE_OK';
}

/** Tells of a name that could not be looked up or made. */
function* reportName(walk_state: WalkState, status: AcpiStatus): Co {
  const pending = walk_state.pendingName;
  walk_state.pendingName = undefined;
  if (pending) yield* ACPI_ERROR_NAMESPACE(walk_state.acpi, formatNamePath(pending.name.path), status);
}

function beginCall(walk_state: WalkState, node: AcpiNamespaceNode, start: number, isOperand: boolean): AcpiStatus {
  const method = node.object;
  if (!(method instanceof MethodObject)) return 'AE_AML_INTERNAL';
  const op = new ParseOp(METHOD_CALL, start, isOperand);
  op.callee = node;
  op.argumentsLeft = method.paramCount;
  walk_state.ops.push(op);
  return 'AE_OK';
}

/** The next operator or operand. Opcodes that ACPI does not define are skipped. */
function acpi_ps_create_op(walk_state: WalkState, parent: ParseOp | undefined, isOperand: boolean): AcpiStatus {
  const { code, amlEnd } = walk_state;
  const { bytes } = code;
  for (;;) {
    const start = walk_state.aml;
    if (start >= amlEnd) return 'AE_AML_NO_OPERAND';
    const lead = bytes[start] ?? 0;
    if (isNameStart(lead)) {
      const name = code.nameAt(start);
      if (name && name.next <= amlEnd) return beginName(walk_state, parent, isOperand, name);
      walk_state.aml = start + 1;
      continue;
    }
    const extended = lead === EXTENDED_PREFIX;
    const opcode = extended ? (lead << 8) | (bytes[start + 1] ?? 0) : lead;
    walk_state.aml = start + (extended ? 2 : 1);
    const info = opcodeInfo(opcode);
    if (!info) continue;
    switch (info.class) {
      case 'local':
        deliver(parent, isOperand, walk_state.variableReference('local', opcode - AML_LOCAL0_OP));
        return 'AE_OK';
      case 'arg':
        deliver(parent, isOperand, walk_state.variableReference('arg', opcode - AML_ARG0_OP));
        return 'AE_OK';
      case 'constant':
        deliver(parent, isOperand, constantObject(walk_state, opcode));
        return 'AE_OK';
      case 'literal':
        deliver(parent, isOperand, literalObject(walk_state, opcode));
        return 'AE_OK';
      default: {
        const op = new ParseOp(info, start, isOperand);
        if (info.class === 'control') {
          const status = acpi_ds_exec_begin_control_op(walk_state, op);
          if (status === 'AE_CTRL_TRUE') return 'AE_OK';
          if (status !== 'AE_OK') return status;
        }
        walk_state.ops.push(op);
        return 'AE_OK';
      }
    }
  }
}

/** A NameString that is required here. */
function requiredName(walk_state: WalkState): NameInCode | undefined {
  const name = walk_state.code.nameAt(walk_state.aml);
  if (!name || name.next > walk_state.amlEnd) return undefined;
  walk_state.aml = name.next;
  return name;
}

/** SuperName, SimpleName or Target: a name is passed on as its node, anything else is an operator. */
function nextSuperName(walk_state: WalkState, op: ParseOp, kind: ArgKind): AcpiStatus {
  const { acpi, code } = walk_state;
  const lead = code.bytes[walk_state.aml] ?? 0;
  if (lead === NULL_NAME && walk_state.aml < walk_state.amlEnd) {
    walk_state.aml++;
    op.operands.push(new IntegerObject(0n, true));
    return 'AE_OK';
  }
  if (!isNameStart(lead)) return acpi_ps_create_op(walk_state, op, true);
  const start = walk_state.aml;
  const name = requiredName(walk_state);
  if (!name) return 'AE_AML_BAD_OPCODE';
  const node = lookupName(acpi, walk_state.scope, name);
  if (!isStatus(node)) {
    if (kind !== 'simple' && node.type === ACPI_TYPE_METHOD) return beginCall(walk_state, node, start, true);
    op.operands.push(node.aliasOf ?? node);
    return 'AE_OK';
  }
  // CondRefOf takes a name that does not exist: the root stands for it
  if (node === 'AE_NOT_FOUND' && op.info.code === AML_CONDITIONAL_REF_OF_OP) {
    op.operands.push(acpi.rootNode);
    return 'AE_OK';
  }
  walk_state.pendingName = { name, node: undefined, isOperand: true };
  return node;
}

/** The name in a named operator or a field. */
function nextName(walk_state: WalkState, op: ParseOp, kind: ArgKind): AcpiStatus {
  const { acpi } = walk_state;
  const start = walk_state.aml;
  const name = requiredName(walk_state);
  if (!name) return 'AE_AML_NO_OPERAND';
  if (op.info.class === 'createField') {
    op.listStart = start;
    return 'AE_OK';
  }
  if (kind === 'newName' || op.info.name === 'Scope') {
    const status = acpi_ds_load2_begin_op(walk_state, op, name);
    if (status !== 'AE_OK') walk_state.pendingName = { name, node: undefined, isOperand: false };
    return status;
  }
  // an alias may come before what it stands for
  const node =
    op.info.code === AML_ALIAS_OP
      ? acpi_ns_lookup(acpi, walk_state.scope, name.path, 0, { searchParent: true, create: true }, walk_state)
      : lookupName(acpi, walk_state.scope, name);
  if (isStatus(node)) {
    walk_state.pendingName = { name, node: undefined, isOperand: false };
    return node;
  }
  op.operands.push(node.aliasOf ?? node);
  return 'AE_OK';
}

/** One thing behind an opcode. */
function acpi_ps_get_next_arg(walk_state: WalkState, op: ParseOp, kind: ArgKind): AcpiStatus {
  switch (kind) {
    case 'term':
    case 'data':
      op.argIndex++;
      return acpi_ps_create_op(walk_state, op, true);
    case 'super':
    case 'simple':
    case 'target':
      op.argIndex++;
      return nextSuperName(walk_state, op, kind);
    case 'termList':
    case 'objectList':
      if (op.info.code === AML_METHOD_OP) break;
      if (walk_state.aml < op.packageEnd) return acpi_ps_create_op(walk_state, op, false);
      op.argIndex++;
      return 'AE_OK';
    case 'elementList':
      if (walk_state.aml < op.packageEnd) return acpi_ps_create_op(walk_state, op, true);
      op.argIndex++;
      return 'AE_OK';
    case 'pkgLength': {
      const { length, next } = packageLength(walk_state.code.bytes, walk_state.aml);
      const end = walk_state.aml + length;
      if (end > walk_state.amlEnd || end < next) return 'AE_AML_PACKAGE_LIMIT';
      walk_state.aml = next;
      op.packageEnd = end;
      op.predicateStart = next;
      op.argIndex++;
      return 'AE_OK';
    }
    case 'name':
    case 'newName':
      op.argIndex++;
      return nextName(walk_state, op, kind);
    case 'byteList':
    case 'fieldList':
      break;
    default: {
      const length = DATA_BYTES[kind] ?? 0;
      const value = walk_state.code.number(walk_state.aml, length);
      walk_state.aml += length;
      op.argIndex++;
      if (op.info.class === 'execute') op.operands.push(new IntegerObject(BigInt(value)));
      else op.data.push(value);
      return 'AE_OK';
    }
  }
  // a list that is not parsed here: the body of a method, bytes, fields
  op.listStart = walk_state.aml;
  walk_state.aml = op.packageEnd;
  op.argIndex++;
  return 'AE_OK';
}

/** Arguments of a call, in place. A reference in a package is passed as it is. */
function* resolveArguments(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  for (const [n, operand] of op.operands.entries()) {
    if (!operand) return 'AE_AML_NO_RETURN_VALUE';
    const value = yield* acpi_ex_resolve_to_value(walk_state.acpi, operand, walk_state, true);
    if (isStatus(value)) return value;
    op.operands[n] = isNode(value) ? nameReference(value) : value;
  }
  return 'AE_OK';
}

/** Makes an operator the one that is executed. */
function beginExecution(walk_state: WalkState, op: ParseOp): void {
  walk_state.opcode = op.info.code;
  walk_state.opInfo = op.info;
  walk_state.resultObj = undefined;
  walk_state.returnDesc = undefined;
}

/** Executes an operator that is complete, when that takes no access to hardware and no time; undefined otherwise. */
function endOpNow(walk_state: WalkState, op: ParseOp): AcpiStatus | undefined {
  if (op.callee || op.info.class !== 'execute') return undefined;
  beginExecution(walk_state, op);
  const status = executeNow(walk_state, op);
  if (status !== undefined) walk_state.acpi.pendingCost += walk_state.acpi.options.operatorCost;
  return status;
}

/** Executes an operator that is complete; it is still on the stack. */
function* acpi_ds_exec_end_op(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  const { acpi } = walk_state;
  beginExecution(walk_state, op);
  acpi.pendingCost += acpi.options.operatorCost;
  if (op.callee) {
    const status = yield* resolveArguments(walk_state, op);
    if (status !== 'AE_OK') return status;
    walk_state.callOp = op;
    return 'AE_CTRL_TRANSFER';
  }
  switch (op.info.class) {
    case 'execute':
      return yield* executeOperator(walk_state, op);
    case 'control':
      return yield* acpi_ds_exec_end_control_op(walk_state, op);
    case 'createObject':
      return yield* acpi_ds_eval_data_object_operands(walk_state, op);
    case 'named':
      return yield* acpi_ds_load2_end_op(walk_state, op);
    case 'field':
      return yield* endField(walk_state, op);
    case 'createField':
      return yield* endCreateField(walk_state, op);
    default:
      throw new Error(`operator ${op.info.name} was on the stack`);
  }
}

/** Takes a complete operator off the stack and gives its result to the one around. */
function completeOp(walk_state: WalkState, op: ParseOp): void {
  const { acpi, ops } = walk_state;
  const result = walk_state.resultObj;
  ops.pop();
  if (result) {
    acpi_ex_truncate_for32bit_table(acpi, result);
    acpi_ds_do_implicit_return(walk_state, result);
  }
  const parent = ops[ops.length - 1];
  if (op.isOperand && parent) {
    // in a package there may be data and names, no other operators
    const refused = isPackage(parent) && op.info.class !== 'createObject' && parent.argIndex === 2;
    parent.operands.push(refused ? undefined : result);
  }
}

/** Skips the package of an operator that could not begin. */
function skipPackage(walk_state: WalkState, op: ParseOp): void {
  walk_state.aml = Math.max(walk_state.aml, op.packageEnd);
}

/**
 * An operator failed. A method ends with the exception; a table goes on, so that one fault does not cost all that
 * follows. Returns the exception that ends the walk.
 */
function handleFailure(walk_state: WalkState, op: ParseOp | undefined, status: AcpiStatus): AcpiStatus {
  if (!walk_state.moduleLevel) return status;
  const { ops } = walk_state;
  const current = ops[ops.length - 1];
  if (op && current === op) {
    ops.pop();
    if (op.scopePushed) walk_state.scopes.pop();
    // names that are there already, operators that fail: the next one follows
    if (opensScope(op) && !op.scopePushed) skipPackage(walk_state, op);
    const parent = ops[ops.length - 1];
    if (op.isOperand && parent) parent.operands.push(undefined);
    return 'AE_OK';
  }
  if (status !== 'AE_ALREADY_EXISTS' && status !== 'AE_NOT_FOUND' && !ACPI_AML_EXCEPTION(status)) return status;
  return 'AE_OK';
}

/** True when the loop may go on after a name in an If or While could not be found: the whole statement is skipped. */
function skipStatement(walk_state: WalkState): void {
  const { ops } = walk_state;
  const at = ops.findLastIndex((op) => op.info.class === 'control' && op.packageEnd > 0);
  const statement = ops[at];
  if (statement) {
    ops.length = at;
    walk_state.aml = statement.packageEnd;
    walk_state.lastPredicate = true;
  }
}

/** Runs until the method ends (AE_OK), calls another (AE_CTRL_TRANSFER, the call is in `callOp`), or fails. */
export function* acpi_ps_parse_loop(walk_state: WalkState): Co<AcpiStatus> {
  const { ops } = walk_state;
  for (;;) {
    const op = ops[ops.length - 1];
    let status: AcpiStatus;
    if (!op) {
      if (walk_state.aml >= walk_state.amlEnd) return 'AE_OK';
      status = acpi_ps_create_op(walk_state, undefined, false);
    } else if (op.argumentsLeft > 0) {
      op.argumentsLeft--;
      status = acpi_ps_create_op(walk_state, op, true);
    } else {
      const kind = op.info.args[op.argIndex];
      if (kind !== undefined) {
        if (op.inPredicate && kind === 'termList') {
          status = predicateNow(walk_state, op) ?? (yield* acpi_ds_get_predicate_value(walk_state, op));
          if (status === 'AE_CTRL_FALSE') {
            walk_state.aml = op.packageEnd;
            op.argIndex++;
            continue;
          }
        } else {
          status = acpi_ps_get_next_arg(walk_state, op, kind);
        }
      } else {
        status = endOpNow(walk_state, op) ?? (yield* acpi_ds_exec_end_op(walk_state, op));
        if (status === 'AE_OK') {
          // Break and Continue have taken themselves and all up to the loop off the stack
          if (ops[ops.length - 1] === op) completeOp(walk_state, op);
          continue;
        }
        if (status === 'AE_CTRL_PENDING') {
          yield* spendCost(walk_state);
          continue;
        }
        if (status === 'AE_CTRL_TRANSFER') return status;
        if (status === 'AE_CTRL_TERMINATE') return 'AE_OK';
      }
    }
    if (status === 'AE_OK') continue;
    if (status === AE_CTRL_PARSE_PENDING) status = yield* finishName(walk_state, op);
    if (status !== 'AE_OK') {
      if (walk_state.pendingName) yield* reportName(walk_state, status);
      const ended = handleFailure(walk_state, op, status);
      if (ended !== 'AE_OK') return ended;
      if (status === 'AE_NOT_FOUND' && op && op.info.class !== 'named') skipStatement(walk_state);
    }
  }
}

function* spendCost(walk_state: WalkState): Co {
  const { acpi } = walk_state;
  if (acpi.pendingCost === 0) return;
  const cost = acpi.pendingCost;
  acpi.pendingCost = 0;
  yield cost;
}

/** A call has returned: its result is the operand that it stood for, or is remembered as an implicit result. */
export function acpi_ds_restart_control_method(walk_state: WalkState, value: AcpiOperand | undefined): void {
  const call = walk_state.callOp;
  walk_state.callOp = undefined;
  if (!call || walk_state.ops[walk_state.ops.length - 1] !== call) return;
  walk_state.ops.pop();
  const parent = walk_state.ops[walk_state.ops.length - 1];
  if (call.isOperand && parent) parent.operands.push(value);
  else acpi_ds_do_implicit_return(walk_state, value);
}
