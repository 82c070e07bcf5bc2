/** Fields are read and written in units of their access width (ACPI 6.4 §19.6.48). */
import { FIELD_UPDATE } from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ev_address_space_dispatch } from '../events/evregion.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import { isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  BankFieldObject as Bank,
  type BankFieldObject,
  BufferFieldObject,
  type FieldObject,
  IndexFieldObject,
  type RegionFieldObject,
} from '../include/acobject.ts';
import {
  ACPI_ADR_SPACE_GSBUS,
  ACPI_ADR_SPACE_IPMI,
  ACPI_ADR_SPACE_SMBUS,
  ACPI_READ,
  ACPI_WRITE,
} from '../include/actypes.ts';

const UPDATE_RULE_MASK = 0x60;

const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

/** Bits of one access; wider ones (the embedded controller's) go 64 bits at a time. */
const accessBits = (field: FieldObject): number => Math.min(field.accessByteWidth, 8) * 8;

/** AE_AML_REGION_LIMIT when the access is not within the region. */
function setupRegion(acpi: AcpiGlobals, field: RegionFieldObject | BankFieldObject, offset: number): AcpiStatus {
  const { region } = field;
  if (
    region.spaceId === ACPI_ADR_SPACE_SMBUS ||
    region.spaceId === ACPI_ADR_SPACE_GSBUS ||
    region.spaceId === ACPI_ADR_SPACE_IPMI
  ) {
    return 'AE_OK';
  }
  const width = field.accessByteWidth;
  const end = field.baseByteOffset + offset + width;
  if (region.length >= end) return 'AE_OK';
  // Linux lets an access reach over the end when the region's length, rounded up to the access, has room for it
  if (acpi.options.enableInterpreterSlack && Math.ceil(region.length / width) * width >= end) return 'AE_OK';
  return 'AE_AML_REGION_LIMIT';
}

function* acpi_ex_access_region(
  acpi: AcpiGlobals,
  field: RegionFieldObject | BankFieldObject,
  offset: number,
  func: 0 | 1,
  value: bigint,
): Co<bigint | AcpiStatus> {
  const status = setupRegion(acpi, field, offset);
  if (status !== 'AE_OK') return status;
  return yield* acpi_ev_address_space_dispatch(
    acpi,
    field.region,
    field,
    func,
    field.baseByteOffset + offset,
    field.accessByteWidth * 8,
    value,
  );
}

function accessBuffer(field: BufferFieldObject, offset: number, func: 0 | 1, value: bigint): bigint {
  const bytes = field.buffer?.bytes;
  if (!bytes) return 0n;
  const at = field.baseByteOffset + offset;
  let read = 0n;
  for (let n = field.accessByteWidth - 1; n >= 0; n--) {
    if (func === ACPI_READ) read = (read << 8n) | BigInt(bytes[at + n] ?? 0);
    else bytes[at + n] = Number((value >> BigInt(8 * n)) & 0xffn);
  }
  return read;
}

/** One access, `offset` bytes into the field. */
function* acpi_ex_field_datum_io(
  acpi: AcpiGlobals,
  field: FieldObject,
  offset: number,
  func: 0 | 1,
  value: bigint,
): Co<bigint | AcpiStatus> {
  if (field instanceof BufferFieldObject) return accessBuffer(field, offset, func, value);
  if (field instanceof IndexFieldObject) {
    if (field.index.bitLength < 64 && field.value >= 2 ** field.index.bitLength) return 'AE_AML_REGISTER_LIMIT';
    const status = yield* acpi_ex_insert_into_field(acpi, field.index, BigInt(offset + field.value));
    if (status !== 'AE_OK') return status;
    if (func === ACPI_READ) return yield* acpi_ex_extract_from_field(acpi, field.data);
    const written = yield* acpi_ex_insert_into_field(acpi, field.data, value);
    return written === 'AE_OK' ? 0n : written;
  }
  if (field instanceof Bank) {
    if (field.bank.bitLength < 64 && field.value > ones(field.bank.bitLength)) return 'AE_AML_REGISTER_LIMIT';
    const status = yield* acpi_ex_insert_into_field(acpi, field.bank, field.value);
    if (status !== 'AE_OK') return status;
  }
  return yield* acpi_ex_access_region(acpi, field, offset, func, value);
}

/** Writes the bits of `mask`; what becomes of the others the update rule tells. */
function* acpi_ex_write_with_update_rule(
  acpi: AcpiGlobals,
  field: FieldObject,
  mask: bigint,
  value: bigint,
  offset: number,
): Co<AcpiStatus> {
  const all = ones(accessBits(field));
  let merged = value;
  if (mask !== all) {
    switch (field.fieldFlags & UPDATE_RULE_MASK) {
      case FIELD_UPDATE.Preserve: {
        const current = yield* acpi_ex_field_datum_io(acpi, field, offset, ACPI_READ, 0n);
        if (isStatus(current)) return current;
        merged |= current & ~mask & all;
        break;
      }
      case FIELD_UPDATE.WriteAsOnes:
        merged |= all & ~mask;
        break;
      case FIELD_UPDATE.WriteAsZeros:
        merged &= mask;
        break;
      default:
        return 'AE_AML_OPERAND_VALUE';
    }
  }
  const written = yield* acpi_ex_field_datum_io(acpi, field, offset, ACPI_WRITE, merged);
  return isStatus(written) ? written : 'AE_OK';
}

/** All bits of a field, as one number of its length. */
export function* acpi_ex_extract_from_field(acpi: AcpiGlobals, field: FieldObject): Co<bigint | AcpiStatus> {
  const width = accessBits(field);
  const count = Math.ceil((field.bitLength + field.startFieldBitOffset) / width);
  if (count === 1) {
    const datum = yield* acpi_ex_field_datum_io(acpi, field, 0, ACPI_READ, 0n);
    if (isStatus(datum) || field.bitLength === width) return datum;
    return (datum >> BigInt(field.startFieldBitOffset)) & ones(field.bitLength);
  }
  let value = 0n;
  for (let n = 0; n < count; n++) {
    const datum = yield* acpi_ex_field_datum_io(acpi, field, (n * width) / 8, ACPI_READ, 0n);
    if (isStatus(datum)) return datum;
    value |= datum << BigInt(n * width);
  }
  return (value >> BigInt(field.startFieldBitOffset)) & ones(field.bitLength);
}

/** Writes a number into a field; bits beyond its length are dropped. */
export function* acpi_ex_insert_into_field(acpi: AcpiGlobals, field: FieldObject, value: bigint): Co<AcpiStatus> {
  const width = accessBits(field);
  const count = Math.ceil((field.bitLength + field.startFieldBitOffset) / width);
  const all = ones(width);
  const start = BigInt(field.startFieldBitOffset);
  const mask = ones(field.bitLength) << start;
  const bits = (value << start) & mask;
  for (let n = 0; n < count; n++) {
    const shift = BigInt(n * width);
    const status = yield* acpi_ex_write_with_update_rule(
      acpi,
      field,
      (mask >> shift) & all,
      (bits >> shift) & all,
      (n * width) / 8,
    );
    if (status !== 'AE_OK') return status;
  }
  return 'AE_OK';
}
