/** What a command of either monitor works on. */
import type { Board } from '../abi/board.ts';
import type { ObjectStore } from './object-store.ts';
import type { QDict, QObject } from './qobject.ts';

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

/** An error reply. */
export class QmpFailure {
  readonly errorClass: string;
  readonly description: string;

  constructor(description: string, errorClass = 'GenericError') {
    this.errorClass = errorClass;
    this.description = description;
  }
}

/** The commands of both monitors. */
export interface MonitorCommands {
  /** Checks the arguments of a QMP command and runs it. */
  qmp(context: QmpContext, name: string, args: QDict): QObject | QmpFailure;
  /** Runs a monitor line; what the monitor prints, with its `\r\n` line ends. */
  hmp(context: QmpContext, line: string): string;
}

/** QAPI's RunState, as far as the lab's machines get into one. */
export type RunState = 'running' | 'paused' | 'prelaunch' | 'inmigrate' | 'shutdown';

export function runStateOf({ running, isShutDown, everRan, config }: Board): RunState {
  if (running) return 'running';
  if (isShutDown) return 'shutdown';
  if (everRan) return 'paused';
  return config.incoming ? 'inmigrate' : 'prelaunch';
}

/** What `stop` and `cont` do, in QMP and in the monitor; returns why not. */
export function setRunning({ board, event }: QmpContext, running: boolean): string | undefined {
  if (board.running === running) return undefined;
  if (board.isShutDown) return 'Resetting the Virtual Machine is required';
  if (runStateOf(board) === 'inmigrate') return undefined;
  board.setRunning(running);
  event(running ? 'RESUME' : 'STOP');
  return undefined;
}
