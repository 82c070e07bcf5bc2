/** Operators with six operands: Match and LoadTable. */
import {
  AML_LOAD_TABLE_OP,
  AML_LOGICAL_EQUAL_OP,
  AML_LOGICAL_GREATER_OP,
  AML_LOGICAL_LESS_OP,
  MATCH_OPERATORS,
} from '../../aml/opcodes.ts';
import type { Co } from '../../sim/coroutine.ts';
import { type AcpiStatus, isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiOperand, type AcpiOperandObject, IntegerObject, isNode, PackageObject } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { ACPI_UINT64_MAX } from '../include/actypes.ts';
import { acpi_ex_load_table_op } from './exconfig.ts';
import { acpi_ex_do_logical_op } from './exmisc.ts';
import { integerOf, type Operands } from './exoparg1.ts';

/** Comparison behind each match operator, and whether its result is turned round: element ≤ x is not (x < element). */
const COMPARISONS: Readonly<Record<number, { readonly opcode: number; readonly not: boolean }>> = {
  [MATCH_OPERATORS.MEQ]: { opcode: AML_LOGICAL_EQUAL_OP, not: false },
  [MATCH_OPERATORS.MLE]: { opcode: AML_LOGICAL_LESS_OP, not: true },
  [MATCH_OPERATORS.MLT]: { opcode: AML_LOGICAL_GREATER_OP, not: false },
  [MATCH_OPERATORS.MGE]: { opcode: AML_LOGICAL_GREATER_OP, not: true },
  [MATCH_OPERATORS.MGT]: { opcode: AML_LOGICAL_LESS_OP, not: false },
};

/** The element is converted to the type of what it is compared with; one that cannot be does not match. */
function acpi_ex_do_match(
  acpi: AcpiGlobals,
  operator: number,
  element: AcpiOperandObject,
  value: AcpiOperand | undefined,
): boolean {
  const comparison = COMPARISONS[operator];
  if (!comparison) return true;
  if (!value || isNode(value)) return false;
  const result = acpi_ex_do_logical_op(acpi, comparison.opcode, value, element);
  return !isStatus(result) && result !== comparison.not;
}

function match(walk_state: WalkState, operands: Operands): AcpiStatus {
  const [object, operator1, value1, operator2, value2, start] = operands;
  const [first, second] = [operator1, operator2].map((operator) => Number(integerOf(operator) & 0xffn));
  if (!(object instanceof PackageObject)) return 'AE_AML_OPERAND_TYPE';
  if ((first ?? 0) > MATCH_OPERATORS.MGT || (second ?? 0) > MATCH_OPERATORS.MGT) return 'AE_AML_OPERAND_VALUE';
  if (integerOf(start) >= object.elements.length) return 'AE_AML_PACKAGE_LIMIT';
  const { acpi } = walk_state;
  const found = object.elements.findIndex(
    (element, index) =>
      index >= integerOf(start) &&
      element !== undefined &&
      acpi_ex_do_match(acpi, first ?? 0, element, value1) &&
      acpi_ex_do_match(acpi, second ?? 0, element, value2),
  );
  walk_state.resultObj = new IntegerObject(found < 0 ? ACPI_UINT64_MAX : BigInt(found));
  return 'AE_OK';
}

/** Match, LoadTable. */
export function* acpi_ex_opcode_6A_0T_1R(walk_state: WalkState, operands: Operands): Co<AcpiStatus> {
  if (walk_state.opcode === AML_LOAD_TABLE_OP) return yield* acpi_ex_load_table_op(walk_state, operands);
  return match(walk_state, operands);
}
