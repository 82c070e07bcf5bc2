/**
 * Devices of the board that drivers of the lab bind to, and the interrupt numbers of those that have none: UART, power
 * button's GPIO, clock, performance counters.
 *
 * @linux drivers/acpi/acpi_platform.c, drivers/of/platform.c, drivers/perf/arm_pmu_acpi.c
 */

import { isStatus } from '../../../../acpica/include/acexcep.ts';
import { interruptResources } from '../../../../acpica/resources/rsirq.ts';
import { acpi_rs_get_method_data } from '../../../../acpica/resources/rsutils.ts';
import { acpi_get_table } from '../../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../../sim/coroutine.ts';
import {
  acpi,
  type acpi_device,
  acpi_device_is_present,
  for_each_acpi_device,
} from '../../../drivers/acpi/internal.ts';
import { irq_create_mapping } from '../../../drivers/irqchip/irq-gic-v3.ts';
import { type device_node, of_address, of_find_compatible_node } from '../../../drivers/of/fdt.ts';
import { pl011_register_port } from '../../../drivers/tty/serial/amba-pl011.ts';
import { IRQ_NONE } from '../../../include/linux/irq.ts';
import { request_irq, request_percpu_irq } from '../../../kernel/irq/manage.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { acpiEnabled } from './acpi.ts';
import { interruptsOf, of_root } from './of.ts';

const UART_HID = 'ARMH0011';
const MEMORY32_FIXED = 0x86;
/** MADT's performance interrupt of QEMU's processors: the same for all. */
const PMU_INTID = 23;

function* resourcesOf(k: Kernel, device: acpi_device): Co<Uint8Array> {
  const template = device.handle ? yield* acpi_rs_get_method_data(acpi(k), device.handle, '_CRS') : 'AE_NOT_FOUND';
  return isStatus(template) ? new Uint8Array(0) : template;
}

/** Base of the first Memory32Fixed descriptor. */
function memoryBase(template: Uint8Array): number | undefined {
  const fields = new DataView(template.buffer, template.byteOffset, template.byteLength);
  for (let at = 0; at + 12 <= template.length; at += 3 + fields.getUint16(at + 1, true)) {
    if (fields.getUint8(at) === MEMORY32_FIXED) return fields.getUint32(at + 4, true);
    if (fields.getUint8(at) < 0x80) return undefined;
  }
  return undefined;
}

/**
 * Numbers for all interrupts that devices of the namespace name, in the order of the devices: acpi_dev_get_resources()
 * makes them as platform devices are created, and PCI's links get theirs.
 */
export function* acpiDeviceInterrupts(k: Kernel): Co {
  for (const device of for_each_acpi_device(k)) {
    // a device that is not there has no platform device, and nobody asks for its resources
    if (!acpi_device_is_present(device)) continue;
    for (const { interrupts, edge } of interruptResources(yield* resourcesOf(k, device)) ?? []) {
      for (const gsi of interrupts) irq_create_mapping(k, gsi, !edge);
    }
  }
}

export function* acpiUartInit(k: Kernel): Co {
  for (const device of for_each_acpi_device(k)) {
    if (!device.pnp.ids.includes(UART_HID)) continue;
    const template = yield* resourcesOf(k, device);
    const base = memoryBase(template);
    const [resource] = interruptResources(template) ?? [];
    const [gsi] = resource?.interrupts ?? [];
    if (base === undefined || gsi === undefined) continue;
    const irq = irq_create_mapping(k, gsi, resource?.edge !== true);
    // the SPCR calls it an SBSA UART
    const kind = acpi_get_table(acpi(k), 'SPCR') ? 'SBSA' : 'PL011 rev1';
    yield* pl011_register_port(k, { device: device.dev.name, base, irq, kind });
  }
}

function irqOf(k: Kernel, node: device_node | undefined): number | undefined {
  const [first] = node ? interruptsOf(node) : [];
  return first && irq_create_mapping(k, first.hwirq, first.level);
}

/** A handler that answers for nobody: its device never interrupts in the lab. */
function* notMine(): Co<number> {
  return IRQ_NONE;
}

/** Devices of the device tree, in the order in which they get their interrupts. */
export function* ofPlatformInit(k: Kernel): Co {
  if (acpiEnabled(k)) return;
  const root = of_root(k);
  const uart = of_find_compatible_node(root, 'arm,pl011');
  const irq = irqOf(k, uart);
  const pmu = irqOf(k, of_find_compatible_node(root, 'arm,armv8-pmuv3'));
  irqOf(k, of_find_compatible_node(root, 'arm,pl061'));
  const rtc = irqOf(k, of_find_compatible_node(root, 'arm,pl031'));
  const base = uart && of_address(uart)[0]?.base;
  if (base !== undefined && irq !== undefined) {
    const device = `${base.toString(16)}.pl011`;
    yield* pl011_register_port(k, { device, base, irq, kind: 'PL011 rev1' });
  }
  if (pmu !== undefined) request_percpu_irq(k, pmu, notMine, 'arm-pmu');
  if (rtc !== undefined) yield* request_irq(k, rtc, notMine, 0, 'rtc-pl031', notMine);
}

/** With ACPI: the performance counters' interrupt, as the MADT has it. */
export function* pmuInit(k: Kernel): Co {
  if (!acpiEnabled(k)) return;
  request_percpu_irq(k, irq_create_mapping(k, PMU_INTID, true), notMine, 'arm-pmu');
}
