import type { LabEvent } from '../../workers/protocol/log-format.ts';
import type { AcpiWorkqueue, ChainStage, Subject } from './roads.ts';

/** The Generic Event Device's interrupt, as the GIC holds it. */
export interface GicState {
  pending: boolean;
  active: boolean;
  /** Masked while the threaded handler runs: the kernel asked for IRQF_ONESHOT. */
  masked: boolean;
  /** Processors that have acknowledged another interrupt, and not ended it. */
  readonly others: ReadonlySet<number>;
}

export const initialGic = (): GicState => ({ pending: false, active: false, masked: false, others: new Set() });

/** A call to the hypervisor or secure monitor, by PSCI's names (Arm DEN 0022). */
export interface PsciCall {
  readonly sequence: number;
  readonly function: string;
  /** MPIDR of the target, or what else the call is about. */
  readonly target: number;
  readonly ret: number;
  readonly task: number;
  readonly vcpu: number;
}

/** What one stage did last, and who did it. */
export interface StageHit {
  /** First and last event of the stage in this round. */
  first: number;
  last: number;
  time: number;
  task: number;
  vcpu: number;
  /** A kernel function, a method's path, a register access, a signal: the last thing, as its own world names it. */
  label: string;
  /** Functions of this stage that have not returned. */
  open: number;
}

export interface WorkItem {
  readonly work: number;
  readonly fn: string;
  readonly workqueue: AcpiWorkqueue;
  readonly queuedAt: number;
  readonly queuedBy: number;
  state: 'waiting' | 'running';
  task: number;
  vcpu: number;
}

export interface RegisterAccess {
  readonly sequence: number;
  readonly text: string;
}

/** What the round under way is about. */
export type RoundKind = 'plug' | 'unplug' | 'online' | 'offline' | 'none';

/** The road of the last hotplug action: fold of registers, interrupts, functions, work items, AML and QMP. */
export interface ChainState {
  readonly stages: Map<ChainStage, StageHit>;
  /** Stage that had an event last. */
  newest: ChainStage | undefined;
  /** Work items of ACPI's queues that wait or run. */
  readonly works: Map<number, WorkItem>;
  /** Items that each queue has finished in this round. */
  readonly finished: Map<AcpiWorkqueue, number>;
  round: RoundKind;
  /** Whether the round is about a CPU or about memory. */
  subject: Subject;
  roundStart: number;
  /** Last accesses of the CPU hotplug registers, as QEMU's trace prints them; newest last. */
  readonly accesses: RegisterAccess[];
  /** GPE and PM1 registers by name. */
  readonly registers: Map<string, number>;
  sciLevel: boolean;
  /** Vector of the last message of the I/O APIC's pin 9, -1 before any. */
  sciVector: number;
  /** The Generic Event Device's interrupt in the GIC. */
  readonly gic: GicState;
  /** Calls of this round to the hypervisor; newest last. */
  readonly psci: PsciCall[];
  /** Tasks inside an event's method, and stages open on each task. */
  readonly eventMethodTasks: Set<number>;
  /** Ids of the DIMMs by slot. */
  readonly dimms: Map<number, string>;
  readonly openStages: Map<number, { fn: string; stage: ChainStage }[]>;
}

export function initialChain(): ChainState {
  return {
    stages: new Map(),
    newest: undefined,
    works: new Map(),
    finished: new Map(),
    round: 'none',
    subject: 'cpu',
    roundStart: -1,
    accesses: [],
    registers: new Map(),
    sciLevel: false,
    sciVector: -1,
    gic: initialGic(),
    psci: [],
    eventMethodTasks: new Set(),
    dimms: new Map(),
    openStages: new Map(),
  };
}

/** Notes an event of a stage. Before the first command nothing is on the road: what boot does is no part of it. */
export function hit(state: ChainState, stage: ChainStage, event: LabEvent, label: string): StageHit | undefined {
  if (state.roundStart < 0) return undefined;
  const known = state.stages.get(stage);
  const made: StageHit = known ?? {
    first: event.sequence,
    last: event.sequence,
    time: event.time,
    task: event.task,
    vcpu: event.vcpu,
    label,
    open: 0,
  };
  made.last = event.sequence;
  made.time = event.time;
  made.task = event.task;
  made.vcpu = event.vcpu;
  made.label = label;
  state.stages.set(stage, made);
  state.newest = stage;
  return made;
}

/** Forgets the round before: another one begins. */
export function beginRound(state: ChainState, round: RoundKind, subject: Subject, sequence: number): void {
  state.subject = subject;
  state.stages.clear();
  state.openStages.clear();
  state.finished.clear();
  state.accesses.length = 0;
  state.psci.length = 0;
  state.newest = undefined;
  state.round = round;
  state.roundStart = sequence;
}
