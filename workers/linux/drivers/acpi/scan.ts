/**
 * Devices from the namespace: found at boot, attached to the handlers that know them, hot-added and removed.
 *
 * @linux drivers/acpi/scan.c, without docks, dependencies (_DEP), power resources and properties
 */

import type { AcpiStatus } from '../../../abi/acpi-os.ts';
import { ERRNO } from '../../../abi/syscall.ts';
import {
  ACPI_TYPE_ANY,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_PROCESSOR,
  ACPI_TYPE_THERMAL,
} from '../../../acpica/include/actypes.ts';
import { acpi_evaluate_object, acpi_walk_namespace } from '../../../acpica/namespace/nsxfeval.ts';
import { acpi_get_object_info } from '../../../acpica/namespace/nsxfname.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import type { device } from '../../include/linux/device.ts';
import { mutex_init, mutex_lock, mutex_unlock } from '../../kernel/locking/mutex.ts';
import { pr_warn } from '../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { device_initialize, deviceUevent } from '../base/base.ts';
import { device_add, device_offline, device_online, lock_device_hotplug, unlock_device_hotplug } from '../base/core.ts';
import { device_attach, device_release_driver } from '../base/dd.ts';
import { acpi_default_enumeration } from './acpi_platform.ts';
import { acpi_bus_type, acpi_device_files } from './device_sysfs.ts';
import {
  ACPI_BUS_HID,
  ACPI_BUTTON_HID_POWERF,
  ACPI_BUTTON_HID_SLEEPF,
  ACPI_NOTIFY_BUS_CHECK,
  ACPI_NOTIFY_DEVICE_CHECK,
  ACPI_NOTIFY_EJECT_REQUEST,
  ACPI_OST_EC_OSPM_EJECT,
  ACPI_OST_SC_DEVICE_BUSY,
  ACPI_OST_SC_EJECT_IN_PROGRESS,
  ACPI_OST_SC_EJECT_NOT_SUPPORTED,
  ACPI_OST_SC_NON_SPECIFIC_FAILURE,
  ACPI_OST_SC_SUCCESS,
  ACPI_PROCESSOR_OBJECT_HID,
  ACPI_STA_DEFAULT,
  ACPI_STA_DEVICE_ENABLED,
  ACPI_SYSTEM_HID,
  ACPI_THERMAL_HID,
  acpi,
  type acpi_bus_device_type,
  type acpi_device,
  acpi_device_is_present,
  acpi_fetch_acpi_dev,
  type acpi_handle,
  type acpi_scan_handler,
  acpi_tie_acpi_dev,
} from './internal.ts';
import { acpi_hotplug_schedule } from './osl.ts';
import {
  acpi_evaluate_ej0,
  acpi_evaluate_integer,
  acpi_evaluate_lck,
  acpi_evaluate_ost,
  acpi_handle_warn,
  acpi_has_method,
} from './utils.ts';

const MAX_DEPTH = 0xffff_ffff;

export const acpi_scan_lock = kernelState(() => mutex_init('acpi_scan_lock', true));

const handlers = kernelState<acpi_scan_handler[]>(() => []);

export function acpi_scan_add_handler(k: Kernel, handler: acpi_scan_handler): void {
  handlers(k).push(handler);
}

const acpi_scan_match_handler = (k: Kernel, id: string): acpi_scan_handler | undefined =>
  handlers(k).find((handler) => handler.ids.includes(id));

/** dev_warn() of an ACPI device. */
function* dev_warn(k: Kernel, dev: device, text: string): Co {
  yield* pr_warn(k, `${dev.driver?.name ?? dev.bus?.name ?? ''} ${dev.name}: ${text}`);
}

/** Evaluates _STA; a device without one is there. */
export function* acpi_bus_get_status(k: Kernel, device: acpi_device): Co<number> {
  if (!device.handle) return 0;
  const { status, value } = yield* acpi_evaluate_integer(k, device.handle, '_STA');
  if (status !== 'AE_OK' && status !== 'AE_NOT_FOUND') return -ERRNO.ENODEV;
  device.status = status === 'AE_OK' ? value : ACPI_STA_DEFAULT;
  return 0;
}

// --- finding devices

/** Ids of devices that have none of their own. */
const SYNTHETIC_IDS: Readonly<Partial<Record<acpi_bus_device_type, string>>> = {
  processor: ACPI_PROCESSOR_OBJECT_HID,
  thermal: ACPI_THERMAL_HID,
  'power button': ACPI_BUTTON_HID_POWERF,
  'sleep button': ACPI_BUTTON_HID_SLEEPF,
};

const isSystemBus = (k: Kernel, handle: acpi_handle): boolean =>
  handle.parent === acpi(k).rootNode && (handle.name === '_SB_' || handle.name === '_TZ_');

function* acpi_set_pnp_ids(
  k: Kernel,
  handle: acpi_handle | undefined,
  type: acpi_bus_device_type,
): Co<acpi_device['pnp']> {
  const none = { ids: [], unique_id: undefined, bus_address: undefined, has_hid: false };
  const synthetic = SYNTHETIC_IDS[type];
  if (synthetic !== undefined || !handle) return { ...none, ids: synthetic === undefined ? [] : [synthetic] };
  if (handle === acpi(k).rootNode) return { ...none, ids: [ACPI_SYSTEM_HID] };
  const info = yield* acpi_get_object_info(acpi(k), handle);
  const ids = [info.hardwareId, ...info.compatibleIds, info.classCode].filter((id) => id !== undefined);
  if (ids.length === 0 && isSystemBus(k, handle)) ids.push(ACPI_BUS_HID);
  return { ids, unique_id: info.uniqueId, bus_address: info.address, has_hid: info.hardwareId !== undefined };
}

/** Numbers given to the devices of one hardware id. */
const instances = kernelState(() => new Map<string, number>());

function nextName(k: Kernel, hid: string): string {
  const number = instances(k).get(hid) ?? 0;
  instances(k).set(hid, number + 1);
  return `${hid}:${number.toString(16).padStart(2, '0')}`;
}

function acpi_find_parent_acpi_dev(k: Kernel, handle: acpi_handle | undefined): acpi_device | undefined {
  if (!handle) return acpi_fetch_acpi_dev(k, acpi(k).rootNode);
  for (let at = handle.parent; at; at = at.parent) {
    const device = acpi_fetch_acpi_dev(k, at);
    if (device) return device;
  }
  return undefined;
}

/** Makes the device object of a node, evaluates what identifies it, and registers it. */
function* acpi_add_single_object(
  k: Kernel,
  handle: acpi_handle | undefined,
  type: acpi_bus_device_type,
): Co<acpi_device> {
  const pnp = yield* acpi_set_pnp_ids(k, handle, type);
  const has = (method: string): boolean => handle !== undefined && acpi_has_method(k, handle, method);
  // its resources tell whether a serial bus enumerates it
  if (handle && has('_CRS')) yield* acpi_evaluate_object(acpi(k), handle, '_CRS');
  const parent = acpi_find_parent_acpi_dev(k, handle);
  const files = { attrs: [] as ReturnType<typeof acpi_device_files> };
  const dev = device_initialize({
    name: nextName(k, pnp.ids[0] ?? 'device'),
    parent: parent?.dev,
    bus: acpi_bus_type,
    groups: [files],
  });
  dev.uevent_suppress = true;
  const device: acpi_device = {
    handle,
    device_type: type,
    parent,
    dev,
    children: [],
    pnp,
    status: ACPI_STA_DEFAULT,
    flags: {
      ejectable: has('_EJD') || has('_EJ0'),
      initialized: true,
      visited: false,
      match_driver: false,
      hotplug_notify: false,
    },
    handler: undefined,
    driver_data: undefined,
    physical_node_lock: mutex_init('&device->physical_node_lock'),
    physical_node_list: [],
  };
  dev.driver_data = device;
  files.attrs.push(...acpi_device_files(k, device, (kernel) => eject(kernel, device)));
  if (type === 'device' || type === 'processor') {
    if ((yield* acpi_bus_get_status(k, device)) < 0) device.status = 0;
  }
  acpi_tie_acpi_dev(k, device);
  parent?.children.push(device);
  yield* device_add(k, dev);
  dev.uevent_suppress = false;
  deviceUevent(k, dev, 'add');
  return device;
}

const DEVICE_TYPES: Readonly<Record<number, acpi_bus_device_type>> = {
  [ACPI_TYPE_DEVICE]: 'device',
  [ACPI_TYPE_PROCESSOR]: 'processor',
  [ACPI_TYPE_THERMAL]: 'thermal',
};

/** The device of a node, made if it is one that has a device. */
function* acpi_bus_check_add(k: Kernel, handle: acpi_handle): Co<acpi_device | undefined> {
  const known = acpi_fetch_acpi_dev(k, handle);
  if (known) return known;
  const type = DEVICE_TYPES[handle.type];
  if (!type) return undefined;
  const device = yield* acpi_add_single_object(k, handle, type);
  if (device.pnp.ids.some((id) => acpi_scan_match_handler(k, id))) device.flags.hotplug_notify = true;
  return device;
}

// --- attaching

function* acpi_scan_attach_handler(k: Kernel, device: acpi_device): Co<number> {
  let ret = 0;
  for (const id of device.pnp.ids) {
    const handler = acpi_scan_match_handler(k, id);
    if (!handler?.attach) continue;
    device.handler = handler;
    ret = yield* handler.attach(k, device);
    if (ret > 0) break;
    device.handler = undefined;
    if (ret < 0) break;
  }
  return ret;
}

/** False when the device is not there and nothing below it is to be looked at. */
function* attachOne(k: Kernel, device: acpi_device): Co<boolean> {
  yield* acpi_bus_get_status(k, device);
  if (!acpi_device_is_present(device)) {
    device.flags.initialized = false;
    device.flags.visited = false;
    return false;
  }
  if (device.handler) return true;
  if (!device.flags.initialized) device.flags.initialized = true;
  else if (device.flags.visited) return true;
  const ret = yield* acpi_scan_attach_handler(k, device);
  if (ret < 0) return false;
  device.flags.match_driver = true;
  if (ret === 0 && (yield* device_attach(k, device.dev)) < 0) return false;
  if (ret === 0 && !device.dev.driver) yield* acpi_default_enumeration(k, device);
  device.flags.visited = true;
  return true;
}

const acpi_bus_attach: (k: Kernel, device: acpi_device) => Co = traced(
  'acpi_bus_attach',
  function* (k: Kernel, device: acpi_device): Co {
    if (!(yield* attachOne(k, device))) return;
    for (const child of [...device.children]) yield* acpi_bus_attach(k, child);
  },
);

/** Makes devices for the node and all below it, then attaches them. -ENODEV when there is nothing to make. */
export const acpi_bus_scan = traced('acpi_bus_scan', function* (k: Kernel, handle: acpi_handle): Co<number> {
  let first = yield* acpi_bus_check_add(k, handle);
  yield* acpi_walk_namespace(acpi(k), ACPI_TYPE_ANY, handle, MAX_DEPTH, function* (node): Co<AcpiStatus> {
    const device = yield* acpi_bus_check_add(k, node);
    first ??= device;
    return 'AE_OK';
  });
  if (!first) return -ERRNO.ENODEV;
  yield* acpi_bus_attach(k, first);
  return 0;
});

/** Detaches handlers and drivers from the device and from all below it. */
export function* acpi_bus_trim(k: Kernel, device: acpi_device): Co {
  for (const child of [...device.children].reverse()) yield* acpi_bus_trim(k, child);
  device.flags.match_driver = false;
  if (device.handler) {
    if (device.handler.detach) yield* device.handler.detach(k, device);
    device.handler = undefined;
  } else {
    yield* device_release_driver(k, device.dev);
  }
  device.flags.initialized = false;
  device.flags.visited = false;
}

// --- hotplug

interface OfflineResult {
  status: AcpiStatus;
  /** The device that could not be taken offline. */
  failed: device | undefined;
}

/** Takes the devices that the node describes offline. In the first pass a failure does not end the walk. */
const acpi_bus_offline = traced(
  'acpi_bus_offline',
  function* (k: Kernel, handle: acpi_handle, secondPass: boolean, result: OfflineResult): Co<void> {
    const device = acpi_fetch_acpi_dev(k, handle);
    if (!device) return;
    if (device.handler && !device.handler.hotplug.enabled) {
      result.failed = device.dev;
      result.status = 'AE_SUPPORT';
      return;
    }
    yield* mutex_lock(k, device.physical_node_lock);
    for (const node of device.physical_node_list) {
      if (!secondPass) node.put_online = false;
      else if (node.put_online) continue;
      const ret = yield* device_offline(k, node.dev);
      if (ret >= 0) {
        node.put_online = ret === 0;
        continue;
      }
      result.failed = node.dev;
      if (secondPass) {
        result.status = 'AE_ERROR';
        break;
      }
    }
    yield* mutex_unlock(k, device.physical_node_lock);
  },
);

function* acpi_bus_online(k: Kernel, handle: acpi_handle): Co {
  const device = acpi_fetch_acpi_dev(k, handle);
  if (!device) return;
  yield* mutex_lock(k, device.physical_node_lock);
  for (const node of device.physical_node_list) {
    if (!node.put_online) continue;
    yield* device_online(k, node.dev);
    node.put_online = false;
  }
  yield* mutex_unlock(k, device.physical_node_lock);
}

/** One pass over the nodes below, then the node itself. */
function* offlinePass(k: Kernel, handle: acpi_handle, secondPass: boolean): Co<OfflineResult> {
  const result: OfflineResult = { status: 'AE_OK', failed: undefined };
  yield* acpi_walk_namespace(acpi(k), ACPI_TYPE_ANY, handle, MAX_DEPTH, undefined, function* (node): Co<AcpiStatus> {
    yield* acpi_bus_offline(k, node, secondPass, result);
    return result.status;
  });
  if (result.status !== 'AE_SUPPORT' && !(secondPass && result.failed)) {
    yield* acpi_bus_offline(k, handle, secondPass, result);
  }
  return result;
}

function* bringBack(k: Kernel, handle: acpi_handle): Co {
  yield* acpi_walk_namespace(acpi(k), ACPI_TYPE_ANY, handle, MAX_DEPTH, function* (node): Co<AcpiStatus> {
    yield* acpi_bus_online(k, node);
    return 'AE_OK';
  });
}

/** Two passes: what refuses at first may have depended on what went offline after it. */
function* acpi_scan_try_to_offline(k: Kernel, handle: acpi_handle): Co<number> {
  const first = yield* offlinePass(k, handle, false);
  if (first.status === 'AE_SUPPORT') {
    if (first.failed) yield* dev_warn(k, first.failed, 'Offline disabled.');
    yield* bringBack(k, handle);
    return -ERRNO.EPERM;
  }
  if (!first.failed) return 0;
  const second = yield* offlinePass(k, handle, true);
  if (!second.failed) return 0;
  yield* dev_warn(k, second.failed, 'Offline failed.');
  yield* acpi_bus_online(k, handle);
  yield* bringBack(k, handle);
  return -ERRNO.EBUSY;
}

function* acpi_scan_hot_remove(k: Kernel, device: acpi_device, handle: acpi_handle): Co<number> {
  if (device.handler?.hotplug.demand_offline) {
    if (device.physical_node_list.some((node) => !node.dev.offline)) return -ERRNO.EBUSY;
  } else {
    const error = yield* acpi_scan_try_to_offline(k, handle);
    if (error < 0) return error;
  }
  yield* acpi_bus_trim(k, device);
  yield* acpi_evaluate_lck(k, handle, false);
  const status = yield* acpi_evaluate_ej0(k, handle);
  if (status === 'AE_NOT_FOUND') return -ERRNO.ENODEV;
  if (status !== 'AE_OK') return -ERRNO.EIO;
  const sta = yield* acpi_evaluate_integer(k, handle, '_STA');
  if (sta.status !== 'AE_OK') {
    yield* acpi_handle_warn(k, handle, `Status check after eject failed (${sta.status})`);
  } else if ((sta.value & ACPI_STA_DEVICE_ENABLED) !== 0) {
    yield* acpi_handle_warn(k, handle, `Eject incomplete - status 0x${sta.value.toString(16)}`);
  }
  return 0;
}

function* acpi_scan_device_not_present(k: Kernel, device: acpi_device): Co<number> {
  if (!device.flags.visited) {
    yield* dev_warn(k, device.dev, 'Still not present');
    return -ERRNO.ENODEV;
  }
  yield* acpi_bus_trim(k, device);
  return 0;
}

function* scanOrWarn(k: Kernel, device: acpi_device, handle: acpi_handle): Co<number> {
  const error = yield* acpi_bus_scan(k, handle);
  if (error < 0) yield* dev_warn(k, device.dev, 'Namespace scan failure');
  return error;
}

function* acpi_scan_device_check(k: Kernel, device: acpi_device, handle: acpi_handle): Co<number> {
  yield* acpi_bus_get_status(k, device);
  if (!acpi_device_is_present(device)) return yield* acpi_scan_device_not_present(k, device);
  // attached: the notification came twice
  if (device.handler) return 0;
  return yield* scanOrWarn(k, device, handle);
}

function* acpi_scan_bus_check(k: Kernel, device: acpi_device): Co<number> {
  if (!device.handle) return 0;
  yield* acpi_bus_get_status(k, device);
  if (!acpi_device_is_present(device)) {
    yield* acpi_scan_device_not_present(k, device);
    return 0;
  }
  const error = yield* scanOrWarn(k, device, device.handle);
  if (error < 0) return error;
  for (const child of [...device.children]) {
    const below = yield* acpi_scan_bus_check(k, child);
    if (below < 0) return below;
  }
  return 0;
}

function* acpi_generic_hotplug_event(k: Kernel, device: acpi_device, handle: acpi_handle, type: number): Co<number> {
  switch (type) {
    case ACPI_NOTIFY_BUS_CHECK:
      return yield* acpi_scan_bus_check(k, device);
    case ACPI_NOTIFY_DEVICE_CHECK:
      return yield* acpi_scan_device_check(k, device, handle);
    case ACPI_NOTIFY_EJECT_REQUEST:
    case ACPI_OST_EC_OSPM_EJECT:
      if (device.handler && !device.handler.hotplug.enabled) return -ERRNO.EPERM;
      yield* acpi_evaluate_ost(k, handle, ACPI_NOTIFY_EJECT_REQUEST, ACPI_OST_SC_EJECT_IN_PROGRESS);
      return yield* acpi_scan_hot_remove(k, device, handle);
    default:
      return -ERRNO.EINVAL;
  }
}

function ostCode(error: number): number {
  if (error === 0) return ACPI_OST_SC_SUCCESS;
  if (error === -ERRNO.EPERM) return ACPI_OST_SC_EJECT_NOT_SUPPORTED;
  if (error === -ERRNO.EBUSY) return ACPI_OST_SC_DEVICE_BUSY;
  return ACPI_OST_SC_NON_SPECIFIC_FAILURE;
}

/** Acts on a notification or on a write to `eject`, and tells the firmware how it went. */
export const acpi_device_hotplug = traced(
  'acpi_device_hotplug',
  function* (k: Kernel, device: acpi_device, source: number): Co {
    yield* lock_device_hotplug(k);
    yield* mutex_lock(k, acpi_scan_lock(k));
    const { handle } = device;
    // a notify function of a driver's own would be asked here; no driver of the lab has one
    if (handle && device.flags.hotplug_notify) {
      const error = yield* acpi_generic_hotplug_event(k, device, handle, source);
      yield* acpi_evaluate_ost(k, handle, source, ostCode(error));
    }
    yield* mutex_unlock(k, acpi_scan_lock(k));
    yield* unlock_device_hotplug(k);
  },
);

/** The `eject` file. */
function* eject(k: Kernel, device: acpi_device): Co<number> {
  if (!device.handler?.hotplug.enabled && !device.dev.driver) return -ERRNO.ENODEV;
  if (!device.handle || !device.flags.ejectable) return -ERRNO.ENODEV;
  const status = yield* acpi_hotplug_schedule(k, () => acpi_device_hotplug(k, device, ACPI_OST_EC_OSPM_EJECT));
  if (status === 'AE_OK') return 0;
  yield* acpi_evaluate_ost(k, device.handle, ACPI_OST_EC_OSPM_EJECT, ACPI_OST_SC_NON_SPECIFIC_FAILURE);
  return -ERRNO.EAGAIN;
}

/** Fixed buttons that the FADT promises get a device, too. */
export function* acpi_bus_scan_fixed(k: Kernel, types: readonly acpi_bus_device_type[]): Co {
  for (const type of types) {
    const device = yield* acpi_add_single_object(k, undefined, type);
    device.flags.match_driver = true;
    yield* device_attach(k, device.dev);
  }
}
