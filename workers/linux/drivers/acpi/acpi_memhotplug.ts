/**
 * Memory devices of the namespace: DIMMs that come and go.
 *
 * @linux drivers/acpi/acpi_memhotplug.c, without memory groups
 */
import { ERRNO } from '../../../abi/syscall.ts';
import { isStatus } from '../../../acpica/include/acexcep.ts';
import { addressResources } from '../../../acpica/resources/rsaddr.ts';
import { acpi_rs_get_method_data } from '../../../acpica/resources/rsutils.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { walk_memory_blocks } from '../../include/linux/memory.ts';
import { pr_err } from '../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { __add_memory, __remove_memory } from '../../mm/memory_hotplug.ts';
import { memory_add_physaddr_to_nid } from '../../mm/numa.ts';
import { acpi_bind_one, acpi_unbind_one } from './glue.ts';
import {
  ACPI_STA_DEVICE_ENABLED,
  ACPI_STA_DEVICE_FUNCTIONING,
  ACPI_STA_DEVICE_PRESENT,
  acpi,
  type acpi_device,
  type acpi_handle,
  type acpi_scan_handler,
} from './internal.ts';
import { acpi_scan_add_handler } from './scan.ts';
import { acpi_evaluate_integer, acpi_get_node } from './utils.ts';

const ACPI_MEMORY_DEVICE_HID = 'PNP0C80';

/** A range of the device. Addresses and lengths in bytes. */
interface acpi_memory_info {
  readonly start: number;
  length: number;
  readonly typeFlags: number;
  enabled: boolean;
}

function* dev_err(k: Kernel, device: acpi_device, text: string): Co {
  yield* pr_err(k, `acpi ${device.dev.name}: ${text}`);
}

/** The ranges of _CRS; those that join and are alike are one. Undefined when there is no telling. */
function* acpi_memory_get_device_resources(k: Kernel, handle: acpi_handle): Co<acpi_memory_info[] | undefined> {
  const template = yield* acpi_rs_get_method_data(acpi(k), handle, '_CRS');
  const addresses = isStatus(template) ? undefined : addressResources(template);
  if (!addresses) return undefined;
  const ranges: acpi_memory_info[] = [];
  for (const { resource_type, typeFlags, minimum, address_length } of addresses) {
    if (resource_type !== 'memory') continue;
    const [start, length] = [Number(minimum), Number(address_length)];
    const before = ranges.find((range) => range.typeFlags === typeFlags && range.start + range.length === start);
    if (before) before.length += length;
    else ranges.push({ start, length, typeFlags, enabled: false });
  }
  return ranges;
}

const ALL_THERE = ACPI_STA_DEVICE_PRESENT | ACPI_STA_DEVICE_ENABLED | ACPI_STA_DEVICE_FUNCTIONING;

function* acpi_memory_check_device(k: Kernel, handle: acpi_handle): Co<number> {
  const { status, value } = yield* acpi_evaluate_integer(k, handle, '_STA');
  return status === 'AE_OK' && (value & ALL_THERE) === ALL_THERE ? 0 : -ERRNO.ENODEV;
}

function* acpi_unbind_memory_blocks(k: Kernel, { start, length }: acpi_memory_info): Co {
  yield* walk_memory_blocks(k, start, length, function* (mem): Co<number> {
    if (mem.dev) yield* acpi_unbind_one(k, mem.dev);
    return 0;
  });
}

/** Adds every range, and makes the device the companion of their blocks. */
function* acpi_memory_enable_device(
  k: Kernel,
  device: acpi_device,
  handle: acpi_handle,
  ranges: readonly acpi_memory_info[],
): Co<number> {
  let node = yield* acpi_get_node(k, handle);
  const filled = ranges.filter(({ length }) => length > 0);
  const [first] = filled;
  if (!first) {
    yield* dev_err(k, device, 'device is empty');
    return -ERRNO.EINVAL;
  }
  if (node < 0) node = memory_add_physaddr_to_nid(k, first.start);
  let enabled = 0;
  for (const range of filled) {
    const result = yield* __add_memory(k, node, range.start, range.length);
    if (result < 0 && result !== -ERRNO.EEXIST) continue;
    const unbound = yield* walk_memory_blocks(k, range.start, range.length, function* (mem): Co<number> {
      return mem.dev ? yield* acpi_bind_one(k, mem.dev, device) : 0;
    });
    if (unbound !== 0) {
      yield* acpi_unbind_memory_blocks(k, range);
      return -ERRNO.ENODEV;
    }
    range.enabled = true;
    enabled++;
  }
  if (enabled > 0) return 0;
  yield* dev_err(k, device, 'add_memory failed');
  return -ERRNO.EINVAL;
}

const acpi_memory_device_add = traced('acpi_memory_device_add', function* (k: Kernel, device: acpi_device): Co<number> {
  const { handle } = device;
  if (!handle) return -ERRNO.EINVAL;
  const ranges = yield* acpi_memory_get_device_resources(k, handle);
  if (!ranges) return -ERRNO.EINVAL;
  if ((yield* acpi_memory_check_device(k, handle)) < 0) return 0;
  device.driver_data = ranges;
  const result = yield* acpi_memory_enable_device(k, device, handle, ranges);
  if (result < 0) {
    yield* dev_err(k, device, 'acpi_memory_enable_device() error');
    device.driver_data = undefined;
    return result;
  }
  return 1;
});

const acpi_memory_device_remove = traced('acpi_memory_device_remove', function* (k: Kernel, device: acpi_device): Co {
  const ranges = device.driver_data as acpi_memory_info[] | undefined;
  if (!ranges) return;
  for (const range of ranges.filter(({ enabled }) => enabled)) {
    yield* acpi_unbind_memory_blocks(k, range);
    yield* __remove_memory(k, range.start, range.length);
  }
  device.driver_data = undefined;
});

/** The handler, with the switch that sysfs shows as hotplug/memory/enabled. */
export const memoryDeviceHandler = kernelState<acpi_scan_handler>((k) => ({
  ids: [ACPI_MEMORY_DEVICE_HID],
  // acpi_no_memhotplug: the devices are known and left alone
  ...(/(?:^|\s)acpi_no_memhotplug(?:\s|$)/.test(k.commandLine)
    ? {}
    : { attach: acpi_memory_device_add, detach: acpi_memory_device_remove }),
  hotplug: { enabled: true, demand_offline: false },
}));

export function acpi_memory_hotplug_init(k: Kernel): void {
  acpi_scan_add_handler(k, memoryDeviceHandler(k));
}
