/** @linux kernel/irq/handle.c, without resends */
import type { Co } from '../../../sim/coroutine.ts';
import { IRQ_NONE, IRQ_WAKE_THREAD, type irq_desc, type irqaction } from '../../include/linux/irq.ts';
import { smp_processor_id } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { wake_up_process } from '../sched/core.ts';

/** Lets the handler's thread run; a one-shot line stays masked until it has. */
function* __irq_wake_thread(k: Kernel, desc: irq_desc, { thread }: irqaction): Co {
  if (!thread?.task || thread.run) return;
  thread.run = true;
  if (desc.oneshot) desc.threads_oneshot++;
  yield* wake_up_process(k, thread.task);
}

export function* __handle_irq_event_percpu(k: Kernel, desc: irq_desc): Co<number> {
  const { irq } = desc.irq_data;
  let retval = IRQ_NONE;
  for (const action of desc.action) {
    k.log.emit('irq_handler_entry', irq, action.name);
    const res = yield* action.handler(k, irq, action.dev_id);
    k.log.emit('irq_handler_exit', irq, res);
    if (res === IRQ_WAKE_THREAD) yield* __irq_wake_thread(k, desc, action);
    retval |= res;
  }
  return retval;
}

export function* handle_irq_event(k: Kernel, desc: irq_desc): Co<number> {
  desc.pending = false;
  desc.irq_data.inprogress = true;
  const ret = yield* __handle_irq_event_percpu(k, desc);
  desc.irq_data.inprogress = false;
  return ret;
}

/** kstat_incr_irqs_this_cpu */
export function kstat_incr_irqs_this_cpu(k: Kernel, desc: irq_desc): void {
  const cpu = smp_processor_id(k);
  desc.kstat_irqs[cpu] = (desc.kstat_irqs[cpu] ?? 0) + 1;
}
