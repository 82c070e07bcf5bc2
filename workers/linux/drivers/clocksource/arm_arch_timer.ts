/**
 * The generic timer as each CPU's clock event device: the virtual one, where there is no EL2.
 *
 * @linux drivers/clocksource/arm_arch_timer.c, without memory-mapped frames and errata
 */
import type { Ns } from '../../../protocol/units.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { is_hyp_mode_available, read_sysreg, write_sysreg } from '../../arch/arm64/kernel/sysreg.ts';
import { IRQ_HANDLED, IRQ_NONE } from '../../include/linux/irq.ts';
import { cpuhp_setup_state } from '../../kernel/cpuhp.ts';
import { disable_percpu_irq, enable_percpu_irq, request_percpu_irq } from '../../kernel/irq/manage.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import { hrtimer_interrupt } from '../../kernel/time/hrtimer.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';

/** CNTx_CTL. */
const ARCH_TIMER_CTRL_ENABLE = 1 << 0;
const ARCH_TIMER_CTRL_IT_MASK = 1 << 1;
const ARCH_TIMER_CTRL_IT_STAT = 1 << 2;

const NS_PER_SECOND = 1_000_000_000;
const CPUHP_AP_ARM_ARCH_TIMER_STARTING = 123;
/** Counters of armv8 have at least so many bits. */
const COUNTER_BITS = 57;

const archTimer = kernelState(() => ({ irq: -1, rate: 0, physical: false }));

/** Registers of the timer that is used. */
const registers = (physical: boolean) =>
  physical
    ? ({ control: 'CNTP_CTL_EL0', compare: 'CNTP_CVAL_EL0', counter: 'CNTPCT_EL0' } as const)
    : ({ control: 'CNTV_CTL_EL0', compare: 'CNTV_CVAL_EL0', counter: 'CNTVCT_EL0' } as const);

const used = (k: Kernel) => registers(archTimer(k).physical);

/** Fires after `delay` ns; undefined: never. */
export function arch_timer_set_next_event(k: Kernel, delay: Ns | undefined): void {
  const { control, compare, counter } = used(k);
  if (delay === undefined) {
    write_sysreg(k, control, 0);
    return;
  }
  const ticks = Math.max(1, Math.ceil((delay * archTimer(k).rate) / NS_PER_SECOND));
  write_sysreg(k, compare, read_sysreg(k, counter) + ticks);
  write_sysreg(k, control, ARCH_TIMER_CTRL_ENABLE);
}

const arch_timer_handler = traced('arch_timer_handler_virt', function* (k: Kernel): Co<number> {
  const { control } = used(k);
  const ctrl = read_sysreg(k, control);
  if ((ctrl & ARCH_TIMER_CTRL_IT_STAT) === 0) return IRQ_NONE;
  write_sysreg(k, control, ctrl | ARCH_TIMER_CTRL_IT_MASK);
  yield* hrtimer_interrupt(k);
  return IRQ_HANDLED;
});

/** CPUHP_AP_ARM_ARCH_TIMER_STARTING: the new CPU's timer is off, its interrupt on. */
const arch_timer_starting_cpu = traced('arch_timer_starting_cpu', function* (k: Kernel): Co<number> {
  write_sysreg(k, used(k).control, 0);
  yield* enable_percpu_irq(k, archTimer(k).irq);
  return 0;
});

const arch_timer_dying_cpu = traced('arch_timer_dying_cpu', function* (k: Kernel): Co<number> {
  yield* disable_percpu_irq(k, archTimer(k).irq);
  write_sysreg(k, used(k).control, 0);
  return 0;
});

/** Which of the timers is used: the hypervisor's physical one, else the virtual one. */
export const usesPhysicalTimer = is_hyp_mode_available;

/** `irq`: of the timer that is used. */
export function* arch_timer_common_init(k: Kernel, irq: number): Co {
  const state = archTimer(k);
  state.irq = irq;
  state.physical = usesPhysicalTimer(k);
  state.rate = read_sysreg(k, 'CNTFRQ_EL0');
  request_percpu_irq(k, irq, arch_timer_handler, 'arch_timer');
  yield* cpuhp_setup_state(
    k,
    CPUHP_AP_ARM_ARCH_TIMER_STARTING,
    'clockevents/arm/arch_timer:starting',
    arch_timer_starting_cpu,
    arch_timer_dying_cpu,
  );
  const mhz = (state.rate / 1_000_000).toFixed(2);
  yield* pr_info(k, `arch_timer: cp15 timer(s) running at ${mhz}MHz (${state.physical ? 'phys' : 'virt'}).`);
  yield* pr_info(
    k,
    'clocksource: arch_sys_counter: mask: 0x1ffffffffffffff max_cycles: 0x1cd42e208c, max_idle_ns: 881590405314 ns',
  );
  const resolution = Math.round(NS_PER_SECOND / state.rate);
  const rounded = Math.round(state.rate / 1_000_000);
  yield* pr_info(
    k,
    `sched_clock: ${COUNTER_BITS} bits at ${rounded}MHz, resolution ${resolution}ns, wraps every 4398046511096ns`,
  );
}
