import type { LabEvent } from '../../workers/protocol/log-format.ts';

/** A numeric field of an event; 0 where the event has no such field. */
export function numberField(event: LabEvent, name: string): number {
  const value = event.fields[name];
  return typeof value === 'number' ? value : 0;
}

/** A text field of an event; empty where the event has no such field. */
export function textField(event: LabEvent, name: string): string {
  const value = event.fields[name];
  return typeof value === 'string' ? value : '';
}

/** The machine starts anew: devices, processors and guest forget; what is plugged stays. */
export const isReset = (event: LabEvent): boolean =>
  event.kind === 'machine_state' && textField(event, 'state') === 'reset';
