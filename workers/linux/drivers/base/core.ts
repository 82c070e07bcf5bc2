/**
 * Devices: their directories, uevents, and taking them offline.
 *
 * @linux drivers/base/core.c, without classes, device links and device numbers
 */

import { ERRNO } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { kernfs_path } from '../../fs/kernfs/dir.ts';
import { sysfs_create_dir, sysfs_find_or_create_dir, sysfs_remove_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_file } from '../../fs/sysfs/file.ts';
import { sysfs_create_group } from '../../fs/sysfs/group.ts';
import type { device } from '../../include/linux/device.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import { type mutex, mutex_init, mutex_lock, mutex_trylock, mutex_unlock } from '../../kernel/locking/mutex.ts';
import { pr_err } from '../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { kobject_action_args } from '../../lib/kobject_uevent.ts';
import {
  bus_add_device,
  bus_remove_device,
  bus_to_subsys,
  dev_uevent,
  device_lock,
  device_unlock,
  deviceUevent,
} from './base.ts';
import { bus_probe_device, device_release_driver } from './dd.ts';
import { dpm_sysfs_add } from './power/sysfs.ts';

/** Strings that a write to a `bool` file means; undefined for others. @linux lib/kstrtox.c kstrtobool */
export function kstrtobool(text: string): boolean | undefined {
  const first = text.charAt(0);
  if ('yY1tT'.includes(first) && first !== '') return true;
  if ('nN0fF'.includes(first) && first !== '') return false;
  if (first === 'o' || first === 'O') {
    const second = text.charAt(1).toLowerCase();
    if (second === 'n') return true;
    if (second === 'f') return false;
  }
  return undefined;
}

const deviceHotplugLock = kernelState<mutex>(() => mutex_init('device_hotplug_lock'));

export function* lock_device_hotplug(k: Kernel): Co {
  yield* mutex_lock(k, deviceHotplugLock(k));
}

export function* unlock_device_hotplug(k: Kernel): Co {
  yield* mutex_unlock(k, deviceHotplugLock(k));
}

/** For sysfs writers: 0 with the lock held, or -EINTR when a signal ended the retries. */
export function* lock_device_hotplug_sysfs(k: Kernel): Co<number> {
  if (mutex_trylock(k, deviceHotplugLock(k))) return 0;
  // upstream sleeps and restarts the system call, lest it deadlock with the file's own removal
  yield* mutex_lock(k, deviceHotplugLock(k));
  return 0;
}

function ueventAttribute(dev: device) {
  return {
    name: 'uevent',
    mode: 0o644,
    *show(k: Kernel): Co<string> {
      return dev_uevent(k, dev)
        .map((line) => `${line}\n`)
        .join('');
    },
    *store(k: Kernel, buf: string): Co<number> {
      const asked = kobject_action_args(buf);
      if (!asked) {
        const path = (dev.sd ? kernfs_path(dev.sd) : '').replace(/^\/sys/, '');
        yield* pr_err(k, `synth uevent: ${path}: unknown uevent action string`);
        const who = dev.driver?.name ?? dev.bus?.name ?? '';
        yield* pr_err(k, `${who} ${dev.name}: uevent: failed to send synthetic uevent: -${ERRNO.EINVAL}`);
        return -ERRNO.EINVAL;
      }
      deviceUevent(k, dev, asked.action, asked.env);
      return buf.length;
    },
  };
}

const device_supports_offline = (dev: device): boolean =>
  dev.bus?.offline !== undefined && dev.bus.online !== undefined;

const online_store = traced('online_store', function* (k: Kernel, dev: device, buf: string): Co<number> {
  const value = kstrtobool(buf);
  if (value === undefined) return -ERRNO.EINVAL;
  let ret = yield* lock_device_hotplug_sysfs(k);
  if (ret < 0) return ret;
  ret = value ? yield* device_online(k, dev) : yield* device_offline(k, dev);
  yield* unlock_device_hotplug(k);
  return ret < 0 ? ret : buf.length;
});

/** The `online` file. */
const onlineAttribute = (dev: device) => ({
  name: 'online',
  mode: 0o644,
  *show(k: Kernel): Co<string> {
    yield* device_lock(k, dev);
    const text = dev.offline ? '0\n' : '1\n';
    yield* device_unlock(k, dev);
    return text;
  },
  *store(k: Kernel, buf: string): Co<number> {
    return yield* online_store(k, dev, buf);
  },
});

function directoryOf(k: Kernel, dev: device): kernfs_node {
  const parent = dev.parent?.sd ?? (dev.bus && bus_to_subsys(k, dev.bus)?.dev_root?.sd);
  return parent ?? sysfs_find_or_create_dir(k, 'devices');
}

/** Puts a device into sysfs and on its bus, tells user space, and looks for a driver. */
export function* device_add(k: Kernel, dev: device): Co<number> {
  dev.sd ??= sysfs_create_dir(k, directoryOf(k, dev), dev.name);
  const { sd } = dev;
  sysfs_create_file(k, sd, ueventAttribute(dev));
  for (const group of [...(dev.bus?.dev_groups ?? []), ...dev.groups]) sysfs_create_group(k, sd, group);
  if (device_supports_offline(dev) && !dev.offline_disabled) sysfs_create_file(k, sd, onlineAttribute(dev));
  bus_add_device(k, dev);
  dpm_sysfs_add(k, dev);
  deviceUevent(k, dev, 'add');
  yield* bus_probe_device(k, dev);
  dev.parent?.children.push(dev);
  return 0;
}

export function* device_register(k: Kernel, dev: device): Co<number> {
  return yield* device_add(k, dev);
}

export function* device_del(k: Kernel, dev: device): Co {
  const siblings = dev.parent?.children;
  const at = siblings?.indexOf(dev) ?? -1;
  if (at >= 0) siblings?.splice(at, 1);
  yield* device_release_driver(k, dev);
  bus_remove_device(k, dev);
  deviceUevent(k, dev, 'remove');
  if (dev.sd) sysfs_remove_dir(k, dev.sd);
  dev.sd = undefined;
}

export function* device_unregister(k: Kernel, dev: device): Co {
  yield* device_del(k, dev);
}

/** A child that may not be taken offline although it is online: 0 or -EBUSY. */
function device_check_offline(dev: device): number {
  for (const child of dev.children) {
    const ret = device_check_offline(child);
    if (ret !== 0) return ret;
  }
  return device_supports_offline(dev) && !dev.offline ? -ERRNO.EBUSY : 0;
}

/** 0: went offline, 1: was offline, or -errno. With the device hotplug lock held. */
export const device_offline = traced('device_offline', function* (k: Kernel, dev: device): Co<number> {
  if (dev.offline_disabled) return -ERRNO.EPERM;
  for (const child of dev.children) {
    const busy = device_check_offline(child);
    if (busy !== 0) return busy;
  }
  yield* device_lock(k, dev);
  let ret = 0;
  if (device_supports_offline(dev) && dev.bus?.offline) {
    if (dev.offline) {
      ret = 1;
    } else {
      ret = yield* dev.bus.offline(k, dev);
      if (ret === 0) {
        deviceUevent(k, dev, 'offline');
        dev.offline = true;
      }
    }
  }
  yield* device_unlock(k, dev);
  return ret;
});

/** 0: came online, 1: was online, or -errno. With the device hotplug lock held. */
export const device_online = traced('device_online', function* (k: Kernel, dev: device): Co<number> {
  let ret = 0;
  yield* device_lock(k, dev);
  if (device_supports_offline(dev) && dev.bus?.online) {
    if (dev.offline) {
      ret = yield* dev.bus.online(k, dev);
      if (ret === 0) {
        deviceUevent(k, dev, 'online');
        dev.offline = false;
      }
    } else {
      ret = 1;
    }
  }
  yield* device_unlock(k, dev);
  return ret;
});
