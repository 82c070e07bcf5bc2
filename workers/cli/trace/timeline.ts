/** The event log as what trace viewers draw: tracks with slices that nest, and points. */
import { EVENT_KINDS } from '../../protocol/event-kinds.ts';
import type { LabEvent } from '../../protocol/log-format.ts';

/** A row of a viewer: a kernel task, a processor with the task that it runs, or QEMU. */
export interface Track {
  readonly group: 'tasks' | 'processors' | 'qemu';
  /** Unique in its group: task id, cpu-index, or 0. */
  readonly id: number;
  /** pid of a task. */
  readonly pid: number;
  readonly name: string;
}

export type Arguments = Readonly<Record<string, string | number>>;

export type Mark =
  | { readonly type: 'begin'; readonly time: number; readonly track: Track; readonly name: string }
  | { readonly type: 'end'; readonly time: number; readonly track: Track }
  | {
      readonly type: 'point';
      readonly time: number;
      readonly track: Track;
      readonly name: string;
      readonly args: Arguments;
    };

const QEMU: Track = { group: 'qemu', id: 0, pid: 0, name: 'QEMU' };

/** Told by slices, or by names of tracks. */
const NOT_POINTS: ReadonlySet<string> = new Set(['fn_enter', 'fn_exit', 'task_rename', 'sched_switch']);

/**
 * Marks in the order of the log; times are virtual nanoseconds since power-on. Every slice that begins ends: at the
 * latest with the log, with its task, or with a reset of the machine.
 */
export class Timeline {
  private readonly tasks = new Map<number, Track>();
  private readonly processors = new Map<number, Track>();
  private readonly open = new Map<Track, string[]>();

  *of(events: Iterable<LabEvent>): Generator<Mark> {
    let time = 0;
    for (const event of events) {
      time = event.time;
      yield* this.mark(event);
    }
    yield* this.endAll(time);
  }

  /** The name of a task as it is now. */
  taskOf(task: number): Track {
    const known = this.tasks.get(task);
    if (known) return known;
    const made: Track = task === 0 ? QEMU : { group: 'tasks', id: task, pid: -1, name: `task ${task}` };
    this.tasks.set(task, made);
    return made;
  }

  private *mark(event: LabEvent): Generator<Mark> {
    const { kind, time, fields } = event;
    const track = this.taskOf(event.task);
    if (kind === 'fn_enter') yield this.begin(track, time, String(fields['fn']));
    else if (kind === 'fn_exit') yield* this.endNamed(track, time, String(fields['fn']));
    else if (kind === 'sched_switch') yield* this.switched(event);
    else if (kind === 'task_new' || kind === 'task_rename') yield* this.named(event);
    else if (kind === 'machine_state' && fields['state'] === 'reset') yield* this.endAll(time);
    if (NOT_POINTS.has(kind)) return;
    yield { type: 'point', time, track, name: kind, args: fields };
    if (kind === 'task_exit') yield* this.endDown(this.taskOf(Number(fields['task'])), time, 0);
  }

  /** Learns a task's name, for readers that want no marks. */
  learn(event: LabEvent): void {
    if (event.kind === 'task_new' || event.kind === 'task_rename') for (const _ of this.named(event));
  }

  /** A task that is renamed goes on under its new name, with the slices that it has open. */
  private *named({ kind, time, fields }: LabEvent): Generator<Mark> {
    const id = Number(fields['task']);
    const before = this.tasks.get(id);
    const pid = kind === 'task_new' ? Number(fields['pid']) : (before?.pid ?? -1);
    const made: Track = { group: 'tasks', id, pid, name: String(fields['name']) };
    const slices = before ? [...(this.open.get(before) ?? [])] : [];
    if (before) yield* this.endDown(before, time, 0);
    this.tasks.set(id, made);
    for (const name of slices) yield this.begin(made, time, name);
  }

  private *switched({ vcpu, time, fields }: LabEvent): Generator<Mark> {
    const track = this.processors.get(vcpu) ?? { group: 'processors', id: vcpu, pid: 0, name: `vCPU ${vcpu}` };
    this.processors.set(vcpu, track);
    yield* this.endDown(track, time, 0);
    yield this.begin(track, time, this.taskOf(Number(fields['next'])).name);
  }

  private begin(track: Track, time: number, name: string): Mark {
    const open = this.open.get(track) ?? [];
    this.open.set(track, open);
    open.push(name);
    return { type: 'begin', time, track, name };
  }

  private *endNamed(track: Track, time: number, name: string): Generator<Mark> {
    const at = this.open.get(track)?.lastIndexOf(name) ?? -1;
    if (at >= 0) yield* this.endDown(track, time, at);
  }

  private *endDown(track: Track, time: number, depth: number): Generator<Mark> {
    const open = this.open.get(track) ?? [];
    while (open.length > depth) {
      open.pop();
      yield { type: 'end', time, track };
    }
  }

  private *endAll(time: number): Generator<Mark> {
    for (const track of this.open.keys()) yield* this.endDown(track, time, 0);
  }
}

/** Kinds of events by name, for readers that print their fields in order. */
export const FIELDS_OF_KIND: ReadonlyMap<string, readonly string[]> = new Map(
  EVENT_KINDS.map(({ name, fields }) => [name, fields.map((field) => field.name)]),
);
