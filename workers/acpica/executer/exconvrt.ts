/** Conversions between Integer, String and Buffer (ACPI 6.4 §19.3.5). */

import type { OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiOperandObject, BufferObject, IntegerObject, StringObject } from '../include/acobject.ts';
import { acpi_ex_truncate_for32bit_table } from '../utilities/utmath.ts';
import { acpi_ut_explicit_strtoul64, acpi_ut_implicit_strtoul64 } from '../utilities/utstrtoul64.ts';

/** Bytes of a String as C holds them, without the NUL. */
export function stringBytes(text: string, length = text.length): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let n = 0; n < text.length && n < length; n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}

export function bytesToString(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Little-endian bytes of an Integer. */
export function integerBytes(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let n = 0; n < length; n++, rest >>= 8n) bytes[n] = Number(rest & 0xffn);
  return bytes;
}

/** The Integer that up to 8 bytes make. */
export function bytesToInteger(bytes: Uint8Array, length = bytes.length): bigint {
  let value = 0n;
  for (let n = Math.min(length, bytes.length) - 1; n >= 0; n--) value = (value << 8n) | BigInt(bytes[n] ?? 0);
  return value;
}

/** `implicit`: a String is hexadecimal without prefix. AE_TYPE for what has no Integer value. */
export function acpi_ex_convert_to_integer(
  acpi: AcpiGlobals,
  object: AcpiOperandObject,
  implicit: boolean,
): OrStatus<IntegerObject> {
  if (object instanceof IntegerObject) return object;
  let value: bigint;
  if (object instanceof StringObject) {
    value = implicit ? acpi_ut_implicit_strtoul64(acpi, object.value) : acpi_ut_explicit_strtoul64(acpi, object.value);
  } else if (object instanceof BufferObject) {
    if (object.bytes.length === 0) return 'AE_AML_BUFFER_LIMIT';
    value = bytesToInteger(object.bytes, acpi.integerByteWidth);
  } else {
    return 'AE_TYPE';
  }
  const result = new IntegerObject(value);
  acpi_ex_truncate_for32bit_table(acpi, result);
  return result;
}

/** A String keeps its NUL as a byte. */
export function acpi_ex_convert_to_buffer(acpi: AcpiGlobals, object: AcpiOperandObject): OrStatus<BufferObject> {
  if (object instanceof BufferObject) return object;
  if (object instanceof IntegerObject) return new BufferObject(integerBytes(object.value, acpi.integerByteWidth));
  if (object instanceof StringObject) return new BufferObject(stringBytes(object.value, object.value.length + 1));
  return 'AE_TYPE';
}

export type StringConversion = 'implicit' | 'hex' | 'decimal';

const hexDigits = (value: bigint, digits: number): string =>
  BigInt.asUintN(digits * 4, value)
    .toString(16)
    .toUpperCase()
    .padStart(digits, '0');

/** `implicit`: hexadecimal, bytes separated by blanks; `hex` and `decimal`: by commas. */
export function acpi_ex_convert_to_string(
  acpi: AcpiGlobals,
  object: AcpiOperandObject,
  conversion: StringConversion,
): OrStatus<StringObject> {
  if (object instanceof StringObject) return object;
  if (object instanceof IntegerObject) {
    return new StringObject(
      conversion === 'decimal'
        ? // ten digits are all that a 32-bit table's integers have room for
          acpi.integerBitWidth === 32
          ? (object.value % 10_000_000_000n).toString()
          : object.value.toString()
        : hexDigits(object.value, acpi.integerByteWidth * 2),
    );
  }
  if (object instanceof BufferObject) {
    const parts: string[] = [];
    for (const byte of object.bytes) {
      parts.push(conversion === 'decimal' ? byte.toString() : `0x${hexDigits(BigInt(byte), 2)}`);
    }
    return new StringObject(parts.join(conversion === 'implicit' ? ' ' : ','));
  }
  return 'AE_TYPE';
}
