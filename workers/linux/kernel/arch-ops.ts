/**
 * What the generic kernel asks of the processor architecture. Upstream resolves these names at link time (`__cpu_up`,
 * `smp_ops`, the clock event device); here setup_arch fills in the table, so that one body of code serves x86 and arm64.
 */
import type { Ns } from '../../protocol/units.ts';
import type { Co } from '../../sim/coroutine.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';

export interface ArchOps {
  /** smp_ops.smp_send_reschedule. */
  smp_send_reschedule(k: Kernel, cpu: number): void;
  /** arch_send_call_function_single_ipi. */
  send_call_function_single_ipi(k: Kernel, cpu: number): void;
  /** Clock event device of the executing CPU: fires after `delay` ns; undefined: never. */
  set_next_event(k: Kernel, delay: Ns | undefined): void;
  /** Brings a processor to start_secondary; returns when it is online. */
  cpu_up(k: Kernel, cpu: number): Co<number>;
  cpu_disable(k: Kernel): Co<number>;
  /** On another CPU: waits until the dead one has stopped. */
  cpu_die(k: Kernel, cpu: number): Co;
  /** arch_cpu_idle_dead: does not return. */
  play_dead(k: Kernel): Co;
  /** Around bringing all secondaries up at once: what is done for each CPU is put off to the end. */
  thaw_secondary_cpus_begin(k: Kernel): Co;
  thaw_secondary_cpus_end(k: Kernel): Co;
  /** Enables interrupts and halts until one comes. */
  idle(k: Kernel): Co;
}

const notYet = (): never => {
  throw new Error('architecture operation before setup_arch');
};

/** The table; only setup_arch assigns to its members. */
export const archOps = kernelState<ArchOps>(() => ({
  smp_send_reschedule: notYet,
  send_call_function_single_ipi: notYet,
  set_next_event: () => undefined,
  cpu_up: notYet,
  cpu_disable: notYet,
  cpu_die: notYet,
  play_dead: notYet,
  thaw_secondary_cpus_begin: notYet,
  thaw_secondary_cpus_end: notYet,
  idle: notYet,
}));
