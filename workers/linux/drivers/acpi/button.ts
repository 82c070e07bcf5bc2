/** Power buttons of the namespace: a notification is a key press. @linux drivers/acpi/button.c, without lids and wake-up */
import { acpi_install_notify_handler } from '../../../acpica/events/evmisc.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { acpi, type acpi_device, type acpi_handle, for_each_acpi_device } from './internal.ts';

const ACPI_BUTTON_HID_POWER = 'PNP0C0C';
const ACPI_BUTTON_NOTIFY_STATUS = 0x80;

/** The key goes to whoever has the input device open: nobody in the lab's guest. */
function* acpi_button_notify(k: Kernel, _handle: acpi_handle, event: number): Co {
  if (event !== ACPI_BUTTON_NOTIFY_STATUS)
    k.log.emit('unmodelled', 'acpi_button_notify', `event 0x${event.toString(16)}`);
}

function pathOf(device: acpi_device | undefined): string {
  return device ? `${pathOf(device.parent)}/${device.dev.name}` : '';
}

/** device_initcall. */
export function* acpi_button_driver_init(k: Kernel): Co<number> {
  let number = 0;
  for (const device of for_each_acpi_device(k)) {
    if (!device.pnp.ids.includes(ACPI_BUTTON_HID_POWER) || !device.handle) continue;
    const notify = (handle: acpi_handle, value: number): Co => acpi_button_notify(k, handle, value);
    acpi_install_notify_handler(acpi(k), device.handle, 'device', notify, undefined);
    yield* pr_info(k, `input: Power Button as /devices${pathOf(device)}/input/input${number++}`);
    yield* pr_info(k, `ACPI: button: Power Button [${device.handle.name.replace(/_+$/, '')}]`);
  }
  return 0;
}
