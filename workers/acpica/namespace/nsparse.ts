/** A table's body is a method that makes names. */
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ex_enter_interpreter, acpi_ex_exit_interpreter } from '../executer/exutils.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, MethodObject } from '../include/acobject.ts';
import { AmlCode } from '../include/amlcode.ts';
import { acpi_ps_execute_table } from '../parser/psxface.ts';

/** Length of a table's header (ACPI 6.4 §5.2.6). */
const HEADER_LENGTH = 36;

/** Executes a table below a node. AE_BAD_HEADER when it is shorter than a header. */
export function* acpi_ns_execute_table(
  acpi: AcpiGlobals,
  tableIndex: number,
  start: AcpiNamespaceNode,
): Co<AcpiStatus> {
  const table = acpi.tables[tableIndex];
  if (!table || table.bytes.length < HEADER_LENGTH) return 'AE_BAD_HEADER';
  const code = new AmlCode(table.bytes);
  const length = Math.min(code.number(4, 4), table.bytes.length);
  const method = new MethodObject(code, HEADER_LENGTH, length, { paramCount: 0, syncLevel: undefined });
  method.ownerId = table.ownerId;
  method.moduleLevel = true;
  yield* acpi_ex_enter_interpreter(acpi);
  const status = yield* acpi_ps_execute_table(acpi, method, start);
  yield* acpi_ex_exit_interpreter(acpi);
  return status;
}
