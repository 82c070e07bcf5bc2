/** Rows of /proc/interrupts for interrupts between processors. @linux arch/arm64/kernel/irq.c, smp.c arch_show_interrupts */
import { cpu_online_mask } from '../../../include/linux/cpumask.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { ipi_types, ipiCount } from './smp.ts';

export function arch_show_interrupts(k: Kernel, width: number): string[] {
  const rows = ipi_types.map((text, ipi) => {
    const counts = [...cpu_online_mask(k)].map((cpu) => `${`${ipiCount(k, ipi, cpu)}`.padStart(10)} `);
    return `${'IPI'.padStart(width - 1)}${ipi}:${counts.join('')}      ${text}`;
  });
  return [...rows, `${'Err'.padStart(width)}: ${'0'.padStart(10)}`];
}
