/** Arithmetic, comparison, references. */
import {
  AML_ADD_OP,
  AML_BIT_AND_OP,
  AML_BIT_NAND_OP,
  AML_BIT_NOR_OP,
  AML_BIT_OR_OP,
  AML_BIT_XOR_OP,
  AML_LOGICAL_EQUAL_OP,
  AML_LOGICAL_GREATER_OP,
  AML_MULTIPLY_OP,
  AML_SHIFT_LEFT_OP,
  AML_SHIFT_RIGHT_OP,
  AML_SUBTRACT_OP,
} from '../../aml/opcodes.ts';
import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiOperand,
  type AcpiOperandObject,
  BufferObject,
  IntegerObject,
  isNode,
  ReferenceObject,
  StringObject,
} from '../include/acobject.ts';
import {
  acpi_ex_convert_to_buffer,
  acpi_ex_convert_to_integer,
  acpi_ex_convert_to_string,
  stringBytes,
} from './exconvrt.ts';

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The operators with two Integers and one Integer result. Results have 64 bits; tables of revision 1 cut them later. */
export function acpi_ex_do_math_op(acpi: AcpiGlobals, opcode: number, a: bigint, b: bigint): bigint {
  switch (opcode) {
    case AML_ADD_OP:
      return u64(a + b);
    case AML_BIT_AND_OP:
      return a & b;
    case AML_BIT_NAND_OP:
      return u64(~(a & b));
    case AML_BIT_OR_OP:
      return a | b;
    case AML_BIT_NOR_OP:
      return u64(~(a | b));
    case AML_BIT_XOR_OP:
      return a ^ b;
    case AML_MULTIPLY_OP:
      return u64(a * b);
    case AML_SHIFT_LEFT_OP:
      return b >= acpi.integerBitWidth ? 0n : u64(a << b);
    case AML_SHIFT_RIGHT_OP:
      return b >= acpi.integerBitWidth ? 0n : a >> b;
    case AML_SUBTRACT_OP:
      return u64(a - b);
    default:
      throw new Error(`no arithmetic operator 0x${opcode.toString(16)}`);
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let n = 0; n < length; n++) {
    const difference = (a[n] ?? 0) - (b[n] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** LEqual, LGreater and LLess: the second operand is converted to the first one's type. */
export function acpi_ex_do_logical_op(
  acpi: AcpiGlobals,
  opcode: number,
  operand0: AcpiOperandObject,
  operand1: AcpiOperandObject,
): OrStatus<boolean> {
  let order: number;
  if (operand0 instanceof IntegerObject) {
    const other = acpi_ex_convert_to_integer(acpi, operand1, true);
    if (isStatus(other)) return other;
    order = operand0.value === other.value ? 0 : operand0.value < other.value ? -1 : 1;
  } else if (operand0 instanceof StringObject) {
    const other = acpi_ex_convert_to_string(acpi, operand1, 'implicit');
    if (isStatus(other)) return other;
    order = compareBytes(stringBytes(operand0.value), stringBytes(other.value));
  } else if (operand0 instanceof BufferObject) {
    const other = acpi_ex_convert_to_buffer(acpi, operand1);
    if (isStatus(other)) return other;
    order = compareBytes(operand0.bytes, other.bytes);
  } else {
    return 'AE_AML_INTERNAL';
  }
  if (opcode === AML_LOGICAL_EQUAL_OP) return order === 0;
  return opcode === AML_LOGICAL_GREATER_OP ? order > 0 : order < 0;
}

/** RefOf and CondRefOf: a reference to a name, or to a local or argument. */
export function acpi_ex_get_object_reference(operand: AcpiOperand): OrStatus<ReferenceObject> {
  let target: AcpiOperand | undefined;
  if (isNode(operand)) target = operand;
  else if (operand instanceof ReferenceObject && (operand.class === 'local' || operand.class === 'arg')) {
    target = operand.node;
  } else if (operand instanceof ReferenceObject && operand.class === 'debug') target = undefined;
  else return 'AE_AML_OPERAND_TYPE';
  const reference = new ReferenceObject('refof');
  reference.object = target;
  return reference;
}
