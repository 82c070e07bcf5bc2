/** Concatenate and ConcatenateResTemplate. */
import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiOperand,
  type AcpiOperandObject,
  BufferObject,
  IntegerObject,
  isNode,
  StringObject,
} from '../include/acobject.ts';
import { acpi_ut_get_type_name } from '../include/actypes.ts';
import { acpi_ut_get_resource_end_tag } from '../utilities/utresrc.ts';
import {
  acpi_ex_convert_to_buffer,
  acpi_ex_convert_to_integer,
  acpi_ex_convert_to_string,
  integerBytes,
} from './exconvrt.ts';

const join = (a: Uint8Array, b: Uint8Array): BufferObject => {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return new BufferObject(bytes);
};

/** Objects that are no data take part with the name of their type: `[Device Object]`. */
function asData(operand: AcpiOperand): AcpiOperandObject {
  if (!isNode(operand) && operand.type <= 0x03) return operand;
  return new StringObject(`[${acpi_ut_get_type_name(operand.type)} Object]`);
}

/** The result has the first operand's type; two Integers make a Buffer. */
export function acpi_ex_do_concatenate(
  acpi: AcpiGlobals,
  operand0: AcpiOperand,
  operand1: AcpiOperand,
): OrStatus<AcpiOperandObject> {
  const first = asData(operand0);
  const second = asData(operand1);
  if (first instanceof IntegerObject) {
    const other = acpi_ex_convert_to_integer(acpi, second, true);
    if (isStatus(other)) return other;
    const width = acpi.integerByteWidth;
    return join(integerBytes(first.value, width), integerBytes(other.value, width));
  }
  if (first instanceof StringObject) {
    const other = acpi_ex_convert_to_string(acpi, second, 'implicit');
    return isStatus(other) ? other : new StringObject(first.value + other.value);
  }
  if (first instanceof BufferObject) {
    const other = acpi_ex_convert_to_buffer(acpi, second);
    return isStatus(other) ? other : join(first.bytes, other.bytes);
  }
  return 'AE_AML_INTERNAL';
}

const END_TAG = 0x79;

/** Descriptors of both, and one end tag without a checksum. */
export function acpi_ex_concat_template(operand0: BufferObject, operand1: BufferObject): OrStatus<BufferObject> {
  const end0 = acpi_ut_get_resource_end_tag(operand0);
  if (isStatus(end0)) return end0;
  const end1 = acpi_ut_get_resource_end_tag(operand1);
  if (isStatus(end1)) return end1;
  const bytes = new Uint8Array(end0 + end1 + 2);
  bytes.set(operand0.bytes.subarray(0, end0));
  bytes.set(operand1.bytes.subarray(0, end1), end0);
  bytes[end0 + end1] = END_TAG;
  return new BufferObject(bytes);
}
