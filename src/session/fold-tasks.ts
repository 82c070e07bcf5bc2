import type { LabEvent, LogReader } from '../../workers/protocol/log-format.ts';
import { isReset, numberField, textField } from './event-access.ts';

export interface Frame {
  readonly fn: string;
  /** First frame of an interrupt: what is below it was interrupted. */
  readonly interrupt: boolean;
  /** Sequence number of its fn_enter. */
  readonly sequence: number;
}

export interface TaskState {
  readonly task: number;
  name: string;
  pid: number;
  exited: boolean;
  /** Outermost first. */
  readonly stack: Frame[];
  /** The processor on which it was seen last. */
  vcpu: number;
}

/** Kernel tasks, their names and call stacks: fold of task_*, sched_switch, fn_enter and fn_exit. */
export interface TasksState {
  readonly tasks: Map<number, TaskState>;
  /** Task that runs on each processor. */
  readonly runningOn: Map<number, number>;
}

export function initialTasks(): TasksState {
  return { tasks: new Map(), runningOn: new Map() };
}

function taskOf(state: TasksState, task: number): TaskState {
  const known = state.tasks.get(task);
  if (known) return known;
  const made: TaskState = { task, name: '', pid: -1, exited: false, stack: [], vcpu: -1 };
  state.tasks.set(task, made);
  return made;
}

export function foldTasks(state: TasksState, event: LabEvent): boolean {
  if (isReset(event)) {
    // the next kernel counts its tasks from the start
    state.tasks.clear();
    state.runningOn.clear();
    return true;
  }
  switch (event.kind) {
    case 'fn_enter': {
      const task = taskOf(state, event.task);
      task.vcpu = event.vcpu;
      const interrupt = numberField(event, 'interrupt') !== 0;
      task.stack.push({ fn: textField(event, 'fn'), interrupt, sequence: event.sequence });
      return true;
    }
    case 'fn_exit': {
      const { stack } = taskOf(state, event.task);
      const at = stack.findLastIndex((frame) => frame.fn === textField(event, 'fn'));
      if (at >= 0) stack.length = at;
      return true;
    }
    case 'task_new': {
      const task = taskOf(state, numberField(event, 'task'));
      task.name = textField(event, 'name');
      task.pid = numberField(event, 'pid');
      return true;
    }
    case 'task_rename':
      taskOf(state, numberField(event, 'task')).name = textField(event, 'name');
      return true;
    case 'task_exit': {
      const task = taskOf(state, numberField(event, 'task'));
      task.exited = true;
      task.stack.length = 0;
      return true;
    }
    case 'sched_switch':
      state.runningOn.set(event.vcpu, numberField(event, 'next'));
      taskOf(state, numberField(event, 'next')).vcpu = event.vcpu;
      return true;
    default:
      return false;
  }
}

/** A task as a person reads it: `kworker/0:1`. */
export function taskName(state: TasksState, task: number): string {
  if (task === 0) return 'QEMU';
  const name = state.tasks.get(task)?.name ?? '';
  return name === '' ? `task ${task}` : name;
}

/** How far back a call stack is looked for; older frames are left out. */
const STACK_SEARCH_LIMIT = 400_000;

/**
 * The call stack of an event's task at that event, innermost first: found by reading the log backwards, so that any
 * moment of the past can be shown.
 */
export function callStackAt(log: LogReader, sequence: number): Frame[] {
  const event = log.at(sequence);
  if (!event || event.task === 0) return [];
  const frames: Frame[] = [];
  const ended: string[] = [];
  const end = Math.max(0, sequence - STACK_SEARCH_LIMIT);
  for (let at = sequence; at >= end; at--) {
    const earlier = log.at(at);
    if (!earlier) break;
    if (earlier.kind === 'task_new' && numberField(earlier, 'task') === event.task) break;
    if (earlier.task !== event.task) continue;
    const fn = textField(earlier, 'fn');
    if (earlier.kind === 'fn_exit' && at !== sequence) ended.push(fn);
    else if (earlier.kind === 'fn_enter' && ended.at(-1) === fn) ended.pop();
    else if (earlier.kind === 'fn_enter' && !ended.includes(fn)) {
      frames.push({ fn, interrupt: numberField(earlier, 'interrupt') !== 0, sequence: at });
    }
  }
  return frames;
}
