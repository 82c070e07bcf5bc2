/** Types, parents and children for drivers. */
import type { OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { AcpiNamespaceNode } from '../include/acobject.ts';
import { ACPI_TYPE_ANY } from '../include/actypes.ts';

/** An ACPI_TYPE_ constant. */
export const acpi_get_type = (node: AcpiNamespaceNode): number => node.type;

/** AE_NULL_ENTRY for the root. */
export const acpi_get_parent = (acpi: AcpiGlobals, node: AcpiNamespaceNode): OrStatus<AcpiNamespaceNode> =>
  node === acpi.rootNode ? 'AE_NULL_ENTRY' : (node.parent ?? 'AE_NULL_ENTRY');

/** The next child of a type behind `child` (undefined: the first). AE_NOT_FOUND behind the last. */
export function acpi_get_next_object(
  type: number,
  parent: AcpiNamespaceNode,
  child: AcpiNamespaceNode | undefined,
): OrStatus<AcpiNamespaceNode> {
  const children = parent.children ? [...parent.children.values()] : [];
  const start = child ? children.indexOf(child) + 1 : 0;
  return children.slice(start).find((node) => type === ACPI_TYPE_ANY || node.type === type) ?? 'AE_NOT_FOUND';
}
