/** From an ACPI processor to its APIC id and CPU number. @linux drivers/acpi/processor_core.c, processor_pdc.c */
import { ERRNO } from '../../../abi/syscall.ts';
import { acpi_evaluate_object } from '../../../acpica/namespace/nsxfeval.ts';
import { acpi_get_table, tableEntries } from '../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { cpu_physical_id } from '../../arch/x86/kernel/apic/apicid.ts';
import { cpu_possible_mask } from '../../include/linux/cpumask.ts';
import type { Kernel } from '../../kernel-context.ts';
import { acpi, type acpi_handle } from './internal.ts';

/** PHYS_CPUID_INVALID. */
export const PHYS_CPUID_INVALID = 0xffff_ffff;

/** MADT structures of processors, and the flag that says enabled (ACPI 6.4 §5.2.12.2, §5.2.12.12). */
export const MADT_HEADER = 44;
export const MADT_LOCAL_APIC = 0;
export const MADT_LOCAL_X2APIC = 9;
export const MADT_ENABLED = 1 << 0;

export interface MadtProcessor {
  readonly acpiId: number;
  readonly apicId: number;
  readonly flags: number;
}

/** A processor structure; undefined for structures of other types and short ones. */
export function madtProcessor(type: number, bytes: Uint8Array): MadtProcessor | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === MADT_LOCAL_APIC && bytes.length >= 8) {
    return { acpiId: view.getUint8(2), apicId: view.getUint8(3), flags: view.getUint32(4, true) };
  }
  if (type === MADT_LOCAL_X2APIC && bytes.length >= 16) {
    return { acpiId: view.getUint32(12, true), apicId: view.getUint32(4, true), flags: view.getUint32(8, true) };
  }
  return undefined;
}

/** The APIC id if the structure is that of an enabled processor with this ACPI id. */
function matching(type: number, bytes: Uint8Array, deviceDeclaration: boolean, acpiId: number): number | undefined {
  const processor = madtProcessor(type, bytes);
  if (!processor || (processor.flags & MADT_ENABLED) === 0 || processor.acpiId !== acpiId) return undefined;
  if (type === MADT_LOCAL_X2APIC && !deviceDeclaration && acpiId >= 255) return undefined;
  return processor.apicId;
}

/** The APIC id by the object's _MAT, else by the MADT; PHYS_CPUID_INVALID when neither has it enabled. */
export function* acpi_get_phys_id(
  k: Kernel,
  handle: acpi_handle,
  deviceDeclaration: boolean,
  acpiId: number,
): Co<number> {
  const { value } = yield* acpi_evaluate_object(acpi(k), handle, '_MAT');
  if (value?.type === 'Buffer' && value.value.length >= 2) {
    const own = matching(value.value[0] ?? -1, value.value, deviceDeclaration, acpiId);
    if (own !== undefined) return own;
  }
  const madt = acpi_get_table(acpi(k), 'APIC');
  for (const { type, bytes } of madt ? tableEntries(madt, MADT_HEADER) : []) {
    const found = matching(type, bytes, deviceDeclaration, acpiId);
    if (found !== undefined) return found;
  }
  return PHYS_CPUID_INVALID;
}

/** The logical CPU with this APIC id; -ENODEV when no possible CPU has it. */
export function acpi_map_cpuid(k: Kernel, physId: number): number {
  if (physId === PHYS_CPUID_INVALID) return -ERRNO.EINVAL;
  for (const cpu of cpu_possible_mask(k)) if (cpu_physical_id(k, cpu) === physId) return cpu;
  return -ERRNO.ENODEV;
}

/** Capabilities for _PDC: revision 1, one word, what Linux on this processor can do. */
const PDC_CAPABILITIES = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0x1f, 0x0f, 0, 0);

/** _PDC is asked for on Intel's and Centaur's processors only. */
export function* acpi_processor_set_pdc(k: Kernel, handle: acpi_handle): Co {
  if (!['GenuineIntel', 'CentaurHauls'].includes(k.platform.cpuModel.vendor)) return;
  yield* acpi_evaluate_object(acpi(k), handle, '_PDC', [{ type: 'Buffer', value: PDC_CAPABILITIES }]);
}
