/** Conversions of values that predefined objects returned with the wrong type. */
import {
  acpi_ex_convert_to_buffer,
  acpi_ex_convert_to_string,
  bytesToInteger,
  bytesToString,
  stringBytes,
} from '../executer/exconvrt.ts';
import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperandObject,
  BufferObject,
  IntegerObject,
  PackageObject,
  ReferenceObject,
  StringObject,
} from '../include/acobject.ts';
import { acpi_ut_strtoul64 } from '../utilities/utstrtoul64.ts';
import { acpi_ns_lookup } from './nsaccess.ts';
import { acpi_ns_internalize_name } from './nsutils.ts';

/** A String is read as a C constant; a Buffer of up to 8 bytes little-endian. */
export function acpi_ns_convert_to_integer(object: AcpiOperandObject): OrStatus<AcpiOperandObject> {
  if (object instanceof StringObject) {
    const value = acpi_ut_strtoul64(object.value);
    return isStatus(value) ? value : new IntegerObject(value);
  }
  if (object instanceof BufferObject && object.bytes.length <= 8)
    return new IntegerObject(bytesToInteger(object.bytes));
  return 'AE_AML_OPERAND_TYPE';
}

/** Zero is the empty String. */
export function acpi_ns_convert_to_string(acpi: AcpiGlobals, object: AcpiOperandObject): OrStatus<AcpiOperandObject> {
  if (object instanceof IntegerObject) {
    return object.value === 0n ? new StringObject('') : acpi_ex_convert_to_string(acpi, object, 'implicit');
  }
  if (!(object instanceof BufferObject)) return 'AE_AML_OPERAND_TYPE';
  const end = object.bytes.indexOf(0);
  return new StringObject(bytesToString(end < 0 ? object.bytes : object.bytes.subarray(0, end)));
}

/** A Package of Integers becomes 32-bit numbers; a String loses its NUL. */
export function acpi_ns_convert_to_buffer(acpi: AcpiGlobals, object: AcpiOperandObject): OrStatus<AcpiOperandObject> {
  if (object instanceof IntegerObject) return acpi_ex_convert_to_buffer(acpi, object);
  if (object instanceof StringObject) return new BufferObject(stringBytes(object.value));
  if (!(object instanceof PackageObject)) return 'AE_AML_OPERAND_TYPE';
  const bytes = new Uint8Array(4 * object.elements.length);
  const view = new DataView(bytes.buffer);
  for (const [n, element] of object.elements.entries()) {
    if (!(element instanceof IntegerObject)) return 'AE_AML_OPERAND_TYPE';
    view.setUint32(4 * n, Number(element.value & 0xffff_ffffn), true);
  }
  return new BufferObject(bytes);
}

/** Undefined: the object needs no repair. */
type Repaired = OrStatus<AcpiOperandObject> | undefined;

export function acpi_ns_convert_to_unicode(object: AcpiOperandObject | undefined): Repaired {
  if (object instanceof BufferObject) return object.bytes.length < 2 ? 'AE_AML_OPERAND_VALUE' : undefined;
  if (!(object instanceof StringObject)) return undefined;
  const bytes = new Uint8Array(2 * object.value.length + 2);
  for (let n = 0; n < object.value.length; n++) bytes[2 * n] = object.value.charCodeAt(n);
  return new BufferObject(bytes);
}

/** Nothing, 0 and an empty Buffer become a template that only ends. */
export function acpi_ns_convert_to_resource(object: AcpiOperandObject | undefined): Repaired {
  if (object instanceof IntegerObject && object.value !== 0n) return 'AE_AML_OPERAND_TYPE';
  if (object instanceof BufferObject && object.bytes.length > 0) return undefined;
  const isEmpty = object === undefined || object instanceof IntegerObject || object instanceof BufferObject;
  return isEmpty ? new BufferObject(Uint8Array.of(0x79, 0)) : 'AE_AML_OPERAND_TYPE';
}

/** The name in a String, as a reference. */
export function acpi_ns_convert_to_reference(
  acpi: AcpiGlobals,
  scope: AcpiNamespaceNode,
  object: AcpiOperandObject | undefined,
): Repaired {
  if (!(object instanceof StringObject)) return undefined;
  const path = acpi_ns_internalize_name(object.value);
  if (!path) return 'AE_BAD_CHARACTER';
  const node = acpi_ns_lookup(acpi, scope, path, 0, { searchParent: true }, undefined);
  if (isStatus(node)) return node;
  const reference = new ReferenceObject('name');
  reference.node = node;
  return reference;
}
