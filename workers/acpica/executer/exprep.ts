/** Where a field's bits lie, and how they are accessed. */
import { FIELD_ACCESS } from '../../aml/opcodes.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import { BufferFieldObject, type FieldObject } from '../include/acobject.ts';

const ACCESS_TYPE_MASK = 0x0f;

/** Bytes of one access by access type; AnyAcc goes byte by byte, as ACPICA does it. */
const ACCESS_BYTES: Readonly<Record<number, number>> = {
  [FIELD_ACCESS.AnyAcc]: 1,
  [FIELD_ACCESS.ByteAcc]: 1,
  [FIELD_ACCESS.WordAcc]: 2,
  [FIELD_ACCESS.DWordAcc]: 4,
  [FIELD_ACCESS.QWordAcc]: 8,
  [FIELD_ACCESS.BufferAcc]: 1,
};

/** AE_AML_OPERAND_VALUE for an unknown access type. */
export function acpi_ex_prep_common_field_object(
  field: FieldObject,
  fieldFlags: number,
  attribute: number,
  bitPosition: number,
  bitLength: number,
): AcpiStatus {
  const width = ACCESS_BYTES[fieldFlags & ACCESS_TYPE_MASK];
  if (width === undefined) return 'AE_AML_OPERAND_VALUE';
  // fields of buffers need no alignment
  const alignment = field instanceof BufferFieldObject ? 1 : width;
  field.fieldFlags = fieldFlags;
  field.attribute = attribute;
  field.bitLength = bitLength;
  field.accessByteWidth = width;
  field.baseByteOffset = Math.floor(Math.floor(bitPosition / 8) / alignment) * alignment;
  field.startFieldBitOffset = bitPosition - field.baseByteOffset * 8;
  return 'AE_OK';
}
