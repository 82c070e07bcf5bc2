import type { Progress, StepKind } from '../../workers/protocol/machine-api.ts';

/** As much of the machine as pacing needs. */
export interface PacedMachine {
  advance(until: number): Promise<Progress>;
  settle(limit: number, hold?: boolean): Promise<Progress>;
  step(kind: StepKind): Promise<Progress>;
}

export interface PacerOptions {
  /** Real nanoseconds for a virtual one; 0: as fast as possible. */
  ratio(): number;
  /** Whether so many records of the log have arrived here. */
  caughtUp(records: number): boolean;
  /** Whether a machine that is quiet, with a timer still to come, may rest: asked once its log is here. */
  mayRest(): boolean;
  /** How much so far a reader needs time for: sentences of the narration, by their weight. */
  told(): number;
  /** Whether something happens that the page has a picture of; what else runs is not slowed down. */
  watched(): boolean;
  progressed(progress: Progress): void;
  /** A function with a breakpoint was entered, at this record: the machine stands. */
  stopped(record: number): void;
  failed(error: unknown): void;
}

const NS_PER_MS = 1_000_000;

/** At full speed: virtual time of one call. The worker ends it earlier when its slice of real time is over. */
const FULL_SPEED_SLICE = 1_000 * NS_PER_MS;
/** At full speed: real time that a frame may take before the page is drawn. */
const FRAME_BUDGET_MS = 12;
/** The longest that a stretch of virtual time without an event is waited for. */
const PATIENCE_MS = 120;
/** Virtual time of one call while nothing is watched: short enough to see the next thing begin. */
const UNWATCHED_SLICE = 20_000;
/** How long a sentence stays at least, in milliseconds, at a ratio of 1; it grows with the ratio. */
const DWELL_MS = 0.8;
const LONGEST_DWELL_MS = 4_000;
/** The pause before a scenario's next input, in milliseconds, at a ratio of 1. */
const BREATH_MS = 10;
const LONGEST_BREATH_MS = 3_000;

/**
 * Virtual against real time. While it runs, events come no faster than the speed allows, and what is told in words
 * stays long enough to be seen; stretches in which nothing happens are skipped; at the machine's quiet the clock rests
 * until somebody gives an input.
 */
export class Pacer {
  running = false;
  /** Runs at full speed, whatever the speed is, until the machine rests for the first time. */
  hurried = true;
  resting = false;
  /** A scenario's inputs come at the reader's pace, each after a pause; otherwise as fast as everything else. */
  playing = false;
  private readonly machine: PacedMachine;
  private readonly options: PacerOptions;
  private last: Progress | undefined;
  /** Real time before which nothing may happen. */
  private holdUntil = 0;
  /** What has had its time. */
  private told = 0;
  private busy: Promise<void> = Promise.resolve();
  private waiting = 0;
  private frame: number | undefined;
  private closed = false;
  private inputAnnounced = false;

  constructor(machine: PacedMachine, options: PacerOptions) {
    this.machine = machine;
    this.options = options;
  }

  run(): void {
    this.running = true;
    this.wake();
  }

  pause(): void {
    this.running = false;
  }

  close(): void {
    this.closed = true;
    this.running = false;
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
  }

  /** After an input: the machine may have something to do again. */
  wake(): void {
    this.resting = false;
    if (this.closed || !this.running || this.frame !== undefined) return;
    this.schedule();
  }

  async step(kind: StepKind): Promise<void> {
    this.pause();
    await this.exclusive(async () => this.note(await this.machine.step(kind)));
  }

  /** Runs `call` when no other call to the machine is under way: calls keep their order. */
  exclusive(call: () => Promise<void>): Promise<void> {
    this.waiting++;
    const done = this.busy.then(call).finally(() => {
      this.waiting--;
    });
    this.busy = done.catch((error: unknown) => this.options.failed(error));
    return done;
  }

  /** Notes where the machine stands, from whatever call said so. */
  note(progress: Progress): void {
    this.last = progress;
    this.options.progressed(progress);
    if (progress.breakpoint !== undefined) {
      this.pause();
      this.options.stopped(progress.breakpoint);
    }
    if (progress.quiet && (progress.nextDue === undefined || this.mayRest(progress))) {
      this.resting = true;
      this.hurried = false;
    }
  }

  private schedule(): void {
    // A hidden page gets no frames; the machine stands still with it.
    this.frame = requestAnimationFrame(() => {
      this.frame = undefined;
      if (this.closed || !this.running || this.resting) return;
      if (this.waiting > 0) {
        this.schedule();
        return;
      }
      const ended = this.exclusive(() => this.advanceFrame());
      ended.then(
        () => {
          if (this.running && !this.resting && !this.closed && this.frame === undefined) this.schedule();
        },
        () => this.pause(),
      );
    });
  }

  private async advanceFrame(): Promise<void> {
    const ratio = this.hurried ? 0 : this.options.ratio();
    if (this.playing && this.hurried) {
      // The boot of a scenario that is to be looked at: up to its first input.
      const progress = await this.machine.settle(FULL_SPEED_SLICE, true);
      this.note(progress);
      this.told = this.options.told();
      if (progress.awaitsInput && this.options.caughtUp(progress.records)) this.hurried = false;
    } else if (ratio === 0) {
      this.note(await this.advanceFully());
      this.told = this.options.told();
    } else {
      await this.advanceBySteps(ratio);
    }
  }

  private async advanceFully(): Promise<Progress> {
    const end = performance.now() + FRAME_BUDGET_MS;
    let progress = await this.machine.settle(FULL_SPEED_SLICE);
    while (!progress.quiet && progress.breakpoint === undefined && this.running && performance.now() < end) {
      progress = await this.machine.settle(FULL_SPEED_SLICE);
    }
    return this.passQuiet(progress);
  }

  /** Event by event, until one wants to be looked at or the frame is over. */
  private async advanceBySteps(ratio: number): Promise<void> {
    const end = performance.now() + FRAME_BUDGET_MS;
    while (this.running && !this.resting && performance.now() < end) {
      if (this.last && !this.options.caughtUp(this.last.records)) return;
      const told = this.options.told();
      this.hold(Math.min(told - this.told, 1) * Math.min(DWELL_MS * ratio, LONGEST_DWELL_MS));
      this.told = told;
      if (performance.now() < this.holdUntil) return;
      const before = this.last?.now ?? 0;
      const watched = this.options.watched();
      if (this.playing && this.last?.awaitsInput && !this.inputAnnounced) {
        // A breath before the scenario's next input, to look at what the last one has done.
        this.inputAnnounced = true;
        this.hold(Math.min(BREATH_MS * ratio, LONGEST_BREATH_MS));
        return;
      }
      this.inputAnnounced = false;
      if (this.last?.quiet) this.note(await this.passQuiet(this.last));
      else if (watched) this.note(await this.machine.step('event'));
      else this.note(await this.machine.advance(Math.max(this.last?.nextDue ?? 0, before + UNWATCHED_SLICE)));
      const passed = (this.last?.now ?? 0) - before;
      if (watched) this.hold(Math.min((passed * ratio) / NS_PER_MS, PATIENCE_MS));
    }
  }

  private hold(milliseconds: number): void {
    this.holdUntil = Math.max(this.holdUntil, performance.now()) + milliseconds;
  }

  /** Quiet, but somebody sleeps and is waited for: on to where the next thing is due. */
  private async passQuiet(progress: Progress): Promise<Progress> {
    const { quiet, nextDue, records, breakpoint } = progress;
    if (
      !quiet ||
      breakpoint !== undefined ||
      nextDue === undefined ||
      !this.options.caughtUp(records) ||
      this.options.mayRest()
    )
      return progress;
    return this.machine.advance(nextDue);
  }

  private mayRest({ records }: Progress): boolean {
    return this.options.caughtUp(records) && this.options.mayRest();
  }
}
