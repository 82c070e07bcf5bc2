/** The real-time clock's interrupt and messages; the time itself the kernel takes from the platform. @linux drivers/rtc/rtc-cmos.c */

import {
  ACPI_EVENT_RTC,
  acpi_disable_event,
  acpi_install_fixed_event_handler,
} from '../../../acpica/events/evevent.ts';
import { NS_PER_SECOND } from '../../../protocol/units.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { IRQ_NONE } from '../../include/linux/irq.ts';
import { bootMessages } from '../../init/boot-messages.ts';
import { request_irq } from '../../kernel/irq/manage.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { utcText } from '../../lib/utc.ts';
import { acpi_dev_get_first_match_dev } from '../acpi/acpi_pnp.ts';
import { acpi } from '../acpi/internal.ts';

const RTC_IRQ = 8;
/** The PnP device that the firmware's PNP0B00 becomes, by the order of its namespace. */
const DEVICE = 'rtc_cmos 00:03';

function* cmos_interrupt(): Co<number> {
  return IRQ_NONE;
}

/** device_initcall. */
export function* cmos_init(k: Kernel): Co<number> {
  if (!acpi_dev_get_first_match_dev(k, 'PNP0B00')) return 0;
  yield* request_irq(k, RTC_IRQ, cmos_interrupt, 0, 'rtc0', cmos_interrupt);
  // the alarm as an ACPI event: its handler is there, and off until an alarm is to wake the machine
  yield* acpi_install_fixed_event_handler(acpi(k), ACPI_EVENT_RTC, function* (): Co<boolean> {
    return false;
  });
  yield* acpi_disable_event(acpi(k), ACPI_EVENT_RTC);
  yield* pr_info(k, `${DEVICE}: RTC can wake from S4`);
  yield* pr_info(k, `${DEVICE}: registered as rtc0`);
  const seconds = k.platform.bootTime + Math.floor(k.clock.now() / NS_PER_SECOND);
  yield* pr_info(k, `${DEVICE}: setting system clock to ${utcText(seconds)} UTC (${seconds})`);
  yield* pr_info(k, `${DEVICE}: alarms up to one day, y3k, 242 bytes nvram, hpet irqs`);
  yield* bootMessages(k, 'rtc');
  return 0;
}
