/** The namespace's root, and names to nodes. */
import type { NamePath } from '../../aml/names.ts';
import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, IntegerObject, MethodObject, MutexObject, StringObject } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import {
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_INTEGER,
  ACPI_TYPE_LOCAL_ALIAS,
  ACPI_TYPE_LOCAL_SCOPE,
  ACPI_TYPE_METHOD,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_STRING,
  acpi_ns_opens_scope,
} from '../include/actypes.ts';
import type { NameInCode } from '../include/amlcode.ts';
import { acpi_ut_osi_implementation } from '../utilities/utosi.ts';
import { acpi_ns_create_node, acpi_ns_install_node } from './nsalloc.ts';
import { acpi_ns_search_and_enter, type LookupFlags } from './nssearch.ts';
import { acpi_ns_internalize_name, scopeOf } from './nsutils.ts';

/** Makes the names that exist before any table (ACPI 6.4 §5.3.1, and the obsolete ones that ACPICA keeps). */
export function acpi_ns_root_initialize(acpi: AcpiGlobals): void {
  const add = (name: string, type: number): AcpiNamespaceNode => {
    const node = acpi_ns_create_node(name);
    acpi_ns_install_node(acpi, undefined, acpi.rootNode, node, type);
    node.type = type;
    return node;
  };
  for (const name of ['_GPE', '_PR_']) add(name, ACPI_TYPE_LOCAL_SCOPE);
  add('_SB_', ACPI_TYPE_DEVICE);
  add('_SI_', ACPI_TYPE_LOCAL_SCOPE);
  add('_TZ_', ACPI_TYPE_DEVICE);
  add('_REV', ACPI_TYPE_INTEGER).object = new IntegerObject(2n);
  add('_OS_', ACPI_TYPE_STRING).object = new StringObject('Microsoft Windows NT');
  const lock = add('_GL_', ACPI_TYPE_MUTEX);
  acpi.globalLockMutex = new MutexObject(lock, acpi.os.acpi_os_create_semaphore(1, 1), 0);
  lock.object = acpi.globalLockMutex;
  const osi = new MethodObject(acpi.noCode, 0, 0, { paramCount: 1, syncLevel: undefined });
  osi.internal = acpi_ut_osi_implementation;
  add('_OSI', ACPI_TYPE_METHOD).object = osi;
}

/**
 * Finds or makes the node that a path means, seen from a scope.
 *
 * AE_NOT_FOUND when there is none, AE_ALREADY_EXISTS when it was to be made and is there.
 */
export function acpi_ns_lookup(
  acpi: AcpiGlobals,
  scope: AcpiNamespaceNode | undefined,
  path: NamePath,
  type: number,
  flags: LookupFlags,
  walk_state: WalkState | undefined,
): OrStatus<AcpiNamespaceNode> {
  let node = path.root || !scope ? acpi.rootNode : scopeOf(scope);
  for (let n = 0; n < path.parents; n++) {
    if (!node.parent) return 'AE_NOT_FOUND';
    node = node.parent;
  }
  const last = path.segments.length - 1;
  const searchParent = (flags.searchParent ?? false) && !path.root && path.parents === 0 && last === 0;
  for (let n = 0; n <= last; n++) {
    const name = path.segments[n] ?? '';
    const step: LookupFlags =
      n === last
        ? { ...flags, searchParent }
        : {
            create: (flags.create ?? false) && !flags.prefixMustExist,
            temporary: flags.temporary ?? false,
          };
    const found = acpi_ns_search_and_enter(acpi, name, walk_state, node, n === last ? type : 0, step);
    if (isStatus(found)) return found;
    node = found;
    if (n < last && node.type === ACPI_TYPE_LOCAL_ALIAS) {
      if (!node.aliasOf) return 'AE_NOT_EXIST';
      if (acpi_ns_opens_scope(node.aliasOf.type)) node = node.aliasOf;
    }
  }
  return node;
}

/** Finds what a name in running code means; remembers it until the namespace changes. */
export function lookupName(acpi: AcpiGlobals, scope: AcpiNamespaceNode, name: NameInCode): OrStatus<AcpiNamespaceNode> {
  if (name.node && name.scope === scope && name.generation === acpi.namespaceGeneration) return name.node;
  const found = acpi_ns_lookup(acpi, scope, name.path, 0, { searchParent: true }, undefined);
  if (isStatus(found)) return found;
  name.scope = scope;
  name.node = found;
  name.generation = acpi.namespaceGeneration;
  return found;
}

/** The node of an external path such as `\_SB.CPUS` or `_STA`, seen from a node. */
export function acpi_ns_get_node(
  acpi: AcpiGlobals,
  prefix: AcpiNamespaceNode | undefined,
  pathname: string | undefined,
  flags: LookupFlags = {},
): OrStatus<AcpiNamespaceNode> {
  if (pathname === undefined || pathname === '') return prefix ?? acpi.rootNode;
  const path = acpi_ns_internalize_name(pathname);
  if (!path) return 'AE_BAD_CHARACTER';
  // the prefix is the scope, whatever its type (ACPI_NS_PREFIX_IS_SCOPE is not set: a data object's scope is its parent)
  return acpi_ns_lookup(acpi, prefix, path, 0, flags, undefined);
}
