/** The legacy timer's interrupt. Its device is not modelled: local APIC timers keep the time. @linux arch/x86/kernel/time.c */
import type { Co } from '../../../../sim/coroutine.ts';
import { IRQ_HANDLED, IRQF_NOBALANCING, IRQF_TIMER } from '../../../include/linux/irq.ts';
import { request_irq } from '../../../kernel/irq/manage.ts';
import type { Kernel } from '../../../kernel-context.ts';

function* timer_interrupt(): Co<number> {
  return IRQ_HANDLED;
}

export function* setup_default_timer_irq(k: Kernel): Co {
  yield* request_irq(k, 0, timer_interrupt, IRQF_NOBALANCING | IRQF_TIMER, 'timer', timer_interrupt);
}
