/**
 * Buses and "subsystems": who is on them, and their directories below /sys/bus.
 *
 * @linux drivers/base/bus.c, without drivers_probe and bind/unbind by name
 */
import { ERRNO } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { sysfs_create_dir, sysfs_find_or_create_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_file } from '../../fs/sysfs/file.ts';
import type { bus_type } from '../../include/linux/device.ts';
import type { attribute_group } from '../../include/linux/sysfs.ts';
import type { Kernel } from '../../kernel-context.ts';
import { bus_to_subsys, buses, device_initialize, type subsys_private, writeOnly } from './base.ts';
import { device_register } from './core.ts';

export function bus_register(k: Kernel, bus: bus_type): number {
  if (buses(k).has(bus)) return -ERRNO.EEXIST;
  const subsys = sysfs_create_dir(k, sysfs_find_or_create_dir(k, 'bus'), bus.name);
  const priv: subsys_private = {
    subsys,
    devices_kset: sysfs_create_dir(k, subsys, 'devices'),
    drivers_kset: sysfs_create_dir(k, subsys, 'drivers'),
    devices: [],
    drivers: [],
    driver_dirs: new Map(),
    drivers_autoprobe: true,
    dev_root: undefined,
  };
  sysfs_create_file(k, subsys, writeOnly('uevent'));
  sysfs_create_file(k, subsys, writeOnly('drivers_probe'));
  sysfs_create_file(k, subsys, {
    name: 'drivers_autoprobe',
    mode: 0o644,
    *show(): Co<string> {
      return `${priv.drivers_autoprobe ? 1 : 0}\n`;
    },
    *store(_k, buf): Co<number> {
      priv.drivers_autoprobe = !buf.startsWith('0');
      return buf.length;
    },
  });
  buses(k).set(bus, priv);
  return 0;
}

/** A bus with a root device below /sys/devices/system; `groups` are that device's files. */
export function* subsys_system_register(k: Kernel, subsys: bus_type, groups: readonly attribute_group[]): Co<number> {
  const status = bus_register(k, subsys);
  if (status < 0) return status;
  const root = device_initialize({ name: subsys.name, groups });
  root.sd = sysfs_create_dir(k, sysfs_find_or_create_dir(k, 'devices/system'), subsys.name);
  const priv = bus_to_subsys(k, subsys);
  if (priv) priv.dev_root = root;
  return yield* device_register(k, root);
}
