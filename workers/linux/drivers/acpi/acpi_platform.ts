/**
 * Devices of the namespace that no handler knows become platform devices: their interrupts get numbers, and a driver that
 * knows one of their ids is asked.
 *
 * @linux drivers/acpi/acpi_platform.c, scan.c acpi_default_enumeration, drivers/base/platform.c
 */
import { isStatus } from '../../../acpica/include/acexcep.ts';
import { interruptResources } from '../../../acpica/resources/rsirq.ts';
import { acpi_rs_get_method_data } from '../../../acpica/resources/rsutils.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { acpi, type acpi_device } from './internal.ts';

export interface platform_driver {
  /** acpi_match_table. */
  readonly ids: readonly string[];
  probe(k: Kernel, device: acpi_device): Co<number>;
}

const platform = kernelState(() => ({ drivers: [] as platform_driver[], unbound: [] as acpi_device[] }));

/** The bytes of `_CRS`; none where the device has no resources. */
export function* acpi_device_resources(k: Kernel, device: acpi_device): Co<Uint8Array> {
  const template = device.handle ? yield* acpi_rs_get_method_data(acpi(k), device.handle, '_CRS') : 'AE_NOT_FOUND';
  return isStatus(template) ? new Uint8Array(0) : template;
}

function* bind(k: Kernel, device: acpi_device, { ids, probe }: platform_driver): Co<boolean> {
  return device.pnp.ids.some((id) => ids.includes(id)) && (yield* probe(k, device)) >= 0;
}

/** Makes the platform device of an ACPI device, where the architecture has such devices. */
export function* acpi_default_enumeration(k: Kernel, device: acpi_device): Co {
  if (!archOps(k).acpi.hasPlatformDevices || !device.pnp.has_hid) return;
  for (const { interrupts, edge, activeLow } of interruptResources(yield* acpi_device_resources(k, device)) ?? []) {
    for (const gsi of interrupts) archOps(k).acpi.register_gsi(k, gsi, !edge, activeLow);
  }
  for (const driver of platform(k).drivers) if (yield* bind(k, device, driver)) return;
  platform(k).unbound.push(device);
}

/** Binds the driver to the devices that there are, and to those that come. */
export function* platform_driver_register(k: Kernel, driver: platform_driver): Co<number> {
  const state = platform(k);
  state.drivers.push(driver);
  for (const device of [...state.unbound]) {
    if (yield* bind(k, device, driver)) state.unbound.splice(state.unbound.indexOf(device), 1);
  }
  return 0;
}
