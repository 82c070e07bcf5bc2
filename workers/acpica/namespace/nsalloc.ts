/** Nodes come and go. */
import type { AcpiGlobals } from '../include/acglobal.ts';
import { AcpiNamespaceNode } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { ACPI_TYPE_ANY, ACPI_TYPE_LOCAL_SCOPE } from '../include/actypes.ts';

export const acpi_ns_create_node = (name: string): AcpiNamespaceNode => new AcpiNamespaceNode(name, ACPI_TYPE_ANY);

/** Puts a node behind its parent's other children. */
export function acpi_ns_install_node(
  acpi: AcpiGlobals,
  walk_state: WalkState | undefined,
  parent: AcpiNamespaceNode,
  node: AcpiNamespaceNode,
  type: number,
): void {
  if (walk_state) {
    node.ownerId = walk_state.ownerId;
    // a method that makes names outside itself has to clean them up when it ends
    if (!walk_state.moduleLevel && parent !== walk_state.methodNode) walk_state.methodDesc.modifiedNamespace = true;
  }
  node.parent = parent;
  node.type = type === ACPI_TYPE_LOCAL_SCOPE ? ACPI_TYPE_ANY : type;
  parent.children ??= new Map();
  parent.children.set(node.name, node);
  acpi.namespaceGeneration++;
}

/** Takes a node out, and all below it. */
export function acpi_ns_remove_node(acpi: AcpiGlobals, node: AcpiNamespaceNode): void {
  acpi_ns_delete_namespace_subtree(acpi, node);
  node.parent?.children?.delete(node.name);
  node.object = undefined;
  node.handlers = undefined;
  node.deleted = true;
  acpi.namespaceGeneration++;
}

/** Deletes everything below a node. */
export function acpi_ns_delete_namespace_subtree(acpi: AcpiGlobals, node: AcpiNamespaceNode): void {
  if (!node.children) return;
  for (const child of [...node.children.values()]) acpi_ns_remove_node(acpi, child);
  node.children = undefined;
}

/** Deletes all nodes that one table or method made. */
export function acpi_ns_delete_namespace_by_owner(acpi: AcpiGlobals, ownerId: number): void {
  if (ownerId === 0) return;
  const visit = (node: AcpiNamespaceNode): void => {
    for (const child of node.children ? [...node.children.values()] : []) {
      if (child.ownerId === ownerId) acpi_ns_remove_node(acpi, child);
      else visit(child);
    }
  };
  visit(acpi.rootNode);
}
