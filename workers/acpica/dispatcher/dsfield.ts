/** Field, BankField, IndexField and the CreateField family. */
import { AML_BANK_FIELD_OP, AML_FIELD_OP, FIELD_LIST } from '../../aml/opcodes.ts';
import { acpi_ex_prep_common_field_object } from '../executer/exprep.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import {
  type AcpiNamespaceNode,
  BankFieldObject,
  BufferFieldObject,
  BufferObject,
  type FieldObject,
  IndexFieldObject,
  isField,
  RegionFieldObject,
  RegionObject,
} from '../include/acobject.ts';
import type { ParseOp, WalkState } from '../include/acstruct.ts';
import {
  ACPI_ADR_SPACE_EC,
  ACPI_TYPE_BUFFER_FIELD,
  ACPI_TYPE_LOCAL_BANK_FIELD,
  ACPI_TYPE_LOCAL_INDEX_FIELD,
  ACPI_TYPE_LOCAL_REGION_FIELD,
} from '../include/actypes.ts';
import { packageLength } from '../include/amlcode.ts';
import { acpi_ns_lookup } from '../namespace/nsaccess.ts';
import { acpi_ns_attach_object } from '../namespace/nsutils.ts';

/** What the entries of a field list say, one named field at a time. */
interface FieldEntry {
  readonly name: string;
  readonly bitPosition: number;
  readonly bitLength: number;
  readonly fieldFlags: number;
  readonly attribute: number;
  readonly accessLength: number;
  /** Connection(): bytes of a resource descriptor, or a name. */
  readonly connection: Uint8Array | undefined;
  readonly connectionName: string | undefined;
  /** Fields since the last Connection(). */
  readonly pinNumberIndex: number;
}

const MAX_BITS = 0xffff_ffff;

/** Reads the entries between two offsets. AE_SUPPORT for offsets beyond 32 bits. */
function fieldEntries(walk_state: WalkState, op: ParseOp, flags: number): OrStatus<FieldEntry[]> {
  const { code } = walk_state;
  const { bytes } = code;
  const entries: FieldEntry[] = [];
  let at = op.listStart;
  let position = 0;
  let fieldFlags = flags;
  let attribute = 0;
  let accessLength = 0;
  let pinNumberIndex = 0;
  let connection: Uint8Array | undefined;
  let connectionName: string | undefined;
  while (at < op.packageEnd) {
    const lead = bytes[at] ?? 0;
    if (lead === FIELD_LIST.reserved) {
      const { length, next } = packageLength(bytes, at + 1);
      position += length;
      at = next;
    } else if (lead === FIELD_LIST.access || lead === FIELD_LIST.extendedAccess) {
      const extended = lead === FIELD_LIST.extendedAccess;
      fieldFlags = (fieldFlags & ~0x0f) | ((bytes[at + 1] ?? 0) & 0x07);
      attribute = bytes[at + 2] ?? 0;
      accessLength = extended ? (bytes[at + 3] ?? 0) : 0;
      at += extended ? 4 : 3;
    } else if (lead === FIELD_LIST.connect) {
      pinNumberIndex = 0;
      connection = undefined;
      connectionName = undefined;
      if (bytes[at + 1] === 0x11) {
        const { length, next } = packageLength(bytes, at + 2);
        const sizeLength = ({ 10: 1, 11: 2, 12: 4 } as Record<number, number>)[bytes[next] ?? 0] ?? 0;
        const size = code.number(next + 1, sizeLength);
        connection = bytes.slice(next + 1 + sizeLength, next + 1 + sizeLength + size);
        at = at + 2 + length;
      } else {
        const name = code.nameAt(at + 1);
        if (!name) return 'AE_AML_BAD_OPCODE';
        connectionName = name.path.segments[name.path.segments.length - 1];
        at = name.next;
      }
    } else {
      const name = String.fromCharCode(...bytes.subarray(at, at + 4));
      const { length, next } = packageLength(bytes, at + 4);
      entries.push({
        name,
        bitPosition: position,
        bitLength: length,
        fieldFlags,
        attribute,
        accessLength,
        connection,
        connectionName,
        pinNumberIndex,
      });
      position += length;
      pinNumberIndex++;
      at = next;
    }
    if (position > MAX_BITS) return 'AE_SUPPORT';
  }
  return entries;
}

/** Makes the node of one field; a name that is there already is used as it is. */
function fieldNode(walk_state: WalkState, name: string, type: number): OrStatus<AcpiNamespaceNode> {
  const path = { root: false, parents: 0, segments: [name] };
  const flags = { create: true, errorIfFound: true, temporary: !walk_state.moduleLevel };
  const node = acpi_ns_lookup(walk_state.acpi, walk_state.scope, path, type, flags, walk_state);
  if (node !== 'AE_ALREADY_EXISTS') return node;
  return acpi_ns_lookup(walk_state.acpi, walk_state.scope, path, type, {}, walk_state);
}

type NewField = (node: AcpiNamespaceNode, entry: FieldEntry) => OrStatus<FieldObject>;

/** Makes all fields of a list. */
function makeFields(walk_state: WalkState, op: ParseOp, type: number, newField: NewField): AcpiStatus {
  const entries = fieldEntries(walk_state, op, op.data[0] ?? 0);
  if (isStatus(entries)) return entries;
  const nodes: AcpiNamespaceNode[] = [];
  for (const { name } of entries) {
    const node = fieldNode(walk_state, name, type);
    if (isStatus(node)) return node;
    nodes.push(node);
  }
  for (const [n, entry] of entries.entries()) {
    const node = nodes[n];
    if (!node || node.object) continue;
    const field = newField(node, entry);
    if (isStatus(field)) return field;
    const status = acpi_ex_prep_common_field_object(
      field,
      entry.fieldFlags,
      entry.attribute,
      entry.bitPosition,
      entry.bitLength,
    );
    if (status !== 'AE_OK') return status;
    field.accessLength = entry.accessLength;
    finishField(field, entry);
    acpi_ns_attach_object(node, field, type);
  }
  return 'AE_OK';
}

/** What depends on the access width. */
function finishField(field: FieldObject, entry: FieldEntry): void {
  if (field instanceof IndexFieldObject) {
    const width = field.accessByteWidth;
    field.value = Math.floor(Math.floor(entry.bitPosition / 8) / width) * width;
  }
  if (field instanceof RegionFieldObject && field.region.spaceId === ACPI_ADR_SPACE_EC && field.bitLength > 8) {
    const bytes = Math.ceil(field.bitLength / 8);
    if (bytes < 256) field.accessByteWidth = bytes;
  }
}

const attachedField = (node: AcpiNamespaceNode | undefined): FieldObject | undefined =>
  node?.object && isField(node.object) ? node.object : undefined;

/** Field, BankField or IndexField. `nodes`: the region, the region and the bank register, or index and data register. */
export function acpi_ds_create_field(
  walk_state: WalkState,
  op: ParseOp,
  nodes: readonly (AcpiNamespaceNode | undefined)[],
  bankValue: bigint,
): AcpiStatus {
  const [first, second] = nodes;
  if (op.info.code === AML_FIELD_OP) {
    return makeFields(walk_state, op, ACPI_TYPE_LOCAL_REGION_FIELD, (node, entry) => {
      if (!(first?.object instanceof RegionObject)) return 'AE_AML_OPERAND_TYPE';
      const field = new RegionFieldObject(node, first.object);
      field.pinNumberIndex = entry.pinNumberIndex;
      field.resourceBuffer = entry.connection ?? connectionOf(walk_state, entry.connectionName);
      return field;
    });
  }
  if (op.info.code === AML_BANK_FIELD_OP) {
    return makeFields(walk_state, op, ACPI_TYPE_LOCAL_BANK_FIELD, (node) => {
      const bank = attachedField(second);
      if (!(first?.object instanceof RegionObject) || !bank) return 'AE_AML_OPERAND_TYPE';
      const field = new BankFieldObject(node, first.object, bank);
      field.value = bankValue & 0xffff_ffffn;
      return field;
    });
  }
  return makeFields(walk_state, op, ACPI_TYPE_LOCAL_INDEX_FIELD, (node) => {
    const index = attachedField(first);
    const data = attachedField(second);
    return index && data ? new IndexFieldObject(node, index, data) : 'AE_AML_INTERNAL';
  });
}

function connectionOf(walk_state: WalkState, name: string | undefined): Uint8Array | undefined {
  if (!name) return undefined;
  const path = { root: false, parents: 0, segments: [name] };
  const node = acpi_ns_lookup(walk_state.acpi, walk_state.scope, path, 0, { searchParent: true }, undefined);
  return !isStatus(node) && node.object instanceof BufferObject ? node.object.bytes : undefined;
}

/** The empty object of a CreateField operator; its place in the buffer comes with the operands. */
export function acpi_ds_create_buffer_field(node: AcpiNamespaceNode): BufferFieldObject | undefined {
  if (node.object) return node.object instanceof BufferFieldObject ? node.object : undefined;
  const field = new BufferFieldObject(node);
  acpi_ns_attach_object(node, field, ACPI_TYPE_BUFFER_FIELD);
  return field;
}
