import { EVENT_KINDS } from '../protocol/event-kinds.ts';
import { type LogChunk, WORDS_PER_RECORD } from '../protocol/log-format.ts';
import type { Ns } from '../protocol/units.ts';

/** Names of the table in protocol/event-kinds.ts. */
export type EventName = (typeof EVENT_KINDS)[number]['name'];

/** Who an event happened to: supplied by the scheduler, so that no caller has to know. */
export interface LogContext {
  /** Virtual time of whoever acts now: the stepping processor's local time, or that of the event queue. */
  now(): Ns;
  /** QEMU cpu-index of the stepping processor, -1 for hardware and QEMU. */
  vcpu(): number;
  /** Task whose coroutine runs there, 0 for none. */
  task(): number;
}

/**
 * The writing end of the event log; all that the simulation sees of it, so that watching can never change what
 * happens. Arguments are in the order of the kind's fields; strings are passed as strings, booleans as 0 or 1.
 */
export interface LogWriter {
  emit(
    kind: EventName,
    a?: number | string,
    b?: number | string,
    c?: number | string,
    d?: number | string,
    e?: number | string,
  ): void;
}

const RECORDS_PER_CHUNK = 4096;
const TWO_32 = 4_294_967_296;
const KIND_NUMBERS = new Map<string, number>(EVENT_KINDS.map(({ name }, index) => [name, index]));

const FUNCTION_ENTERED = KIND_NUMBERS.get('fn_enter');

/** Multiplier of the 32-bit FNV hash. */
const FNV_PRIME = 0x01000193;

/**
 * The machine's event log: columns of 32-bit integers in chunks, strings interned in the order of first use. Records
 * are handed out by {@link take} and not kept. The hash covers every word and string and does not depend on when the
 * chunks were taken.
 */
export class EventLog implements LogWriter {
  private context: LogContext = { now: () => 0, vcpu: () => -1, task: () => 0 };
  private readonly ids = new Map<string, number>([['', 0]]);
  private readonly full: LogChunk[] = [];
  private newStrings: string[] = [];
  private words = new Int32Array(RECORDS_PER_CHUNK * WORDS_PER_RECORD);
  private count = 0;
  /** Records of the current buffer that have been handed out already. */
  private taken = 0;
  private hashedWords = 0;
  private firstRecord = 0;
  private recordHash = 0x811c9dc5;
  private crossHash = 0x2f6c7a31;
  private stringHash = 0x811c9dc5;
  private watched: ReadonlySet<number> | undefined;
  private breakpoints: ReadonlySet<string> | undefined;
  /** Records since power-on. */
  total = 0;
  /** Set when a record of a kind given to {@link watch} was written. */
  watchHit = false;
  /** Number of the record at which a function of {@link breakAt} was entered last. */
  breakHit: number | undefined;

  setContext(context: LogContext): void {
    this.context = context;
  }

  emit(
    kind: EventName,
    a: number | string = 0,
    b: number | string = 0,
    c: number | string = 0,
    d: number | string = 0,
    e: number | string = 0,
  ): void {
    const number = KIND_NUMBERS.get(kind);
    if (number === undefined) throw new Error(`no event kind ${kind}`);
    if (this.count === RECORDS_PER_CHUNK) this.seal();
    const { words, context } = this;
    const at = this.count * WORDS_PER_RECORD;
    const time = context.now();
    words[at] = (time % TWO_32) | 0;
    words[at + 1] = (time / TWO_32) | 0;
    words[at + 2] = number | (context.vcpu() << 16);
    words[at + 3] = context.task();
    words[at + 4] = typeof a === 'string' ? this.intern(a) : a;
    words[at + 5] = typeof b === 'string' ? this.intern(b) : b;
    words[at + 6] = typeof c === 'string' ? this.intern(c) : c;
    words[at + 7] = typeof d === 'string' ? this.intern(d) : d;
    words[at + 8] = typeof e === 'string' ? this.intern(e) : e;
    this.count++;
    this.total++;
    if (this.watched?.has(number)) this.watchHit = true;
    if (this.breakpoints && number === FUNCTION_ENTERED && typeof a === 'string' && this.breakpoints.has(a)) {
      this.watchHit = true;
      this.breakHit = this.total - 1;
    }
  }

  /** Makes {@link watchHit} tell of the next record of one of these kinds (any kind: an empty list). */
  watch(kinds: readonly EventName[] | undefined): void {
    this.watchHit = false;
    this.watched =
      kinds && new Set(kinds.length === 0 ? KIND_NUMBERS.values() : kinds.map((k) => KIND_NUMBERS.get(k) ?? -1));
  }

  /** Makes {@link watchHit} and {@link breakHit} tell of the next time that one of these functions is entered. */
  breakAt(functions: readonly string[]): void {
    this.breakpoints = functions.length === 0 ? undefined : new Set(functions);
  }

  /** Hands over all records written since the last call. The chunks' buffers belong to the caller from then on. */
  take(): LogChunk[] {
    if (this.count > this.taken) this.seal();
    return this.full.splice(0);
  }

  /** 16 hexadecimal digits over everything recorded so far: equal logs have equal hashes. */
  hash(): string {
    this.hashPending();
    const digits = (half: number) => (half >>> 0).toString(16).padStart(8, '0');
    return digits(this.crossHash ^ this.stringHash) + digits(this.recordHash);
  }

  private intern(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const id = this.ids.size;
    this.ids.set(text, id);
    this.newStrings.push(text);
    let hash = Math.imul(this.stringHash ^ id, FNV_PRIME);
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
    this.stringHash = hash;
    return id;
  }

  private hashPending(): void {
    const end = this.count * WORDS_PER_RECORD;
    let { recordHash, crossHash } = this;
    for (let at = this.hashedWords; at < end; at++) {
      recordHash = Math.imul(recordHash ^ (this.words[at] ?? 0), FNV_PRIME);
      crossHash = Math.imul(crossHash ^ recordHash ^ (recordHash >>> 15), FNV_PRIME);
    }
    this.recordHash = recordHash;
    this.crossHash = crossHash;
    this.hashedWords = end;
  }

  /** Makes a chunk of the records that have not been handed out. */
  private seal(): void {
    this.hashPending();
    const whole = this.count === RECORDS_PER_CHUNK;
    const words =
      whole && this.taken === 0
        ? this.words
        : this.words.slice(this.taken * WORDS_PER_RECORD, this.count * WORDS_PER_RECORD);
    const count = this.count - this.taken;
    if (count > 0) {
      const firstString = this.ids.size - this.newStrings.length;
      this.full.push({ firstRecord: this.firstRecord, words, count, firstString, strings: this.newStrings });
    }
    this.firstRecord += count;
    this.newStrings = [];
    this.taken = this.count;
    if (!whole) return;
    this.words = new Int32Array(RECORDS_PER_CHUNK * WORDS_PER_RECORD);
    this.count = 0;
    this.taken = 0;
    this.hashedWords = 0;
  }
}
