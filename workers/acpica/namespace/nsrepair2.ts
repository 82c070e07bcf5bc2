/** Repairs that know what an object means: ids in capitals, lists in order. */
import type { AcpiStatus } from '../include/acexcep.ts';
import { isStatus } from '../include/acexcep.ts';
import {
  type AcpiOperand,
  type AcpiOperandObject,
  BufferObject,
  IntegerObject,
  isNode,
  PackageObject,
  StringObject,
} from '../include/acobject.ts';
import { acpi_ns_get_node } from './nsaccess.ts';
import { elementSlot, type ReturnCheck, type ValueSlot } from './nsrepair.ts';

type Repair = (check: ReturnCheck, slot: ValueSlot) => AcpiStatus;

/** `*pnp0c0f` → `PNP0C0F`. */
function acpi_ns_repair_HID(_check: ReturnCheck, slot: ValueSlot): AcpiStatus {
  const value = slot.get();
  if (value instanceof StringObject && value.value !== '') {
    slot.set(new StringObject(value.value.replace(/^\*/, '').toUpperCase()));
  }
  return 'AE_OK';
}

function acpi_ns_repair_CID(check: ReturnCheck, slot: ValueSlot): AcpiStatus {
  const value = slot.get();
  if (!(value instanceof PackageObject)) return acpi_ns_repair_HID(check, slot);
  for (const index of value.elements.keys()) acpi_ns_repair_HID(check, elementSlot(value, index));
  return 'AE_OK';
}

/** Five bytes become five 32-bit numbers. */
function acpi_ns_repair_FDE(_check: ReturnCheck, slot: ValueSlot): AcpiStatus {
  const value = slot.get();
  if (!(value instanceof BufferObject)) return 'AE_AML_OPERAND_TYPE';
  if (value.bytes.length >= 20) return 'AE_OK';
  if (value.bytes.length !== 5) return 'AE_AML_OPERAND_TYPE';
  const bytes = new Uint8Array(20);
  value.bytes.forEach((byte, n) => {
    bytes[4 * n] = byte;
  });
  slot.set(new BufferObject(bytes));
  return 'AE_OK';
}

/** Source name and source index are often the wrong way round. */
function acpi_ns_repair_PRT(_check: ReturnCheck, slot: ValueSlot): AcpiStatus {
  const value = slot.get();
  if (!(value instanceof PackageObject)) return 'AE_OK';
  for (const route of value.elements) {
    if (!(route instanceof PackageObject) || route.elements.length < 4) continue;
    const [, , source, index] = route.elements;
    if (index instanceof IntegerObject) continue;
    route.elements[3] = source;
    route.elements[2] = index;
  }
  return 'AE_OK';
}

const integerAt = (element: AcpiOperand | undefined, index: number): bigint | undefined => {
  const key = element instanceof PackageObject ? element.elements[index] : undefined;
  return key instanceof IntegerObject ? key.value : undefined;
};

/** Sorts packages from `start` on by one of their Integers when they are not in order. */
function acpi_ns_check_sorted_list(
  value: AcpiOperand | undefined,
  start: number,
  expected: number,
  key: number,
  direction: 'ascending' | 'descending',
): AcpiStatus {
  if (!(value instanceof PackageObject)) return 'AE_AML_OPERAND_TYPE';
  const list = value.elements.slice(start);
  if (list.length === 0) return 'AE_AML_PACKAGE_LIMIT';
  const inOrder = (a: bigint, b: bigint): boolean => (direction === 'ascending' ? a <= b : a >= b);
  let previous = direction === 'ascending' ? 0n : 0xffff_ffffn;
  for (const element of list) {
    if (!(element instanceof PackageObject)) return 'AE_AML_OPERAND_TYPE';
    if (element.elements.length < expected) return 'AE_AML_PACKAGE_LIMIT';
    const current = integerAt(element, key);
    if (current === undefined) return 'AE_AML_OPERAND_TYPE';
    if (!inOrder(previous, current)) {
      const order = (a: AcpiOperandObject | undefined, b: AcpiOperandObject | undefined): number => {
        const [x, y] = [integerAt(a, key) ?? 0n, integerAt(b, key) ?? 0n];
        if (x === y) return 0;
        return inOrder(x, y) ? -1 : 1;
      };
      value.elements = [...value.elements.slice(0, start), ...list.sort(order)];
      return 'AE_OK';
    }
    previous = current & 0xffff_ffffn;
  }
  return 'AE_OK';
}

const sorted =
  (expected: number, key: number, direction: 'ascending' | 'descending'): Repair =>
  (_check, slot) =>
    acpi_ns_check_sorted_list(slot.get(), 0, expected, key, direction);

/** Takes out states without type, sets the count right, and sorts. */
function acpi_ns_repair_CST(_check: ReturnCheck, slot: ValueSlot): AcpiStatus {
  const value = slot.get();
  if (!(value instanceof PackageObject)) return 'AE_OK';
  const [count, ...states] = value.elements;
  const kept = states.filter((state) => (integerAt(state, 1) ?? 0n) !== 0n);
  value.elements = [count, ...kept];
  if (count instanceof IntegerObject) count.value = BigInt(kept.length);
  return acpi_ns_check_sorted_list(value, 1, 4, 1, 'ascending');
}

/** Sorted by power, unless there are performance states: then firmware has its own order. */
function acpi_ns_repair_TSS(check: ReturnCheck, slot: ValueSlot): AcpiStatus {
  const states = acpi_ns_get_node(check.acpi, check.node, '^_PSS');
  return isStatus(states) ? acpi_ns_check_sorted_list(slot.get(), 0, 5, 1, 'descending') : 'AE_OK';
}

const REPAIRS: Readonly<Record<string, Repair>> = {
  _ALR: sorted(2, 1, 'ascending'),
  _CID: acpi_ns_repair_CID,
  _CST: acpi_ns_repair_CST,
  _FDE: acpi_ns_repair_FDE,
  _GTM: acpi_ns_repair_FDE,
  _HID: acpi_ns_repair_HID,
  _PRT: acpi_ns_repair_PRT,
  _PSS: sorted(6, 0, 'descending'),
  _TSS: acpi_ns_repair_TSS,
};

/** Repairs a value by its object's name, in place. */
export function acpi_ns_complex_repairs(check: ReturnCheck, slot: ValueSlot, status: AcpiStatus): AcpiStatus {
  const value = slot.get();
  if (value && isNode(value)) return status;
  return REPAIRS[check.node.name]?.(check, slot) ?? status;
}
