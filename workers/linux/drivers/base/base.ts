/**
 * What the parts of the driver core share: buses' private data, device locks, links between devices and buses.
 *
 * @linux drivers/base/base.h
 */
import { ERRNO } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { sysfs_create_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_file } from '../../fs/sysfs/file.ts';
import { sysfs_create_link, sysfs_remove_link } from '../../fs/sysfs/symlink.ts';
import type { bus_type, device, device_driver, device_template } from '../../include/linux/device.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { mutex_init, mutex_lock, mutex_unlock } from '../../kernel/locking/mutex.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { type kobject_action, kobject_uevent_env } from '../../lib/kobject_uevent.ts';

/** What the driver core keeps of a registered bus. */
export interface subsys_private {
  readonly subsys: kernfs_node;
  readonly devices_kset: kernfs_node;
  readonly drivers_kset: kernfs_node;
  readonly devices: device[];
  readonly drivers: device_driver[];
  /** Directories of the drivers. */
  readonly driver_dirs: Map<device_driver, kernfs_node>;
  drivers_autoprobe: boolean;
  dev_root: device | undefined;
}

export const buses = kernelState(() => new Map<bus_type, subsys_private>());

/** The bus's private part; undefined before bus_register(). */
export const bus_to_subsys = (k: Kernel, bus: bus_type): subsys_private | undefined => buses(k).get(bus);

/** Lines of a device's `uevent` file, which its events carry as well. */
export const dev_uevent = (k: Kernel, dev: device): string[] => [
  ...(dev.driver ? [`DRIVER=${dev.driver.name}`] : []),
  ...(dev.bus?.uevent?.(k, dev) ?? []),
];

/** Tells user space of a device; those that belong to no bus are not worth telling. */
export function deviceUevent(k: Kernel, dev: device, action: kobject_action, synthetic: readonly string[] = []): void {
  if (dev.uevent_suppress || !dev.sd || !dev.bus) return;
  kobject_uevent_env(k, dev.sd, action, dev.bus.name, [...synthetic, ...dev_uevent(k, dev)]);
}

/** A file for writing that the lab does not act on. */
export const writeOnly = (name: string): attribute => ({
  name,
  mode: 0o200,
  *store(k, buf): Co<number> {
    k.log.emit('unmodelled', 'sysfs', `write to ${name} of a bus or driver`);
    return -ERRNO.ENODEV;
  },
});

export function* device_lock(k: Kernel, dev: device): Co {
  yield* mutex_lock(k, dev.mutex);
}

export function* device_unlock(k: Kernel, dev: device): Co {
  yield* mutex_unlock(k, dev.mutex);
}

export function device_initialize(template: device_template): device {
  return {
    parent: undefined,
    bus: undefined,
    id: 0,
    groups: [],
    offline_disabled: false,
    driver_data: undefined,
    ...template,
    mutex: mutex_init('&dev->mutex'),
    sd: undefined,
    driver: undefined,
    offline: false,
    children: [],
    uevent_suppress: false,
  };
}

/** The link below /sys/bus/NAME/devices, and the bus's own files of the device. */
export function bus_add_device(k: Kernel, dev: device): void {
  const priv = dev.bus && bus_to_subsys(k, dev.bus);
  if (!priv || !dev.sd) return;
  sysfs_create_link(k, priv.devices_kset, dev.sd, dev.name);
  sysfs_create_link(k, dev.sd, priv.subsys, 'subsystem');
  priv.devices.push(dev);
}

export function bus_remove_device(k: Kernel, dev: device): void {
  const priv = dev.bus && bus_to_subsys(k, dev.bus);
  if (!priv) return;
  sysfs_remove_link(k, priv.devices_kset, dev.name);
  const at = priv.devices.indexOf(dev);
  if (at >= 0) priv.devices.splice(at, 1);
}

/** Makes the driver's directory; driver_register() in driver.c then lets it probe. */
export function bus_add_driver(k: Kernel, drv: device_driver): number {
  const priv = bus_to_subsys(k, drv.bus);
  if (!priv) return -ERRNO.EINVAL;
  const dir = sysfs_create_dir(k, priv.drivers_kset, drv.name);
  for (const name of ['uevent', 'bind', 'unbind']) sysfs_create_file(k, dir, writeOnly(name));
  priv.drivers.push(drv);
  priv.driver_dirs.set(drv, dir);
  return 0;
}
