/**
 * What the tables and the bus say of the address space, in /proc/iomem: interrupt controller, UART, PCI windows.
 *
 * @linux drivers/irqchip/irq-gic-v3.c, drivers/acpi/acpi_platform.c, drivers/pci/ecam.c, drivers/acpi/pci_root.c; without
 * PCI devices' own ranges and reserved RAM
 */
import { acpi_evaluate_object } from '../../../../acpica/namespace/nsxfeval.ts';
import { addressResources } from '../../../../acpica/resources/rsaddr.ts';
import { acpi_get_table } from '../../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../../sim/coroutine.ts';
import { acpi } from '../../../drivers/acpi/internal.ts';
import { insert_resource } from '../../../kernel/resource.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { gicOfMadt } from './acpi.ts';

const GICD_SIZE = 0x1_0000;
const MCFG_HEADER = 44;
const BUS_SIZE = 0x10_0000;

function gic(k: Kernel): void {
  const found = gicOfMadt(k);
  if (!found) return;
  insert_resource(k, found.distributor, found.distributor + GICD_SIZE - 1, 'GICD');
  for (const { base, length } of found.redistributors) insert_resource(k, base, base + length - 1, 'GICR');
}

function configurationSpace(k: Kernel): void {
  const mcfg = acpi_get_table(acpi(k), 'MCFG');
  if (!mcfg || mcfg.length < MCFG_HEADER + 16) return;
  const fields = new DataView(mcfg.buffer, mcfg.byteOffset, mcfg.byteLength);
  const base = Number(fields.getBigUint64(MCFG_HEADER, true));
  const buses = fields.getUint8(MCFG_HEADER + 11) + 1;
  insert_resource(k, base, base + buses * BUS_SIZE - 1, 'PCI ECAM');
}

/** subsys_initcall of a machine with ACPI. */
export function* acpi_resources_init(k: Kernel): Co {
  gic(k);
  configurationSpace(k);
  const { status, value } = yield* acpi_evaluate_object(acpi(k), undefined, '\\_SB.PCI0._CRS');
  if (status !== 'AE_OK' || value?.type !== 'Buffer') return;
  for (const { resource_type, minimum, maximum } of addressResources(value.value) ?? []) {
    if (resource_type === 'memory') insert_resource(k, Number(minimum), Number(maximum), 'PCI Bus 0000:00');
  }
}
