/** Operands as an operator needs them: resolved, converted, or refused. */
import { AML_STORE_OP, type OperandKind } from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ds_method_data_get_value } from '../dispatcher/dsmthdat.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import {
  type AcpiOperand,
  type AcpiOperandObject,
  IntegerObject,
  isNode,
  ReferenceObject,
} from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import {
  ACPI_TYPE_BUFFER,
  ACPI_TYPE_BUFFER_FIELD,
  ACPI_TYPE_DDB_HANDLE,
  ACPI_TYPE_EVENT,
  ACPI_TYPE_INTEGER,
  ACPI_TYPE_LOCAL_BANK_FIELD,
  ACPI_TYPE_LOCAL_INDEX_FIELD,
  ACPI_TYPE_LOCAL_REFERENCE,
  ACPI_TYPE_LOCAL_REGION_FIELD,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_PACKAGE,
  ACPI_TYPE_REGION,
  ACPI_TYPE_STRING,
} from '../include/actypes.ts';
import { acpi_ex_convert_to_buffer, acpi_ex_convert_to_integer, acpi_ex_convert_to_string } from './exconvrt.ts';
import { acpi_ex_resolve_to_value } from './exresolv.ts';

/** Types that an operand may have once it is resolved; kinds that are converted are not here. */
const ALLOWED: Partial<Record<OperandKind, readonly number[]>> = {
  mutex: [ACPI_TYPE_MUTEX],
  event: [ACPI_TYPE_EVENT],
  package: [ACPI_TYPE_PACKAGE],
  ddbHandle: [ACPI_TYPE_LOCAL_REFERENCE],
  computed: [ACPI_TYPE_INTEGER, ACPI_TYPE_STRING, ACPI_TYPE_BUFFER],
  dataObject: [ACPI_TYPE_PACKAGE, ACPI_TYPE_STRING, ACPI_TYPE_BUFFER, ACPI_TYPE_LOCAL_REFERENCE],
  complex: [ACPI_TYPE_PACKAGE, ACPI_TYPE_STRING, ACPI_TYPE_BUFFER],
  regionOrBuffer: [ACPI_TYPE_BUFFER, ACPI_TYPE_REGION],
  dataRefObject: [
    ACPI_TYPE_INTEGER,
    ACPI_TYPE_PACKAGE,
    ACPI_TYPE_STRING,
    ACPI_TYPE_BUFFER,
    ACPI_TYPE_BUFFER_FIELD,
    ACPI_TYPE_LOCAL_REFERENCE,
    ACPI_TYPE_LOCAL_REGION_FIELD,
    ACPI_TYPE_LOCAL_BANK_FIELD,
    ACPI_TYPE_LOCAL_INDEX_FIELD,
    ACPI_TYPE_DDB_HANDLE,
  ],
};

const asOperandType = <T>(converted: OrStatus<T>): OrStatus<T> =>
  converted === 'AE_TYPE' ? 'AE_AML_OPERAND_TYPE' : converted;

/** A name or reference that stays as it is. */
function keepsReference(operand: AcpiOperand, kind: OperandKind): AcpiStatus | undefined {
  switch (kind) {
    case 'refOrString':
      if (!isNode(operand) && operand.type === ACPI_TYPE_STRING) return 'AE_OK';
      break;
    case 'reference':
    case 'objectRef':
    case 'deviceRef':
    case 'target':
    case 'fixedTarget':
    case 'simpleTarget':
    case 'storeTarget':
      break;
    default:
      return undefined;
  }
  if (isNode(operand) || operand.type === ACPI_TYPE_LOCAL_REFERENCE) return 'AE_OK';
  return operand instanceof IntegerObject && operand.constant ? 'AE_OK' : 'AE_AML_OPERAND_TYPE';
}

/** True for a resolved operand that the operator takes without conversion. */
function isAllowed(walk_state: WalkState, value: AcpiOperand, kind: OperandKind, toDebug: boolean): boolean {
  if (kind === 'any') return true;
  if (ALLOWED[kind]?.includes(value.type)) return true;
  return kind === 'dataRefObject' && (walk_state.acpi.options.enableInterpreterSlack || toDebug);
}

function convert(
  walk_state: WalkState,
  value: AcpiOperandObject,
  kind: OperandKind,
): OrStatus<AcpiOperandObject> | undefined {
  const { acpi } = walk_state;
  switch (kind) {
    case 'integer':
      return asOperandType(acpi_ex_convert_to_integer(acpi, value, true));
    case 'buffer':
      return asOperandType(acpi_ex_convert_to_buffer(acpi, value));
    case 'string':
      return asOperandType(acpi_ex_convert_to_string(acpi, value, 'implicit'));
    case 'bufferOrString':
      if (value.type === ACPI_TYPE_STRING) return value;
      return asOperandType(acpi_ex_convert_to_buffer(acpi, value));
    default:
      return undefined;
  }
}

/** A resolved value as the operator takes it. */
function asOperand(
  walk_state: WalkState,
  value: AcpiOperand,
  kind: OperandKind,
  toDebug: boolean,
): OrStatus<AcpiOperand> {
  // a device, thermal zone or method has no value; only what takes any type, lenient stores and Debug take it
  if (!isNode(value)) {
    const converted = convert(walk_state, value, kind);
    if (converted !== undefined) return converted;
  }
  return isAllowed(walk_state, value, kind, toDebug) ? value : 'AE_AML_OPERAND_TYPE';
}

/** One operand, when that takes no access to hardware and no lookup; undefined otherwise. */
function resolveNow(
  walk_state: WalkState,
  operand: AcpiOperand,
  kind: OperandKind,
  toDebug: boolean,
): OrStatus<AcpiOperand> | undefined {
  if (operand instanceof IntegerObject) {
    if (kind === 'integer' || kind === 'computed') return operand;
  }
  const kept = keepsReference(operand, kind);
  if (kept) return kept === 'AE_OK' ? operand : kept;
  if (operand instanceof ReferenceObject) {
    if (operand.class === 'index' && kind === 'dataRefObject' && walk_state.opcode === AML_STORE_OP) return operand;
    if (operand.class !== 'local' && operand.class !== 'arg') return undefined;
    const held = acpi_ds_method_data_get_value(walk_state, operand.class, operand.value);
    if (isStatus(held)) return held;
    return held.type <= ACPI_TYPE_BUFFER ? asOperand(walk_state, held, kind, toDebug) : undefined;
  }
  return operand.type <= ACPI_TYPE_BUFFER && !isNode(operand)
    ? asOperand(walk_state, operand, kind, toDebug)
    : undefined;
}

/** One operand. */
export function* acpi_ex_resolve_operand(
  walk_state: WalkState,
  operand: AcpiOperand,
  kind: OperandKind,
  toDebug = false,
): Co<OrStatus<AcpiOperand>> {
  const now = resolveNow(walk_state, operand, kind, toDebug);
  if (now !== undefined) return now;
  const value = yield* acpi_ex_resolve_to_value(walk_state.acpi, operand, walk_state);
  return isStatus(value) ? value : asOperand(walk_state, value, kind, toDebug);
}

/** All operands of an operator in place, the last one first. */
export function* acpi_ex_resolve_operands(
  walk_state: WalkState,
  operands: (AcpiOperand | undefined)[],
  kinds: readonly OperandKind[],
): Co<AcpiStatus> {
  // anything may be stored into Debug
  let toDebug = false;
  for (let n = kinds.length - 1; n >= 0; n--) {
    const operand = operands[n];
    const kind = kinds[n];
    if (!operand || !kind) return 'AE_AML_INTERNAL';
    if (operand instanceof ReferenceObject && operand.class === 'debug') toDebug = true;
    const value =
      resolveNow(walk_state, operand, kind, toDebug) ??
      (yield* acpi_ex_resolve_operand(walk_state, operand, kind, toDebug));
    if (isStatus(value)) return value;
    operands[n] = value;
  }
  return 'AE_OK';
}

/** The same, as far as it goes at once: undefined when an operand has to be read from hardware or looked up. */
export function resolveOperandsNow(
  walk_state: WalkState,
  operands: (AcpiOperand | undefined)[],
  kinds: readonly OperandKind[],
): AcpiStatus | undefined {
  let toDebug = false;
  for (let n = kinds.length - 1; n >= 0; n--) {
    const operand = operands[n];
    const kind = kinds[n];
    if (!operand || !kind) return undefined;
    if (operand instanceof ReferenceObject && operand.class === 'debug') toDebug = true;
    const value = resolveNow(walk_state, operand, kind, toDebug);
    if (value === undefined) return undefined;
    if (isStatus(value)) return value;
    operands[n] = value;
  }
  return 'AE_OK';
}
