import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { isReset, textField } from './event-access.ts';

/**
 * What the machine as a whole is: `paused` by the monitor, `shutdown` by the guest and kept by -no-shutdown, `ended`
 * with QEMU itself, `panicked` while the processors spin in the kernel's panic.
 */
export type MachineCondition = 'running' | 'paused' | 'shutdown' | 'ended' | 'panicked';

/** Fold of `machine_state`, and of the kernel's last words. */
export interface MachineState {
  condition: MachineCondition;
  /** How often the machine was reset. */
  resets: number;
}

export const initialMachine = (): MachineState => ({ condition: 'running', resets: 0 });

const PANIC = /^Kernel panic - not syncing/;

export function foldMachine(state: MachineState, event: LabEvent): boolean {
  const before = state.condition;
  if (isReset(event)) {
    state.resets++;
    // a machine that is stopped is reset as it stands, and waits for `cont`
    state.condition = before === 'paused' || before === 'shutdown' ? 'paused' : 'running';
    return true;
  }
  if (event.kind === 'machine_state') {
    const told = textField(event, 'state');
    if (told === 'running' || told === 'paused' || told === 'shutdown' || told === 'ended') state.condition = told;
  } else if (event.kind === 'printk' && PANIC.test(textField(event, 'text'))) state.condition = 'panicked';
  return state.condition !== before;
}
