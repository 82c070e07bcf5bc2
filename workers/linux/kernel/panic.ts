/** @linux kernel/panic.c, without notifiers, crash kernels and panic_timeout other than "stop" and "at once" */
import { type Co, traced } from '../../sim/coroutine.ts';
import { local_irq_disable } from '../include/linux/irqflags.ts';
import type { Kernel } from '../kernel-context.ts';
import { KERN_EMERG, printk } from './printk/printk.ts';
import { machine_restart } from './reboot.ts';

/** Stops the machine with a message; with `panic=-1` it restarts at once. Never returns. */
export const panic = traced('panic', function* (k: Kernel, text: string): Co<never> {
  local_irq_disable(k);
  yield* printk(k, KERN_EMERG, `Kernel panic - not syncing: ${text}`);
  if (/(^|\s)panic=-\d+(\s|$)/.test(k.commandLine)) yield* machine_restart(k);
  else yield* printk(k, KERN_EMERG, `---[ end Kernel panic - not syncing: ${text} ]---`);
  k.log.emit('machine_state', 'panic');
  for (;;) yield { kind: 'halt' };
});
