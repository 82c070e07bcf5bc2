/** Checks packages that predefined objects returned, element by element. */
import type { AcpiStatus } from '../include/acexcep.ts';
import { type AcpiOperand, BufferObject, IntegerObject, PackageObject } from '../include/acobject.ts';
import { ACPI_RTYPE_INTEGER, ACPI_RTYPE_STRING, type PredefinedName } from '../include/acpredef.ts';
import {
  acpi_ns_check_object_type,
  acpi_ns_remove_null_elements,
  elementSlot,
  type ReturnCheck,
  type ValueSlot,
} from './nsrepair.ts';

interface Run {
  readonly types: number;
  readonly count: number;
}

/** Checks runs of elements from `start` on. */
function acpi_ns_check_package_elements(
  check: ReturnCheck,
  holder: PackageObject,
  start: number,
  runs: readonly Run[],
): AcpiStatus {
  let at = start;
  for (const { types, count } of runs) {
    for (let n = 0; n < count; n++, at++) {
      const status = acpi_ns_check_object_type(check, elementSlot(holder, at), types);
      if (status !== 'AE_OK') return status;
    }
  }
  return 'AE_OK';
}

const total = (runs: readonly Run[]): number => runs.reduce((sum, { count }) => sum + count, 0);

/** The number in an element; 0 for anything else. */
const numberIn = (element: AcpiOperand | undefined): number =>
  element instanceof IntegerObject ? Number(element.value & 0xffff_ffffn) : 0;

/** A package that begins with its own length; 0 is set right. */
function checkCounted(check: ReturnCheck, sub: PackageObject, runs: readonly Run[]): AcpiStatus {
  const status = acpi_ns_check_object_type(check, elementSlot(sub, 0), ACPI_RTYPE_INTEGER);
  if (status !== 'AE_OK') return status;
  let expected = numberIn(sub.elements[0]);
  if (sub.elements.length < expected || sub.elements.length < (runs[0]?.count ?? 0)) return 'AE_AML_OPERAND_VALUE';
  if (expected === 0) {
    expected = sub.elements.length;
    const [length] = sub.elements;
    if (length instanceof IntegerObject) length.value = BigInt(expected);
  }
  return acpi_ns_check_package_elements(check, sub, 1, [{ types: runs[0]?.types ?? 0, count: expected - 1 }]);
}

function checkSubPackage(check: ReturnCheck, sub: PackageObject, { shape, elements }: PredefinedName): AcpiStatus {
  const { length } = sub.elements;
  const [first, second] = elements;
  switch (shape) {
    case '2Count':
      return checkCounted(check, sub, elements);
    case '2Min':
      if (length < (first?.count ?? 0)) return 'AE_AML_OPERAND_VALUE';
      return acpi_ns_check_package_elements(check, sub, 0, [{ types: first?.types ?? 0, count: length }]);
    case '2FixVar':
      if (length < total(elements)) return 'AE_AML_OPERAND_VALUE';
      return acpi_ns_check_package_elements(check, sub, 0, [
        { types: first?.types ?? 0, count: first?.count ?? 0 },
        { types: second?.types ?? 0, count: length - (first?.count ?? 0) },
      ]);
    default:
      if (length < total(elements)) return 'AE_AML_OPERAND_VALUE';
      return acpi_ns_check_package_elements(check, sub, 0, elements);
  }
}

/** Checks packages within a package, `count` of them from `start` on. */
function acpi_ns_check_package_list(
  check: ReturnCheck,
  holder: PackageObject,
  start: number,
  count: number,
  predefined: PredefinedName,
): AcpiStatus {
  for (let n = 0; n < count; n++) {
    const element = holder.elements[start + n];
    // an element that is no package is wrapped only to find that it is too short
    if (!(element instanceof PackageObject)) return element ? 'AE_AML_OPERAND_VALUE' : 'AE_AML_OPERAND_TYPE';
    const status = checkSubPackage(check, element, predefined);
    if (status !== 'AE_OK') return status;
  }
  return 'AE_OK';
}

/** UUIDs and packages in turn. */
function checkUuidPairs(check: ReturnCheck, holder: PackageObject, runs: readonly Run[]): AcpiStatus {
  if (holder.elements.length % 2 !== 0) return 'AE_AML_OPERAND_VALUE';
  for (let at = 0; at < holder.elements.length; at += 2) {
    const uuid = acpi_ns_check_object_type(check, elementSlot(holder, at, 0), runs[0]?.types ?? 0);
    if (uuid !== 'AE_OK') return uuid;
    const element = holder.elements[at];
    if (!(element instanceof BufferObject) || element.bytes.length !== 16) return 'AE_AML_OPERAND_VALUE';
    const data = acpi_ns_check_object_type(check, elementSlot(holder, at + 1, 0), runs[1]?.types ?? 0);
    if (data !== 'AE_OK') return data;
  }
  return 'AE_OK';
}

/** _BIX: revision 0 has one element less. */
function acpi_ns_custom_package(check: ReturnCheck, holder: PackageObject): AcpiStatus {
  const [version] = holder.elements;
  if (!(version instanceof IntegerObject)) return 'AE_AML_OPERAND_TYPE';
  const expected = version.value === 0n ? 20 : 21;
  if (holder.elements.length < expected) return 'AE_AML_OPERAND_VALUE';
  const tail: readonly Run[] = version.value === 0n ? [] : [{ types: ACPI_RTYPE_INTEGER, count: 1 }];
  return acpi_ns_check_package_elements(check, holder, 0, [
    { types: ACPI_RTYPE_INTEGER, count: 16 },
    { types: ACPI_RTYPE_STRING, count: 4 },
    ...tail,
  ]);
}

/** Checks a package in a slot; one that should be a list of packages and is not becomes a list of one. */
export function acpi_ns_check_package(check: ReturnCheck, slot: ValueSlot, predefined: PredefinedName): AcpiStatus {
  let holder = slot.get();
  if (!(holder instanceof PackageObject)) return 'AE_AML_OPERAND_TYPE';
  const { shape, elements: runs } = predefined;
  acpi_ns_remove_null_elements(shape, holder);
  const count = holder.elements.length;
  if (count === 0) return shape === '1Var' ? 'AE_OK' : 'AE_AML_OPERAND_VALUE';
  switch (shape) {
    case 'custom':
      return acpi_ns_custom_package(check, holder);
    case '1Fixed':
      if (count < total(runs)) return 'AE_AML_OPERAND_VALUE';
      return acpi_ns_check_package_elements(check, holder, 0, runs);
    case '1Var':
      return acpi_ns_check_package_elements(check, holder, 0, [{ types: runs[0]?.types ?? 0, count }]);
    case '1Option': {
      if (count < total(runs)) return 'AE_AML_OPERAND_VALUE';
      const tail = runs[runs.length - 1]?.types ?? 0;
      return acpi_ns_check_package_elements(check, holder, 0, [
        ...runs.slice(0, -1),
        { types: tail, count: count - total(runs) },
      ]);
    }
    case '2RevFixed':
    case '2PkgCount': {
      const status = acpi_ns_check_object_type(check, elementSlot(holder, 0), ACPI_RTYPE_INTEGER);
      if (status !== 'AE_OK') return status;
      const expected = shape === '2PkgCount' ? numberIn(holder.elements[0]) : count - 1;
      if (expected >= count) return 'AE_AML_OPERAND_VALUE';
      return acpi_ns_check_package_list(check, holder, 1, expected, predefined);
    }
    case '2UuidPair':
      return checkUuidPairs(check, holder, runs);
    case '2VarVar':
    case undefined:
      return 'AE_OK';
    default: {
      if (!(holder.elements[0] instanceof PackageObject)) {
        holder = new PackageObject([holder]);
        slot.set(holder);
      }
      return acpi_ns_check_package_list(check, holder, 0, holder.elements.length, predefined);
    }
  }
}
