/** Rows of /proc/interrupts that have no descriptor. @linux arch/x86/kernel/irq.c */
import { type irq_cpustat_t, irq_stat } from '../../../include/asm/hardirq.ts';
import { cpu_online_mask } from '../../../include/linux/cpumask.ts';
import type { Kernel } from '../../../kernel-context.ts';

const count = (value: number): string => `${value}`.padStart(10);

/** Rows of interrupts without a descriptor. */
const ARCH_ROWS: readonly (readonly [label: string, field: keyof irq_cpustat_t, text: string])[] = [
  ['NMI', '__nmi_count', 'Non-maskable interrupts'],
  ['LOC', 'apic_timer_irqs', 'Local timer interrupts'],
  ['SPU', 'irq_spurious_count', 'Spurious interrupts'],
  ['PMI', 'apic_perf_irqs', 'Performance monitoring interrupts'],
  ['IWI', 'apic_irq_work_irqs', 'IRQ work interrupts'],
  ['RTR', 'icr_read_retry_count', 'APIC ICR read retries'],
  ['RES', 'irq_resched_count', 'Rescheduling interrupts'],
  ['CAL', 'irq_call_count', 'Function call interrupts'],
  ['TLB', 'irq_tlb_count', 'TLB shootdowns'],
  ['TRM', 'irq_thermal_count', 'Thermal event interrupts'],
  ['THR', 'irq_threshold_count', 'Threshold APIC interrupts'],
  ['DFR', 'irq_deferred_error_count', 'Deferred Error APIC interrupts'],
  ['MCE', 'mce_exception_count', 'Machine check exceptions'],
  ['MCP', 'mce_poll_count', 'Machine check polls'],
];

/** Rows of a kernel with KVM: posted interrupts, which nobody sends. */
const POSTED_ROWS = [
  ['PIN', 'Posted-interrupt notification event'],
  ['NPI', 'Nested posted-interrupt event'],
  ['PIW', 'Posted-interrupt wakeup event'],
] as const;

export function arch_show_interrupts(k: Kernel, width: number): string[] {
  const online = [...cpu_online_mask(k)];
  const row = (label: string, numbers: readonly number[], text: string): string =>
    `${label.padStart(width)}: ${numbers.map((number) => `${count(number)} `).join('')}${text === '' ? '' : `  ${text}`}`;
  return [
    ...ARCH_ROWS.map(([label, field, text]) =>
      row(
        label,
        online.map((cpu) => irq_stat(k, cpu)[field]),
        text,
      ),
    ),
    `${'ERR'.padStart(width)}: ${count(0)}`,
    `${'MIS'.padStart(width)}: ${count(0)}`,
    ...POSTED_ROWS.map(([label, text]) =>
      row(
        label,
        online.map(() => 0),
        text,
      ),
    ),
  ];
}
