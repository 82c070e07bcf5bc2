/** ACPI devices and the devices of other buses that they describe. @linux drivers/acpi/glue.c */
import { ERRNO } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { sysfs_create_link, sysfs_remove_link } from '../../fs/sysfs/symlink.ts';
import type { device } from '../../include/linux/device.ts';
import { mutex_lock, mutex_unlock } from '../../kernel/locking/mutex.ts';
import type { Kernel } from '../../kernel-context.ts';
import { ACPI_COMPANION, ACPI_COMPANION_SET, type acpi_device } from './internal.ts';

const linkName = (nodeId: number): string => (nodeId > 0 ? `physical_node${nodeId}` : 'physical_node');

/** Makes `device` the companion of `dev`, with links both ways. */
export function* acpi_bind_one(k: Kernel, dev: device, device: acpi_device): Co<number> {
  const former = ACPI_COMPANION(k, dev);
  if (former && former !== device) return -ERRNO.EINVAL;
  yield* mutex_lock(k, device.physical_node_lock);
  const nodes = device.physical_node_list;
  if (!nodes.some((node) => node.dev === dev)) {
    // the list is in the order of the ids: the first gap is the lowest that is free
    const gap = nodes.findIndex((node, index) => node.node_id !== index);
    const node_id = gap < 0 ? nodes.length : gap;
    nodes.splice(node_id, 0, { node_id, dev, put_online: false });
    ACPI_COMPANION_SET(k, dev, device);
    if (device.dev.sd && dev.sd) {
      sysfs_create_link(k, device.dev.sd, dev.sd, linkName(node_id));
      sysfs_create_link(k, dev.sd, device.dev.sd, 'firmware_node');
    }
  }
  yield* mutex_unlock(k, device.physical_node_lock);
  return 0;
}

export function* acpi_unbind_one(k: Kernel, dev: device): Co<number> {
  const device = ACPI_COMPANION(k, dev);
  if (!device) return 0;
  yield* mutex_lock(k, device.physical_node_lock);
  const at = device.physical_node_list.findIndex((node) => node.dev === dev);
  const [node] = at >= 0 ? device.physical_node_list.splice(at, 1) : [];
  if (node) {
    if (device.dev.sd) sysfs_remove_link(k, device.dev.sd, linkName(node.node_id));
    if (dev.sd) sysfs_remove_link(k, dev.sd, 'firmware_node');
    ACPI_COMPANION_SET(k, dev, undefined);
  }
  yield* mutex_unlock(k, device.physical_node_lock);
  return 0;
}
