/** Data in code to objects. */
import {
  AML_BYTE_OP,
  AML_DEBUG_OP,
  AML_DWORD_OP,
  AML_ONE_OP,
  AML_ONES_OP,
  AML_QWORD_OP,
  AML_REVISION_OP,
  AML_STRING_OP,
  AML_WORD_OP,
  AML_ZERO_OP,
} from '../../aml/opcodes.ts';
import {
  type AcpiOperandObject,
  BufferObject,
  IntegerObject,
  ReferenceObject,
  StringObject,
} from '../include/acobject.ts';
import type { ParseOp, WalkState } from '../include/acstruct.ts';
import { ACPI_UINT64_MAX } from '../include/actypes.ts';
import { acpi_ex_truncate_for32bit_table } from '../utilities/utmath.ts';

/** Zero, One, Ones, Revision, Debug. */
export function constantObject(walk_state: WalkState, opcode: number): AcpiOperandObject {
  switch (opcode) {
    case AML_ZERO_OP:
      return new IntegerObject(0n, true);
    case AML_ONE_OP:
      return new IntegerObject(1n, true);
    case AML_ONES_OP:
      return new IntegerObject(walk_state.acpi.integerBitWidth === 64 ? ACPI_UINT64_MAX : 0xffff_ffffn, true);
    case AML_REVISION_OP:
      return new IntegerObject(BigInt(walk_state.acpi.options.caVersion), true);
    case AML_DEBUG_OP:
      return new ReferenceObject('debug');
    default:
      throw new Error(`no AML constant 0x${opcode.toString(16)}`);
  }
}

const LITERAL_BYTES: Readonly<Record<number, number>> = {
  [AML_BYTE_OP]: 1,
  [AML_WORD_OP]: 2,
  [AML_DWORD_OP]: 4,
  [AML_QWORD_OP]: 8,
};

/** A literal whose opcode was read; goes on behind its data. */
export function literalObject(walk_state: WalkState, opcode: number): AcpiOperandObject {
  const { code, aml } = walk_state;
  if (opcode === AML_STRING_OP) {
    const text = code.string(aml, walk_state.amlEnd);
    walk_state.aml += text.length + 1;
    return new StringObject(text);
  }
  const length = LITERAL_BYTES[opcode] ?? 0;
  walk_state.aml += length;
  const integer = new IntegerObject(code.integer(aml, length));
  acpi_ex_truncate_for32bit_table(walk_state.acpi, integer);
  return integer;
}

/** A Buffer has the length that it was given, or that of its initialiser when that is longer. */
export function acpi_ds_build_internal_buffer_obj(walk_state: WalkState, op: ParseOp, length: bigint): BufferObject {
  const initialiser = walk_state.code.bytes.subarray(op.listStart, op.packageEnd);
  const size = Math.max(Number(length & 0xffff_ffffn), initialiser.length);
  const bytes = new Uint8Array(size);
  bytes.set(initialiser);
  return new BufferObject(bytes);
}
