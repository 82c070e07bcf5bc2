/**
 * The interrupt table: which function a vector enters, and what happens on the way in and out.
 *
 * @linux arch/x86/include/asm/idtentry.h, arch/x86/kernel/irq.c and kernel/entry/common.c
 */
import { hex } from '../../../../sim/bits.ts';
import { type Co, Frame } from '../../../../sim/coroutine.ts';
import { type irq_cpustat_t, irq_stat } from '../../../include/asm/hardirq.ts';
import { get_current, smp_processor_id } from '../../../include/linux/sched.ts';
import { generic_handle_irq_desc } from '../../../kernel/irq/irqdesc.ts';
import { preempt_schedule_irq, scheduler_ipi } from '../../../kernel/sched/core.ts';
import { generic_smp_call_function_single_interrupt } from '../../../kernel/smp.ts';
import { irq_exit_softirq } from '../../../kernel/softirq.ts';
import { hrtimer_interrupt } from '../../../kernel/time/hrtimer.ts';
import type { Kernel } from '../../../kernel-context.ts';
import {
  CALL_FUNCTION_SINGLE_VECTOR,
  CALL_FUNCTION_VECTOR,
  LOCAL_TIMER_VECTOR,
  RESCHEDULE_VECTOR,
  SPURIOUS_APIC_VECTOR,
} from '../kernel/apic/apic.ts';
import { ack_APIC_irq } from '../kernel/apic/destination.ts';
import { vector_irq } from '../kernel/apic/vector.ts';

interface SystemVector {
  readonly name: string;
  readonly counter: keyof irq_cpustat_t;
  readonly handler: (k: Kernel) => Co;
}

function* reschedule(k: Kernel): Co {
  scheduler_ipi(k);
}

const callFunction = { counter: 'irq_call_count', handler: generic_smp_call_function_single_interrupt } as const;

/** Vectors that belong to the local APIC and to IPIs; all others are devices'. */
const SYSTEM_VECTORS: ReadonlyMap<number, SystemVector> = new Map([
  [RESCHEDULE_VECTOR, { name: 'sysvec_reschedule_ipi', counter: 'irq_resched_count', handler: reschedule }],
  [CALL_FUNCTION_VECTOR, { name: 'sysvec_call_function', ...callFunction }],
  [CALL_FUNCTION_SINGLE_VECTOR, { name: 'sysvec_call_function_single', ...callFunction }],
  [LOCAL_TIMER_VECTOR, { name: 'sysvec_apic_timer_interrupt', counter: 'apic_timer_irqs', handler: hrtimer_interrupt }],
] satisfies [number, SystemVector][]);

function* deviceInterrupt(k: Kernel, vector: number): Co {
  const desc = vector_irq(k, smp_processor_id(k)).get(vector);
  if (desc) {
    yield* generic_handle_irq_desc(k, desc);
    return;
  }
  ack_APIC_irq(k);
  k.log.emit('unmodelled', 'common_interrupt', `no irq handler for vector ${hex(vector)}`);
}

function* systemInterrupt(k: Kernel, { counter, handler }: SystemVector): Co {
  ack_APIC_irq(k);
  irq_stat(k, smp_processor_id(k))[counter]++;
  yield* handler(k);
}

function* spurious(k: Kernel): Co {
  irq_stat(k, smp_processor_id(k)).irq_spurious_count++;
}

/** In and out: what the interrupt raised is done at its end, and user-mode code makes way for somebody else. */
function* interruptBody(k: Kernel, vector: number, handler: Co): Co {
  k.log.emit('irq_entry', vector);
  yield* handler;
  yield* irq_exit_softirq(k);
  k.log.emit('irq_exit', vector);
  const task = get_current(k);
  if (task.user_mode && task.need_resched) yield* preempt_schedule_irq(k);
}

/** The function that the interrupt table holds for `vector`. */
export function idtEntry(k: Kernel, vector: number): Frame {
  const system = SYSTEM_VECTORS.get(vector);
  if (system) return new Frame(system.name, interruptBody(k, vector, systemInterrupt(k, system)));
  if (vector === SPURIOUS_APIC_VECTOR) {
    return new Frame('sysvec_spurious_apic_interrupt', interruptBody(k, vector, spurious(k)));
  }
  return new Frame('common_interrupt', interruptBody(k, vector, deviceInterrupt(k, vector)));
}
