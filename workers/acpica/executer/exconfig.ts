/** Tables that AML loads: Load, LoadTable, Unload. */
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ev_address_space_dispatch } from '../events/evregion.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiOperand,
  BufferObject,
  IntegerObject,
  ReferenceObject,
  RegionObject,
  StringObject,
} from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { ACPI_ADR_SPACE_SYSTEM_MEMORY, ACPI_READ, ACPI_UINT64_MAX } from '../include/actypes.ts';
import { acpi_ns_get_node } from '../namespace/nsaccess.ts';
import { acpi_ns_delete_namespace_by_owner } from '../namespace/nsalloc.ts';
import { ACPI_INFO } from '../utilities/uterror.ts';
import { acpi_ex_store } from './exstore.ts';

const HEADER_LENGTH = 36;

const headerText = (bytes: Uint8Array, at: number, length: number): string => {
  let text = '';
  for (const byte of bytes.subarray(at, at + length)) if (byte !== 0) text += String.fromCharCode(byte);
  return text;
};

/** Number of the installed table with this signature and these ids (trailing NULs and empty strings match anything). */
export function acpi_tb_find_table(
  acpi: AcpiGlobals,
  signature: string,
  oemId: string,
  oemTableId: string,
): OrStatus<number> {
  const found = acpi.tables.findIndex(
    (table) =>
      table.signature === signature &&
      (oemId === '' || headerText(table.bytes, 10, 6) === oemId) &&
      (oemTableId === '' || headerText(table.bytes, 16, 8) === oemTableId),
  );
  return found < 0 ? 'AE_NOT_FOUND' : found;
}

function* loadInstalled(acpi: AcpiGlobals, index: number, parent: AcpiGlobals['rootNode']): Co<AcpiStatus> {
  if (!acpi.hooks) return 'AE_NO_NAMESPACE';
  yield* ACPI_INFO(acpi, 'Dynamic OEM Table Load:');
  return yield* acpi.hooks.loadTable(acpi, index, parent);
}

/** LoadTable(signature, OEM id, OEM table id, root path, parameter path, parameter): Ones, or Zero when there is none. */
export function* acpi_ex_load_table_op(
  walk_state: WalkState,
  operands: readonly (AcpiOperand | undefined)[],
): Co<AcpiStatus> {
  const { acpi } = walk_state;
  const [signature = '', oemId = '', oemTableId = '', rootPath = '', parameterPath = ''] = operands
    .slice(0, 5)
    .map((operand) => (operand instanceof StringObject ? operand.value : ''));
  const result = new IntegerObject(0n);
  walk_state.resultObj = result;
  if (oemId.length > 6 || oemTableId.length > 8) return 'AE_AML_STRING_LIMIT';
  const index = acpi_tb_find_table(acpi, signature, oemId, oemTableId);
  if (isStatus(index)) return index === 'AE_NOT_FOUND' ? 'AE_OK' : index;
  const parent =
    rootPath === '' ? acpi.rootNode : acpi_ns_get_node(acpi, walk_state.scope, rootPath, { searchParent: true });
  if (isStatus(parent)) return parent;
  const from = /^[\\^]/.test(parameterPath) ? walk_state.scope : parent;
  const parameter =
    parameterPath === '' ? undefined : acpi_ns_get_node(acpi, from, parameterPath, { searchParent: true });
  if (isStatus(parameter)) return parameter;
  const status = yield* loadInstalled(acpi, index, parent);
  if (status !== 'AE_OK') return status;
  if (parameter && operands[5]) {
    const stored = yield* acpi_ex_store(walk_state, operands[5], parameter, false);
    if (stored !== 'AE_OK') return stored;
  }
  result.value = ACPI_UINT64_MAX;
  return 'AE_OK';
}

function* readRegion(acpi: AcpiGlobals, region: RegionObject, length: number): Co<OrStatus<Uint8Array>> {
  const bytes = new Uint8Array(length);
  for (let n = 0; n < length; n++) {
    const value = yield* acpi_ev_address_space_dispatch(acpi, region, undefined, ACPI_READ, n, 8, 0n);
    if (isStatus(value)) return value;
    bytes[n] = Number(value);
  }
  return bytes;
}

const tableLength = (bytes: Uint8Array): number =>
  (bytes[4] ?? 0) + (bytes[5] ?? 0) * 0x100 + (bytes[6] ?? 0) * 0x1_0000 + (bytes[7] ?? 0) * 0x100_0000;

function* tableBytes(acpi: AcpiGlobals, source: AcpiOperand): Co<OrStatus<Uint8Array>> {
  if (source instanceof RegionObject) {
    if (source.spaceId !== ACPI_ADR_SPACE_SYSTEM_MEMORY) return 'AE_AML_OPERAND_TYPE';
    const header = yield* readRegion(acpi, source, HEADER_LENGTH);
    if (isStatus(header)) return header;
    const length = tableLength(header);
    if (length < HEADER_LENGTH || length > source.length) return 'AE_INVALID_TABLE_LENGTH';
    return yield* readRegion(acpi, source, length);
  }
  if (!(source instanceof BufferObject)) return 'AE_AML_OPERAND_TYPE';
  if (source.bytes.length < HEADER_LENGTH) return 'AE_INVALID_TABLE_LENGTH';
  const length = tableLength(source.bytes);
  if (length > source.bytes.length) return 'AE_AML_BUFFER_LIMIT';
  return length < HEADER_LENGTH ? 'AE_INVALID_TABLE_LENGTH' : source.bytes.slice(0, length);
}

/** Load(region or buffer): an SSDT from memory. */
export function* acpi_ex_load_op(walk_state: WalkState, source: AcpiOperand): Co<AcpiStatus> {
  const { acpi } = walk_state;
  const bytes = yield* tableBytes(acpi, source);
  if (isStatus(bytes)) return bytes;
  if (bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0) !== 0) return 'AE_BAD_CHECKSUM';
  const signature = headerText(bytes, 0, 4);
  // what may be loaded at run time (acpi_tb_install_standard_table)
  if (signature !== 'SSDT' && !signature.startsWith('OEM')) return 'AE_BAD_SIGNATURE';
  const same = acpi.tables.findIndex(
    (table) => table.bytes.length === bytes.length && table.bytes.every((byte, n) => byte === bytes[n]),
  );
  if (acpi.tables[same]?.loaded) return 'AE_ALREADY_EXISTS';
  const index = acpi.tables.push({ signature, bytes, address: 0, ownerId: 0, loaded: false }) - 1;
  return yield* loadInstalled(acpi, index, acpi.rootNode);
}

/** Unload(handle). */
export function* acpi_ex_unload_table(acpi: AcpiGlobals, handle: AcpiOperand | undefined): Co<AcpiStatus> {
  if (!(handle instanceof ReferenceObject) || handle.class !== 'table' || !handle.valid) return 'AE_AML_OPERAND_TYPE';
  const table = acpi.tables[handle.value];
  if (!table?.loaded) return 'AE_NOT_EXIST';
  acpi_ns_delete_namespace_by_owner(acpi, table.ownerId);
  table.loaded = false;
  handle.valid = false;
  return 'AE_OK';
}
