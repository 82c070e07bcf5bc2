/**
 * A machine and those who use it: inputs in, the journal of them, running in slices. An input takes effect at a
 * virtual time at which everything due has happened, so that the journal repeats the session exactly.
 */
import type { InputResult, MachineDescription, Progress, StepKind } from '../protocol/machine-api.ts';
import type { InputChannel, Parsed, Scenario, ScenarioInput } from '../protocol/scenario.ts';
import { NS_PER_MS, NS_PER_SECOND, type Ns } from '../protocol/units.ts';
import type { EventName } from '../sim/event-log.ts';
import { describeMachine } from './describe.ts';
import { buildMachine, type Machine, type MachineOptions } from './machine.ts';

/** A machine whose next event is further away than this, with all processors waiting, is quiet. */
const QUIET_HORIZON = 20 * NS_PER_MS;

/** How far a machine may run before an input that waits for quiet is given all the same. */
const QUIET_LIMIT = 600 * NS_PER_SECOND;

const WATCHED: Readonly<Record<StepKind, readonly EventName[]>> = {
  event: [],
  function: ['fn_enter'],
  state: ['cpuhp_state'],
};

/** Tells whether the slice of real time is used up; asked now and then while the machine runs. */
export type SliceOver = () => boolean;

/** Scheduler steps between two looks at the slice. */
const STEPS_PER_LOOK = 2_000;

export class Session {
  readonly machine: Machine;
  readonly description: MachineDescription;
  private readonly scenario: Scenario;
  private readonly given: ScenarioInput[] = [];
  private readonly planned: ScenarioInput[];
  /** Since when the next planned input has been waiting for its turn. */
  private waitsSince: Ns = 0;

  private constructor(machine: Machine, scenario: Scenario) {
    this.machine = machine;
    this.scenario = scenario;
    this.planned = [...(scenario.inputs ?? [])];
    this.description = describeMachine(machine.board.config, machine.architecture, scenario);
  }

  /** Powers on. The error is QEMU's message for a command line that it refuses. */
  static open(scenario: Scenario, options: MachineOptions): Parsed<Session> {
    const machine = buildMachine(scenario, options);
    return machine.ok ? { ok: true, value: new Session(machine.value, scenario) } : machine;
  }

  /** Inputs so far, with the times at which they took effect, and those still to come. */
  journal(): Scenario {
    return { ...this.scenario, inputs: [...this.given, ...this.planned] };
  }

  progress(): Progress {
    const { scheduler, log } = this.machine;
    const rests = this.isQuiet();
    const nextDue = scheduler.resting() ? scheduler.nextDue() : undefined;
    return {
      now: scheduler.furthest,
      records: log.total,
      quiet: rests && this.planned.length === 0,
      nextDue,
      awaitsInput: rests && this.planned[0]?.at === 'quiet',
      breakpoint: log.breakHit,
    };
  }

  /** Runs to virtual time `until`, giving the planned inputs on the way; stops early when the slice is over. */
  advance(until: Ns, sliceOver: SliceOver = () => false): Progress {
    this.machine.log.breakHit = undefined;
    for (;;) {
      const next = this.planned[0];
      if (next?.at === 'quiet') {
        if (!this.runUntilQuiet(Math.min(until, this.overdueAt), sliceOver) || !this.mayGive()) break;
      } else {
        if (!this.runTo(next ? Math.min(until, next.at) : until, sliceOver)) break;
        if (!next || next.at > until) break;
      }
      this.give(next);
    }
    return this.progress();
  }

  /**
   * Runs until the machine is quiet and no planned input is left, at most `limit` ns further; with `hold`, until the
   * next one that waits for quiet would be given.
   */
  settle(limit: Ns = QUIET_LIMIT, sliceOver: SliceOver = () => false, hold = false): Progress {
    const end = this.machine.scheduler.furthest + limit;
    this.machine.log.breakHit = undefined;
    for (;;) {
      const next = this.planned[0];
      if (next && next.at !== 'quiet' && next.at <= end) {
        if (!this.runTo(next.at, sliceOver)) break;
        this.give(next);
      } else if (!this.runUntilQuiet(next ? Math.min(end, this.overdueAt) : end, sliceOver)) break;
      else if (next?.at === 'quiet' && !hold && this.mayGive()) this.give(next);
      else break;
    }
    return this.progress();
  }

  /** From now on the machine stops where one of these functions is entered. That leaves no trace in the log. */
  breakAt(functions: readonly string[]): void {
    this.machine.log.breakAt(functions);
  }

  /** Drops the inputs still to come: a person goes on from here. */
  takeOver(): Progress {
    this.machine.log.breakHit = undefined;
    this.planned.length = 0;
    return this.progress();
  }

  /** Runs up to and including the next event of the kind; at most as long as the machine has something to do. */
  step(kind: StepKind): Progress {
    const { scheduler, log } = this.machine;
    log.watch(WATCHED[kind]);
    log.breakHit = undefined;
    for (let hit = false; !hit; ) {
      const next = this.planned[0];
      const due = scheduler.nextDue();
      const turn = next && (next.at === 'quiet' ? this.isQuiet() : due === undefined || due > next.at);
      if (next && turn) {
        log.watch(undefined);
        this.give(next);
        break;
      }
      if (due === undefined) break;
      hit = scheduler.run(due) === 'watch';
    }
    log.watch(undefined);
    return this.progress();
  }

  /** A user's input, now. */
  input(channel: InputChannel, text: string): InputResult {
    const at = this.machine.scheduler.furthest;
    this.machine.log.breakHit = undefined;
    this.finish(at);
    const input: ScenarioInput = { at, channel, text };
    const reply = this.apply(input);
    return { ...this.progress(), input, reply };
  }

  /** Virtual time after which an input that waits for quiet is given all the same. */
  private get overdueAt(): Ns {
    return this.waitsSince + QUIET_LIMIT;
  }

  /** Whether an input that waits for quiet has its turn: however short the slices were in which the machine ran. */
  private mayGive(): boolean {
    return this.isQuiet() || (this.machine.scheduler.nextDue() ?? 0) > this.overdueAt;
  }

  private give(input: ScenarioInput): void {
    this.planned.shift();
    const at = input.at === 'quiet' ? this.machine.scheduler.furthest : input.at;
    this.finish(at);
    this.machine.scheduler.advanceTo(at);
    this.apply({ ...input, at });
    this.waitsSince = at;
  }

  private apply(input: ScenarioInput): string | undefined {
    this.given.push(input);
    return this.machine.input(input.channel, input.text);
  }

  /** Runs everything due up to `limit`, past any breakpoint: an input takes effect when nothing is due before it. */
  private finish(limit: Ns): void {
    while (!this.runTo(limit));
  }

  /** Runs everything due up to `limit`. False when the slice was over before, or a breakpoint was reached. */
  private runTo(limit: Ns, sliceOver: SliceOver = () => false): boolean {
    for (;;) {
      const result = this.machine.scheduler.run(limit, STEPS_PER_LOOK);
      if (result === 'watch') return false;
      if (result !== 'budget') return true;
      if (sliceOver()) return false;
    }
  }

  private isQuiet(): boolean {
    const { scheduler } = this.machine;
    const nextDue = scheduler.nextDue();
    return nextDue === undefined || nextDue > scheduler.furthest + QUIET_HORIZON;
  }

  /** Runs until quiet or `end`. False when the slice was over before, or a breakpoint was reached. */
  private runUntilQuiet(end: Ns, sliceOver: SliceOver): boolean {
    const { scheduler } = this.machine;
    while (!this.isQuiet() && (scheduler.nextDue() ?? end) <= end) {
      // what is due within the horizon would be waited for one after the other anyway
      const limit = Math.min(end, scheduler.furthest + QUIET_HORIZON);
      const result = scheduler.run(limit, STEPS_PER_LOOK, false);
      if (result === 'watch' || (result === 'budget' && sliceOver())) return false;
    }
    return true;
  }
}
