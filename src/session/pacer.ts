import type { Progress, StepKind } from '../../workers/protocol/machine-api.ts';

/** As much of the machine as pacing needs. */
export interface PacedMachine {
  advance(until: number): Promise<Progress>;
  settle(limit: number): Promise<Progress>;
  step(kind: StepKind): Promise<Progress>;
}

export interface PacerOptions {
  /** Real nanoseconds for a virtual one; 0: as fast as possible. */
  ratio(): number;
  /** Whether so many records of the log have arrived here. */
  caughtUp(records: number): boolean;
  /** Whether a machine that is quiet, with a timer still to come, may rest: asked once its log is here. */
  mayRest(): boolean;
  progressed(progress: Progress): void;
  failed(error: unknown): void;
}

const NS_PER_MS = 1_000_000;

/** At full speed: virtual time of one call. The worker ends it earlier when its slice of real time is over. */
const FULL_SPEED_SLICE = 1_000 * NS_PER_MS;
/** At full speed: real time that a frame may take before the page is drawn. */
const FRAME_BUDGET_MS = 12;
/** Real time without any event after which the machine is taken to the next one. */
const PATIENCE_MS = 120;
/** Virtual time of one call at the other speeds: short enough not to run past the machine's quiet. */
const LONGEST_ADVANCE = 10 * NS_PER_MS;
/** A frame that came late (a tab in the background) does not make the machine run ahead. */
const LONGEST_FRAME_MS = 50;

/**
 * Virtual against real time. While it runs, each frame asks the machine to advance as far as the speed allows;
 * stretches in which nothing happens are skipped; at the machine's quiet the clock rests until somebody gives an input.
 */
export class Pacer {
  running = false;
  /** Runs at full speed, whatever the speed is, until the machine rests for the first time. */
  hurried = true;
  resting = false;
  private readonly machine: PacedMachine;
  private readonly options: PacerOptions;
  private clock = 0;
  private lastRecords = 0;
  private lastFrame = 0;
  private silentSince = 0;
  private busy: Promise<void> = Promise.resolve();
  private waiting = 0;
  private frame: number | undefined;
  private closed = false;

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
    this.lastFrame = performance.now();
    this.silentSince = this.lastFrame;
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
    this.clock = Math.max(this.clock, progress.now);
    this.options.progressed(progress);
    if (progress.quiet && (progress.nextDue === undefined || this.mayRest(progress))) {
      this.resting = true;
      this.hurried = false;
    }
  }

  private schedule(): void {
    // A hidden page gets no frames; the machine stands still with it.
    this.frame = requestAnimationFrame((now) => {
      this.frame = undefined;
      if (this.closed || !this.running || this.resting) return;
      if (this.waiting > 0) {
        this.schedule();
        return;
      }
      const ended = this.exclusive(() => this.advanceFrame(now));
      ended.then(
        () => {
          if (this.running && !this.resting && !this.closed && this.frame === undefined) this.schedule();
        },
        () => this.pause(),
      );
    });
  }

  private async advanceFrame(now: number): Promise<void> {
    const elapsed = Math.min(Math.max(now - this.lastFrame, 0), LONGEST_FRAME_MS);
    this.lastFrame = now;
    const ratio = this.hurried ? 0 : this.options.ratio();
    const progress = ratio === 0 ? await this.advanceFully() : await this.advanceBy((elapsed * NS_PER_MS) / ratio, now);
    this.lastRecords = progress.records;
    this.note(progress);
  }

  private async advanceFully(): Promise<Progress> {
    const end = performance.now() + FRAME_BUDGET_MS;
    let progress = await this.machine.settle(FULL_SPEED_SLICE);
    while (!progress.quiet && this.running && performance.now() < end) {
      progress = await this.machine.settle(FULL_SPEED_SLICE);
    }
    return this.passQuiet(progress);
  }

  private async advanceBy(virtual: number, now: number): Promise<Progress> {
    this.clock += Math.min(virtual, LONGEST_ADVANCE);
    const progress = await this.machine.advance(Math.floor(this.clock));
    if (progress.quiet) return this.passQuiet(progress);
    if (progress.records !== this.lastRecords) {
      this.silentSince = now;
      return progress;
    }
    // Every processor waits, or spins without an event: nothing is to be seen until the next one.
    const idle = progress.nextDue !== undefined && progress.nextDue > progress.now;
    return idle || now - this.silentSince > PATIENCE_MS ? this.machine.step('event') : progress;
  }

  /** Quiet, but somebody sleeps and is waited for: on to where the next thing is due. */
  private async passQuiet(progress: Progress): Promise<Progress> {
    const { quiet, nextDue, records } = progress;
    if (!quiet || nextDue === undefined || !this.options.caughtUp(records) || this.options.mayRest()) return progress;
    return this.machine.advance(nextDue);
  }

  private mayRest({ records }: Progress): boolean {
    return this.options.caughtUp(records) && this.options.mayRest();
  }
}
