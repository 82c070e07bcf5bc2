/** Looks for one segment of a name. */

import type { OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { AcpiNamespaceNode } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { ACPI_TYPE_LOCAL_METHOD_ALIAS, ANOBJ_TEMPORARY } from '../include/actypes.ts';
import { acpi_ns_create_node, acpi_ns_install_node } from './nsalloc.ts';

/** How a lookup behaves; see acpi_ns_lookup. */
export interface LookupFlags {
  /** Go on in the scopes around when the name has a single segment (ACPI 6.4 §5.3). */
  readonly searchParent?: boolean;
  /** Make the name when it is not there. */
  readonly create?: boolean;
  readonly errorIfFound?: boolean;
  /** The node goes when the method ends. */
  readonly temporary?: boolean;
  /** Only the last segment may be made. */
  readonly prefixMustExist?: boolean;
}

export function acpi_ns_search_one_scope(name: string, parent: AcpiNamespaceNode): AcpiNamespaceNode | undefined {
  const node = parent.children?.get(name);
  return node?.type === ACPI_TYPE_LOCAL_METHOD_ALIAS ? node.aliasOf : node;
}

export function acpi_ns_search_parent_tree(name: string, node: AcpiNamespaceNode): AcpiNamespaceNode | undefined {
  for (let parent = node.parent; parent; parent = parent.parent) {
    const found = acpi_ns_search_one_scope(name, parent);
    if (found) return found;
  }
  return undefined;
}

export function acpi_ns_search_and_enter(
  acpi: AcpiGlobals,
  name: string,
  walk_state: WalkState | undefined,
  scope: AcpiNamespaceNode,
  type: number,
  flags: LookupFlags,
): OrStatus<AcpiNamespaceNode> {
  const found = acpi_ns_search_one_scope(name, scope);
  if (found) return flags.errorIfFound ? 'AE_ALREADY_EXISTS' : found;
  if (flags.searchParent) {
    const above = acpi_ns_search_parent_tree(name, scope);
    if (above) return above;
  }
  if (!flags.create) return 'AE_NOT_FOUND';
  const node = acpi_ns_create_node(name);
  if (flags.temporary) node.flags |= ANOBJ_TEMPORARY;
  acpi_ns_install_node(acpi, walk_state, scope, node, type);
  return node;
}
