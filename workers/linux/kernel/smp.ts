/** Calling a function on another CPU. @linux kernel/smp.c, one function call at a time per IPI */
import { type Co, spinUntil, traced } from '../../sim/coroutine.ts';
import { cpu_online, cpu_online_mask } from '../include/linux/cpumask.ts';
import { local_irq_restore, local_irq_save } from '../include/linux/irqflags.ts';
import { smp_processor_id } from '../include/linux/sched.ts';
import { type Kernel, perCpu } from '../kernel-context.ts';
import { archOps } from './arch-ops.ts';

interface call_single_data {
  readonly func: (k: Kernel) => Co;
  done: boolean;
}

const call_single_queue = perCpu<call_single_data[]>(() => []);

/** Runs `func` on `cpu` in interrupt context; `wait`: returns when it has run. 0, or -ENXIO when the CPU is offline. */
export const smp_call_function_single = traced(
  'smp_call_function_single',
  function* (k: Kernel, cpu: number, func: (k: Kernel) => Co, wait: boolean): Co<number> {
    if (cpu === smp_processor_id(k)) {
      const flags = local_irq_save(k);
      yield* func(k);
      local_irq_restore(k, flags);
      return 0;
    }
    if (!cpu_online(k, cpu)) return -6;
    const csd = { func, done: false };
    const queue = call_single_queue(k, cpu);
    queue.push(csd);
    if (queue.length === 1) archOps(k).send_call_function_single_ipi(k, cpu);
    if (wait) yield* spinUntil(() => csd.done);
    return 0;
  },
);

/** Runs `func` on every online CPU, here included; returns when all have. */
export function* on_each_cpu(k: Kernel, func: (k: Kernel) => Co): Co {
  for (const cpu of cpu_online_mask(k)) yield* smp_call_function_single(k, cpu, func, true);
}

/** The call-function interrupt's handler. */
export const generic_smp_call_function_single_interrupt = traced(
  'generic_smp_call_function_single_interrupt',
  function* (k: Kernel): Co {
    yield* flush_smp_call_function_queue(k);
  },
);

/** Runs what other CPUs want to have run here. */
export function* flush_smp_call_function_queue(k: Kernel): Co {
  const queue = call_single_queue(k, smp_processor_id(k));
  for (let csd = queue.shift(); csd; csd = queue.shift()) {
    yield* csd.func(k);
    csd.done = true;
  }
}
