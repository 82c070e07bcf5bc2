/**
 * A processor as the scheduler sees it: executes one coroutine at a time, has a local time, takes interrupts between
 * two steps when its interrupt flag allows.
 */
import type { Ns, VcpuIndex } from '../protocol/units.ts';
import {
  CALLED,
  type CallObserver,
  type Coroutine,
  FINISHED,
  type Frame,
  INTERRUPT_RETURNED,
  RETURNED,
} from './coroutine.ts';

/**
 * `absent`: no such processor is plugged; `wait-for-sipi`: after INIT, waiting for a start-up IPI (or PSCI CPU_ON);
 * `running`; `halted`: HLT, waiting for an interrupt.
 */
export type RunState = 'absent' | 'wait-for-sipi' | 'running' | 'halted';

/** Where the processor's interrupts come from: its local APIC or GIC CPU interface. */
export interface InterruptSource {
  /** True when an interrupt of sufficient priority waits. */
  hasPending(): boolean;
  /** Accepts the most urgent one (moves it into service) and returns its vector. */
  acknowledge(): number;
}

/** The guest's entry points: what is found in memory where the processor begins to execute, and its interrupt table. */
export interface GuestProgram {
  /**
   * Code at the address where a start-up IPI, the reset vector or CPU_ON lets the processor begin; `argument` is what
   * CPU_ON puts into X0 (its context id), 0 elsewhere.
   */
  start(processor: Processor, address: number, argument: number): Coroutine;
  /** The interrupt table's entry for `vector` (arm64: the one for interrupts, `vector` is 0). It runs with interrupts off, on the interrupted coroutine's stack. */
  interrupt(processor: Processor, vector: number): Frame;
}

/** What a processor reports to the scheduler. */
export interface ProcessorEnvironment {
  readonly observer: CallObserver;
  runStateChanged(processor: Processor): void;
}

export class Processor {
  readonly index: VcpuIndex;
  /** How far this processor has come. */
  localTime: Ns = 0;
  /** EFLAGS.IF or its like. */
  interruptsEnabled = false;
  /** The guest's per-CPU base register: whatever the kernel keeps there. */
  guestBase: unknown = undefined;
  interruptSource: InterruptSource | undefined;
  program: GuestProgram | undefined;
  current: Coroutine | undefined;
  /** The condition of a busy-wait under way. */
  spinning: (() => boolean) | undefined;
  private readonly environment: ProcessorEnvironment;
  private state: RunState = 'absent';

  constructor(index: VcpuIndex, environment: ProcessorEnvironment) {
    this.index = index;
    this.environment = environment;
  }

  get runState(): RunState {
    return this.state;
  }

  /** Plugged in, or INIT received: forgets what it did and waits for a start-up. */
  reset(now: Ns): void {
    this.localTime = Math.max(this.localTime, now);
    this.current = undefined;
    this.spinning = undefined;
    this.interruptsEnabled = false;
    this.guestBase = undefined;
    this.setState('wait-for-sipi');
  }

  /** Unplugged. */
  remove(): void {
    this.current = undefined;
    this.spinning = undefined;
    this.setState('absent');
  }

  /** Begins to execute at `address`; ignored unless it waits for that (a second SIPI does nothing). */
  startUp(address: number, now: Ns, argument = 0): void {
    if (this.state !== 'wait-for-sipi' || !this.program) return;
    this.localTime = Math.max(this.localTime, now);
    this.current = this.program.start(this, address, argument);
    this.setState('running');
  }

  /** An interrupt may have become pending: ends a HLT if the flag allows. */
  wake(now: Ns): void {
    if (this.state === 'halted' && this.interruptsEnabled && this.interruptSource?.hasPending()) {
      this.localTime = Math.max(this.localTime, now);
      this.setState('running');
    }
  }

  /** True when a busy-wait can go on: its condition holds or an interrupt is to be taken. */
  spinOver(): boolean {
    return this.spinning === undefined || this.spinning() || this.interruptDue();
  }

  /**
   * Does one thing: enters the first function of a coroutine that it turns to for the first time, takes an interrupt
   * that is due, or resumes the coroutine until its next request.
   */
  step(): void {
    const { current } = this;
    if (!current || current.begin(this.environment.observer)) return;
    if (this.interruptDue()) {
      this.takeInterrupt();
      return;
    }
    if (this.spinning) {
      if (!this.spinning()) return;
      this.spinning = undefined;
    }
    const request = current.step(this.environment.observer);
    // the code has switched this processor off (PSCI CPU_OFF): what it asks for afterwards is never done
    if (this.current !== current) return;
    if (typeof request === 'number') this.localTime += request;
    else if (request === CALLED || request === RETURNED) return;
    else if (request === INTERRUPT_RETURNED) this.interruptsEnabled = true;
    else if (request === FINISHED) this.finished();
    else if (request.kind === 'switch') this.current = request.to;
    else if (request.kind === 'spin') this.spinning = request.until;
    else this.halt();
  }

  private interruptDue(): boolean {
    return this.interruptsEnabled && this.interruptSource?.hasPending() === true;
  }

  private takeInterrupt(): void {
    const { current, interruptSource, program } = this;
    if (!current || !interruptSource || !program) return;
    const frame = program.interrupt(this, interruptSource.acknowledge());
    this.interruptsEnabled = false;
    this.spinning = undefined;
    current.interrupt(frame, this.environment.observer);
  }

  private halt(): void {
    if (this.interruptDue()) return;
    this.setState('halted');
  }

  /** The outermost function returned: only a kernel that forgot to switch away does that. */
  private finished(): void {
    throw new Error(`processor ${this.index} ran off the end of its code`);
  }

  private setState(state: RunState): void {
    if (this.state === state) return;
    this.state = state;
    this.environment.runStateChanged(this);
  }
}
