/** Executes an operator whose operands are there. */
import {
  AML_ACQUIRE_OP,
  AML_BUFFER_OP,
  AML_DECREMENT_OP,
  AML_DEREF_OF_OP,
  AML_DIVIDE_OP,
  AML_FATAL_OP,
  AML_INCREMENT_OP,
  AML_LOAD_TABLE_OP,
  AML_LOGICAL_AND_OP,
  AML_LOGICAL_EQUAL_OP,
  AML_LOGICAL_GREATER_OP,
  AML_LOGICAL_LESS_OP,
  AML_LOGICAL_NOT_OP,
  AML_LOGICAL_OR_OP,
  AML_MATCH_OP,
  AML_MID_OP,
  AML_NOTIFY_OP,
  AML_OBJECT_TYPE_OP,
  AML_PACKAGE_OP,
  AML_REF_OF_OP,
  AML_RELEASE_OP,
  AML_RESET_OP,
  AML_SIGNAL_OP,
  AML_SIZE_OF_OP,
  AML_SLEEP_OP,
  AML_STALL_OP,
  AML_STORE_OP,
  AML_TIMER_OP,
  AML_UNLOAD_OP,
  AML_WAIT_OP,
  OPCODES,
  type Opcode,
} from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import {
  acpi_ex_opcode_0A_0T_1R,
  acpi_ex_opcode_1A_0T_0R,
  acpi_ex_opcode_1A_0T_1R,
  acpi_ex_opcode_1A_1T_1R,
  executeUnaryNow,
  integerOf,
  type Operands,
} from '../executer/exoparg1.ts';
import {
  acpi_ex_opcode_2A_0T_0R,
  acpi_ex_opcode_2A_0T_1R,
  acpi_ex_opcode_2A_1T_1R,
  acpi_ex_opcode_2A_2T_1R,
  executeBinaryNow,
} from '../executer/exoparg2.ts';
import { acpi_ex_opcode_3A_0T_0R, acpi_ex_opcode_3A_1T_1R } from '../executer/exoparg3.ts';
import { acpi_ex_opcode_6A_0T_1R } from '../executer/exoparg6.ts';
import { acpi_ex_resolve_to_value } from '../executer/exresolv.ts';
import { acpi_ex_resolve_operand, acpi_ex_resolve_operands, resolveOperandsNow } from '../executer/exresop.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperand,
  type AcpiOperandObject,
  IntegerObject,
  isNode,
  PackageObject,
  ReferenceObject,
} from '../include/acobject.ts';
import type { ParseOp, WalkState } from '../include/acstruct.ts';
import { ACPI_TYPE_BUFFER } from '../include/actypes.ts';
import { acpi_ds_build_internal_buffer_obj } from './dsobject.ts';
import { acpi_ds_resolve_package } from './dspkginit.ts';

type Execute = (walk_state: WalkState, operands: Operands) => Co<AcpiStatus>;

/** Operators by their numbers of operands, targets and results; those not named have two, one and one. */
const DISPATCH = new Map<number, Execute>();
const dispatch = (execute: Execute, opcodes: readonly number[]): void => {
  for (const opcode of opcodes) DISPATCH.set(opcode, execute);
};
dispatch(acpi_ex_opcode_0A_0T_1R, [AML_TIMER_OP]);
dispatch(acpi_ex_opcode_1A_0T_0R, [
  AML_RELEASE_OP,
  AML_RESET_OP,
  AML_SIGNAL_OP,
  AML_SLEEP_OP,
  AML_STALL_OP,
  AML_UNLOAD_OP,
]);
dispatch(acpi_ex_opcode_1A_0T_1R, [
  AML_LOGICAL_NOT_OP,
  AML_INCREMENT_OP,
  AML_DECREMENT_OP,
  AML_SIZE_OF_OP,
  AML_OBJECT_TYPE_OP,
  AML_REF_OF_OP,
  AML_DEREF_OF_OP,
]);
dispatch(acpi_ex_opcode_2A_0T_0R, [AML_NOTIFY_OP]);
dispatch(acpi_ex_opcode_2A_0T_1R, [
  AML_LOGICAL_AND_OP,
  AML_LOGICAL_OR_OP,
  AML_LOGICAL_EQUAL_OP,
  AML_LOGICAL_GREATER_OP,
  AML_LOGICAL_LESS_OP,
  AML_ACQUIRE_OP,
  AML_WAIT_OP,
]);
dispatch(acpi_ex_opcode_2A_2T_1R, [AML_DIVIDE_OP]);
dispatch(acpi_ex_opcode_3A_0T_0R, [AML_FATAL_OP]);
dispatch(acpi_ex_opcode_3A_1T_1R, [AML_MID_OP]);
dispatch(acpi_ex_opcode_6A_0T_1R, [AML_MATCH_OP, AML_LOAD_TABLE_OP]);

function executeOf(info: Opcode): Execute {
  const known = DISPATCH.get(info.code);
  if (known) return known;
  return info.args.length === 2 ? acpi_ex_opcode_1A_1T_1R : acpi_ex_opcode_2A_1T_1R;
}

/** Operators that executeBinaryNow knows: two operands and a target, or the comparisons. */
const isBinary = ({ operands }: Opcode): boolean =>
  (operands.length === 3 && (operands[2] === 'target' || operands[2] === 'fixedTarget')) ||
  (operands.length === 2 && (operands[1] === 'computed' || operands[1] === 'integer') && operands[0] === operands[1]);

const BINARY = new Set(OPCODES.filter((info) => info.class === 'execute' && isBinary(info)).map(({ code }) => code));
const UNARY = new Set([AML_LOGICAL_NOT_OP, AML_STORE_OP, AML_INCREMENT_OP, AML_DECREMENT_OP]);

/** Executes an operator that computes with what is there; undefined when it needs hardware, time or another operator. */
export function executeNow(walk_state: WalkState, op: ParseOp): AcpiStatus | undefined {
  const { info, operands } = op;
  const binary = BINARY.has(info.code);
  if (!binary && !UNARY.has(info.code)) return undefined;
  const status = resolveOperandsNow(walk_state, operands, info.operands);
  if (status !== 'AE_OK') return undefined;
  return binary ? executeBinaryNow(walk_state, operands) : executeUnaryNow(walk_state, operands);
}

/** Remembers what an operator made: a method without Return returns it, in Linux's mode. */
export function acpi_ds_do_implicit_return(walk_state: WalkState, value: AcpiOperand | undefined): void {
  if (value && walk_state.acpi.options.enableInterpreterSlack) walk_state.implicitReturnObj = value;
}

/** Store(LocalX, LocalX) of a local that was never set does nothing. */
function isStoreToItself(op: ParseOp): boolean {
  const [source, target] = op.operands;
  return (
    op.info.code === AML_STORE_OP &&
    source instanceof ReferenceObject &&
    target instanceof ReferenceObject &&
    source.class === target.class &&
    source.value === target.value
  );
}

/** An operator that computes. */
export function* executeOperator(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  const { info, operands } = op;
  // a method was called for an operand and returned nothing
  if (operands.includes(undefined)) return 'AE_AML_NO_RETURN_VALUE';
  if (!info.unresolved) {
    const status = yield* acpi_ex_resolve_operands(walk_state, operands, info.operands);
    if (status !== 'AE_OK') {
      return status === 'AE_AML_UNINITIALIZED_LOCAL' && isStoreToItself(op) ? 'AE_OK' : status;
    }
  }
  return yield* executeOf(info)(walk_state, operands);
}

/** Bytes that the kernel's allocator gives at once (KMALLOC_MAX_SIZE); a Package's element takes 8. */
const MAX_ALLOCATION = 1 << 22;

/** What stands in a package: data, other packages, names; no other operators. */
function packageElements(
  walk_state: WalkState,
  op: ParseOp,
  count: number,
): OrStatus<(AcpiOperandObject | undefined)[]> {
  const elements: (AcpiOperandObject | undefined)[] = [];
  const values = op.info.code === AML_PACKAGE_OP ? op.operands : op.operands.slice(1);
  for (const value of values.slice(0, count)) {
    if (!value || isNode(value)) return 'AE_SUPPORT';
    elements.push(value);
  }
  while (elements.length < count) elements.push(undefined);
  return elements;
}

/** Buffer, Package and VarPackage. */
export function* acpi_ds_eval_data_object_operands(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  const { code } = op.info;
  let length = BigInt(op.data[0] ?? 0);
  if (code !== AML_PACKAGE_OP) {
    const [operand] = op.operands;
    if (!operand) return 'AE_AML_NO_RETURN_VALUE';
    const value = yield* acpi_ex_resolve_operand(walk_state, operand, 'integer');
    if (isStatus(value)) return value;
    length = integerOf(value) & 0xffff_ffffn;
  }
  if (length * (code === AML_BUFFER_OP ? 1n : 8n) > MAX_ALLOCATION) return 'AE_NO_MEMORY';
  if (code === AML_BUFFER_OP) {
    walk_state.resultObj = acpi_ds_build_internal_buffer_obj(walk_state, op, length);
    return 'AE_OK';
  }
  const elements = packageElements(walk_state, op, Number(length));
  if (isStatus(elements)) return elements;
  const object = new PackageObject(elements);
  object.resolved = false;
  walk_state.resultObj = object;
  // a table's names may be declared further on, or in another table: they are looked up when all is loaded
  if (!walk_state.moduleLevel) yield* acpi_ds_resolve_package(walk_state.acpi, object);
  return 'AE_OK';
}

/** The value of a name, when that takes no access to hardware and no lookup; undefined otherwise. */
export function evaluateNameNow(node: AcpiNamespaceNode): AcpiOperand | undefined {
  const { object } = node;
  if (!object || object.type !== node.type) return undefined;
  if (object instanceof IntegerObject) return new IntegerObject(object.value);
  const isReady = object.type <= ACPI_TYPE_BUFFER || (object instanceof PackageObject && object.resolved);
  return isReady ? object : undefined;
}

/** A name as an operand: its value. An Integer is copied, so that it does not change under way. */
export function* acpi_ds_evaluate_name_path(walk_state: WalkState, node: AcpiNamespaceNode): Co<OrStatus<AcpiOperand>> {
  const value = yield* acpi_ex_resolve_to_value(walk_state.acpi, node, walk_state);
  if (value instanceof IntegerObject && value === node.object) return new IntegerObject(value.value);
  return value;
}
