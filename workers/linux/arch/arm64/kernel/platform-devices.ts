/**
 * Devices of the board that drivers of the lab bind to, and the interrupt numbers of those that have none: UART, power
 * button's GPIO, clock, performance counters.
 *
 * @linux drivers/acpi/acpi_platform.c, drivers/of/platform.c, drivers/perf/arm_pmu_acpi.c
 */

import { ERRNO } from '../../../../abi/syscall.ts';
import { interruptResources } from '../../../../acpica/resources/rsirq.ts';
import { acpi_get_table } from '../../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../../sim/coroutine.ts';
import { acpi_device_resources, platform_driver_register } from '../../../drivers/acpi/acpi_platform.ts';
import { acpi, type acpi_device } from '../../../drivers/acpi/internal.ts';
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

/** Base of the first Memory32Fixed descriptor. */
function memoryBase(template: Uint8Array): number | undefined {
  const fields = new DataView(template.buffer, template.byteOffset, template.byteLength);
  for (let at = 0; at + 12 <= template.length; at += 3 + fields.getUint16(at + 1, true)) {
    if (fields.getUint8(at) === MEMORY32_FIXED) return fields.getUint32(at + 4, true);
    if (fields.getUint8(at) < 0x80) return undefined;
  }
  return undefined;
}

function* sbsa_uart_probe(k: Kernel, device: acpi_device): Co<number> {
  const template = yield* acpi_device_resources(k, device);
  const base = memoryBase(template);
  const [resource] = interruptResources(template) ?? [];
  const [gsi] = resource?.interrupts ?? [];
  if (base === undefined || gsi === undefined) return -ERRNO.ENODEV;
  const irq = irq_create_mapping(k, gsi, resource?.edge !== true);
  // the SPCR calls it an SBSA UART
  const kind = acpi_get_table(acpi(k), 'SPCR') ? 'SBSA' : 'PL011 rev1';
  yield* pl011_register_port(k, { device: device.dev.name, base, irq, kind });
  return 0;
}

/** arch_initcall: the driver is there before the namespace is scanned. */
export const pl011_init = (k: Kernel): Co<number> =>
  platform_driver_register(k, { ids: [UART_HID], probe: sbsa_uart_probe });

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
