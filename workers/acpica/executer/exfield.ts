/** Fields as objects: reading makes an Integer or a Buffer, writing takes any data. */
import { FIELD_LOCK } from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ev_address_space_dispatch } from '../events/evregion.ts';
import { type AcpiStatus, isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiOperandObject,
  BufferFieldObject,
  BufferObject,
  type FieldObject,
  IntegerObject,
  RegionFieldObject,
  StringObject,
} from '../include/acobject.ts';
import {
  ACPI_ADR_SPACE_GPIO,
  ACPI_ADR_SPACE_GSBUS,
  ACPI_ADR_SPACE_IPMI,
  ACPI_ADR_SPACE_PLATFORM_RT,
  ACPI_ADR_SPACE_SMBUS,
  ACPI_READ,
  ACPI_WAIT_FOREVER,
  ACPI_WRITE,
} from '../include/actypes.ts';
import { bytesToInteger, integerBytes, stringBytes } from './exconvrt.ts';
import { acpi_ex_extract_from_field, acpi_ex_insert_into_field } from './exfldio.ts';
import { acpi_ex_acquire_mutex_object, acpi_ex_release_mutex_object } from './exmutex.ts';

const isSerialBus = (spaceId: number): boolean =>
  spaceId === ACPI_ADR_SPACE_SMBUS ||
  spaceId === ACPI_ADR_SPACE_GSBUS ||
  spaceId === ACPI_ADR_SPACE_IPMI ||
  spaceId === ACPI_ADR_SPACE_PLATFORM_RT;

function* lockIfNeeded(acpi: AcpiGlobals, field: FieldObject): Co {
  if ((field.fieldFlags & FIELD_LOCK.Lock) === 0 || !acpi.globalLockMutex) return;
  yield* acpi_ex_acquire_mutex_object(acpi, ACPI_WAIT_FOREVER, acpi.globalLockMutex, acpi.os.acpi_os_get_thread_id());
}

function* unlockIfNeeded(acpi: AcpiGlobals, field: FieldObject): Co {
  if ((field.fieldFlags & FIELD_LOCK.Lock) === 0 || !acpi.globalLockMutex) return;
  yield* acpi_ex_release_mutex_object(acpi, acpi.globalLockMutex);
}

/** Bits of a whole bus transaction or GPIO field go to the handler in one access. */
function* accessWhole(
  acpi: AcpiGlobals,
  field: RegionFieldObject,
  func: 0 | 1,
  value: bigint,
): Co<bigint | AcpiStatus> {
  yield* lockIfNeeded(acpi, field);
  const result = yield* acpi_ev_address_space_dispatch(
    acpi,
    field.region,
    field,
    func,
    field.region.spaceId === ACPI_ADR_SPACE_GPIO ? 0 : field.baseByteOffset,
    field.bitLength,
    value,
  );
  yield* unlockIfNeeded(acpi, field);
  return result;
}

const servedWhole = (field: FieldObject): field is RegionFieldObject =>
  field instanceof RegionFieldObject &&
  (field.region.spaceId === ACPI_ADR_SPACE_GPIO || isSerialBus(field.region.spaceId));

/** A field of up to an Integer's width reads as an Integer; a longer one, or one made by CreateField, as a Buffer. */
export function* acpi_ex_read_data_from_field(acpi: AcpiGlobals, field: FieldObject): Co<OrStatus<AcpiOperandObject>> {
  if (field instanceof BufferFieldObject && !field.valid) return 'AE_AML_INTERNAL';
  const length = Math.ceil(field.bitLength / 8);
  let bits: bigint | AcpiStatus;
  if (servedWhole(field)) {
    bits = yield* accessWhole(acpi, field, ACPI_READ, 0n);
  } else {
    yield* lockIfNeeded(acpi, field);
    bits = yield* acpi_ex_extract_from_field(acpi, field);
    yield* unlockIfNeeded(acpi, field);
  }
  if (isStatus(bits)) return bits;
  const asBuffer = length > acpi.integerByteWidth || (field instanceof BufferFieldObject && field.isCreateField);
  return asBuffer ? new BufferObject(integerBytes(bits, length)) : new IntegerObject(bits);
}

/** Writes an Integer, Buffer or String into a field; AE_AML_OPERAND_TYPE for anything else. */
export function* acpi_ex_write_data_to_field(
  acpi: AcpiGlobals,
  source: AcpiOperandObject,
  field: FieldObject,
): Co<AcpiStatus> {
  if (field instanceof BufferFieldObject && !field.valid) return 'AE_AML_INTERNAL';
  let value: bigint;
  if (source instanceof IntegerObject) value = source.value;
  else if (source instanceof BufferObject) value = bytesToInteger(source.bytes);
  else if (source instanceof StringObject) value = bytesToInteger(stringBytes(source.value));
  else return 'AE_AML_OPERAND_TYPE';
  if (servedWhole(field)) {
    const written = yield* accessWhole(acpi, field, ACPI_WRITE, value);
    return isStatus(written) ? written : 'AE_OK';
  }
  yield* lockIfNeeded(acpi, field);
  const status = yield* acpi_ex_insert_into_field(acpi, field, value);
  yield* unlockIfNeeded(acpi, field);
  return status;
}
