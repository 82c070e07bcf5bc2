/**
 * ACPI's part of the boot: whether there are tables, processors and interrupt controller in the MADT, the timer in the
 * GTDT, PSCI in the FADT.
 *
 * @linux arch/arm64/kernel/acpi.c, smp.c acpi_parse_and_init_cpus, drivers/acpi/arm64/gtdt.c
 */
import { acpi_gbl_FADT } from '../../../../acpica/tables/tbfadt.ts';
import { acpi_get_table, tableEntries } from '../../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../../sim/coroutine.ts';
import { acpi_table_init } from '../../../drivers/acpi/bus.ts';
import { acpi, acpiInstance } from '../../../drivers/acpi/internal.ts';
import { MADT_ENABLED, MADT_HEADER } from '../../../drivers/acpi/processor_core.ts';
import type { GicAddresses, RedistRegion } from '../../../drivers/irqchip/irq-gic-v3.ts';
import type { MadtProcessor } from '../../../kernel/arch-ops.ts';
import { hasOption } from '../../../kernel/boot-options.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { map_cpu } from './smp.ts';

/** Structures of the MADT (ACPI 6.4 §5.2.12.14 to 17). */
const MADT_GICC = 0x0b;
const MADT_GICD = 0x0c;
const MADT_GICR = 0x0e;
const MADT_ITS = 0x0f;
const GICC_SIZE = 76;
/** Fields of a GICC. */
const GICC_UID = 8;
const GICC_FLAGS = 12;
const GICC_MPIDR = 68;
/** ARM_BOOT_ARCH of the FADT. */
const FADT_ARM_BOOT_FLAGS = 129;
const ACPI_FADT_PSCI_COMPLIANT = 1 << 0;
const ACPI_FADT_PSCI_USE_HVC = 1 << 1;
/** Fields of the GTDT: interrupt and flags of each timer (ACPI 6.4 §5.2.25). */
const GTDT_TIMERS = { nonSecure: 56, virtual: 64, hypervisor: 72 } as const;
const GTDT_EDGE = 1 << 0;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** True once the tables have been found and are not forbidden. */
export const acpiEnabled = (k: Kernel): boolean => acpiInstance(k).globals !== undefined;

/** acpi_boot_table_init(): ACPI is used where there is an RSDP, unless `acpi=off`. */
export function* acpi_boot_table_init(k: Kernel): Co {
  if (k.platform.rsdpAddress === 0 || hasOption(k, 'acpi=off')) return;
  if ((yield* acpi_table_init(k)) < 0) {
    acpiInstance(k).globals = undefined;
    return;
  }
  const spcr = acpi_get_table(acpi(k), 'SPCR');
  if (spcr) {
    const address = Number(view(spcr).getBigUint64(44, true)).toString(16);
    yield* pr_info(k, `ACPI: SPCR: console: pl011,mmio,0x${address},9600`);
  }
}

/** acpi_map_gic_cpu_interface(): the processors that are enabled. Returns MPIDRs by ACPI id. */
export function* acpi_parse_and_init_cpus(k: Kernel): Co<ReadonlyMap<number, number>> {
  const uids = new Map<number, number>();
  const madt = acpi_get_table(acpi(k), 'APIC');
  for (const { type, bytes } of madt ? tableEntries(madt, MADT_HEADER) : []) {
    const processor = madtProcessor(type, bytes);
    if (!processor || (processor.flags & MADT_ENABLED) === 0) continue;
    uids.set(processor.acpiId, processor.physId);
    yield* map_cpu(k, processor.physId, 'MADT');
  }
  return uids;
}

export function madtProcessor(type: number, bytes: Uint8Array): MadtProcessor | undefined {
  if (type !== MADT_GICC || bytes.length < GICC_SIZE) return undefined;
  const fields = view(bytes);
  return {
    acpiId: fields.getUint32(GICC_UID, true),
    physId: fields.getUint32(GICC_MPIDR, true),
    flags: fields.getUint32(GICC_FLAGS, true),
  };
}

/** Distributor and redistributor regions; undefined without a GICv3. */
export function gicOfMadt(k: Kernel): GicAddresses | undefined {
  const madt = acpi_get_table(acpi(k), 'APIC');
  let distributor: number | undefined;
  let its: number | undefined;
  const redistributors: RedistRegion[] = [];
  for (const { type, bytes } of madt ? tableEntries(madt, MADT_HEADER) : []) {
    if (type === MADT_GICD && bytes.length >= 24) distributor = Number(view(bytes).getBigUint64(8, true));
    if (type === MADT_ITS && bytes.length >= 20) its = Number(view(bytes).getBigUint64(8, true));
    if (type === MADT_GICR && bytes.length >= 16) {
      redistributors.push({ base: Number(view(bytes).getBigUint64(4, true)), length: view(bytes).getUint32(12, true) });
    }
  }
  return distributor === undefined || redistributors.length === 0 ? undefined : { distributor, redistributors, its };
}

/** Timers that Linux takes: number and trigger, in the order in which they get their interrupts. */
export function timersOfGtdt(k: Kernel): { readonly hwirq: number; readonly level: boolean; readonly name: string }[] {
  const gtdt = acpi_get_table(acpi(k), 'GTDT');
  if (!gtdt || gtdt.length < 80) return [];
  return Object.entries(GTDT_TIMERS)
    .map(([name, at]) => ({
      name,
      hwirq: view(gtdt).getUint32(at, true),
      level: (view(gtdt).getUint32(at + 4, true) & GTDT_EDGE) === 0,
    }))
    .filter(({ hwirq }) => hwirq !== 0);
}

export function psciConduitOfFadt(k: Kernel): 'hvc' | 'smc' | undefined {
  if (!acpi_gbl_FADT(acpi(k)).fadt) return undefined;
  const fadt = acpi_get_table(acpi(k), 'FACP');
  if (!fadt || fadt.length < FADT_ARM_BOOT_FLAGS + 2) return undefined;
  const flags = view(fadt).getUint16(FADT_ARM_BOOT_FLAGS, true);
  if ((flags & ACPI_FADT_PSCI_COMPLIANT) === 0) return undefined;
  return (flags & ACPI_FADT_PSCI_USE_HVC) === 0 ? 'smc' : 'hvc';
}
