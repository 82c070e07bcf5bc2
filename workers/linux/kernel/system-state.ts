/** system_state: whether the kernel has booted. @linux include/linux/kernel.h */
import { kernelState } from '../kernel-context.ts';

/** `running` from the start of init on (SYSTEM_RUNNING). */
export const systemState = kernelState(() => ({ running: false }));
