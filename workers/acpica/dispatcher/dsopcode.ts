/** Operators whose operands say where an object lies: regions and buffer fields. */
import {
  AML_CREATE_BIT_FIELD_OP,
  AML_CREATE_BYTE_FIELD_OP,
  AML_CREATE_DWORD_FIELD_OP,
  AML_CREATE_FIELD_OP,
  AML_CREATE_QWORD_FIELD_OP,
  AML_CREATE_WORD_FIELD_OP,
  FIELD_ACCESS,
} from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_tb_find_table } from '../executer/exconfig.ts';
import { integerOf, type Operands } from '../executer/exoparg1.ts';
import { acpi_ex_prep_common_field_object } from '../executer/exprep.ts';
import { type AcpiStatus, isStatus } from '../include/acexcep.ts';
import { type BufferFieldObject, BufferObject, type RegionObject, StringObject } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { ACPI_NUM_PREDEFINED_REGIONS } from '../include/actypes.ts';
import { ACPI_BIOS_ERROR, ACPI_WARNING } from '../utilities/uterror.ts';

/** Bits per unit of the offset, length of the field in bits, and access type. CreateField has its own length. */
const CREATE_FIELDS: Readonly<
  Record<number, { readonly unit: number; readonly bits: number; readonly access: number }>
> = {
  [AML_CREATE_FIELD_OP]: { unit: 1, bits: 0, access: FIELD_ACCESS.ByteAcc },
  [AML_CREATE_BIT_FIELD_OP]: { unit: 1, bits: 1, access: FIELD_ACCESS.ByteAcc },
  [AML_CREATE_BYTE_FIELD_OP]: { unit: 8, bits: 8, access: FIELD_ACCESS.ByteAcc },
  [AML_CREATE_WORD_FIELD_OP]: { unit: 8, bits: 16, access: FIELD_ACCESS.WordAcc },
  [AML_CREATE_DWORD_FIELD_OP]: { unit: 8, bits: 32, access: FIELD_ACCESS.DWordAcc },
  [AML_CREATE_QWORD_FIELD_OP]: { unit: 8, bits: 64, access: FIELD_ACCESS.QWordAcc },
};

/** Operands: buffer, offset and, for CreateField, length in bits. */
export function* acpi_ds_init_buffer_field(
  walk_state: WalkState,
  opcode: number,
  field: BufferFieldObject,
  [buffer, offset, length]: Operands,
): Co<AcpiStatus> {
  const { acpi } = walk_state;
  if (!(buffer instanceof BufferObject)) return 'AE_AML_OPERAND_TYPE';
  const shape = CREATE_FIELDS[opcode];
  if (!shape) return 'AE_AML_BAD_OPCODE';
  const u32 = (value: bigint): number => Number(value & 0xffff_ffffn);
  const position = u32(integerOf(offset)) * shape.unit;
  const isCreateField = opcode === AML_CREATE_FIELD_OP;
  const bits = isCreateField ? u32(integerOf(length)) : shape.bits;
  if (bits === 0) {
    yield* ACPI_BIOS_ERROR(acpi, 'Attempt to CreateField of length zero');
    return 'AE_AML_OPERAND_VALUE';
  }
  const size = 8 * buffer.bytes.length;
  if (position + bits > size) {
    yield* ACPI_BIOS_ERROR(
      acpi,
      `AE_AML_BUFFER_LIMIT, Field [${field.node.name}] at bit offset/length ${position}/${bits} exceeds size of target Buffer (${size} bits)`,
    );
    return 'AE_AML_BUFFER_LIMIT';
  }
  const status = acpi_ex_prep_common_field_object(field, shape.access, 0, position, bits);
  if (status !== 'AE_OK') return status;
  field.buffer = buffer;
  field.isCreateField = isCreateField;
  field.valid = true;
  return 'AE_OK';
}

/** Operands: address and length. */
export function* acpi_ds_eval_region_operands(
  walk_state: WalkState,
  region: RegionObject,
  [address, length]: Operands,
): Co<AcpiStatus> {
  region.length = Number(integerOf(length) & 0xffff_ffffn);
  region.address = integerOf(address);
  region.valid = true;
  if (region.length === 0 && region.spaceId < ACPI_NUM_PREDEFINED_REGIONS) {
    const space = region.spaceId.toString(16).toUpperCase();
    yield* ACPI_WARNING(walk_state.acpi, `Operation Region [${region.node.name}] has zero length (SpaceId ${space})`);
  }
  return 'AE_OK';
}

/** Operands: signature, OEM id, OEM table id. */
export function acpi_ds_eval_table_region_operands(
  walk_state: WalkState,
  region: RegionObject,
  operands: Operands,
): AcpiStatus {
  const { acpi } = walk_state;
  const [signature = '', oemId = '', oemTableId = ''] = operands.map((operand) =>
    operand instanceof StringObject ? operand.value : '',
  );
  const index = acpi_tb_find_table(acpi, signature, oemId, oemTableId);
  if (isStatus(index)) return index;
  const table = acpi.tables[index];
  if (!table) return 'AE_NOT_EXIST';
  region.table = table.bytes;
  region.address = BigInt(table.address);
  region.length = table.bytes.length;
  region.valid = true;
  return 'AE_OK';
}
