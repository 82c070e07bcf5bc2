/** What a command of either monitor works on. */
import type { Board } from '../abi/board.ts';
import type { ObjectStore } from './object-store.ts';

export interface QmpContext {
  readonly board: Board;
  readonly objects: ObjectStore;
  /** Tells the log of what the real one has and the lab has not. */
  unmodelled(what: string): void;
  /** Emits a QMP event at once. */
  event(name: string, data?: Readonly<Record<string, unknown>>): void;
  /** Ends QEMU. */
  quit(): void;
}

/** What `stop` and `cont` do, in QMP and in the monitor. */
export function setRunning({ board, event }: QmpContext, running: boolean): void {
  if (board.running === running) return;
  board.setRunning(running);
  event(running ? 'RESUME' : 'STOP');
}
