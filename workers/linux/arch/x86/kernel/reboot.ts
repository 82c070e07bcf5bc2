/** Restart by the keyboard controller's reset line. @linux arch/x86/kernel/reboot.c */
import { type Co, spend } from '../../../../sim/coroutine.ts';
import type { Kernel } from '../../../kernel-context.ts';

const KBD_COMMAND = 0x64;
const PULSE_RESET = 0xfe;

export function* native_machine_restart(k: Kernel): Co {
  yield* spend(1_000);
  k.platform.currentVcpu().bus.writePort(KBD_COMMAND, 1, PULSE_RESET);
}
