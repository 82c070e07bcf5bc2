/**
 * ACPI's start, step by step, and the notifications that all devices have in common.
 *
 * @linux drivers/acpi/bus.c, tables.c acpi_table_init; without _OSC, the embedded controller and sleep states
 */

import { ERRNO } from '../../../abi/syscall.ts';
import { acpi_install_notify_handler } from '../../../acpica/events/evmisc.ts';
import { acpi_ev_initialize_events, acpi_ev_install_xrupt_handlers } from '../../../acpica/events/evsci.ts';
import { acpi_update_all_gpes } from '../../../acpica/events/evxfgpe.ts';
import { acpi_enable } from '../../../acpica/hardware/hwregs.ts';
import { AcpiGlobals } from '../../../acpica/include/acglobal.ts';
import {
  ACPI_FADT_HW_REDUCED,
  ACPI_FADT_POWER_BUTTON,
  ACPI_FADT_SLEEP_BUTTON,
  acpi_gbl_FADT,
} from '../../../acpica/tables/tbfadt.ts';
import { acpi_tb_parse_root_table } from '../../../acpica/tables/tbutils.ts';
import { acpi_load_tables } from '../../../acpica/tables/tbxfload.ts';
import { acpi_initialize_objects, acpi_initialize_subsystem } from '../../../acpica/utilities/utxfinit.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { bootMessages } from '../../init/boot-messages.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { mutex_lock, mutex_unlock } from '../../kernel/locking/mutex.ts';
import { pr_err, pr_info } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { bus_register } from '../base/bus.ts';
import { acpi_memory_hotplug_init } from './acpi_memhotplug.ts';
import { acpi_processor_init } from './acpi_processor.ts';
import { acpi_container_init } from './container.ts';
import { acpi_bus_type } from './device_sysfs.ts';
import {
  ACPI_NOTIFY_BUS_CHECK,
  ACPI_NOTIFY_DEVICE_CHECK,
  ACPI_NOTIFY_EJECT_REQUEST,
  ACPI_OST_SC_NON_SPECIFIC_FAILURE,
  acpi,
  type acpi_bus_device_type,
  acpi_fetch_acpi_dev,
  type acpi_handle,
  acpiInstance,
} from './internal.ts';
import { acpi_hotplug_schedule, acpi_os_initialize1, acpi_os_layer } from './osl.ts';
import { acpi_bus_scan, acpi_bus_scan_fixed, acpi_device_hotplug, acpi_scan_lock } from './scan.ts';
import { acpi_sleep_init } from './sleep.ts';
import { acpi_sysfs_init } from './sysfs.ts';
import { acpi_evaluate_ost, acpi_execute_simple_method, acpi_handle_warn } from './utils.ts';

/** Version of ACPICA in Linux 6.1. */
const ACPI_CA_VERSION = '20220331';

/** acpi_table_init(): makes ACPICA and lets it find the tables. -ENODEV without an RSDP. */
export function* acpi_table_init(k: Kernel): Co<number> {
  const globals = new AcpiGlobals(acpi_os_layer(k), k.log);
  acpiInstance(k).globals = globals;
  yield* pr_info(k, 'ACPI: Early table checksum verification disabled');
  const status = yield* acpi_tb_parse_root_table(globals, k.platform.rsdpAddress);
  return status === 'AE_OK' ? 0 : -ERRNO.ENODEV;
}

/** Names of Notify values that tell of a fault. */
const FAULTS: ReadonlyMap<number, string> = new Map([
  [0x05, 'Device cannot be configured due to a frequency mismatch'],
  [0x06, 'Device cannot be configured due to a bus mode mismatch'],
  [0x07, 'Device has suffered a power fault'],
]);

const acpi_bus_notify = traced('acpi_bus_notify', function* (k: Kernel, handle: acpi_handle, type: number): Co {
  const fault = FAULTS.get(type);
  if (fault !== undefined) yield* acpi_handle_warn(k, handle, fault);
  if (![ACPI_NOTIFY_BUS_CHECK, ACPI_NOTIFY_DEVICE_CHECK, ACPI_NOTIFY_EJECT_REQUEST].includes(type)) return;
  const device = acpi_fetch_acpi_dev(k, handle);
  if (device && (yield* acpi_hotplug_schedule(k, () => acpi_device_hotplug(k, device, type))) === 'AE_OK') return;
  yield* acpi_evaluate_ost(k, handle, type, ACPI_OST_SC_NON_SPECIFIC_FAILURE);
});

/** There are no fixed registers, no SCI and no GPEs. */
const hardwareReduced = (k: Kernel): boolean =>
  ((acpi_gbl_FADT(acpi(k)).fadt?.flags ?? 0) & ACPI_FADT_HW_REDUCED) !== 0;

/** The interpreter is ready; no AML runs yet. */
export function* acpi_early_init(k: Kernel): Co {
  yield* pr_info(k, `ACPI: Core revision ${ACPI_CA_VERSION}`);
  if (acpi_initialize_subsystem(acpi(k)) !== 'AE_OK') {
    yield* pr_err(k, 'ACPI: Unable to initialize the ACPI Interpreter');
  }
}

/** Puts the machine into ACPI mode. */
export function* acpi_subsystem_init(k: Kernel): Co {
  if (!hardwareReduced(k) && (yield* acpi_enable(acpi(k))) !== 'AE_OK') yield* pr_err(k, 'ACPI: Unable to enable ACPI');
}

/** Loads the DSDT, starts events, runs _INI; from here on AML may run. */
function* acpi_bus_init(k: Kernel): Co<number> {
  const globals = acpi(k);
  yield* acpi_os_initialize1(k);
  if ((yield* acpi_load_tables(globals)) !== 'AE_OK') {
    yield* pr_err(k, 'ACPI: Unable to load the System Description Tables');
    return -ERRNO.ENODEV;
  }
  yield* acpi_ev_initialize_events(globals);
  if (!hardwareReduced(k) && (yield* acpi_ev_install_xrupt_handlers(globals)) !== 'AE_OK') {
    yield* pr_err(k, 'ACPI: Unable to start the ACPI Interpreter');
    return -ERRNO.ENODEV;
  }
  if ((yield* acpi_initialize_objects(globals)) !== 'AE_OK') {
    yield* pr_err(k, 'ACPI: Unable to initialize ACPI objects');
    return -ERRNO.ENODEV;
  }
  acpi_sysfs_init(k);
  yield* pr_info(k, 'ACPI: Interpreter enabled');
  const { irq_model, sleep_states } = archOps(k).acpi;
  yield* acpi_sleep_init(k);
  if (sleep_states !== undefined) yield* pr_info(k, `ACPI: PM: (supports ${sleep_states})`);
  yield* pr_info(k, `ACPI: Using ${irq_model.name} for interrupt routing`);
  yield* bootMessages(k, 'interpreter');
  yield* acpi_execute_simple_method(k, undefined, '\\_PIC', irq_model.number);
  const notify = function* (handle: acpi_handle, value: number): Co {
    yield* acpi_bus_notify(k, handle, value);
  };
  acpi_install_notify_handler(globals, globals.rootNode, 'system', notify, undefined);
  return bus_register(k, acpi_bus_type);
}

/** Finds the devices of the namespace and attaches them. @linux drivers/acpi/scan.c acpi_scan_init */
function* acpi_scan_init(k: Kernel): Co {
  yield* acpi_processor_init(k);
  acpi_memory_hotplug_init(k);
  acpi_container_init(k);
  if (!hardwareReduced(k)) yield* acpi_update_all_gpes(acpi(k));
  yield* mutex_lock(k, acpi_scan_lock(k));
  if ((yield* acpi_bus_scan(k, acpi(k).rootNode)) === 0) {
    const flags = hardwareReduced(k)
      ? ACPI_FADT_POWER_BUTTON | ACPI_FADT_SLEEP_BUTTON
      : (acpi_gbl_FADT(acpi(k)).fadt?.flags ?? 0);
    const buttons: acpi_bus_device_type[] = [];
    if ((flags & ACPI_FADT_POWER_BUTTON) === 0) buttons.push('power button');
    if ((flags & ACPI_FADT_SLEEP_BUTTON) === 0) buttons.push('sleep button');
    yield* acpi_bus_scan_fixed(k, buttons);
  }
  yield* mutex_unlock(k, acpi_scan_lock(k));
}

/** subsys_initcall. */
export function* acpi_init(k: Kernel): Co<number> {
  if (!acpiInstance(k).globals) return -ERRNO.ENODEV;
  yield* bootMessages(k, 'acpi_init');
  const result = yield* acpi_bus_init(k);
  if (result < 0) return result;
  yield* acpi_scan_init(k);
  yield* bootMessages(k, 'acpi_scan');
  return 0;
}
