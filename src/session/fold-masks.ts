import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { isReset, numberField, textField } from './event-access.ts';

/** The masks that the page draws, in the order in which a CPU comes into them. */
export const MASK_NAMES = ['possible', 'present', 'online'] as const;
export type MaskName = (typeof MASK_NAMES)[number];

export interface MaskChange {
  readonly mask: string;
  readonly cpu: number;
  readonly value: boolean;
  readonly sequence: number;
}

/** The kernel's CPU masks: fold of `cpu_mask`; empty when the machine is reset. */
export interface MasksState {
  /** By name, among them `active` and `dying`. */
  readonly masks: Map<string, Set<number>>;
  /** Sequence number of the last change of a bit: `mask:cpu`. */
  readonly changedAt: Map<string, number>;
  lastChange: MaskChange | undefined;
}

export function initialMasks(): MasksState {
  return { masks: new Map(MASK_NAMES.map((name) => [name, new Set()])), changedAt: new Map(), lastChange: undefined };
}

export function foldMasks(state: MasksState, event: LabEvent): boolean {
  if (isReset(event)) {
    for (const cpus of state.masks.values()) cpus.clear();
    state.changedAt.clear();
    state.lastChange = undefined;
    return true;
  }
  if (event.kind !== 'cpu_mask') return false;
  const mask = textField(event, 'mask');
  const cpu = numberField(event, 'cpu');
  const value = numberField(event, 'value') !== 0;
  const cpus = state.masks.get(mask) ?? new Set();
  state.masks.set(mask, cpus);
  if (cpus.has(cpu) === value) return false;
  if (value) cpus.add(cpu);
  else cpus.delete(cpu);
  state.changedAt.set(`${mask}:${cpu}`, event.sequence);
  state.lastChange = { mask, cpu, value, sequence: event.sequence };
  return true;
}

/** A set of CPUs as the kernel prints it with `%*pbl`: `0-1,3`. Empty for none. */
export function formatCpuList(cpus: Iterable<number>): string {
  const sorted = [...cpus].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; at++) {
    const first = sorted[at];
    let last = first;
    while (sorted[at + 1] === (last ?? 0) + 1) last = sorted[++at];
    parts.push(first === last ? `${first}` : `${first}-${last}`);
  }
  return parts.join(',');
}
