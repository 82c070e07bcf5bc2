/**
 * The event log as it travels: records of ten 32-bit integers in chunks, and the strings that the chunk is the first
 * to use.
 *
 * | word | content |
 * | --- | --- |
 * | 0, 1 | virtual time in ns, low and high half |
 * | 2 | kind in the low 16 bits; processor (QEMU cpu-index, -1: none) in the high 16 |
 * | 3 | task |
 * | 4 … 9 | arguments by EVENT_KINDS |
 */
import { EVENT_KINDS, type EventKind, MAX_FIELDS } from './event-kinds.ts';
import type { Ns, TaskId, VcpuIndex } from './units.ts';

export const WORDS_PER_RECORD = 4 + MAX_FIELDS;

export interface LogChunk {
  /** Sequence number of the first record; records are numbered from 0 at power-on. */
  readonly firstRecord: number;
  /** `count * WORDS_PER_RECORD` valid words; the buffer may be longer. */
  readonly words: Int32Array<ArrayBuffer>;
  readonly count: number;
  /** Id of the first of `strings`; ids are given in the order of first use. Id 0 is the empty string. */
  readonly firstString: number;
  readonly strings: readonly string[];
}

/** A decoded record. `args` has the raw integers, `fields` the values by name with strings resolved. */
export interface LabEvent {
  readonly sequence: number;
  readonly time: Ns;
  readonly kind: string;
  /** -1 where no processor is involved. */
  readonly vcpu: VcpuIndex;
  readonly task: TaskId;
  readonly fields: Readonly<Record<string, number | string>>;
}

const TWO_32 = 4_294_967_296;

export const recordTime = (words: Int32Array, at: number): Ns =>
  (((words[at + 1] ?? 0) >>> 0) * TWO_32 + ((words[at] ?? 0) >>> 0)) as Ns;
export const recordKind = (words: Int32Array, at: number): number => (words[at + 2] ?? 0) & 0xffff;
export const recordVcpu = (words: Int32Array, at: number): VcpuIndex => ((words[at + 2] ?? 0) >> 16) as VcpuIndex;
export const recordTask = (words: Int32Array, at: number): TaskId => (words[at + 3] ?? 0) as TaskId;

/** Decodes the record whose first word is `words[at]`. Bad data from elsewhere decodes to kind `unknown`. */
export function decodeRecord(
  words: Int32Array,
  at: number,
  sequence: number,
  stringOf: (id: number) => string,
): LabEvent {
  const kind: EventKind | undefined = EVENT_KINDS[recordKind(words, at)];
  const fields: Record<string, number | string> = {};
  kind?.fields.forEach(({ name, type }, index) => {
    const word = words[at + 4 + index] ?? 0;
    fields[name] = type === 'string' ? stringOf(word) : type === 'hex' ? word >>> 0 : word;
  });
  return {
    sequence,
    time: recordTime(words, at),
    kind: kind?.name ?? 'unknown',
    vcpu: recordVcpu(words, at),
    task: recordTask(words, at),
    fields,
  };
}

/** Collects chunks and answers for any record of them: what the page, the exporters and the tests read a log with. */
export class LogReader {
  private readonly chunks: LogChunk[] = [];
  private readonly strings: string[] = [''];
  private total = 0;

  get length(): number {
    return this.total;
  }

  /** Chunks must come in order; a gap is a fault of ours and throws. */
  append(chunk: LogChunk): void {
    if (chunk.firstRecord !== this.total) throw new Error(`log chunk ${chunk.firstRecord} after ${this.total} records`);
    this.chunks.push(chunk);
    this.strings.length = chunk.firstString;
    this.strings.push(...chunk.strings);
    this.total += chunk.count;
  }

  readonly stringOf = (id: number): string => this.strings[id] ?? '';

  /** The record with this sequence number, or undefined beyond the end. */
  at(sequence: number): LabEvent | undefined {
    const chunk = this.chunkOf(sequence);
    if (!chunk) return undefined;
    return decodeRecord(chunk.words, (sequence - chunk.firstRecord) * WORDS_PER_RECORD, sequence, this.stringOf);
  }

  /** Visits records from `start` to the end. */
  *from(start = 0): Generator<LabEvent, void, undefined> {
    for (let sequence = start; sequence < this.total; sequence++) {
      const event = this.at(sequence);
      if (event) yield event;
    }
  }

  private chunkOf(sequence: number): LogChunk | undefined {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const chunk = this.chunks[middle];
      if (!chunk) return undefined;
      if (sequence < chunk.firstRecord) high = middle - 1;
      else if (sequence >= chunk.firstRecord + chunk.count) low = middle + 1;
      else return chunk;
    }
    return undefined;
  }
}
