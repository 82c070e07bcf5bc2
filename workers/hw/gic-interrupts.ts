/** State of a run of interrupts, for the GIC's distributor (shared ones) and its redistributors (private ones). */
import type { LogWriter } from '../sim/event-log.ts';

/** Interrupt numbers (INTID, GICv3 specification 2.2): 0-15 software generated, 16-31 private, from 32 shared. */
export const FIRST_PPI = 16;
export const FIRST_SPI = 32;

/** Distributor and redistributor registers of one bit an interrupt. */
export type BitState = 'group' | 'enabled' | 'pending' | 'active';

interface BankOptions {
  /** INTID of the first interrupt. */
  readonly first: number;
  readonly count: number;
  /** The vCPU that a change concerns, -1: none now. */
  readonly target: (intid: number) => number;
  /** Something that decides which interrupt is next has changed. */
  readonly changed: (intid: number) => void;
  readonly log: LogWriter;
}

export class InterruptBank {
  readonly first: number;
  readonly count: number;
  private readonly options: BankOptions;
  private readonly group: Uint8Array;
  private readonly enabled: Uint8Array;
  private readonly active: Uint8Array;
  private readonly edge: Uint8Array;
  /** Made pending by an edge, by software or by a write to the pending registers. */
  private readonly latched: Uint8Array;
  private readonly level: Uint8Array;
  private readonly priority: Uint8Array;
  /** INTIDs that are pending: few at any time. */
  private readonly waiting = new Set<number>();

  constructor(options: BankOptions) {
    this.options = options;
    this.first = options.first;
    this.count = options.count;
    const column = () => new Uint8Array(options.count);
    this.group = column();
    this.enabled = column();
    this.active = column();
    this.edge = column();
    this.latched = column();
    this.level = column();
    this.priority = column();
    // software-generated interrupts are edge-triggered, unchangeably
    if (this.first < FIRST_PPI) this.edge.fill(1, 0, FIRST_PPI - this.first);
  }

  has(intid: number): boolean {
    return intid >= this.first && intid < this.first + this.count;
  }

  priorityOf(intid: number): number {
    return this.priority[intid - this.first] ?? 0;
  }

  setPriority(intid: number, priority: number): void {
    this.priority[intid - this.first] = priority;
    this.options.changed(intid);
  }

  isEdge(intid: number): boolean {
    return this.edge[intid - this.first] === 1;
  }

  setEdge(intid: number, edge: boolean): void {
    if (intid < FIRST_PPI) return;
    this.edge[intid - this.first] = edge ? 1 : 0;
    this.refresh(intid);
  }

  /** The device's line. */
  setLevel(intid: number, level: boolean): void {
    const at = intid - this.first;
    const was = this.level[at] === 1;
    if (was === level) return;
    this.level[at] = level ? 1 : 0;
    if (level && this.edge[at]) this.latched[at] = 1;
    this.refresh(intid);
  }

  get(state: BitState, intid: number): boolean {
    if (state === 'pending') return this.waiting.has(intid);
    return this[state][intid - this.first] === 1;
  }

  set(state: BitState, intid: number, value: boolean): void {
    const column = state === 'pending' ? this.latched : this[state];
    column[intid - this.first] = value ? 1 : 0;
    this.refresh(intid);
  }

  /** The processor takes it: active; an edge is used up, a level stays pending as long as the line is high. */
  acknowledge(intid: number): void {
    this.latched[intid - this.first] = 0;
    this.active[intid - this.first] = 1;
    this.refresh(intid);
  }

  /** Interrupts that could be signalled now: pending, enabled, group 1, not active. */
  *candidates(): Iterable<number> {
    for (const intid of this.waiting) {
      const at = intid - this.first;
      if (this.enabled[at] && this.group[at] && !this.active[at]) yield intid;
    }
  }

  private refresh(intid: number): void {
    const at = intid - this.first;
    const pending = this.latched[at] === 1 || (this.edge[at] === 0 && this.level[at] === 1);
    if (pending !== this.waiting.has(intid)) {
      if (pending) this.waiting.add(intid);
      else this.waiting.delete(intid);
      this.options.log.emit('gic_pending', intid, this.options.target(intid), pending ? 1 : 0);
    }
    this.options.changed(intid);
  }
}
