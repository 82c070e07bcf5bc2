/** Lock prefixes are taken out of a kernel that boots with one processor. @linux arch/x86/kernel/alternative.c, its messages */
import type { Co } from '../../../../sim/coroutine.ts';
import { cpu_present_mask } from '../../../include/linux/cpumask.ts';
import { setup_max_cpus } from '../../../kernel/boot-options.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../../kernel-context.ts';

/** uniproc_patched: the kernel runs without lock prefixes. */
export const uniprocessor = kernelState((k) => ({
  patched: cpu_present_mask(k).weight === 1 || setup_max_cpus(k) <= 1,
}));

/** Before a second CPU runs: puts the lock prefixes back. */
export function* alternatives_enable_smp(k: Kernel): Co {
  if (!uniprocessor(k).patched) return;
  uniprocessor(k).patched = false;
  yield* pr_info(k, 'SMP alternatives: switching to SMP code');
}
