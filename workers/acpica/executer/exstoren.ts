/** Storing data into an object that keeps its type. */
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import { type AcpiOperandObject, BufferObject, IntegerObject, StringObject } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { acpi_ut_copy_iobject_to_iobject } from '../utilities/utcopy.ts';
import { acpi_ex_truncate_for32bit_table } from '../utilities/utmath.ts';
import { acpi_ex_convert_to_buffer, acpi_ex_convert_to_integer, acpi_ex_convert_to_string } from './exconvrt.ts';

/** The source as the target's type, where the operator converts; otherwise the source itself. */
function acpi_ex_convert_to_target_type(
  walk_state: WalkState,
  source: AcpiOperandObject,
  target: AcpiOperandObject,
): OrStatus<AcpiOperandObject> {
  const { acpi } = walk_state;
  const kinds = walk_state.opInfo?.operands ?? [];
  switch (kinds[kinds.length - 1]) {
    case 'simpleTarget':
    case 'fixedTarget':
      return source;
    case 'target':
    case 'storeTarget': {
      const converted: OrStatus<AcpiOperandObject> =
        target instanceof IntegerObject
          ? acpi_ex_convert_to_integer(acpi, source, true)
          : target instanceof StringObject
            ? acpi_ex_convert_to_string(acpi, source, 'implicit')
            : acpi_ex_convert_to_buffer(acpi, source);
      return converted === 'AE_TYPE' ? source : converted;
    }
    case 'reference':
      return source;
    default:
      return 'AE_AML_INTERNAL';
  }
}

/** A Buffer keeps its length: what is too long is cut, what is too short filled with 0. An empty one takes the source's. */
function acpi_ex_store_buffer_to_buffer(source: BufferObject, target: BufferObject): AcpiStatus {
  if (source === target) return 'AE_OK';
  if (target.bytes.length === 0) {
    target.bytes = source.bytes.slice();
  } else {
    target.bytes.fill(0);
    target.bytes.set(source.bytes.subarray(0, target.bytes.length));
  }
  return 'AE_OK';
}

/**
 * Stores into an object of type Integer, String or Buffer. Returns what the name holds afterwards: the same object,
 * or the source itself when its type replaces the old one.
 */
export function acpi_ex_store_object_to_object(
  walk_state: WalkState,
  source: AcpiOperandObject,
  target: AcpiOperandObject | undefined,
): OrStatus<AcpiOperandObject> {
  if (!target) return acpi_ut_copy_iobject_to_iobject(walk_state.acpi, source);
  let value = source;
  if (source.type !== target.type) {
    const converted = acpi_ex_convert_to_target_type(walk_state, source, target);
    if (isStatus(converted) || converted === source) return converted;
    value = converted;
  }
  if (target instanceof IntegerObject && value instanceof IntegerObject) {
    target.value = value.value;
    acpi_ex_truncate_for32bit_table(walk_state.acpi, target);
  } else if (target instanceof StringObject && value instanceof StringObject) {
    target.value = value.value;
  } else if (target instanceof BufferObject && value instanceof BufferObject) {
    acpi_ex_store_buffer_to_buffer(value, target);
  } else {
    return 'AE_NOT_IMPLEMENTED';
  }
  return target;
}
