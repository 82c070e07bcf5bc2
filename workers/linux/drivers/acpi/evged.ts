/**
 * The Generic Event Device of machines whose ACPI hardware is reduced: its interrupts run a method each, in a thread.
 *
 * @linux drivers/acpi/evged.c
 */
import { ERRNO } from '../../../abi/syscall.ts';
import { type InterruptResource, interruptResources } from '../../../acpica/resources/rsirq.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { IRQ_HANDLED, IRQF_ONESHOT, IRQF_SHARED } from '../../include/linux/irq.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { request_threaded_irq } from '../../kernel/irq/manage.ts';
import { pr_err } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { acpi_device_resources, platform_driver_register } from './acpi_platform.ts';
import type { acpi_device, acpi_handle } from './internal.ts';
import { acpi_execute_simple_method } from './utils.ts';

const GED_HID = 'ACPI0013';
/** Events up to here may have a method of their own, `_Exx` or `_Lxx`. */
const LAST_NAMED_EVENT = 255;

interface acpi_ged_event {
  readonly gsi: number;
  /** The device, and the method below it. */
  readonly handle: acpi_handle;
  readonly method: string;
}

const acpi_ged_irq_handler = traced(
  'acpi_ged_irq_handler',
  function* (k: Kernel, _irq: number, data: unknown): Co<number> {
    const { gsi, handle, method } = data as acpi_ged_event;
    const status = yield* acpi_execute_simple_method(k, handle, method, gsi);
    if (status !== 'AE_OK') yield* pr_err(k, 'acpi-ged ACPI0013:00: IRQ method execution failed');
    return IRQ_HANDLED;
  },
);

/** The event's own method, else _EVT. */
function methodOf(handle: acpi_handle, { interrupts, edge }: InterruptResource): string | undefined {
  const [gsi = 0] = interrupts;
  const own = `_${edge ? 'E' : 'L'}${gsi.toString(16).toUpperCase().padStart(2, '0')}`;
  const has = (name: string): boolean => handle.children?.has(name) === true;
  if (gsi <= LAST_NAMED_EVENT && has(own)) return own;
  return has('_EVT') ? '_EVT' : undefined;
}

const acpi_ged_request_interrupt = traced(
  'acpi_ged_request_interrupt',
  function* (k: Kernel, handle: acpi_handle, resource: InterruptResource): Co<number> {
    const [gsi = 0] = resource.interrupts;
    const method = methodOf(handle, resource);
    if (method === undefined) {
      yield* pr_err(k, 'acpi-ged ACPI0013:00: cannot locate _EVT method');
      return -ERRNO.EINVAL;
    }
    const irq = archOps(k).acpi.register_gsi(k, gsi, !resource.edge, resource.activeLow);
    const event: acpi_ged_event = { gsi, handle, method };
    const flags = IRQF_ONESHOT | (resource.shareable ? IRQF_SHARED : 0);
    const ret = yield* request_threaded_irq(k, irq, acpi_ged_irq_handler, flags, 'ACPI:Ged', event);
    if (ret < 0) yield* pr_err(k, `acpi-ged ACPI0013:00: failed to setup event handler for irq ${irq}`);
    return ret;
  },
);

const ged_probe = traced('ged_probe', function* (k: Kernel, device: acpi_device): Co<number> {
  const { handle } = device;
  if (!handle) return -ERRNO.ENODEV;
  const resources = interruptResources(yield* acpi_device_resources(k, device));
  if (!resources) {
    yield* pr_err(k, 'acpi-ged ACPI0013:00: unable to parse the _CRS record');
    return -ERRNO.EINVAL;
  }
  for (const resource of resources) {
    if ((yield* acpi_ged_request_interrupt(k, handle, resource)) < 0) return -ERRNO.EINVAL;
  }
  return 0;
});

/** device_initcall. */
export const ged_driver_init = (k: Kernel): Co<number> =>
  platform_driver_register(k, { ids: [GED_HID], probe: ged_probe });
