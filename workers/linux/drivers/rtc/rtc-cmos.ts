/** The real-time clock's interrupt and messages; the time itself the kernel takes from the platform. @linux drivers/rtc/rtc-cmos.c */
import type { Co } from '../../../sim/coroutine.ts';
import { IRQ_NONE } from '../../include/linux/irq.ts';
import { request_irq } from '../../kernel/irq/manage.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { acpi_dev_get_first_match_dev } from '../acpi/acpi_pnp.ts';

const RTC_IRQ = 8;
const DEVICE = 'rtc_cmos PNP0B00:00';

function* cmos_interrupt(): Co<number> {
  return IRQ_NONE;
}

/** device_initcall. */
export function* cmos_init(k: Kernel): Co<number> {
  if (!acpi_dev_get_first_match_dev(k, 'PNP0B00')) return 0;
  yield* request_irq(k, RTC_IRQ, cmos_interrupt, 0, 'rtc0', cmos_interrupt);
  yield* pr_info(k, `${DEVICE}: registered as rtc0`);
  return 0;
}
