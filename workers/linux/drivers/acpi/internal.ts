/** What the parts of the ACPI drivers share. @linux drivers/acpi/internal.h, include/acpi/acpi_bus.h */
import type { AcpiGlobals } from '../../../acpica/include/acglobal.ts';
import type { AcpiNamespaceNode } from '../../../acpica/include/acobject.ts';
import type { Co } from '../../../sim/coroutine.ts';
import type { device } from '../../include/linux/device.ts';
import type { mutex } from '../../kernel/locking/mutex.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';

/** The kernel's ACPICA, once acpi_boot_table_init() has made it. */
export const acpiInstance = kernelState<{ globals: AcpiGlobals | undefined }>(() => ({ globals: undefined }));

/** ACPICA; throws before it was started, which is a fault of ours. */
export function acpi(k: Kernel): AcpiGlobals {
  const { globals } = acpiInstance(k);
  if (!globals) throw new Error('ACPI used before its tables were found');
  return globals;
}

export type acpi_handle = AcpiNamespaceNode;

/** Values of Notify that concern hotplug (ACPI 6.4 table 5.187). */
export const ACPI_NOTIFY_BUS_CHECK = 0x00;
export const ACPI_NOTIFY_DEVICE_CHECK = 0x01;
export const ACPI_NOTIFY_EJECT_REQUEST = 0x03;

/** Source events and status codes of _OST (ACPI 6.4 §6.3.5). */
export const ACPI_OST_EC_OSPM_EJECT = 0x103;
export const ACPI_OST_SC_SUCCESS = 0x0;
export const ACPI_OST_SC_NON_SPECIFIC_FAILURE = 0x1;
export const ACPI_OST_SC_EJECT_NOT_SUPPORTED = 0x80;
export const ACPI_OST_SC_DEVICE_IN_USE = 0x81;
export const ACPI_OST_SC_DEVICE_BUSY = 0x82;
export const ACPI_OST_SC_EJECT_IN_PROGRESS = 0x84;

/** ACPI_STA_ bits. */
export const ACPI_STA_DEVICE_PRESENT = 0x01;
export const ACPI_STA_DEVICE_ENABLED = 0x02;
export const ACPI_STA_DEVICE_FUNCTIONING = 0x08;
export const ACPI_STA_DEFAULT = 0x0f;

/** Hardware ids that the kernel gives to objects without one. */
export const ACPI_PROCESSOR_OBJECT_HID = 'LNXCPU';
export const ACPI_PROCESSOR_DEVICE_HID = 'ACPI0007';
export const ACPI_PROCESSOR_CONTAINER_HID = 'ACPI0010';
export const ACPI_SYSTEM_HID = 'LNXSYSTM';
export const ACPI_BUS_HID = 'LNXSYBUS';
export const ACPI_THERMAL_HID = 'LNXTHERM';
export const ACPI_BUTTON_HID_POWERF = 'LNXPWRBN';
export const ACPI_BUTTON_HID_SLEEPF = 'LNXSLPBN';

export type acpi_bus_device_type = 'device' | 'processor' | 'thermal' | 'power button' | 'sleep button';

/** A device of another bus that an ACPI device describes. */
export interface acpi_device_physical_node {
  readonly node_id: number;
  readonly dev: device;
  put_online: boolean;
}

/** Attaches to ACPI devices with certain ids; the one place that knows what a device is for. */
export interface acpi_scan_handler {
  readonly ids: readonly string[];
  /** 1: taken, 0: not wanted, or -errno. */
  attach?(k: Kernel, device: acpi_device): Co<number>;
  detach?(k: Kernel, device: acpi_device): Co;
  readonly hotplug: {
    enabled: boolean;
    readonly demand_offline: boolean;
  };
}

export interface acpi_device {
  /** Undefined for fixed hardware. */
  readonly handle: acpi_handle | undefined;
  readonly device_type: acpi_bus_device_type;
  readonly parent: acpi_device | undefined;
  readonly dev: device;
  readonly children: acpi_device[];
  readonly pnp: {
    /** The first is the hardware id. */
    readonly ids: readonly string[];
    readonly unique_id: string | undefined;
    readonly bus_address: bigint | undefined;
    readonly has_hid: boolean;
  };
  /** _STA as it was last evaluated. */
  status: number;
  readonly flags: {
    readonly ejectable: boolean;
    initialized: boolean;
    /** Enumerated: it has been dealt with. */
    visited: boolean;
    match_driver: boolean;
    hotplug_notify: boolean;
  };
  handler: acpi_scan_handler | undefined;
  driver_data: unknown;
  readonly physical_node_lock: mutex;
  readonly physical_node_list: acpi_device_physical_node[];
}

export const acpi_device_hid = (device: acpi_device): string => device.pnp.ids[0] ?? 'device';

export const acpi_device_is_present = ({ status }: acpi_device): boolean =>
  (status & (ACPI_STA_DEVICE_PRESENT | ACPI_STA_DEVICE_FUNCTIONING)) !== 0;

const acpiDevices = kernelState(() => new Map<acpi_handle, acpi_device>());

/** The device object of a node, while there is one. */
export const acpi_fetch_acpi_dev = (k: Kernel, handle: acpi_handle): acpi_device | undefined =>
  acpiDevices(k).get(handle);

/** All device objects of nodes, in the order in which they were found. */
export const for_each_acpi_device = (k: Kernel): acpi_device[] => [...acpiDevices(k).values()];

/** Makes `device` the one of its node. */
export function acpi_tie_acpi_dev(k: Kernel, device: acpi_device): void {
  if (device.handle) acpiDevices(k).set(device.handle, device);
}

const companions = kernelState(() => new WeakMap<device, acpi_device>());

/** ACPI_COMPANION(). */
export const ACPI_COMPANION = (k: Kernel, dev: device): acpi_device | undefined => companions(k).get(dev);

export function ACPI_COMPANION_SET(k: Kernel, dev: device, device: acpi_device | undefined): void {
  if (device) companions(k).set(dev, device);
  else companions(k).delete(dev);
}
