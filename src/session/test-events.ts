/** Events by hand, for the tests of what is folded from them. The page itself does not use this file. */
import { EVENT_KINDS, eventKindNumber } from '../../workers/protocol/event-kinds.ts';
import { type LabEvent, type LogChunk, LogReader, WORDS_PER_RECORD } from '../../workers/protocol/log-format.ts';

export type EventKindName = (typeof EVENT_KINDS)[number]['name'];
type Values = Readonly<Record<string, number | string>>;

/** Builds a log: `log.on(vcpu, task).add('cpuhp_enter', { cpu: 2, step: 1 })`. Each event is a microsecond later. */
export class TestLog {
  private readonly ids = new Map<string, number>([['', 0]]);
  private readonly words: number[] = [];
  private readonly read = new LogReader();
  private newStrings: string[] = [];
  private firstRecord = 0;
  private count = 0;
  private time = 0;
  private vcpu = -1;
  private task = 0;

  on(vcpu: number, task: number): this {
    this.vcpu = vcpu;
    this.task = task;
    return this;
  }

  add(kind: EventKindName, values: Values = {}): this {
    this.time += 1000;
    this.words.push(this.time, 0, eventKindNumber(kind) | (this.vcpu << 16), this.task);
    const fields: readonly { readonly name: string }[] = EVENT_KINDS.find(({ name }) => name === kind)?.fields ?? [];
    const unknown = Object.keys(values).filter((name) => !fields.some((field) => field.name === name));
    if (unknown.length > 0) throw new Error(`${kind} has no ${unknown.join()}`);
    for (let at = 0; at < WORDS_PER_RECORD - 4; at++) {
      const value = values[fields[at]?.name ?? ''] ?? 0;
      this.words.push(typeof value === 'string' ? this.intern(value) : value);
    }
    this.count++;
    return this;
  }

  /** A function that ran, with what it did meanwhile. */
  call(fn: string, inside: () => void = () => {}): this {
    this.add('fn_enter', { fn });
    inside();
    return this.add('fn_exit', { fn });
  }

  /** What has been added since the last chunk. */
  chunk(): LogChunk {
    const chunk: LogChunk = {
      firstRecord: this.firstRecord,
      words: Int32Array.from(this.words),
      count: this.count,
      firstString: this.ids.size - this.newStrings.length,
      strings: this.newStrings,
    };
    this.firstRecord += this.count;
    this.words.length = 0;
    this.newStrings = [];
    this.count = 0;
    return chunk;
  }

  /** All that has been added so far. */
  reader(): LogReader {
    this.read.append(this.chunk());
    return this.read;
  }

  events(): LabEvent[] {
    return [...this.reader().from()];
  }

  private intern(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const id = this.ids.size;
    this.ids.set(text, id);
    this.newStrings.push(text);
    return id;
  }
}

/** The state after all events of a log. */
export function foldAll<State>(state: State, fold: (state: State, event: LabEvent) => boolean, log: TestLog): State {
  for (const event of log.events()) fold(state, event);
  return state;
}
