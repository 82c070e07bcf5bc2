/** Repairs of single values. */
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperand,
  type AcpiOperandObject,
  BufferObject,
  IntegerObject,
  isNode,
  PackageObject,
  ReferenceObject,
  StringObject,
} from '../include/acobject.ts';
import {
  ACPI_RTYPE_BUFFER,
  ACPI_RTYPE_INTEGER,
  ACPI_RTYPE_NONE,
  ACPI_RTYPE_PACKAGE,
  ACPI_RTYPE_REFERENCE,
  ACPI_RTYPE_STRING,
  type PackageShape,
} from '../include/acpredef.ts';
import {
  acpi_ns_convert_to_buffer,
  acpi_ns_convert_to_integer,
  acpi_ns_convert_to_reference,
  acpi_ns_convert_to_resource,
  acpi_ns_convert_to_string,
  acpi_ns_convert_to_unicode,
} from './nsconvert.ts';

/** The evaluation whose value is checked: upstream's acpi_evaluate_info, as far as that goes. */
export interface ReturnCheck {
  readonly acpi: AcpiGlobals;
  readonly node: AcpiNamespaceNode;
}

/** Where a value stands: in a variable, or as an element of a package. */
export interface ValueSlot {
  get(): AcpiOperand | undefined;
  set(value: AcpiOperandObject): void;
  /** Number of the element, -1 for the value itself. */
  readonly index: number;
}

export const elementSlot = (holder: PackageObject, at: number, index = at): ValueSlot => ({
  get: () => holder.elements[at],
  set: (value) => {
    holder.elements[at] = value;
  },
  index,
});

/** ACPI_RTYPE_ bit of a value; 0 for what no predefined object returns. */
export function acpi_ns_get_bitmapped_type(value: AcpiOperand | undefined): number {
  if (!value) return ACPI_RTYPE_NONE;
  if (value instanceof IntegerObject) return ACPI_RTYPE_INTEGER;
  if (value instanceof StringObject) return ACPI_RTYPE_STRING;
  if (value instanceof BufferObject) return ACPI_RTYPE_BUFFER;
  if (value instanceof PackageObject) return ACPI_RTYPE_PACKAGE;
  return value instanceof ReferenceObject ? ACPI_RTYPE_REFERENCE : 0;
}

const NOT_AN_ELEMENT = -1;
const EMPTY_OR_OTHER = ACPI_RTYPE_INTEGER | ACPI_RTYPE_STRING | ACPI_RTYPE_BUFFER | ACPI_RTYPE_NONE;

/** Repairs that depend on the name. Undefined: none applies, or none is needed. */
function repairByName(
  { acpi, node }: ReturnCheck,
  value: AcpiOperandObject | undefined,
  type: number,
  index: number,
): OrStatus<AcpiOperandObject> | undefined {
  switch (node.name) {
    case '_CRS':
    case '_DMA':
    case '_PRS':
      if ((type & EMPTY_OR_OTHER) === 0 || index !== NOT_AN_ELEMENT) return undefined;
      return acpi_ns_convert_to_resource(value);
    case '_DEP':
      return type === ACPI_RTYPE_STRING ? acpi_ns_convert_to_reference(acpi, node, value) : undefined;
    case '_MLS':
      return type === ACPI_RTYPE_STRING && index === 1 ? acpi_ns_convert_to_unicode(value) : undefined;
    case '_STR':
      if ((type & (ACPI_RTYPE_STRING | ACPI_RTYPE_BUFFER)) === 0 || index !== NOT_AN_ELEMENT) return undefined;
      return acpi_ns_convert_to_unicode(value);
    default:
      return undefined;
  }
}

/** An empty element becomes 0, the empty String or the empty Buffer. */
function acpi_ns_repair_null_element(types: number): AcpiOperandObject | undefined {
  if ((types & ACPI_RTYPE_INTEGER) !== 0) return new IntegerObject(0n);
  if ((types & ACPI_RTYPE_STRING) !== 0) return new StringObject('');
  return (types & ACPI_RTYPE_BUFFER) !== 0 ? new BufferObject(new Uint8Array(0)) : undefined;
}

function convert(acpi: AcpiGlobals, value: AcpiOperandObject, types: number): AcpiOperandObject | undefined {
  const attempts: readonly [number, () => OrStatus<AcpiOperandObject>][] = [
    [ACPI_RTYPE_INTEGER, () => acpi_ns_convert_to_integer(value)],
    [ACPI_RTYPE_STRING, () => acpi_ns_convert_to_string(acpi, value)],
    [ACPI_RTYPE_BUFFER, () => acpi_ns_convert_to_buffer(acpi, value)],
    [ACPI_RTYPE_PACKAGE, () => new PackageObject([value])],
  ];
  for (const [type, attempt] of attempts) {
    if ((types & type) === 0) continue;
    const converted = attempt();
    if (!isStatus(converted)) return converted;
  }
  return undefined;
}

/** Makes a value fit, in place. */
export function acpi_ns_simple_repair(check: ReturnCheck, slot: ValueSlot, types: number): AcpiStatus {
  const value = slot.get();
  if (value && isNode(value)) return 'AE_AML_OPERAND_TYPE';
  const type = acpi_ns_get_bitmapped_type(value);
  const byName = repairByName(check, value, type, slot.index);
  if (isStatus(byName)) return byName;
  if (byName) {
    slot.set(byName);
    return 'AE_OK';
  }
  if ((type & types) !== 0) return 'AE_OK';
  if (!value) {
    const filled = slot.index === NOT_AN_ELEMENT ? undefined : acpi_ns_repair_null_element(types);
    if (!filled) return 'AE_AML_NO_RETURN_VALUE';
    slot.set(filled);
    return 'AE_OK';
  }
  const converted = convert(check.acpi, value, types);
  if (!converted) return 'AE_AML_OPERAND_TYPE';
  slot.set(converted);
  return 'AE_OK';
}

/** Checks a value's type and repairs it where that is possible. */
export function acpi_ns_check_object_type(check: ReturnCheck, slot: ValueSlot, types: number): AcpiStatus {
  const value = slot.get();
  if (value && isNode(value)) return 'AE_AML_OPERAND_TYPE';
  const type = acpi_ns_get_bitmapped_type(value);
  if (type === 0) return 'AE_AML_OPERAND_TYPE';
  if ((type & types) === ACPI_RTYPE_REFERENCE) {
    return value instanceof ReferenceObject && value.class === 'name' ? 'AE_OK' : 'AE_AML_OPERAND_TYPE';
  }
  return acpi_ns_simple_repair(check, slot, types);
}

/** Shapes whose length varies: empty elements are left out. */
const VARIABLE_SHAPES: readonly (PackageShape | undefined)[] = [
  '1Var',
  '2',
  '2Count',
  '2PkgCount',
  '2Fixed',
  '2Min',
  '2RevFixed',
  '2FixVar',
];

export function acpi_ns_remove_null_elements(shape: PackageShape | undefined, holder: PackageObject): void {
  if (VARIABLE_SHAPES.includes(shape)) holder.elements = holder.elements.filter((element) => element !== undefined);
}
