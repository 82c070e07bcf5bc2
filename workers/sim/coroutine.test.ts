import { describe, expect, it } from 'vitest';
import {
  CALLED,
  type Co,
  Coroutine,
  FINISHED,
  Frame,
  INTERRUPT_RETURNED,
  RETURNED,
  runDetached,
  type StepResult,
  spend,
  spinUntil,
  traced,
} from './coroutine.ts';

const inner = traced('inner', function* (value: number): Co<number> {
  yield* spend(10);
  return value * 2;
});

const outer = traced('outer', function* (value: number): Co<number> {
  const doubled = yield* inner(value);
  return doubled + 1;
});

/** An observer that keeps what it is told. */
function recorder(): { calls: string[]; enter(frame: Frame): void; leave(frame: Frame, result: unknown): void } {
  const calls: string[] = [];
  return {
    calls,
    enter: (frame) => calls.push(`> ${frame.name}`),
    leave: (frame, result) => calls.push(`< ${frame.name} ${String(result)}`),
  };
}

function* mainOf(body: () => Co<unknown>): Co<unknown> {
  return yield* body();
}

const start = (body: () => Co<unknown>): Coroutine => new Coroutine(new Frame('main', mainOf(body)));

function steps(coroutine: Coroutine, observer = recorder()): StepResult[] {
  const results: StepResult[] = [];
  for (;;) {
    const result = coroutine.step(observer);
    results.push(result);
    if (result === FINISHED) return results;
  }
}

describe('Coroutine', () => {
  it('steps through calls and hands results to the callers', () => {
    const observer = recorder();
    const coroutine = start(() => outer(20));
    coroutine.begin(observer);
    expect(steps(coroutine, observer)).toEqual([CALLED, CALLED, 10, RETURNED, RETURNED, FINISHED]);
    expect(coroutine.result).toBe(41);
    expect(observer.calls).toEqual(['> main', '> outer', '> inner', '< inner 40', '< outer 41', '< main 41']);
  });

  it('shows its active functions, innermost first', () => {
    const coroutine = start(() => outer(1));
    coroutine.step(recorder());
    coroutine.step(recorder());
    expect(coroutine.backtrace().map(({ name }) => name)).toEqual(['inner', 'outer', 'main']);
  });

  it('keeps what an interrupted call was about to return', () => {
    const observer = recorder();
    const coroutine = start(() => outer(20));
    for (const expected of [CALLED, CALLED, 10, RETURNED]) expect(coroutine.step(observer)).toBe(expected);
    // inner has returned 40, and outer has not had it yet
    coroutine.interrupt(
      new Frame(
        'irq',
        (function* (): Co<number> {
          return yield* inner(1000);
        })(),
      ),
      observer,
    );
    expect(coroutine.inInterrupt()).toBe(true);
    for (const expected of [CALLED, 10, RETURNED, INTERRUPT_RETURNED]) expect(coroutine.step(observer)).toBe(expected);
    expect(coroutine.inInterrupt()).toBe(false);
    expect(steps(coroutine, observer)).toEqual([RETURNED, FINISHED]);
    expect(coroutine.result).toBe(41);
  });

  it('unwinds an exception through the callers, whose finally blocks run, and names the place', () => {
    const ran: string[] = [];
    const fails = traced('fails', function* (): Co {
      yield* spend(1);
      throw new Error('fault of ours');
    });
    const caller = traced('caller', function* (): Co {
      try {
        yield* fails();
      } finally {
        ran.push('finally of caller');
      }
    });
    expect(() => steps(start(caller))).toThrow('fault of ours in guest function fails < caller < main');
    expect(ran).toEqual(['finally of caller']);
  });
});

describe('runDetached', () => {
  it('runs code to its end without a processor', () => {
    expect(runDetached(outer(4))).toBe(9);
  });

  it('gives up on code that would have to wait', () => {
    let cleaned = false;
    const waits = traced('waits', function* (): Co<number> {
      try {
        yield* spinUntil(() => false);
      } finally {
        cleaned = true;
      }
      return 1;
    });
    expect(runDetached(waits())).toBeUndefined();
    expect(cleaned).toBe(true);
  });
});
