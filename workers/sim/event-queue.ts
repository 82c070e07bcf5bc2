import type { Ns } from '../protocol/units.ts';

/** Something due at a virtual time. Hold on to it to cancel it. */
export interface ScheduledEvent {
  readonly time: Ns;
  /** False once it has been taken off the queue or cancelled. */
  readonly pending: boolean;
  cancel(): void;
}

class QueuedEvent implements ScheduledEvent {
  readonly time: Ns;
  readonly order: number;
  readonly run: () => void;
  pending = true;

  constructor(time: Ns, order: number, run: () => void) {
    this.time = time;
    this.order = order;
    this.run = run;
  }

  cancel(): void {
    this.pending = false;
  }
}

const isBefore = (a: QueuedEvent, b: QueuedEvent): boolean =>
  a.time < b.time || (a.time === b.time && a.order < b.order);

/**
 * What is to happen at a virtual time: a binary heap, ordered by time and, for one time, by the order of scheduling.
 */
export class EventQueue {
  private readonly heap: QueuedEvent[] = [];
  private scheduled = 0;

  /** Runs `run` at virtual time `time`; a time that has passed means "as soon as possible". */
  schedule(time: Ns, run: () => void): ScheduledEvent {
    const event = new QueuedEvent(time, this.scheduled++, run);
    const { heap } = this;
    heap.push(event);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent];
      if (!above || !isBefore(event, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = event;
    return event;
  }

  /** Time of the next event, or undefined when nothing is due ever. */
  nextTime(): Ns | undefined {
    this.dropCancelled();
    return this.heap[0]?.time;
  }

  /** Takes the next event off the queue, then runs it. Returns its time, or undefined when the queue is empty. */
  runNext(): Ns | undefined {
    this.dropCancelled();
    const event = this.removeFirst();
    if (!event) return undefined;
    event.pending = false;
    event.run();
    return event.time;
  }

  /** Forgets everything (machine reset). */
  clear(): void {
    for (const event of this.heap) event.pending = false;
    this.heap.length = 0;
  }

  private dropCancelled(): void {
    while (this.heap[0]?.pending === false) this.removeFirst();
  }

  private removeFirst(): QueuedEvent | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || first === last) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      const left = heap[child];
      if (!left) break;
      const right = heap[child + 1];
      let smaller = left;
      if (right && isBefore(right, left)) {
        smaller = right;
        child++;
      }
      if (!isBefore(smaller, last)) break;
      heap[hole] = smaller;
      hole = child;
    }
    heap[hole] = last;
    return first;
  }
}
