import type { Kernel } from '../../kernel-context.ts';
import { currentProcessor } from './sched.ts';

export function local_irq_disable(k: Kernel): void {
  currentProcessor(k).interruptsEnabled = false;
}

export function local_irq_enable(k: Kernel): void {
  currentProcessor(k).interruptsEnabled = true;
}

/** Returns the former state for local_irq_restore. */
export function local_irq_save(k: Kernel): boolean {
  const processor = currentProcessor(k);
  const flags = processor.interruptsEnabled;
  processor.interruptsEnabled = false;
  return flags;
}

export function local_irq_restore(k: Kernel, flags: boolean): void {
  currentProcessor(k).interruptsEnabled = flags;
}

export function irqs_disabled(k: Kernel): boolean {
  return !currentProcessor(k).interruptsEnabled;
}
