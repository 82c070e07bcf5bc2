/** A name's value. */
import type { Co } from '../../sim/coroutine.ts';
import type { OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, type AcpiOperand, isField, ReferenceObject } from '../include/acobject.ts';
import {
  ACPI_TYPE_BUFFER,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_EVENT,
  ACPI_TYPE_INTEGER,
  ACPI_TYPE_LOCAL_REFERENCE,
  ACPI_TYPE_METHOD,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_PACKAGE,
  ACPI_TYPE_POWER,
  ACPI_TYPE_PROCESSOR,
  ACPI_TYPE_REGION,
  ACPI_TYPE_STRING,
  ACPI_TYPE_THERMAL,
  ANOBJ_METHOD_ARG,
  ANOBJ_METHOD_LOCAL,
} from '../include/actypes.ts';
import { acpi_ex_read_data_from_field } from './exfield.ts';

/** What an alias stands for, or the node itself. */
export const unalias = (node: AcpiNamespaceNode): AcpiNamespaceNode => node.aliasOf ?? node;

/** The object that a name holds; a field is read. Devices, thermal zones, methods, locals and arguments stay nodes. */
export function* acpi_ex_resolve_node_to_value(acpi: AcpiGlobals, name: AcpiNamespaceNode): Co<OrStatus<AcpiOperand>> {
  const node = unalias(name);
  const { object } = node;
  if (
    node.type === ACPI_TYPE_DEVICE ||
    node.type === ACPI_TYPE_THERMAL ||
    node.type === ACPI_TYPE_METHOD ||
    (node.flags & (ANOBJ_METHOD_ARG | ANOBJ_METHOD_LOCAL)) !== 0
  ) {
    return node;
  }
  if (!object) return 'AE_AML_UNINITIALIZED_NODE';
  if (isField(object)) return yield* acpi_ex_read_data_from_field(acpi, object);
  switch (node.type) {
    case ACPI_TYPE_PACKAGE:
    case ACPI_TYPE_BUFFER:
    case ACPI_TYPE_STRING:
    case ACPI_TYPE_INTEGER:
      return object.type === node.type ? object : 'AE_AML_OPERAND_TYPE';
    case ACPI_TYPE_MUTEX:
    case ACPI_TYPE_POWER:
    case ACPI_TYPE_PROCESSOR:
    case ACPI_TYPE_EVENT:
    case ACPI_TYPE_REGION:
      return object;
    case ACPI_TYPE_LOCAL_REFERENCE:
      return object instanceof ReferenceObject &&
        (object.class === 'table' || object.class === 'refof' || object.class === 'index')
        ? object
        : 'AE_AML_OPERAND_TYPE';
    default:
      return 'AE_AML_OPERAND_TYPE';
  }
}
