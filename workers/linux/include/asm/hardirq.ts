/** Interrupts that have no descriptor, by CPU. @linux arch/x86/include/asm/hardirq.h irq_cpustat_t */
import { perCpu } from '../../kernel-context.ts';

export interface irq_cpustat_t {
  __nmi_count: number;
  apic_timer_irqs: number;
  irq_spurious_count: number;
  apic_perf_irqs: number;
  apic_irq_work_irqs: number;
  icr_read_retry_count: number;
  irq_resched_count: number;
  irq_call_count: number;
  irq_tlb_count: number;
  irq_thermal_count: number;
  irq_threshold_count: number;
  irq_deferred_error_count: number;
  mce_exception_count: number;
  mce_poll_count: number;
}

export const irq_stat = perCpu<irq_cpustat_t>(() => ({
  __nmi_count: 0,
  apic_timer_irqs: 0,
  irq_spurious_count: 0,
  apic_perf_irqs: 0,
  apic_irq_work_irqs: 0,
  icr_read_retry_count: 0,
  irq_resched_count: 0,
  irq_call_count: 0,
  irq_tlb_count: 0,
  irq_thermal_count: 0,
  irq_threshold_count: 0,
  irq_deferred_error_count: 0,
  mce_exception_count: 0,
  // every CPU looks once when it starts
  mce_poll_count: 1,
}));
