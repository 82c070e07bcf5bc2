/** Names in packages mean what they mean when they are looked up: at once in a method, after loading in a table. */
import { formatNamePath } from '../../aml/names.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ex_resolve_node_to_value, unalias } from '../executer/exresnte.ts';
import { isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { isNode, PackageObject, ReferenceObject } from '../include/acobject.ts';
import { ACPI_TYPE_ANY } from '../include/actypes.ts';
import { acpi_ns_lookup } from '../namespace/nsaccess.ts';
import { ACPI_ERROR, ACPI_EXCEPTION } from '../utilities/uterror.ts';

/** Objects that stay references to their name when they stand in a package. */
const staysReference = (type: number): boolean =>
  type === 0x06 || // Device
  type === 0x0d || // Thermal
  type === 0x08 || // Method
  type === 0x09 || // Mutex
  type === 0x0b || // Power
  type === 0x0c || // Processor
  type === 0x07 || // Event
  type === 0x0a; // Region

/** Looks up one element. A name that is not there becomes an empty element, with a message. */
function* acpi_ds_resolve_package_element(acpi: AcpiGlobals, holder: PackageObject, index: number): Co {
  const element = holder.elements[index];
  if (!(element instanceof ReferenceObject) || element.class !== 'name' || !element.path) return;
  const found = acpi_ns_lookup(acpi, element.node, element.path, ACPI_TYPE_ANY, { searchParent: true }, undefined);
  if (isStatus(found)) {
    const name = formatNamePath(element.path);
    yield* ACPI_EXCEPTION(acpi, found, `While resolving a named reference package element - ${name}`);
    holder.elements[index] = undefined;
    return;
  }
  if (found.type === ACPI_TYPE_ANY) {
    const scope = element.node?.name ?? '';
    yield* ACPI_ERROR(acpi, `Could not resolve named package element [${found.name}] in [${scope}]`);
    holder.elements[index] = undefined;
    return;
  }
  const node = unalias(found);
  element.path = undefined;
  element.node = node;
  const value = yield* acpi_ex_resolve_node_to_value(acpi, node);
  if (isStatus(value) || isNode(value) || staysReference(node.type)) return;
  holder.elements[index] = value;
}

/** Looks up all names in a package and in the packages within. */
export function* acpi_ds_resolve_package(acpi: AcpiGlobals, holder: PackageObject): Co {
  if (holder.resolved) return;
  holder.resolved = true;
  const { elements } = holder;
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index];
    // most of a variable-length package is empty
    if (element === undefined) continue;
    if (element instanceof PackageObject) yield* acpi_ds_resolve_package(acpi, element);
    else if (element instanceof ReferenceObject) yield* acpi_ds_resolve_package_element(acpi, holder, index);
  }
}
