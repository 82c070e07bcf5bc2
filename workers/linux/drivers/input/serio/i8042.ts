/**
 * The keyboard and mouse controller, as far as its interrupts go: nobody types on the lab's machines.
 *
 * @linux drivers/input/serio/i8042.c, only the requests of interrupts and the messages
 */

import type { Co } from '../../../../sim/coroutine.ts';
import { IRQ_NONE, IRQF_SHARED } from '../../../include/linux/irq.ts';
import { bootMessages } from '../../../init/boot-messages.ts';
import { request_irq } from '../../../kernel/irq/manage.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { acpi_dev_get_first_match_dev } from '../../acpi/acpi_pnp.ts';

const I8042_KBD_IRQ = 1;
const I8042_AUX_IRQ = 12;

function* i8042_interrupt(): Co<number> {
  return IRQ_NONE;
}

/** device_initcall. The mouse's interrupt is requested before the keyboard's. */
export function* i8042_init(k: Kernel): Co<number> {
  if (!acpi_dev_get_first_match_dev(k, 'PNP0303')) return 0;
  const mouse = acpi_dev_get_first_match_dev(k, 'PNP0F13') !== undefined;
  const irqs = mouse ? `${I8042_KBD_IRQ},${I8042_AUX_IRQ}` : `${I8042_KBD_IRQ}`;
  yield* pr_info(k, `i8042: PNP: PS/2 Controller [PNP0303:KBD${mouse ? ',PNP0f13:MOU' : ''}] at 0x60,0x64 irq ${irqs}`);
  if (mouse) yield* request_irq(k, I8042_AUX_IRQ, i8042_interrupt, IRQF_SHARED, 'i8042', i8042_interrupt);
  yield* request_irq(k, I8042_KBD_IRQ, i8042_interrupt, IRQF_SHARED, 'i8042', i8042_interrupt);
  yield* pr_info(k, `serio: i8042 KBD port at 0x60,0x64 irq ${I8042_KBD_IRQ}`);
  if (mouse) yield* pr_info(k, `serio: i8042 AUX port at 0x60,0x64 irq ${I8042_AUX_IRQ}`);
  yield* bootMessages(k, 'keyboard');
  return 0;
}
