/** The idle loop. @linux kernel/sched/idle.c, without idle states */
import { type Co, traced } from '../../../sim/coroutine.ts';
import { cpu_online } from '../../include/linux/cpumask.ts';
import { local_irq_disable, local_irq_enable } from '../../include/linux/irqflags.ts';
import { get_current, smp_processor_id } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { archOps } from '../arch-ops.ts';
import { cpuhp_online_idle, cpuhp_report_idle_dead } from '../cpu.ts';
import { schedule_idle } from './core.ts';

/** One round: halts until there is somebody to run, or for ever when the CPU has been taken offline. */
function* do_idle(k: Kernel): Co {
  const task = get_current(k);
  const cpu = smp_processor_id(k);
  while (!task.need_resched) {
    local_irq_disable(k);
    if (!cpu_online(k, cpu)) {
      yield* cpuhp_report_idle_dead(k);
      yield* archOps(k).play_dead(k);
    }
    if (task.need_resched) local_irq_enable(k);
    else yield* archOps(k).idle(k);
  }
  yield* schedule_idle(k);
}

/** Every CPU ends here: `secondary` ones first tell the control processor that they can be used. */
export const cpu_startup_entry = traced('cpu_startup_entry', function* (k: Kernel, secondary: boolean): Co {
  if (secondary) yield* cpuhp_online_idle(k);
  for (;;) yield* do_idle(k);
});
