/** Named operators: their nodes when the name is met, their objects when all has been parsed. */
import {
  AML_ALIAS_OP,
  AML_BANK_FIELD_OP,
  AML_DATA_REGION_OP,
  AML_DEVICE_OP,
  AML_EVENT_OP,
  AML_EXTERNAL_OP,
  AML_METHOD_OP,
  AML_MUTEX_OP,
  AML_NAME_OP,
  AML_POWER_RESOURCE_OP,
  AML_PROCESSOR_OP,
  AML_REGION_OP,
  AML_SCOPE_OP,
  AML_THERMAL_ZONE_OP,
} from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ev_initialize_region } from '../events/evregion.ts';
import {
  acpi_ex_create_alias,
  acpi_ex_create_event,
  acpi_ex_create_method,
  acpi_ex_create_mutex,
  acpi_ex_create_power_resource,
  acpi_ex_create_processor,
  acpi_ex_create_region,
} from '../executer/excreate.ts';
import { integerOf } from '../executer/exoparg1.ts';
import { acpi_ex_resolve_operands } from '../executer/exresop.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import { type AcpiNamespaceNode, BufferFieldObject, isNode, type RegionObject } from '../include/acobject.ts';
import type { ParseOp, WalkState } from '../include/acstruct.ts';
import {
  ACPI_ADR_SPACE_DATA_TABLE,
  ACPI_TYPE_ANY,
  ACPI_TYPE_BUFFER,
  ACPI_TYPE_BUFFER_FIELD,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_EVENT,
  ACPI_TYPE_INTEGER,
  ACPI_TYPE_LOCAL_ALIAS,
  ACPI_TYPE_LOCAL_SCOPE,
  ACPI_TYPE_METHOD,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_POWER,
  ACPI_TYPE_PROCESSOR,
  ACPI_TYPE_REGION,
  ACPI_TYPE_STRING,
  ACPI_TYPE_THERMAL,
  acpi_ns_opens_scope,
} from '../include/actypes.ts';
import type { NameInCode } from '../include/amlcode.ts';
import { acpi_ns_lookup } from '../namespace/nsaccess.ts';
import { acpi_ns_remove_node } from '../namespace/nsalloc.ts';
import { acpi_ns_attach_object } from '../namespace/nsutils.ts';
import { acpi_ds_create_buffer_field, acpi_ds_create_field } from './dsfield.ts';
import {
  acpi_ds_eval_region_operands,
  acpi_ds_eval_table_region_operands,
  acpi_ds_init_buffer_field,
} from './dsopcode.ts';

/** Type that the node of a named operator gets. */
const NODE_TYPES: Readonly<Record<number, number>> = {
  [AML_ALIAS_OP]: ACPI_TYPE_LOCAL_ALIAS,
  [AML_NAME_OP]: ACPI_TYPE_ANY,
  [AML_SCOPE_OP]: ACPI_TYPE_LOCAL_SCOPE,
  [AML_METHOD_OP]: ACPI_TYPE_METHOD,
  [AML_MUTEX_OP]: ACPI_TYPE_MUTEX,
  [AML_EVENT_OP]: ACPI_TYPE_EVENT,
  [AML_REGION_OP]: ACPI_TYPE_REGION,
  [AML_DATA_REGION_OP]: ACPI_TYPE_REGION,
  [AML_DEVICE_OP]: ACPI_TYPE_DEVICE,
  [AML_PROCESSOR_OP]: ACPI_TYPE_PROCESSOR,
  [AML_POWER_RESOURCE_OP]: ACPI_TYPE_POWER,
  [AML_THERMAL_ZONE_OP]: ACPI_TYPE_THERMAL,
};

const nodeType = (op: ParseOp): number => NODE_TYPES[op.info.code] ?? ACPI_TYPE_ANY;

/** True for the operators in whose package names are made below the object. */
export const opensScope = (op: ParseOp): boolean => op.info.class === 'named' && acpi_ns_opens_scope(nodeType(op));

/** The target of Scope: what is there already, and may have names below it. */
function scopeTarget(walk_state: WalkState, name: NameInCode): OrStatus<AcpiNamespaceNode> {
  const { acpi } = walk_state;
  const found = acpi_ns_lookup(acpi, walk_state.scope, name.path, 0, { searchParent: true }, undefined);
  if (isStatus(found)) return found;
  const node = found.aliasOf ?? found;
  switch (node.type) {
    case ACPI_TYPE_ANY:
    case ACPI_TYPE_LOCAL_SCOPE:
    case ACPI_TYPE_DEVICE:
    case ACPI_TYPE_POWER:
    case ACPI_TYPE_PROCESSOR:
    case ACPI_TYPE_THERMAL:
      return node;
    case ACPI_TYPE_INTEGER:
    case ACPI_TYPE_STRING:
    case ACPI_TYPE_BUFFER:
      // old firmware opens scopes on data: the data is lost
      node.type = ACPI_TYPE_ANY;
      acpi.namespaceGeneration++;
      return node;
    default:
      return 'AE_AML_OPERAND_TYPE';
  }
}

/** The name of a named operator was met: finds or makes its node, and opens its scope. */
export function acpi_ds_load2_begin_op(walk_state: WalkState, op: ParseOp, name: NameInCode): AcpiStatus {
  const { acpi, moduleLevel } = walk_state;
  const { code } = op.info;
  // an External declares nothing: the name may come with another table, or never
  if (code === AML_EXTERNAL_OP) return 'AE_OK';
  let node: OrStatus<AcpiNamespaceNode>;
  if (code === AML_SCOPE_OP) node = scopeTarget(walk_state, name);
  else {
    const flags = { create: true, errorIfFound: true, temporary: !moduleLevel, prefixMustExist: true };
    node = acpi_ns_lookup(acpi, walk_state.scope, name.path, nodeType(op), flags, walk_state);
  }
  if (isStatus(node)) return node;
  op.node = node;
  if (opensScope(op)) {
    walk_state.scopes.push(node);
    op.scopePushed = true;
  }
  return 'AE_OK';
}

/** The name of a CreateField operator is made when its operands have been parsed. */
function bufferFieldNode(walk_state: WalkState, name: NameInCode): OrStatus<AcpiNamespaceNode> {
  const flags = { create: true, errorIfFound: true, temporary: !walk_state.moduleLevel };
  return acpi_ns_lookup(walk_state.acpi, walk_state.scope, name.path, ACPI_TYPE_BUFFER_FIELD, flags, walk_state);
}

/** A CreateField operator is complete. */
export function* endCreateField(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  const name = walk_state.code.nameAt(op.listStart);
  if (!name) return 'AE_AML_NO_OPERAND';
  const node = bufferFieldNode(walk_state, name);
  if (isStatus(node)) return node;
  const field = acpi_ds_create_buffer_field(node);
  if (!(field instanceof BufferFieldObject)) return 'AE_AML_OPERAND_TYPE';
  const kinds = op.info.operands.slice(0, -1);
  const status = yield* acpi_ex_resolve_operands(walk_state, op.operands, kinds);
  if (status !== 'AE_OK') return status;
  return yield* acpi_ds_init_buffer_field(walk_state, op.info.code, field, op.operands);
}

/** A Field, BankField or IndexField is complete. Its operands are the nodes that it names, then the bank value. */
export function* endField(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  const nodes = op.operands.filter((operand) => operand !== undefined && isNode(operand)) as AcpiNamespaceNode[];
  let bankValue = 0n;
  if (op.info.code === AML_BANK_FIELD_OP) {
    const values = op.operands.filter((operand) => operand !== undefined && !isNode(operand));
    const status = yield* acpi_ex_resolve_operands(walk_state, values, op.info.operands);
    if (status !== 'AE_OK') return status;
    bankValue = integerOf(values[0]);
  }
  return acpi_ds_create_field(walk_state, op, nodes, bankValue);
}

function* endRegion(walk_state: WalkState, op: ParseOp, node: AcpiNamespaceNode): Co<AcpiStatus> {
  const isTable = op.info.code === AML_DATA_REGION_OP;
  const spaceId = isTable ? ACPI_ADR_SPACE_DATA_TABLE : (op.data[0] ?? 0);
  const region: RegionObject = acpi_ex_create_region(node, spaceId);
  let status = yield* acpi_ev_initialize_region(walk_state.acpi, region);
  if (status === 'AE_OK') status = yield* acpi_ex_resolve_operands(walk_state, op.operands, op.info.operands);
  if (status === 'AE_OK') {
    status = isTable
      ? acpi_ds_eval_table_region_operands(walk_state, region, op.operands)
      : yield* acpi_ds_eval_region_operands(walk_state, region, op.operands);
  }
  // a region whose place is not known is no region
  if (status !== 'AE_OK') acpi_ns_remove_node(walk_state.acpi, node);
  return status;
}

/** A named operator is complete: makes its object and closes its scope. */
export function* acpi_ds_load2_end_op(walk_state: WalkState, op: ParseOp): Co<AcpiStatus> {
  if (op.scopePushed) {
    walk_state.scopes.pop();
    op.scopePushed = false;
  }
  const { node } = op;
  if (!node) return 'AE_OK';
  switch (op.info.code) {
    case AML_NAME_OP: {
      const [value] = op.operands;
      if (!node.object && value && !isNode(value)) acpi_ns_attach_object(node, value, value.type);
      return 'AE_OK';
    }
    case AML_METHOD_OP:
      return node.object ? 'AE_OK' : acpi_ex_create_method(walk_state, node, op);
    case AML_REGION_OP:
    case AML_DATA_REGION_OP:
      return yield* endRegion(walk_state, op, node);
    case AML_MUTEX_OP:
      acpi_ex_create_mutex(walk_state, node, op);
      return 'AE_OK';
    case AML_EVENT_OP:
      acpi_ex_create_event(walk_state, node);
      return 'AE_OK';
    case AML_PROCESSOR_OP:
      acpi_ex_create_processor(node, op);
      return 'AE_OK';
    case AML_POWER_RESOURCE_OP:
      acpi_ex_create_power_resource(node, op);
      return 'AE_OK';
    case AML_ALIAS_OP: {
      const [target] = op.operands;
      if (!target || !isNode(target)) return 'AE_AML_NO_OPERAND';
      acpi_ex_create_alias(walk_state, node, target);
      return 'AE_OK';
    }
    default:
      return 'AE_OK';
  }
}
