/**
 * Suspend as far as its test levels go: what happens before and after the machine would sleep.
 *
 * @linux kernel/power/suspend.c, process.c and drivers/acpi/sleep.c; devices are not suspended, user processes are not
 * stopped, and there is no sleep: `pm_test` must name a level
 */
import { ERRNO } from '../../../abi/syscall.ts';
import { acpi_evaluate_object } from '../../../acpica/namespace/nsxfeval.ts';
import { NS_PER_SECOND } from '../../../protocol/units.ts';
import { type Co, spend } from '../../../sim/coroutine.ts';
import { acpi } from '../../drivers/acpi/internal.ts';
import { acpi_execute_simple_method } from '../../drivers/acpi/utils.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { freeze_secondary_cpus, thaw_secondary_cpus } from '../cpu.ts';
import { mutex_init, mutex_trylock, mutex_unlock } from '../locking/mutex.ts';
import { pr_info, pr_warn } from '../printk/printk.ts';

/** Levels of /sys/power/pm_test, deepest first, as the file lists them. */
export const PM_TESTS = ['none', 'core', 'processors', 'platform', 'devices', 'freezer'] as const;
export type PmTest = (typeof PM_TESTS)[number];

/** States of /sys/power/mem_sleep. */
export const MEM_SLEEP_STATES = ['s2idle', 'deep'] as const;
export type MemSleep = (typeof MEM_SLEEP_STATES)[number];

interface SuspendState {
  pm_test: PmTest;
  mem_sleep: MemSleep;
  /** How often a suspend has succeeded and failed. */
  success: number;
  fail: number;
}

export const suspendState = kernelState<SuspendState>(() => ({
  pm_test: 'none',
  mem_sleep: 'deep',
  success: 0,
  fail: 0,
}));

const system_transition_mutex = kernelState(() => mutex_init('system_transition_mutex'));

/** pm_test_delay, seconds. */
const TEST_DELAY = 5;
/** Arguments of \_SI._SST (ACPI 6.4 §9.1.1). */
const SST_WORKING = 1;
const SST_WAKING = 2;
const SST_SLEEPING = 3;

function* suspend_test(k: Kernel, level: PmTest): Co<boolean> {
  if (suspendState(k).pm_test !== level) return false;
  yield* pr_info(k, `PM: suspend debug: Waiting for ${TEST_DELAY} second(s).`);
  yield* spend(TEST_DELAY * NS_PER_SECOND);
  return true;
}

/** acpi_sleep_tts_switch(), acpi_pm_prepare() and acpi_pm_finish() of ACPI state S3. */
const tts = (k: Kernel, state: number): Co<unknown> => acpi_execute_simple_method(k, undefined, '\\_TTS', state);

function* acpi_pm_prepare(k: Kernel, state: number): Co {
  yield* pr_info(k, `ACPI: PM: Preparing to enter system sleep state S${state}`);
  yield* acpi_evaluate_object(acpi(k), undefined, `\\_S${state}`);
  yield* acpi_evaluate_object(acpi(k), undefined, '\\_S0');
  yield* acpi_execute_simple_method(k, undefined, '\\_PTS', state);
  yield* acpi_execute_simple_method(k, undefined, '\\_SI._SST', SST_SLEEPING);
  yield* pr_info(k, 'ACPI: PM: Saving platform NVS memory');
}

function* acpi_pm_finish(k: Kernel, state: number): Co {
  yield* pr_info(k, `ACPI: PM: Waking up from system sleep state S${state}`);
  yield* acpi_execute_simple_method(k, undefined, '\\_SI._SST', SST_WAKING);
  yield* acpi_execute_simple_method(k, undefined, '\\_WAK', state);
  yield* acpi_execute_simple_method(k, undefined, '\\_SI._SST', SST_WORKING);
}

/** From the processors to the core, and back. */
function* secondaryCpus(k: Kernel): Co<number> {
  const error = yield* freeze_secondary_cpus(k);
  if (!error && !(yield* suspend_test(k, 'processors'))) yield* suspend_test(k, 'core');
  yield* thaw_secondary_cpus(k);
  return error;
}

const ACPI_S3 = 3;

function* suspend_devices_and_enter(k: Kernel, deep: boolean): Co<number> {
  if (deep) yield* tts(k, ACPI_S3);
  if (!/(^|\s)no_console_suspend(\s|$)/.test(k.commandLine)) {
    yield* pr_info(k, 'printk: Suspending console(s) (use no_console_suspend to debug)');
  }
  let error = 0;
  if (!(yield* suspend_test(k, 'devices'))) {
    if (deep) yield* acpi_pm_prepare(k, ACPI_S3);
    if (!(yield* suspend_test(k, 'platform'))) error = yield* secondaryCpus(k);
    if (deep) yield* acpi_pm_finish(k, ACPI_S3);
  }
  if (deep) yield* tts(k, 0);
  return error;
}

const elapsed = (milliseconds: number): string => `(elapsed 0.00${milliseconds} seconds)`;

function* enter_state(k: Kernel, deep: boolean): Co<number> {
  const { pm_test } = suspendState(k);
  if (!deep && (pm_test === 'processors' || pm_test === 'core')) {
    yield* pr_warn(k, 'PM: Unsupported test mode for suspend to idle, please choose none/freezer/devices/platform.');
    return -ERRNO.EAGAIN;
  }
  if (pm_test === 'none') {
    k.log.emit('unmodelled', 'suspend', 'the machine does not sleep; /sys/power/pm_test says how far to go');
    return -ERRNO.ENODEV;
  }
  if (!mutex_trylock(k, system_transition_mutex(k))) return -ERRNO.EBUSY;
  yield* pr_info(k, 'Filesystems sync: 0.000 seconds');
  yield* pr_info(k, 'Freezing user space processes');
  yield* pr_info(k, `Freezing user space processes completed ${elapsed(0)}`);
  yield* pr_info(k, 'OOM killer disabled.');
  yield* pr_info(k, 'Freezing remaining freezable tasks');
  yield* pr_info(k, `Freezing remaining freezable tasks completed ${elapsed(1)}`);
  let error = 0;
  if (!(yield* suspend_test(k, 'freezer'))) error = yield* suspend_devices_and_enter(k, deep);
  yield* pr_info(k, 'OOM killer enabled.');
  yield* pr_info(k, 'Restarting tasks ... done.');
  yield* pr_info(k, 'random: crng reseeded on system resumption');
  yield* mutex_unlock(k, system_transition_mutex(k));
  return error;
}

/** Suspends to `state`; 0 or -errno. */
export function* pm_suspend(k: Kernel, state: 'freeze' | 'mem'): Co<number> {
  const label = state === 'mem' ? suspendState(k).mem_sleep : 's2idle';
  yield* pr_info(k, `PM: suspend entry (${label})`);
  const error = yield* enter_state(k, label === 'deep');
  if (error) suspendState(k).fail++;
  else suspendState(k).success++;
  yield* pr_info(k, 'PM: suspend exit');
  return error;
}
