/**
 * Processors of the namespace: found at boot, hot-added, removed.
 *
 * @linux drivers/acpi/acpi_processor.c
 */

import type { AcpiStatus } from '../../../abi/acpi-os.ts';
import { ERRNO } from '../../../abi/syscall.ts';
import { ACPI_TYPE_PROCESSOR } from '../../../acpica/include/actypes.ts';
import { acpi_evaluate_object, acpi_get_devices, acpi_walk_namespace } from '../../../acpica/namespace/nsxfeval.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { cpu_present } from '../../include/linux/cpumask.ts';
import type { device } from '../../include/linux/device.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import {
  cpu_maps_update_begin,
  cpu_maps_update_done,
  cpus_write_lock,
  cpus_write_unlock,
} from '../../kernel/cpu-locks.ts';
import { pr_err, pr_info, pr_warn } from '../../kernel/printk/printk.ts';
import { type Kernel, kernelState, perCpu } from '../../kernel-context.ts';
import { cpu_to_node } from '../../mm/numa.ts';
import { get_cpu_device } from '../base/cpu.ts';
import { device_attach, device_release_driver } from '../base/dd.ts';
import { try_offline_node } from '../base/node.ts';
import { acpi_bind_one, acpi_unbind_one } from './glue.ts';
import {
  ACPI_PROCESSOR_DEVICE_HID,
  ACPI_PROCESSOR_OBJECT_HID,
  ACPI_STA_DEVICE_PRESENT,
  acpi,
  type acpi_device,
  acpi_device_hid,
  type acpi_handle,
  type acpi_scan_handler,
} from './internal.ts';
import { acpi_get_phys_id, acpi_map_cpuid, PHYS_CPUID_INVALID } from './processor_core.ts';
import { acpi_scan_add_handler } from './scan.ts';
import { acpi_evaluate_integer } from './utils.ts';

/** struct acpi_processor. */
export interface acpi_processor {
  readonly handle: acpi_handle;
  readonly acpi_id: number;
  readonly phys_id: number;
  /** Logical CPU number. */
  id: number;
  dev: device | undefined;
  readonly flags: { need_hotplug_init: boolean };
}

/** processors[]: by CPU. */
export const processors = perCpu<{ pr: acpi_processor | undefined }>(() => ({ pr: undefined }));
const processor_device_array = perCpu<{ device: acpi_device | undefined }>(() => ({ device: undefined }));

const duplicateIds = kernelState(() => ({ seen: new Set<number>(), duplicate: new Set<number>() }));

/** The ACPI id: of a Processor object its own, of a Device its _UID. */
function* processorId(k: Kernel, handle: acpi_handle, isObject: boolean): Co<number | undefined> {
  if (!isObject) {
    const { status, value } = yield* acpi_evaluate_integer(k, handle, '_UID');
    return status === 'AE_OK' ? value : undefined;
  }
  const { value } = yield* acpi_evaluate_object(acpi(k), handle, undefined);
  return value?.type === 'Processor' ? value.procId : undefined;
}

/** A processor that was plugged in: gives it a number and a device. */
function* acpi_processor_hotadd_init(k: Kernel, pr: acpi_processor): Co<number> {
  if (pr.phys_id === PHYS_CPUID_INVALID) return -ERRNO.ENODEV;
  const { status, value } = yield* acpi_evaluate_integer(k, pr.handle, '_STA');
  if (status !== 'AE_OK' || (value & ACPI_STA_DEVICE_PRESENT) === 0) return -ERRNO.ENODEV;
  yield* cpu_maps_update_begin(k);
  yield* cpus_write_lock(k);
  let ret = yield* archOps(k).acpi_map_cpu(k, pr.handle, pr.phys_id);
  if (ret >= 0) {
    pr.id = ret;
    ret = yield* archOps(k).arch_register_cpu(k, pr.id);
    if (ret < 0) {
      yield* archOps(k).acpi_unmap_cpu(k, pr.id);
    } else {
      yield* pr_info(k, `CPU${pr.id} has been hot-added`);
      pr.flags.need_hotplug_init = true;
    }
  }
  yield* cpus_write_unlock(k);
  yield* cpu_maps_update_done(k);
  return ret;
}

/** Identifies the processor; -errno when it is not there or cannot be used. */
function* acpi_processor_get_info(k: Kernel, device: acpi_device, handle: acpi_handle): Co<acpi_processor | number> {
  const isObject = acpi_device_hid(device) === ACPI_PROCESSOR_OBJECT_HID;
  const acpi_id = yield* processorId(k, handle, isObject);
  if (acpi_id === undefined) {
    yield* pr_err(k, `acpi ${device.dev.name}: Failed to evaluate processor object`);
    return -ERRNO.ENODEV;
  }
  if (duplicateIds(k).duplicate.has(acpi_id)) {
    const text = `Failed to get unique processor _UID (0x${acpi_id.toString(16)})`;
    yield* pr_err(k, `acpi ${device.dev.name}: ${text}`);
    return -ERRNO.ENODEV;
  }
  const phys_id = yield* acpi_get_phys_id(k, handle, !isObject, acpi_id);
  const id = acpi_map_cpuid(k, phys_id);
  const pr: acpi_processor = { handle, acpi_id, phys_id, id, dev: undefined, flags: { need_hotplug_init: false } };
  // a number may be kept for a processor that is not there
  if (id < 0 || !cpu_present(k, id)) {
    const ret = yield* acpi_processor_hotadd_init(k, pr);
    if (ret < 0) return ret;
  }
  yield* acpi_evaluate_integer(k, handle, '_SUN');
  return pr;
}

const acpi_processor_add = traced('acpi_processor_add', function* (k: Kernel, device: acpi_device): Co<number> {
  if (!device.handle) return -ERRNO.ENODEV;
  const pr = yield* acpi_processor_get_info(k, device, device.handle);
  // a processor that is not there leaves its device without a handler
  if (typeof pr === 'number') return pr;
  device.driver_data = pr;
  const array = processor_device_array(k, pr.id);
  if (array.device && array.device !== device) {
    yield* pr_warn(k, `acpi ${device.dev.name}: BIOS reported wrong ACPI id ${pr.id} for the processor`);
    device.driver_data = undefined;
    return 0;
  }
  array.device = device;
  processors(k, pr.id).pr = pr;
  const dev = get_cpu_device(k, pr.id);
  let result = dev ? yield* acpi_bind_one(k, dev, device) : -ERRNO.ENODEV;
  if (dev && result === 0) {
    pr.dev = dev;
    if ((yield* device_attach(k, dev)) >= 0) return 1;
    yield* pr_err(k, `cpu ${dev.name}: Processor driver could not be attached`);
    yield* acpi_unbind_one(k, dev);
    result = 0;
  }
  processors(k, pr.id).pr = undefined;
  device.driver_data = undefined;
  return result;
});

const acpi_processor_remove = traced('acpi_processor_remove', function* (k: Kernel, device: acpi_device): Co {
  const pr = device.driver_data as acpi_processor | undefined;
  if (!pr?.dev) return;
  yield* device_release_driver(k, pr.dev);
  yield* acpi_unbind_one(k, pr.dev);
  processor_device_array(k, pr.id).device = undefined;
  processors(k, pr.id).pr = undefined;
  yield* cpu_maps_update_begin(k);
  yield* cpus_write_lock(k);
  yield* archOps(k).arch_unregister_cpu(k, pr.id);
  yield* archOps(k).acpi_unmap_cpu(k, pr.id);
  yield* cpus_write_unlock(k);
  yield* cpu_maps_update_done(k);
  yield* try_offline_node(k, cpu_to_node(k, pr.id));
  device.driver_data = undefined;
});

/** Finds ACPI ids that occur twice: their processors cannot be told apart and are left alone. */
function* acpi_processor_check_duplicates(k: Kernel): Co {
  const { seen, duplicate } = duplicateIds(k);
  const note = function* (handle: acpi_handle): Co<AcpiStatus> {
    const id = yield* processorId(k, handle, handle.type === ACPI_TYPE_PROCESSOR);
    if (id !== undefined) (seen.has(id) ? duplicate : seen).add(id);
    return 'AE_OK';
  };
  yield* acpi_walk_namespace(acpi(k), ACPI_TYPE_PROCESSOR, acpi(k).rootNode, 0xffff_ffff, note);
  yield* acpi_get_devices(acpi(k), ACPI_PROCESSOR_DEVICE_HID, note);
}

/** The handler, with the switch that sysfs shows as hotplug/processor/enabled. */
export const processorHandler = kernelState<acpi_scan_handler>(() => ({
  ids: [ACPI_PROCESSOR_OBJECT_HID, ACPI_PROCESSOR_DEVICE_HID],
  attach: acpi_processor_add,
  detach: acpi_processor_remove,
  hotplug: { enabled: true, demand_offline: false },
}));

export function* acpi_processor_init(k: Kernel): Co {
  yield* acpi_processor_check_duplicates(k);
  acpi_scan_add_handler(k, processorHandler(k));
}
