/** From an ACPI processor to its APIC id and CPU number. @linux drivers/acpi/processor_core.c, processor_pdc.c */
import { ERRNO } from '../../../abi/syscall.ts';
import { acpi_evaluate_object } from '../../../acpica/namespace/nsxfeval.ts';
import { acpi_get_table, tableEntries } from '../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { cpu_possible_mask } from '../../include/linux/cpumask.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import type { Kernel } from '../../kernel-context.ts';
import { acpi, type acpi_handle } from './internal.ts';

/** PHYS_CPUID_INVALID. */
export const PHYS_CPUID_INVALID = 0xffff_ffff;

/** Where the MADT's structures begin, and the flag of processors that says enabled (ACPI 6.4 §5.2.12). */
export const MADT_HEADER = 44;
export const MADT_ENABLED = 1 << 0;

/** The hardware's number if the structure is that of an enabled processor with this ACPI id. */
function matching(
  k: Kernel,
  type: number,
  bytes: Uint8Array,
  deviceDeclaration: boolean,
  acpiId: number,
): number | undefined {
  const processor = archOps(k).acpi.madtProcessor(type, bytes, deviceDeclaration);
  if (!processor || (processor.flags & MADT_ENABLED) === 0 || processor.acpiId !== acpiId) return undefined;
  return processor.physId;
}

/** The hardware's number (APIC id, MPIDR) by the object's _MAT, else by the MADT; PHYS_CPUID_INVALID when neither has it enabled. */
export function* acpi_get_phys_id(
  k: Kernel,
  handle: acpi_handle,
  deviceDeclaration: boolean,
  acpiId: number,
): Co<number> {
  const { value } = yield* acpi_evaluate_object(acpi(k), handle, '_MAT');
  if (value?.type === 'Buffer' && value.value.length >= 2) {
    const own = matching(k, value.value[0] ?? -1, value.value, deviceDeclaration, acpiId);
    if (own !== undefined) return own;
  }
  const madt = acpi_get_table(acpi(k), 'APIC');
  for (const { type, bytes } of madt ? tableEntries(madt, MADT_HEADER) : []) {
    const found = matching(k, type, bytes, deviceDeclaration, acpiId);
    if (found !== undefined) return found;
  }
  return PHYS_CPUID_INVALID;
}

/** The logical CPU with this APIC id; -ENODEV when no possible CPU has it. */
export function acpi_map_cpuid(k: Kernel, physId: number): number {
  if (physId === PHYS_CPUID_INVALID) return -ERRNO.EINVAL;
  for (const cpu of cpu_possible_mask(k)) if (archOps(k).cpu_physical_id(k, cpu) === physId) return cpu;
  return -ERRNO.ENODEV;
}

/** Capabilities for _PDC: revision 1, one word, what Linux on this processor can do. */
const PDC_CAPABILITIES = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0x1f, 0x0f, 0, 0);

/** _PDC, where the architecture has it. */
export function* acpi_processor_set_pdc(k: Kernel, handle: acpi_handle): Co {
  if (!archOps(k).acpi.wantsPdc(k)) return;
  yield* acpi_evaluate_object(acpi(k), handle, '_PDC', [{ type: 'Buffer', value: PDC_CAPABILITIES }]);
}
