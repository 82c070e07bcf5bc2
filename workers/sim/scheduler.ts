/**
 * The machine's only loop: runs events and processors in the order of virtual time. Each processor has a local time;
 * the one that is furthest behind steps next, an event runs before a processor that has come further. What happens is
 * a function of the inputs and their times alone: `run(a)` followed by `run(b)` does what `run(b)` does.
 */
import type { Ns, VcpuIndex } from '../protocol/units.ts';
import type { Frame } from './coroutine.ts';
import type { EventLog, LogContext } from './event-log.ts';
import { EventQueue, type ScheduledEvent } from './event-queue.ts';
import { Processor } from './processor.ts';

/** The clock and timer that devices and the monitor are given. */
export interface Clock {
  /** Virtual time of whoever acts now. */
  now(): Ns;
  /** Runs `run` after `delay` ns of virtual time, counted from `now()`. */
  after(delay: Ns, run: () => void): ScheduledEvent;
}

export type RunResult =
  /** Everything due up to the limit has happened. */
  | 'time'
  /** Nothing is left to happen: every processor waits for an interrupt and no event is due. */
  | 'idle'
  /** The budget of steps is used up; call again to go on. */
  | 'budget'
  /** A record of a watched kind was written ({@link EventLog.watch}). */
  | 'watch';

export class Scheduler implements Clock, LogContext {
  readonly events = new EventQueue();
  readonly processors: Processor[] = [];
  /** Virtual cost in ns of entering a traced function; the guest kernel's profile supplies it. */
  costOf: (name: string) => Ns = () => 200;
  private readonly log: EventLog;
  /** Processors that execute something, in no order that matters. */
  private readonly running: Processor[] = [];
  /** False: certainly no processor busy-waits. */
  private someSpin = false;
  private active: Processor | undefined;
  private stopped = false;
  /** Time of the event that ran last or is running. */
  private eventTime: Ns = 0;
  private reached: Ns = 0;

  constructor(log: EventLog) {
    this.log = log;
    log.setContext(this);
  }

  now(): Ns {
    return this.active ? this.active.localTime : this.eventTime;
  }

  vcpu(): number {
    return this.active ? this.active.index : -1;
  }

  task(): number {
    return this.active?.current?.task ?? 0;
  }

  /** The processor that is stepping, undefined while an event runs. */
  get activeProcessor(): Processor | undefined {
    return this.active;
  }

  /** The furthest point of virtual time that anything has reached. */
  get furthest(): Ns {
    return this.reached;
  }

  /** True when no processor has anything to do: all are halted, absent or stopped. */
  resting(): boolean {
    return this.furthestBehind() === undefined;
  }

  /** Time of the next thing that will happen without an input from outside; undefined: nothing. */
  nextDue(): Ns | undefined {
    const processor = this.furthestBehind();
    const event = this.events.nextTime();
    if (!processor) return event;
    return event === undefined ? processor.localTime : Math.min(event, processor.localTime);
  }

  /** QEMU's `stop`: processors stand still, devices and the monitor go on. */
  stopProcessors(): void {
    this.stopped = true;
  }

  /** QEMU's `cont`. For the processors no time has passed until now; they do not run what is past already. */
  continueProcessors(): void {
    if (!this.stopped) return;
    this.stopped = false;
    for (const processor of this.running) processor.localTime = Math.max(processor.localTime, this.reached);
  }

  after(delay: Ns, run: () => void): ScheduledEvent {
    return this.events.schedule(this.now() + Math.max(0, Math.round(delay)), run);
  }

  addProcessor(index: VcpuIndex): Processor {
    const processor = new Processor(index, {
      observer: {
        enter: (frame) => this.entered(processor, frame),
        leave: (frame, result) =>
          this.log.emit('fn_exit', frame.name, Number.isInteger(result) ? Number(result) | 0 : 0),
      },
      runStateChanged: () => this.runStateChanged(processor),
    });
    this.processors.push(processor);
    return processor;
  }

  /**
   * The machine is reset: its processors and all that they and its devices had scheduled are gone. Time goes on. Not to be
   * called while a processor steps.
   */
  reset(): void {
    for (const processor of this.processors) processor.remove();
    this.processors.splice(0);
    this.events.clear();
    this.stopped = false;
  }

  /**
   * Everything that is due at or before `limit` happens, in order, unless `budget` steps do not suffice. `passTime`
   * false: where nothing more is due, time does not go on to the limit.
   */
  run(limit: Ns, budget = Number.POSITIVE_INFINITY, passTime = true): RunResult {
    this.log.watchHit = false;
    for (let left = budget; left > 0; left--) {
      const processor = this.furthestBehind();
      const eventTime = this.events.nextTime();
      if (!processor && eventTime === undefined) return 'idle';
      if (eventTime !== undefined && (!processor || eventTime <= processor.localTime)) {
        if (eventTime > limit) return passTime ? this.stopAt(limit) : 'time';
        this.runEvent(eventTime);
      } else if (processor) {
        if (processor.localTime > limit) return passTime ? this.stopAt(limit) : 'time';
        this.step(processor);
      }
      if (this.log.watchHit) return 'watch';
    }
    return 'budget';
  }

  /** Time passes up to `time` though nothing happens: for an input at a given time of an idle machine. */
  advanceTo(time: Ns): void {
    this.reached = Math.max(this.reached, time);
    this.eventTime = this.reached;
  }

  /** Runs `action` as hardware or QEMU, outside every processor, at the time that has been reached. */
  asHost<T>(action: () => T): T {
    const { active } = this;
    this.active = undefined;
    this.eventTime = this.reached;
    try {
      return action();
    } finally {
      this.active = active;
      this.releaseSpinners(this.reached);
    }
  }

  private stopAt(limit: Ns): 'time' {
    this.reached = Math.max(this.reached, limit);
    return 'time';
  }

  private runEvent(time: Ns): void {
    this.eventTime = time;
    this.reached = Math.max(this.reached, time);
    this.events.runNext();
    this.releaseSpinners(time);
  }

  private step(processor: Processor): void {
    this.active = processor;
    try {
      processor.step();
    } finally {
      this.active = undefined;
    }
    if (processor.localTime > this.reached) this.reached = processor.localTime;
    if (processor.spinning) this.someSpin = true;
    this.releaseSpinners(processor.localTime);
  }

  /** A busy-wait that can end does so at the time of what ended it. */
  private releaseSpinners(time: Ns): void {
    if (!this.someSpin) return;
    let left = false;
    for (const processor of this.running) {
      if (processor.spinning && processor.spinOver()) {
        processor.localTime = Math.max(processor.localTime, time);
        processor.spinning = undefined;
      } else if (processor.spinning) left = true;
    }
    this.someSpin = left;
  }

  private furthestBehind(): Processor | undefined {
    if (this.stopped) return undefined;
    let behind: Processor | undefined;
    for (const processor of this.running) {
      if (processor.spinning) continue;
      if (
        !behind ||
        processor.localTime < behind.localTime ||
        (processor.localTime === behind.localTime && processor.index < behind.index)
      ) {
        behind = processor;
      }
    }
    return behind;
  }

  private entered(processor: Processor, frame: Frame): void {
    this.log.emit('fn_enter', frame.name, frame.interrupt ? 1 : 0);
    processor.localTime += this.costOf(frame.name);
  }

  private runStateChanged(processor: Processor): void {
    const { running } = this;
    const at = running.indexOf(processor);
    if (processor.runState === 'running') {
      if (at < 0) running.push(processor);
    } else if (at >= 0) running.splice(at, 1);
    this.log.emit('vcpu_state', processor.index, processor.runState);
  }
}
