/** Device identification: `_HID`, `_UID`, `_CID`, `_CLS`. */
import type { Co } from '../../sim/coroutine.ts';
import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperandObject,
  IntegerObject,
  isNode,
  PackageObject,
  StringObject,
} from '../include/acobject.ts';
import { acpi_ut_evaluate_object } from './uteval.ts';

/** `PNP0A08` from the compressed 32-bit form (ACPI 6.4 §6.1.5). */
export function acpi_ex_eisa_id_to_string(compressed: bigint): string {
  const value = Number(compressed & 0xffff_ffffn);
  // stored with the bytes turned round
  const id = (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
  const letter = (shift: number): string => String.fromCharCode(0x40 + ((id >>> shift) & 0x1f));
  return letter(26) + letter(21) + letter(16) + (id & 0xffff).toString(16).toUpperCase().padStart(4, '0');
}

function idOf(object: AcpiOperandObject | undefined, integerAsDecimal: boolean): string | undefined {
  if (object instanceof StringObject) return object.value;
  if (!(object instanceof IntegerObject)) return undefined;
  return integerAsDecimal ? object.value.toString() : acpi_ex_eisa_id_to_string(object.value);
}

function* id(acpi: AcpiGlobals, node: AcpiNamespaceNode, name: string, decimal: boolean): Co<OrStatus<{ id: string }>> {
  const value = yield* acpi_ut_evaluate_object(acpi, node, name, [0x01, 0x02]);
  if (isStatus(value)) return value;
  const text = isNode(value) ? undefined : idOf(value, decimal);
  return text === undefined ? 'AE_TYPE' : { id: text };
}

/** `ACPI0010`, `PNP0A08`. */
export const acpi_ut_execute_HID = (acpi: AcpiGlobals, node: AcpiNamespaceNode): Co<OrStatus<{ id: string }>> =>
  id(acpi, node, '_HID', false);

/** A unique id; an Integer is given in decimal digits. */
export const acpi_ut_execute_UID = (acpi: AcpiGlobals, node: AcpiNamespaceNode): Co<OrStatus<{ id: string }>> =>
  id(acpi, node, '_UID', true);

/** Compatible ids, one or a package of them. */
export function* acpi_ut_execute_CID(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
): Co<OrStatus<{ readonly ids: readonly string[] }>> {
  const value = yield* acpi_ut_evaluate_object(acpi, node, '_CID', [0x01, 0x02, 0x04]);
  if (isStatus(value)) return value;
  if (isNode(value)) return 'AE_TYPE';
  const ids: string[] = [];
  for (const element of value instanceof PackageObject ? value.elements : [value]) {
    const text = idOf(element, false);
    if (text === undefined) return 'AE_TYPE';
    ids.push(text);
  }
  return { ids };
}

/** `_CLS` as six hexadecimal digits: base class, subclass, programming interface. */
export function* acpi_ut_execute_CLS(acpi: AcpiGlobals, node: AcpiNamespaceNode): Co<OrStatus<{ id: string }>> {
  const value = yield* acpi_ut_evaluate_object(acpi, node, '_CLS', [0x04]);
  if (isStatus(value)) return value;
  if (!(value instanceof PackageObject)) return 'AE_TYPE';
  const digits = [0, 1, 2].map((n) => {
    const element = value.elements[n];
    return element instanceof IntegerObject ? Number(element.value & 0xffn) : 0;
  });
  return { id: digits.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('') };
}
