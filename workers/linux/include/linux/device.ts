/** Devices, buses and drivers. @linux include/linux/device.h, without device links, classes, DMA and power domains */
import type { Co } from '../../../sim/coroutine.ts';
import type { mutex } from '../../kernel/locking/mutex.ts';
import type { Kernel } from '../../kernel-context.ts';
import type { kernfs_node } from './kernfs.ts';
import type { attribute, attribute_group } from './sysfs.ts';

export interface device {
  /** dev_name(). */
  readonly name: string;
  readonly parent: device | undefined;
  readonly bus: bus_type | undefined;
  readonly id: number;
  /** Files of its own, beside those of the driver core. */
  readonly groups: readonly attribute_group[];
  /** cpu0: no `online` file, and taking it offline is refused. */
  readonly offline_disabled: boolean;
  readonly mutex: mutex;
  /** Its directory in sysfs while it is registered. */
  sd: kernfs_node | undefined;
  driver: device_driver | undefined;
  offline: boolean;
  /** Of the bus or the driver. */
  driver_data: unknown;
  readonly children: device[];
  /** dev_set_uevent_suppress(). */
  uevent_suppress: boolean;
  /** Adds pm_qos_resume_latency_us to `power`. */
  readonly pm_qos?: boolean;
}

export interface bus_type {
  readonly name: string;
  match?(k: Kernel, dev: device, drv: device_driver): boolean;
  /** Lines of the `uevent` file after DRIVER=, `NAME=value`. */
  uevent?(k: Kernel, dev: device): readonly string[];
  probe?(k: Kernel, dev: device): Co<number>;
  remove?(k: Kernel, dev: device): Co;
  online?(k: Kernel, dev: device): Co<number>;
  offline?(k: Kernel, dev: device): Co<number>;
  /** Files that every device of the bus has. */
  readonly dev_groups?: readonly attribute_group[];
}

export interface device_driver {
  readonly name: string;
  readonly bus: bus_type;
  probe?(k: Kernel, dev: device): Co<number>;
  remove?(k: Kernel, dev: device): Co<number>;
}

/** The fields that make a device; what the driver core keeps is filled in by device_initialize(). */
export type device_template = Pick<device, 'name'> &
  Partial<Pick<device, 'parent' | 'bus' | 'id' | 'groups' | 'offline_disabled' | 'driver_data' | 'pm_qos'>>;

export type { attribute, attribute_group };
