/** @linux kernel/reboot.c and arch/x86/kernel/reboot.c: the keyboard controller's reset */
import { type Co, spend, traced } from '../../sim/coroutine.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { KERN_EMERG, printk } from './printk/printk.ts';

/** Set by the driver that can switch the power off: drivers/acpi/sleep.c. */
export const pm_power_off = kernelState((): PowerOff => ({ prepare: undefined, handler: undefined }));

interface PowerOff {
  /** Before the kernel says that it powers down. */
  prepare: ((k: Kernel) => Co) | undefined;
  /** Does not return when it works. */
  handler: ((k: Kernel) => Co) | undefined;
}

const KBD_COMMAND = 0x64;
const PULSE_RESET = 0xfe;

export const machine_restart = traced('machine_restart', function* (k: Kernel): Co {
  yield* spend(1_000);
  k.platform.currentVcpu().bus.writePort(KBD_COMMAND, 1, PULSE_RESET);
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
