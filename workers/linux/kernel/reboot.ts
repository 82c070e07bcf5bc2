/** @linux kernel/reboot.c */
import { type Co, traced } from '../../sim/coroutine.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { archOps } from './arch-ops.ts';
import { KERN_EMERG, printk } from './printk/printk.ts';

/** Set by the driver that can switch the power off: drivers/acpi/sleep.c. */
export const pm_power_off = kernelState((): PowerOff => ({ prepare: undefined, handler: undefined }));

interface PowerOff {
  /** Before the kernel says that it powers down. */
  prepare: ((k: Kernel) => Co) | undefined;
  /** Does not return when it works. */
  handler: ((k: Kernel) => Co) | undefined;
}

export const machine_restart = traced('machine_restart', function* (k: Kernel): Co {
  yield* archOps(k).restart(k);
});

const kernel_restart = traced('kernel_restart', function* (k: Kernel): Co {
  yield* printk(k, KERN_EMERG, 'reboot: Restarting system');
  yield* machine_restart(k);
});

const kernel_power_off = traced('kernel_power_off', function* (k: Kernel): Co {
  const { prepare, handler } = pm_power_off(k);
  if (prepare) yield* prepare(k);
  yield* printk(k, KERN_EMERG, 'reboot: Power down');
  if (handler) yield* handler(k);
  else yield* kernelHalted(k);
});

function* kernelHalted(k: Kernel): Co {
  yield* printk(k, KERN_EMERG, 'reboot: System halted');
}

/** reboot(2). Does not return when the machine did what was asked. */
export const sys_reboot = traced(
  '__do_sys_reboot',
  function* (k: Kernel, how: 'restart' | 'poweroff' | 'halt'): Co<number> {
    if (how === 'restart') yield* kernel_restart(k);
    else if (how === 'poweroff') yield* kernel_power_off(k);
    else yield* kernelHalted(k);
    return 0;
  },
);
