/**
 * Memory type range registers: a CPU that starts gets those of the others, with all CPUs stopped meanwhile.
 *
 * @linux arch/x86/kernel/cpu/mtrr/mtrr.c, without the registers
 */
import { type Co, traced } from '../../../../../../sim/coroutine.ts';
import { CpuMask, cpu_online_mask } from '../../../../../include/linux/cpumask.ts';
import { smp_processor_id } from '../../../../../include/linux/sched.ts';
import { stop_machine, stop_machine_from_inactive_cpu } from '../../../../../kernel/stop_machine.ts';
import { type Kernel, kernelState } from '../../../../../kernel-context.ts';

const mtrr = kernelState(() => ({ mtrr_aps_delayed_init: false }));

const mtrr_rendezvous_handler = traced('mtrr_rendezvous_handler', function* (): Co<number> {
  return 0;
});

/** On a CPU that starts, interrupts off. */
export const mtrr_ap_init = traced('mtrr_ap_init', function* (k: Kernel): Co {
  if (mtrr(k).mtrr_aps_delayed_init) return;
  const all = new CpuMask(k.profile.maxCpus, [...cpu_online_mask(k), smp_processor_id(k)]);
  yield* stop_machine_from_inactive_cpu(k, mtrr_rendezvous_handler, all);
});

/** While all secondaries start, each need not stop the others. */
export function set_mtrr_aps_delayed_init(k: Kernel): void {
  mtrr(k).mtrr_aps_delayed_init = true;
}

/** They have all started: one stop for all of them. */
export const mtrr_aps_init = traced('mtrr_aps_init', function* (k: Kernel): Co {
  if (!mtrr(k).mtrr_aps_delayed_init) return;
  yield* stop_machine(k, mtrr_rendezvous_handler, cpu_online_mask(k).copy());
  mtrr(k).mtrr_aps_delayed_init = false;
});
