/** Operators with three operands: Fatal and Mid. */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import { type AcpiOperandObject, BufferObject, StringObject } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { ACPI_BIOS_ERROR } from '../utilities/uterror.ts';
import { integerOf, type Operands } from './exoparg1.ts';
import { acpi_ex_store } from './exstore.ts';

const hex = (value: number): string => value.toString(16).toUpperCase();

/** Fatal: the firmware says that it cannot go on. */
export function* acpi_ex_opcode_3A_0T_0R(walk_state: WalkState, [type, code, argument]: Operands): Co<AcpiStatus> {
  const { acpi } = walk_state;
  const [typeNumber, codeNumber, value] = [type, code, argument].map((operand) =>
    Number(integerOf(operand) & 0xffff_ffffn),
  );
  if (acpi.options.fatalAborts) {
    yield* ACPI_BIOS_ERROR(
      acpi,
      `Fatal ACPI BIOS error (Type 0x${hex(typeNumber ?? 0)} Code 0x${hex(codeNumber ?? 0)} Arg 0x${hex(value ?? 0)})`,
    );
  }
  yield* acpi.os.acpi_os_fatal(typeNumber ?? 0, codeNumber ?? 0, integerOf(argument));
  return acpi.options.fatalAborts ? 'AE_ERROR' : 'AE_OK';
}

/** Mid: a part of a String or Buffer; what lies beyond its end is left out. */
export function* acpi_ex_opcode_3A_1T_1R(walk_state: WalkState, operands: Operands): Co<AcpiStatus> {
  const [source, index, length, target] = operands;
  if (!target) return 'AE_AML_NO_OPERAND';
  const clamp = (value: bigint): number => (value > 0xffff_ffffn ? 0xffff_ffff : Number(value));
  const start = clamp(integerOf(index));
  const end = start + clamp(integerOf(length));
  let result: AcpiOperandObject;
  if (source instanceof StringObject) result = new StringObject(source.value.slice(start, end));
  else if (source instanceof BufferObject) result = new BufferObject(source.bytes.slice(start, end));
  else return 'AE_AML_OPERAND_TYPE';
  const status = yield* acpi_ex_store(walk_state, result, target, true);
  if (status === 'AE_OK') walk_state.resultObj = result;
  return status;
}
