/**
 * The driver of CPU devices that ACPI describes.
 *
 * @linux drivers/acpi/processor_driver.c; of idle states, performance and throttling only that their methods are looked
 * for, since the firmware of the lab's machines has none
 */
import { ERRNO } from '../../../abi/syscall.ts';
import { acpi_install_notify_handler, acpi_remove_notify_handler } from '../../../acpica/events/evmisc.ts';
import { acpi_evaluate_object } from '../../../acpica/namespace/nsxfeval.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import type { device, device_driver } from '../../include/linux/device.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { cpu_hotplug_disable, cpu_hotplug_enable } from '../../kernel/cpu.ts';
import { CPUHP_AP_ONLINE_DYN, cpuhp_setup_state_nocalls } from '../../kernel/cpuhp.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { cpu_subsys, cpuMatch } from '../base/cpu.ts';
import { driver_register } from '../base/dd.ts';
import { type acpi_processor, processors } from './acpi_processor.ts';
import {
  ACPI_COMPANION,
  ACPI_PROCESSOR_DEVICE_HID,
  ACPI_PROCESSOR_OBJECT_HID,
  acpi,
  type acpi_device,
  acpi_fetch_acpi_dev,
  type acpi_handle,
} from './internal.ts';

const CPUHP_ACPI_CPUDRV_DEAD = 24;

const DEVICE_IDS: readonly string[] = [ACPI_PROCESSOR_OBJECT_HID, ACPI_PROCESSOR_DEVICE_HID];

/** Performance, power and throttling notifications: nothing of that is modelled, and no firmware of ours sends them. */
function* acpi_processor_notify(_handle: acpi_handle, _event: number): Co {}

/** _PTC: throttling control. */
function* acpi_processor_get_throttling_info(k: Kernel, pr: acpi_processor): Co {
  if (archOps(k).acpi.hasThrottling) yield* acpi_evaluate_object(acpi(k), pr.handle, '_PTC');
}

function* __acpi_processor_start(k: Kernel, device: acpi_device): Co<number> {
  const pr = device.driver_data as acpi_processor | undefined;
  if (!pr || !device.handle) return -ERRNO.ENODEV;
  // the rest waits until the CPU comes online for the first time
  if (pr.flags.need_hotplug_init) return 0;
  if (archOps(k).acpi.hasThrottling) yield* acpi_evaluate_object(acpi(k), pr.handle, '_CST');
  yield* acpi_processor_get_throttling_info(k, pr);
  const status = acpi_install_notify_handler(acpi(k), device.handle, 'device', acpi_processor_notify, device);
  return status === 'AE_OK' ? 0 : -ERRNO.ENODEV;
}

const acpi_processor_start = traced('acpi_processor_start', function* (k: Kernel, dev: device): Co<number> {
  const device = ACPI_COMPANION(k, dev);
  if (!device) return -ERRNO.ENODEV;
  yield* cpu_hotplug_disable(k);
  const ret = yield* __acpi_processor_start(k, device);
  yield* cpu_hotplug_enable(k);
  return ret;
});

const acpi_processor_stop = traced('acpi_processor_stop', function* (k: Kernel, dev: device): Co<number> {
  const handle = ACPI_COMPANION(k, dev)?.handle;
  if (handle) acpi_remove_notify_handler(handle, 'device', acpi_processor_notify);
  return 0;
});

export const acpi_processor_driver: device_driver = {
  name: 'processor',
  bus: cpu_subsys,
  probe: acpi_processor_start,
  remove: acpi_processor_stop,
};

/** Startup of the `acpi/cpu-drv:online` state. */
export const acpi_soft_cpu_online = traced('acpi_soft_cpu_online', function* (k: Kernel, cpu: number): Co<number> {
  const { pr } = processors(k, cpu);
  const device = pr && acpi_fetch_acpi_dev(k, pr.handle);
  if (!device) return 0;
  if (pr.flags.need_hotplug_init) {
    yield* pr_info(k, `Will online and init hotplugged CPU: ${pr.id}`);
    pr.flags.need_hotplug_init = false;
    yield* __acpi_processor_start(k, device);
  } else {
    yield* acpi_processor_get_throttling_info(k, pr);
  }
  return 0;
});

/** Teardown of the `acpi/cpu-drv:dead` state: throttling would be looked at again if there were any. */
export const acpi_soft_cpu_dead = traced('acpi_soft_cpu_dead', function* (_k: Kernel, _cpu: number): Co<number> {
  return 0;
});

/** device_initcall. */
export function* acpi_processor_driver_init(k: Kernel): Co<number> {
  cpuMatch(k).match = (kernel, dev) =>
    ACPI_COMPANION(kernel, dev)?.pnp.ids.some((id) => DEVICE_IDS.includes(id)) === true;
  const result = yield* driver_register(k, acpi_processor_driver);
  if (result < 0) return result;
  yield* cpuhp_setup_state_nocalls(k, CPUHP_AP_ONLINE_DYN, 'acpi/cpu-drv:online', acpi_soft_cpu_online, undefined);
  yield* cpuhp_setup_state_nocalls(k, CPUHP_ACPI_CPUDRV_DEAD, 'acpi/cpu-drv:dead', undefined, acpi_soft_cpu_dead);
  return 0;
}
