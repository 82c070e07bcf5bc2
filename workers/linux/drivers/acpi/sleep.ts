/** Switching the power off. @linux drivers/acpi/sleep.c and acpica/hwsleep.c, hwxfsleep.c, for S5 alone */
import { readPm1Control, writePm1Control } from '../../../acpica/hardware/hwregs.ts';
import { acpi_evaluate_object } from '../../../acpica/namespace/nsxfeval.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import { pm_power_off } from '../../kernel/reboot.ts';
import type { Kernel } from '../../kernel-context.ts';
import { acpi } from './internal.ts';
import { acpi_execute_simple_method } from './utils.ts';

/** PM1 control register (ACPI 6.4, 4.8.3.2). */
const SLP_TYP_SHIFT = 10;
const SLP_TYP_MASK = 0x7 << SLP_TYP_SHIFT;
const SLP_EN = 1 << 13;

const ACPI_STATE_S5 = 5;

/** SLP_TYP of PM1a for S5, out of `\_S5`; undefined when the firmware has none. */
function* sleepType(k: Kernel): Co<number | undefined> {
  const { value } = yield* acpi_evaluate_object(acpi(k), undefined, '\\_S5');
  const first = value?.type === 'Package' ? value.value[0] : undefined;
  return first?.type === 'Integer' ? Number(first.value) : undefined;
}

const acpi_power_off_prepare = traced('acpi_power_off_prepare', function* (k: Kernel): Co {
  yield* pr_info(k, 'ACPI: PM: Preparing to enter system sleep state S5');
  yield* acpi_execute_simple_method(k, undefined, '\\_PTS', ACPI_STATE_S5);
});

const acpi_enter_sleep_state = traced('acpi_enter_sleep_state', function* (k: Kernel, type: number): Co {
  const control = ((yield* readPm1Control(acpi(k))) & ~SLP_TYP_MASK) | (type << SLP_TYP_SHIFT);
  yield* writePm1Control(acpi(k), control & ~SLP_EN);
  yield* writePm1Control(acpi(k), control | SLP_EN);
});

const acpi_power_off = traced('acpi_power_off', function* (k: Kernel, type: number): Co {
  yield* acpi_enter_sleep_state(k, type);
});

/** Tells the kernel how this machine is switched off, where the firmware says so. */
export function* acpi_sleep_init(k: Kernel): Co {
  const type = yield* sleepType(k);
  if (type === undefined) return;
  const power = pm_power_off(k);
  power.prepare = acpi_power_off_prepare;
  power.handler = (of) => acpi_power_off(of, type);
}
