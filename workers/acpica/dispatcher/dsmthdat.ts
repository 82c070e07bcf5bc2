/** Locals and arguments of a method. */
import type { OrStatus } from '../include/acexcep.ts';
import { type AcpiOperandObject, IntegerObject, isNode, ReferenceObject } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { acpi_ut_copy_iobject_to_iobject } from '../utilities/utcopy.ts';

/** Value of a local or argument. One that was never set is 0 in Linux's mode and an exception otherwise. */
export function acpi_ds_method_data_get_value(
  walk_state: WalkState,
  kind: 'local' | 'arg',
  index: number,
): OrStatus<AcpiOperandObject> {
  const node = walk_state.variable(kind, index);
  if (!node.object) {
    if (!walk_state.acpi.options.enableInterpreterSlack) {
      return kind === 'arg' ? 'AE_AML_UNINITIALIZED_ARG' : 'AE_AML_UNINITIALIZED_LOCAL';
    }
    node.object = new IntegerObject(0n);
  }
  return node.object;
}

/**
 * Stores into a local or argument. False, with nothing stored, for an argument that holds a reference made by RefOf:
 * what that refers to is to be written instead.
 *
 * `fresh`: nothing else holds the object, it needs no copy.
 */
export function acpi_ds_store_object_to_local(
  walk_state: WalkState,
  kind: 'local' | 'arg',
  index: number,
  object: AcpiOperandObject,
  fresh: boolean,
): boolean {
  const node = walk_state.variable(kind, index);
  const current = node.object;
  if (current === object) return true;
  if (kind === 'arg' && current instanceof ReferenceObject && current.class === 'refof') {
    if (current.object && isNode(current.object)) return false;
  }
  node.object = fresh ? object : acpi_ut_copy_iobject_to_iobject(walk_state.acpi, object);
  return true;
}
