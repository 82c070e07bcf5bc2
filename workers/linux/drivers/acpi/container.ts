/** Containers: devices that only hold others. @linux drivers/acpi/container.c, acpi_processor.c processor_container_handler */
import type { Co } from '../../../sim/coroutine.ts';
import type { Kernel } from '../../kernel-context.ts';
import { ACPI_PROCESSOR_CONTAINER_HID, type acpi_scan_handler } from './internal.ts';
import { acpi_scan_add_handler } from './scan.ts';

/** Takes the device; there is nothing to do for it. */
function* attach(): Co<number> {
  return 1;
}

const container = (ids: readonly string[], demand_offline: boolean): acpi_scan_handler => ({
  ids,
  attach,
  hotplug: { enabled: true, demand_offline },
});

export function acpi_container_init(k: Kernel): void {
  acpi_scan_add_handler(k, container([ACPI_PROCESSOR_CONTAINER_HID], false));
  acpi_scan_add_handler(k, container(['ACPI0004', 'PNP0A05', 'PNP0A06'], true));
}
