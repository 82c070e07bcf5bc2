/** Nodes and their paths. */
import { type NamePath, parseNamePath } from '../../aml/names.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { AcpiNamespaceNode, AcpiOperandObject } from '../include/acobject.ts';
import { acpi_ns_opens_scope } from '../include/actypes.ts';

export const acpi_ns_get_type = (node: AcpiNamespaceNode): number => node.type;

export const acpi_ns_get_attached_object = (node: AcpiNamespaceNode): AcpiOperandObject | undefined => node.object;

/** `\_SB_.CPUS`, `\` for the root; segments with their padding. */
export function acpi_ns_get_external_pathname(acpi: AcpiGlobals, node: AcpiNamespaceNode): string {
  const segments: string[] = [];
  let at: AcpiNamespaceNode | undefined = node;
  while (at && at !== acpi.rootNode) {
    segments.unshift(at.name);
    at = at.parent;
  }
  return `\\${segments.join('.')}`;
}

/** `\_SB.CPUS`: without the padding. Messages and the kernel's sysfs show paths so. */
export const acpi_ns_get_normalized_pathname = (acpi: AcpiGlobals, node: AcpiNamespaceNode): string =>
  acpi_ns_get_external_pathname(acpi, node).replace(/_+(?=\.|$)/g, (run, at: number, all: string) =>
    all[at - 1] === '.' || all[at - 1] === '\\' ? run : '',
  );

/** Parses an external path. `\` and the empty string are paths without segments. */
export const acpi_ns_internalize_name = (text: string): NamePath | undefined => parseNamePath(text);

/** The innermost scope around a node that can have children. */
export function scopeOf(node: AcpiNamespaceNode): AcpiNamespaceNode {
  let at = node;
  while (at.parent && at.type !== 0 && !acpi_ns_opens_scope(at.type)) at = at.parent;
  return at;
}

export function acpi_ns_attach_object(node: AcpiNamespaceNode, object: AcpiOperandObject, type: number): void {
  node.object = object;
  node.type = type;
}

export function acpi_ns_detach_object(node: AcpiNamespaceNode): void {
  node.object = undefined;
  node.type = 0;
}
