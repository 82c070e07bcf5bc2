/** Halting. @linux arch/x86/kernel/process.c */
import type { Co } from '../../../../sim/coroutine.ts';
import { local_irq_enable } from '../../../include/linux/irqflags.ts';
import type { Kernel } from '../../../kernel-context.ts';

/** STI; HLT: no interrupt can come between the two. */
export function* default_idle(k: Kernel): Co {
  local_irq_enable(k);
  yield { kind: 'halt' };
}
