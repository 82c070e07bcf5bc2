/** PnP devices that ACPI names, for drivers that only need to know whether there is one. @linux drivers/pnp/pnpacpi/core.c */
import type { Kernel } from '../../kernel-context.ts';
import { acpi, type acpi_device, acpi_device_is_present, acpi_fetch_acpi_dev, acpiInstance } from './internal.ts';

/** The first present device with this hardware id. */
export function acpi_dev_get_first_match_dev(k: Kernel, hid: string): acpi_device | undefined {
  if (!acpiInstance(k).globals) return undefined;
  const search = (device: acpi_device | undefined): acpi_device | undefined => {
    if (!device) return undefined;
    if (device.pnp.ids.includes(hid) && acpi_device_is_present(device)) return device;
    for (const child of device.children) {
      const found = search(child);
      if (found) return found;
    }
    return undefined;
  };
  return search(acpi_fetch_acpi_dev(k, acpi(k).rootNode));
}
