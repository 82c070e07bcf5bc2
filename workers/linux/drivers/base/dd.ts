/**
 * Bringing devices and drivers together.
 *
 * @linux drivers/base/dd.c, without deferred and asynchronous probing
 */
import { ERRNO } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { sysfs_create_link, sysfs_remove_link } from '../../fs/sysfs/symlink.ts';
import type { device, device_driver } from '../../include/linux/device.ts';
import type { Kernel } from '../../kernel-context.ts';
import { bus_add_driver, bus_to_subsys, device_lock, device_unlock, deviceUevent } from './base.ts';

function driverLinks(k: Kernel, dev: device, drv: device_driver, add: boolean): void {
  const dir = bus_to_subsys(k, drv.bus)?.driver_dirs.get(drv);
  if (!dir || !dev.sd) return;
  if (add) {
    sysfs_create_link(k, dir, dev.sd, dev.name);
    sysfs_create_link(k, dev.sd, dir, 'driver');
  } else {
    sysfs_remove_link(k, dir, dev.name);
    sysfs_remove_link(k, dev.sd, 'driver');
  }
}

const really_probe = traced('really_probe', function* (k: Kernel, dev: device, drv: device_driver): Co<number> {
  dev.driver = drv;
  driverLinks(k, dev, drv, true);
  const probe = drv.bus.probe ?? drv.probe;
  const ret = probe ? yield* probe(k, dev) : 0;
  if (ret < 0) {
    driverLinks(k, dev, drv, false);
    dev.driver = undefined;
  } else deviceUevent(k, dev, 'bind');
  return ret;
});

/** With the device's lock held. 1: bound, 0: no driver wants it, or -errno. */
function* __device_attach(k: Kernel, dev: device): Co<number> {
  if (dev.driver) return 1;
  const priv = dev.bus && bus_to_subsys(k, dev.bus);
  for (const drv of priv?.drivers ?? []) {
    if (dev.bus?.match && !dev.bus.match(k, dev, drv)) continue;
    const ret = yield* really_probe(k, dev, drv);
    if (ret === 0) return 1;
    if (ret !== -ERRNO.ENODEV && ret !== -ERRNO.ENXIO) return ret;
  }
  return 0;
}

/** Looks for a driver. 1: the device has one now, 0: none, or -errno. */
export function* device_attach(k: Kernel, dev: device): Co<number> {
  yield* device_lock(k, dev);
  const ret = yield* __device_attach(k, dev);
  yield* device_unlock(k, dev);
  return ret;
}

/** A new device on a bus: looks for a driver if the bus does that by itself. */
export function* bus_probe_device(k: Kernel, dev: device): Co {
  const priv = dev.bus && bus_to_subsys(k, dev.bus);
  if (priv?.drivers_autoprobe) yield* device_attach(k, dev);
}

export function* device_release_driver(k: Kernel, dev: device): Co {
  yield* device_lock(k, dev);
  const drv = dev.driver;
  if (drv) {
    driverLinks(k, dev, drv, false);
    if (dev.bus?.remove) yield* dev.bus.remove(k, dev);
    else if (drv.remove) yield* drv.remove(k, dev);
    dev.driver = undefined;
    deviceUevent(k, dev, 'unbind');
  }
  yield* device_unlock(k, dev);
}

/** Adds a driver to its bus and offers it the devices that have none. */
export function* driver_register(k: Kernel, drv: device_driver): Co<number> {
  const ret = bus_add_driver(k, drv);
  if (ret < 0) return ret;
  const priv = bus_to_subsys(k, drv.bus);
  if (!priv?.drivers_autoprobe) return 0;
  for (const dev of [...priv.devices]) {
    if (dev.driver || (drv.bus.match && !drv.bus.match(k, dev, drv))) continue;
    yield* device_lock(k, dev);
    if (!dev.driver) yield* really_probe(k, dev, drv);
    yield* device_unlock(k, dev);
  }
  return 0;
}
