/** The files of an ACPI device, and its bus. @linux drivers/acpi/device_sysfs.c, bus.c acpi_bus_type */
import { ERRNO } from '../../../abi/syscall.ts';
import { acpi_ns_get_external_pathname } from '../../../acpica/namespace/nsutils.ts';
import type { Co } from '../../../sim/coroutine.ts';
import type { bus_type, device } from '../../include/linux/device.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import type { Kernel } from '../../kernel-context.ts';
import { acpi, type acpi_device, acpi_device_hid, acpi_device_is_present, type acpi_handle } from './internal.ts';
import { acpi_evaluate_integer, acpi_has_method } from './utils.ts';

/** `acpi:LNXCPU:`; empty for a device that is not present, lest a module be loaded for it. */
const create_pnp_modalias = (device: acpi_device): string =>
  acpi_device_is_present(device) ? `acpi:${device.pnp.ids.map((id) => `${id}:`).join('')}` : '';

export const acpi_bus_type: bus_type = {
  name: 'acpi',
  uevent(_k, dev: device) {
    const device = dev.driver_data as acpi_device;
    return device.pnp.ids.length > 0 ? [`MODALIAS=${create_pnp_modalias(device)}`] : [];
  },
};

const show = (name: string, text: (k: Kernel) => string): attribute => ({
  name,
  mode: 0o444,
  *show(k): Co<string> {
    return `${text(k)}\n`;
  },
});

/** A file that shows what a method answers, -EIO when it fails. */
const evaluated = (name: string, handle: acpi_handle, method: string): attribute => ({
  name,
  mode: 0o444,
  *show(k): Co<string | number> {
    const { status, value } = yield* acpi_evaluate_integer(k, handle, method);
    return status === 'AE_OK' ? `${value}\n` : -ERRNO.EIO;
  },
});

/** The files that fit the device's methods. `eject` is what a write of 1 to the `eject` file does. */
export function acpi_device_files(k: Kernel, device: acpi_device, eject: (k: Kernel) => Co<number>): attribute[] {
  const { handle, pnp } = device;
  const files: attribute[] = [];
  if (handle) files.push(show('path', (kernel) => acpi_ns_get_external_pathname(acpi(kernel), handle)));
  if (pnp.ids.length > 0) {
    files.push(show('hid', () => acpi_device_hid(device)));
    files.push(show('modalias', () => create_pnp_modalias(device)));
  }
  const { bus_address, unique_id } = pnp;
  if (bus_address !== undefined) files.push(show('adr', () => `0x${bus_address.toString(16).padStart(8, '0')}`));
  if (unique_id !== undefined) files.push(show('uid', () => unique_id));
  if (!handle) return files;
  const has = (method: string): boolean => acpi_has_method(k, handle, method);
  if (has('_SUN')) files.push(evaluated('sun', handle, '_SUN'));
  if (has('_HRV')) files.push(evaluated('hrv', handle, '_HRV'));
  if (has('_STA')) files.push(evaluated('status', handle, '_STA'));
  if (has('_EJ0')) {
    files.push({
      name: 'eject',
      mode: 0o200,
      *store(kernel, buf): Co<number> {
        if (!buf.startsWith('1')) return -ERRNO.EINVAL;
        const ret = yield* eject(kernel);
        return ret < 0 ? ret : buf.length;
      },
    });
  }
  return files;
}
