import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Progress } from '../../workers/protocol/machine-api.ts';
import { Pacer, type PacerOptions } from './pacer.ts';

const MS = 1_000_000;

/** A machine in which something happens at the given times. */
class ScriptedMachine {
  readonly calls: string[] = [];
  now = 0;
  /** From this time on only the scenario's next input is missing, until a step gives it. */
  waitsAt: number | undefined;
  /** A function with a breakpoint is entered then, once. */
  breakpointAt: number | undefined;
  private readonly times: readonly number[];

  constructor(times: readonly number[]) {
    this.times = times;
  }

  progress(): Progress {
    const due = this.times.find((time) => time > this.now);
    const records = this.times.filter((time) => time <= this.now).length;
    return {
      now: this.now,
      records,
      quiet: this.waitsAt === undefined && (due === undefined || due > this.now + 20 * MS),
      nextDue: due,
      awaitsInput: this.waitsAt !== undefined && this.now >= this.waitsAt,
    };
  }

  advance(until: number): Promise<Progress> {
    this.calls.push(`advance ${until}`);
    this.now = Math.max(this.now, until);
    return Promise.resolve(this.progress());
  }

  settle(): Promise<Progress> {
    this.calls.push('settle');
    while (!this.progress().quiet && !this.progress().awaitsInput) {
      this.now = this.progress().nextDue ?? this.now;
      if (this.now !== this.breakpointAt) continue;
      this.breakpointAt = undefined;
      return Promise.resolve({ ...this.progress(), breakpoint: 7 });
    }
    return Promise.resolve(this.progress());
  }

  step(kind: string): Promise<Progress> {
    this.calls.push(`step ${kind}`);
    if (this.progress().awaitsInput) this.waitsAt = undefined;
    this.now = this.progress().nextDue ?? this.now;
    return Promise.resolve(this.progress());
  }
}

describe('the pacer', () => {
  let frames: ((now: number) => void)[] = [];
  let clock = 0;

  beforeEach(() => {
    clock = 0;
    frames = [];
    vi.stubGlobal('requestAnimationFrame', (run: (now: number) => void) => frames.push(run));
    vi.stubGlobal('cancelAnimationFrame', () => {});
    vi.stubGlobal('performance', { now: () => clock });
  });
  afterEach(() => vi.unstubAllGlobals());

  const frame = async (milliseconds = 16) => {
    clock += milliseconds;
    for (const run of frames.splice(0)) run(clock);
    for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  };
  const start = (machine: ScriptedMachine, options: Partial<PacerOptions> = {}) => {
    const pacer = new Pacer(machine, {
      ratio: () => 100,
      caughtUp: () => true,
      mayRest: () => true,
      told: () => 0,
      watched: () => true,
      progressed: () => {},
      stopped: () => {},
      failed: (error) => {
        throw error;
      },
      ...options,
    });
    pacer.run();
    return pacer;
  };

  test('stands at a breakpoint, and goes on when it is told to run', async () => {
    const machine = new ScriptedMachine([1 * MS, 2 * MS, 3 * MS]);
    const stopped: number[] = [];
    machine.breakpointAt = 2 * MS;
    const pacer = start(machine, { stopped: (record) => stopped.push(record) });
    await frame();
    expect([pacer.running, machine.now, stopped]).toEqual([false, 2 * MS, [7]]);
    await frame();
    expect(machine.now).toBe(2 * MS);
    pacer.run();
    await frame();
    expect([pacer.resting, machine.now, stopped]).toEqual([true, 3 * MS, [7]]);
  });

  test('boots at full speed, then rests', async () => {
    const machine = new ScriptedMachine([1 * MS, 2 * MS]);
    const pacer = start(machine);
    await frame();
    expect(machine.calls).toEqual(['settle']);
    expect([pacer.resting, pacer.hurried]).toEqual([true, false]);
    await frame();
    expect(machine.calls).toEqual(['settle']);
  });

  test('lets events come no faster than the speed says', async () => {
    const machine = new ScriptedMachine([0.1 * MS, 0.5 * MS, 0.6 * MS]);
    start(machine).hurried = false;
    await frame();
    expect(machine.now).toBe(0.1 * MS);
    await frame(8);
    expect(machine.now).toBe(0.1 * MS);
    await frame(8);
    expect(machine.now).toBe(0.5 * MS);
    await frame(16);
    expect(machine.now).toBe(0.5 * MS);
  });

  test('leaves a sentence standing for a while', async () => {
    const machine = new ScriptedMachine([1_000, 2_000, 3_000]);
    start(machine, { told: () => machine.progress().records }).hurried = false;
    await frame();
    expect(machine.now).toBe(1_000);
    await frame(60);
    expect(machine.now).toBe(1_000);
    await frame(40);
    expect(machine.now).toBe(2_000);
  });

  test('skips a stretch in which nothing happens', async () => {
    const machine = new ScriptedMachine([0.01 * MS, 15 * MS]);
    start(machine).hurried = false;
    for (let at = 0; at < 3; at++) await frame(50);
    expect(machine.now).toBe(15 * MS);
  });

  test('does not slow down what has no picture', async () => {
    const machine = new ScriptedMachine([5 * MS, 10 * MS, 15 * MS]);
    start(machine, { watched: () => false }).hurried = false;
    for (let at = 0; at < 3; at++) await frame(1);
    expect(machine.now).toBe(15 * MS);
  });

  test('plays a scenario: boots in a hurry, then takes a breath before each input', async () => {
    const machine = new ScriptedMachine([1 * MS, 2 * MS]);
    machine.waitsAt = 0;
    const pacer = start(machine);
    pacer.playing = true;
    await frame();
    expect([machine.calls, pacer.hurried, pacer.resting]).toEqual([['settle'], false, false]);
    await frame();
    await frame(900);
    expect(machine.calls).toEqual(['settle']);
    await frame(200);
    expect(machine.calls).toEqual(['settle', 'step event']);
    expect(machine.now).toBe(1 * MS);
  });

  test('does not rest while somebody sleeps who is waited for', async () => {
    const machine = new ScriptedMachine([1 * MS, 1000 * MS]);
    let prompt = false;
    const pacer = start(machine, { mayRest: () => prompt });
    await frame();
    expect(machine.now).toBe(1000 * MS);
    prompt = true;
    await frame();
    expect(pacer.resting).toBe(true);
  });

  test('stands still while it is paused, and takes single steps', async () => {
    const machine = new ScriptedMachine([1 * MS]);
    const pacer = start(machine);
    await pacer.step('function');
    await frame();
    expect(machine.calls).toEqual(['step function']);
    expect(pacer.running).toBe(false);
  });

  test('keeps calls in their order', async () => {
    const pacer = start(new ScriptedMachine([]));
    const order: number[] = [];
    const first = pacer.exclusive(async () => {
      await Promise.resolve();
      order.push(1);
    });
    const second = pacer.exclusive(() => Promise.resolve(void order.push(2)));
    await Promise.all([first, second]);
    expect(order).toEqual([1, 2]);
  });
});
