/** Processors by PSCI. @linux arch/arm64/kernel/psci.c, cpu_ops.c: `psci` is the only enable method of the lab's machines */
import { ERRNO } from '../../../../abi/syscall.ts';
import { type Co, traced } from '../../../../sim/coroutine.ts';
import {
  hasPsci,
  PSCI_0_2_AFFINITY_LEVEL_OFF,
  psci_0_2_cpu_off,
  psci_0_2_cpu_on,
  psci_affinity_info,
} from '../../../drivers/firmware/psci/psci.ts';
import { pr_err, pr_info, pr_warn } from '../../../kernel/printk/printk.ts';
import { msleep } from '../../../kernel/sched/core.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { cpu_logical_map } from './smp_plat.ts';

/** Where CPU_ON lets a processor begin: secondary_entry, in the kernel's image at the beginning of RAM. */
export const SECONDARY_ENTRY = 0x4021_0ce0;

/** PSCI_POWER_STATE_TYPE_POWER_DOWN, in its place. */
const POWER_DOWN = 1 << 16;
const NS_PER_MS = 1_000_000;
const JIFFY = 4 * NS_PER_MS;
/** How long the killer asks whether the processor is off. */
const KILL_TIMEOUT = 100 * NS_PER_MS;

export function* cpu_psci_cpu_prepare(k: Kernel, cpu: number): Co<number> {
  if (hasPsci(k)) return 0;
  yield* pr_err(k, `psci: no cpu_on method, not booting CPU${cpu}`);
  return -ERRNO.ENODEV;
}

export const cpu_psci_cpu_boot = traced('cpu_psci_cpu_boot', function* (k: Kernel, cpu: number): Co<number> {
  const err = yield* psci_0_2_cpu_on(k, cpu_logical_map(k, cpu), SECONDARY_ENTRY);
  if (err) yield* pr_err(k, `psci: failed to boot CPU${cpu} (${err})`);
  return err;
});

export const cpu_psci_cpu_disable = traced('cpu_psci_cpu_disable', function* (k: Kernel): Co<number> {
  return hasPsci(k) ? 0 : -ERRNO.EOPNOTSUPP;
});

/** On the dying CPU, its last step. */
export const cpu_psci_cpu_die = traced('cpu_psci_cpu_die', function* (k: Kernel): Co {
  yield* psci_0_2_cpu_off(k, POWER_DOWN);
});

/** On another CPU: asks the firmware until the processor is off. */
export const cpu_psci_cpu_kill = traced('cpu_psci_cpu_kill', function* (k: Kernel, cpu: number): Co<number> {
  const start = k.clock.now();
  let err = 0;
  do {
    err = yield* psci_affinity_info(k, cpu_logical_map(k, cpu), 0);
    if (err === PSCI_0_2_AFFINITY_LEVEL_OFF) {
      const jiffies = Math.floor(k.clock.now() / JIFFY) - Math.floor(start / JIFFY);
      yield* pr_info(k, `psci: CPU${cpu} killed (polled ${(jiffies * JIFFY) / NS_PER_MS} ms)`);
      return 0;
    }
    yield* msleep(k, 1);
  } while (k.clock.now() - start < KILL_TIMEOUT);
  yield* pr_warn(k, `psci: CPU${cpu} may not have shut down cleanly (AFFINITY_INFO reports ${err})`);
  return -110; // ETIMEDOUT
});
