/** Objects of the named operators. */
import { METHOD_ARG_COUNT, METHOD_SERIALIZED, METHOD_SYNC_SHIFT } from '../../aml/opcodes.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import {
  type AcpiNamespaceNode,
  EventObject,
  MethodObject,
  MutexObject,
  PowerResourceObject,
  ProcessorObject,
  RegionObject,
} from '../include/acobject.ts';
import type { ParseOp, WalkState } from '../include/acstruct.ts';
import {
  ACPI_TYPE_EVENT,
  ACPI_TYPE_LOCAL_ALIAS,
  ACPI_TYPE_LOCAL_METHOD_ALIAS,
  ACPI_TYPE_METHOD,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_POWER,
  ACPI_TYPE_PROCESSOR,
  ACPI_TYPE_REGION,
} from '../include/actypes.ts';
import { acpi_ns_attach_object } from '../namespace/nsutils.ts';

/** An alias of an alias stands for the same object. */
export function acpi_ex_create_alias(walk_state: WalkState, alias: AcpiNamespaceNode, name: AcpiNamespaceNode): void {
  const target = name.aliasOf ?? name;
  alias.type = target.type === ACPI_TYPE_METHOD ? ACPI_TYPE_LOCAL_METHOD_ALIAS : ACPI_TYPE_LOCAL_ALIAS;
  alias.aliasOf = target;
  walk_state.acpi.namespaceGeneration++;
}

export function acpi_ex_create_event(walk_state: WalkState, node: AcpiNamespaceNode): void {
  const semaphore = walk_state.acpi.os.acpi_os_create_semaphore(0xffff, 0);
  acpi_ns_attach_object(node, new EventObject(semaphore), ACPI_TYPE_EVENT);
}

export function acpi_ex_create_mutex(walk_state: WalkState, node: AcpiNamespaceNode, op: ParseOp): void {
  const semaphore = walk_state.acpi.os.acpi_os_create_semaphore(1, 1);
  acpi_ns_attach_object(node, new MutexObject(node, semaphore, op.data[0] ?? 0), ACPI_TYPE_MUTEX);
}

export function acpi_ex_create_region(node: AcpiNamespaceNode, spaceId: number): RegionObject {
  if (node.object instanceof RegionObject) return node.object;
  const region = new RegionObject(node, spaceId);
  acpi_ns_attach_object(node, region, ACPI_TYPE_REGION);
  return region;
}

export function acpi_ex_create_processor(node: AcpiNamespaceNode, op: ParseOp): void {
  const [procId = 0, address = 0, length = 0] = op.data;
  acpi_ns_attach_object(node, new ProcessorObject(procId, address, length), ACPI_TYPE_PROCESSOR);
}

export function acpi_ex_create_power_resource(node: AcpiNamespaceNode, op: ParseOp): void {
  const [systemLevel = 0, resourceOrder = 0] = op.data;
  acpi_ns_attach_object(node, new PowerResourceObject(systemLevel, resourceOrder), ACPI_TYPE_POWER);
}

/** The body lies between the operator's list start and its package's end. */
export function acpi_ex_create_method(walk_state: WalkState, node: AcpiNamespaceNode, op: ParseOp): AcpiStatus {
  const flags = op.data[0] ?? 0;
  const method = new MethodObject(walk_state.code, op.listStart, op.packageEnd, {
    paramCount: flags & METHOD_ARG_COUNT,
    syncLevel: (flags & METHOD_SERIALIZED) !== 0 ? flags >> METHOD_SYNC_SHIFT : undefined,
  });
  acpi_ns_attach_object(node, method, ACPI_TYPE_METHOD);
  return 'AE_OK';
}
