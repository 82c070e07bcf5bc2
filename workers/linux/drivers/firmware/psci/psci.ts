/**
 * Power State Coordination Interface: how processors are started and stopped by calls to firmware or hypervisor (Arm DEN
 * 0022).
 *
 * @linux drivers/firmware/psci/psci.c, without idle states and trusted operating systems
 */
import { ERRNO } from '../../../../abi/syscall.ts';
import { type Co, spend, traced } from '../../../../sim/coroutine.ts';
import { arm64Cpu } from '../../../arch/arm64/kernel/sysreg.ts';
import { pr_err, pr_info } from '../../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../../kernel-context.ts';

/** Function ids (include/uapi/linux/psci.h); with 64-bit arguments where there is such a form. */
const PSCI_0_2_FN = {
  PSCI_VERSION: 0x8400_0000,
  CPU_SUSPEND: 0xc400_0001,
  CPU_OFF: 0x8400_0002,
  CPU_ON: 0xc400_0003,
  AFFINITY_INFO: 0xc400_0004,
  MIGRATE_INFO_TYPE: 0x8400_0006,
  SYSTEM_OFF: 0x8400_0008,
  SYSTEM_RESET: 0x8400_0009,
  PSCI_FEATURES: 0x8400_000a,
} as const;
const ARM_SMCCC_VERSION = 0x8000_0000;

export const PSCI_0_2_AFFINITY_LEVEL_OFF = 1;
const PSCI_0_2_TOS_MP = 2;

/** Return values that have an errno of their own. */
const ERRNO_BY_RESULT: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [-1, -ERRNO.EOPNOTSUPP],
  [-2, -ERRNO.EINVAL],
  [-3, -1], // denied: EPERM
  [-9, -ERRNO.EINVAL],
]);
const psci_to_linux_errno = (result: number): number => ERRNO_BY_RESULT.get(result) ?? -ERRNO.EINVAL;

export type Conduit = 'hvc' | 'smc';

const psci = kernelState<{ conduit: Conduit | undefined }>(() => ({ conduit: undefined }));

/** A call leaves the guest: what that takes, ns. */
const CALL_COST = 3_000;

function* invoke_psci_fn(k: Kernel, id: number, ...[x1, x2, x3]: number[]): Co<number> {
  const { conduit } = psci(k);
  if (!conduit) return -1;
  yield* spend(CALL_COST);
  return arm64Cpu(k)[conduit](id, x1, x2, x3);
}

/** psci_ops.cpu_on, set: the firmware can start processors. */
export const hasPsci = (k: Kernel): boolean => psci(k).conduit !== undefined;

/** Starts the processor with this MPIDR at `entry`. 0 or -errno. */
export const psci_0_2_cpu_on = traced(
  'psci_0_2_cpu_on',
  function* (k: Kernel, mpidr: number, entry: number): Co<number> {
    return psci_to_linux_errno(yield* invoke_psci_fn(k, PSCI_0_2_FN.CPU_ON, mpidr, entry, 0));
  },
);

/** Switches the executing processor off. Returns only when the firmware refuses. */
export const psci_0_2_cpu_off = traced('psci_0_2_cpu_off', function* (k: Kernel, state: number): Co<number> {
  return psci_to_linux_errno(yield* invoke_psci_fn(k, PSCI_0_2_FN.CPU_OFF, state));
});

/** Whether a processor is on (0), off (1) or on its way (2); a negative PSCI code for one that there is not. */
export const psci_affinity_info = traced(
  'psci_affinity_info',
  function* (k: Kernel, mpidr: number, level: number): Co<number> {
    return yield* invoke_psci_fn(k, PSCI_0_2_FN.AFFINITY_INFO, mpidr, level);
  },
);

/** Restart and power off. They do not return. */
export const psci_sys_reset = (k: Kernel): Co<number> => invoke_psci_fn(k, PSCI_0_2_FN.SYSTEM_RESET);
export const psci_sys_poweroff = (k: Kernel): Co<number> => invoke_psci_fn(k, PSCI_0_2_FN.SYSTEM_OFF);

const versionText = (version: number): string => `${version >>> 16}.${version & 0xffff}`;

function* psci_init_smccc(k: Kernel): Co {
  const feature = yield* invoke_psci_fn(k, PSCI_0_2_FN.PSCI_FEATURES, ARM_SMCCC_VERSION);
  const version = feature < 0 ? 0x1_0000 : yield* invoke_psci_fn(k, ARM_SMCCC_VERSION);
  yield* pr_info(k, `psci: SMC Calling Convention v${versionText(version)}`);
}

/** Asks what the firmware can do. */
function* psci_probe(k: Kernel): Co<number> {
  const version = yield* invoke_psci_fn(k, PSCI_0_2_FN.PSCI_VERSION);
  if (version < 0) {
    yield* pr_err(k, 'psci: Conflicting PSCI version detected.');
    return -ERRNO.EINVAL;
  }
  yield* pr_info(k, `psci: PSCIv${versionText(version)} detected in firmware.`);
  yield* pr_info(k, 'psci: Using standard PSCI v0.2 function IDs');
  const migration = yield* invoke_psci_fn(k, PSCI_0_2_FN.MIGRATE_INFO_TYPE);
  if (migration === PSCI_0_2_TOS_MP) yield* pr_info(k, 'psci: Trusted OS migration not required');
  if (version >= 0x1_0000) yield* psci_init_smccc(k);
  return 0;
}

/** `source`: where the conduit is named: `ACPI` (FADT's flags), `DT`. */
export function* psci_init(k: Kernel, source: 'ACPI' | 'DT', conduit: Conduit | undefined): Co<number> {
  if (!conduit) return -ERRNO.EOPNOTSUPP;
  yield* pr_info(k, `psci: probing for conduit method from ${source}.`);
  psci(k).conduit = conduit;
  return yield* psci_probe(k);
}
