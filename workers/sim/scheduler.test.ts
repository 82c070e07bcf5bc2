import { describe, expect, it } from 'vitest';
import { type Co, Coroutine, Frame, spend, spinUntil, traced } from './coroutine.ts';
import { EventLog } from './event-log.ts';
import type { Processor } from './processor.ts';
import { Scheduler } from './scheduler.ts';
import { guestProgram, haltForever, LogLines, ManualInterrupts } from './testing.ts';

const FOREVER = 1e12;

/** A machine of processors that all run `main`, started at time 0. */
function machine(
  count: number,
  main: (processor: Processor) => Co<unknown>,
  handler?: (processor: Processor, vector: number) => Co<unknown>,
) {
  const log = new EventLog();
  const scheduler = new Scheduler(log);
  scheduler.costOf = () => 0;
  const program = guestProgram(main, handler);
  const interrupts = Array.from({ length: count }, () => new ManualInterrupts());
  const processors = interrupts.map((source, index) => {
    const processor = scheduler.addProcessor(index);
    processor.program = program;
    processor.interruptSource = source;
    processor.reset(0);
    processor.startUp(0, 0);
    return processor;
  });
  return { log, lines: new LogLines(log), scheduler, processors, interrupts };
}

/** Makes an interrupt pending, as a local APIC does. */
function interrupt({ processors, interrupts }: ReturnType<typeof machine>, index: number, vector: number, now: number) {
  interrupts[index]?.request(vector);
  processors[index]?.wake(now);
}

describe('order', () => {
  it('steps the processor that is furthest behind', () => {
    const order: string[] = [];
    const { scheduler } = machine(2, function* ({ index }) {
      for (let step = 0; step < 3; step++) {
        order.push(`${index}@${scheduler.now()}`);
        yield* spend(index === 0 ? 100 : 30);
      }
      yield* haltForever();
    });
    expect(scheduler.run(FOREVER)).toBe('idle');
    expect(order).toEqual(['0@0', '1@0', '1@30', '1@60', '0@100', '0@200']);
  });

  it('runs an event before a processor that has come as far or further', () => {
    const order: string[] = [];
    const { scheduler } = machine(1, function* () {
      for (const _ of [1, 2, 3]) {
        order.push(`processor@${scheduler.now()}`);
        yield* spend(50);
      }
      yield* haltForever();
    });
    for (const time of [0, 50, 70]) scheduler.after(time, () => order.push(`event@${scheduler.now()}`));
    scheduler.run(FOREVER);
    expect(order).toEqual(['event@0', 'processor@0', 'event@50', 'processor@50', 'event@70', 'processor@100']);
  });

  it('runs everything that is due, not one thing a call', () => {
    const { scheduler } = machine(0, haltForever);
    const ran: number[] = [];
    for (const time of [3, 1, 2, 9]) scheduler.after(time, () => ran.push(time));
    expect(scheduler.run(5)).toBe('time');
    expect(ran).toEqual([1, 2, 3]);
    expect(scheduler.run(FOREVER)).toBe('idle');
    expect(ran).toEqual([1, 2, 3, 9]);
  });

  it('counts a delay from the local time of the processor that asks', () => {
    let due = -1;
    const { scheduler } = machine(1, function* () {
      yield* spend(500);
      scheduler.after(100, () => {
        due = scheduler.now();
      });
      yield* haltForever();
    });
    scheduler.run(FOREVER);
    expect(due).toBe(600);
  });

  it('does in run(a) and then run(b) what run(b) does, whatever the budgets', () => {
    const results = [[], [1], [777, 778, 779, 3000], [5000]].map((limits) => {
      const world = machine(
        3,
        function* ({ index }) {
          for (let step = 0; step < 20; step++) yield* work(step * 10 + index);
          yield* haltForever();
        },
        (_, vector) => work(vector),
      );
      world.processors.forEach((processor) => {
        processor.interruptsEnabled = true;
      });
      for (const [at, index] of [
        [333, 0],
        [777, 1],
        [4000, 2],
      ] as const) {
        world.scheduler.after(at, () => interrupt(world, index, 0x30 + index, at));
      }
      for (const limit of limits) world.scheduler.run(limit);
      while (world.scheduler.run(FOREVER, 7) === 'budget');
      return { hash: world.log.hash(), records: world.log.total };
    });
    const [whole] = results;
    expect(whole?.records).toBeGreaterThan(100);
    expect(results).toEqual(results.map(() => whole));
  });

  it('tells what is due next, and rests when only events can make something happen', () => {
    const { scheduler } = machine(1, function* () {
      yield* spend(40);
      yield* haltForever();
    });
    scheduler.after(1000, () => {});
    expect([scheduler.nextDue(), scheduler.resting()]).toEqual([0, false]);
    scheduler.run(100);
    expect([scheduler.nextDue(), scheduler.resting()]).toEqual([1000, true]);
  });

  it('stops after the record that is watched for', () => {
    const { scheduler, log } = machine(1, function* () {
      for (let step = 0; step < 3; step++) yield* work(10);
      yield* haltForever();
    });
    log.watch(['fn_exit']);
    const results = [1, 2, 3, 4].map(() => scheduler.run(FOREVER));
    expect(results).toEqual(['watch', 'watch', 'watch', 'idle']);
  });
});

const work = traced('work', function* (ns: number): Co {
  yield* spend(ns);
});

describe('interrupts', () => {
  it('wake a halted processor at the time of the interrupt; it goes back to halting', () => {
    const handled: string[] = [];
    const world = machine(1, haltForever, function* (_, vector) {
      handled.push(`${vector}@${world.scheduler.now()}`);
    });
    const [processor] = world.processors;
    if (processor) processor.interruptsEnabled = true;
    world.scheduler.after(250, () => interrupt(world, 0, 0x31, 250));
    world.scheduler.run(FOREVER);
    expect(handled).toEqual(['49@250']);
    expect(processor?.runState).toBe('halted');
    expect(world.lines.take('vcpu_state', 'fn_enter')).toEqual([
      'vcpu_state vcpu=0 state=wait-for-sipi',
      'vcpu_state vcpu=0 state=running',
      'fn_enter fn=main interrupt=0',
      'vcpu_state vcpu=0 state=halted',
      'vcpu_state vcpu=0 state=running',
      'fn_enter fn=interrupt interrupt=1',
      'vcpu_state vcpu=0 state=halted',
    ]);
  });

  it('wait while the interrupt flag is clear, and come when it is set', () => {
    const handled: number[] = [];
    const world = machine(
      1,
      function* (processor) {
        yield* spend(100);
        processor.interruptsEnabled = true;
        yield* spend(10);
        yield* haltForever();
      },
      function* (_, vector) {
        handled.push(vector, world.scheduler.now());
      },
    );
    world.scheduler.after(20, () => interrupt(world, 0, 0x40, 20));
    world.scheduler.run(FOREVER);
    expect(handled).toEqual([0x40, 110]);
  });

  it('do not wake a processor that halted with the flag clear; INIT does', () => {
    const world = machine(1, haltForever);
    world.scheduler.after(10, () => interrupt(world, 0, 0x40, 10));
    expect(world.scheduler.run(FOREVER)).toBe('idle');
    const [processor] = world.processors;
    expect(processor?.runState).toBe('halted');
    processor?.reset(20);
    expect(processor?.runState).toBe('wait-for-sipi');
  });

  it('do not nest while the handler runs with the flag clear; the next follows at once', () => {
    const events: string[] = [];
    const world = machine(1, haltForever, function* (_, vector) {
      events.push(`in ${vector}`);
      yield* spend(50);
      events.push(`out ${vector}`);
    });
    for (const processor of world.processors) processor.interruptsEnabled = true;
    world.scheduler.after(5, () => {
      interrupt(world, 0, 1, 5);
      interrupt(world, 0, 2, 5);
    });
    world.scheduler.run(FOREVER);
    expect(events).toEqual(['in 1', 'out 1', 'in 2', 'out 2']);
  });

  it('that arrive just before HLT keep the processor from halting', () => {
    const world = machine(
      1,
      function* (processor) {
        world.interrupts[0]?.request(9);
        processor.interruptsEnabled = true;
        yield { kind: 'halt' };
        yield* work(1);
        yield* haltForever();
      },
      function* () {},
    );
    world.scheduler.run(FOREVER);
    expect(world.lines.take('fn_enter', 'vcpu_state').slice(2)).toEqual([
      'fn_enter fn=main interrupt=0',
      'fn_enter fn=interrupt interrupt=1',
      'fn_enter fn=work interrupt=0',
      'vcpu_state vcpu=0 state=halted',
    ]);
  });

  it('are taken during a busy-wait, which goes on after them', () => {
    let released = false;
    const seen: string[] = [];
    const world = machine(
      1,
      function* (processor) {
        processor.interruptsEnabled = true;
        yield* spinUntil(() => released);
        seen.push(`released@${world.scheduler.now()}`);
        processor.interruptsEnabled = false;
        yield* haltForever();
      },
      function* (_, vector) {
        seen.push(`interrupt ${vector}@${world.scheduler.now()}`);
        yield* spend(30);
      },
    );
    world.scheduler.after(100, () => interrupt(world, 0, 5, 100));
    world.scheduler.after(500, () => {
      released = true;
    });
    world.scheduler.run(FOREVER);
    expect(seen).toEqual(['interrupt 5@100', 'released@500']);
  });
});

describe('busy-waiting', () => {
  it('ends at the time at which another processor makes the condition true, and costs no steps', () => {
    let flag = false;
    let released = -1;
    const { scheduler } = machine(2, function* ({ index }) {
      if (index === 0) {
        yield* spinUntil(() => flag);
        released = scheduler.now();
      } else {
        yield* spend(12_345);
        flag = true;
      }
      yield* haltForever();
    });
    expect(scheduler.run(FOREVER, 30)).toBe('idle');
    expect(released).toBe(12_345);
  });

  it('ends when an input from outside makes the condition true', () => {
    let flag = false;
    let released = false;
    const { scheduler } = machine(1, function* () {
      yield* spinUntil(() => flag);
      released = true;
      yield* haltForever();
    });
    expect(scheduler.run(FOREVER)).toBe('idle');
    scheduler.asHost(() => {
      flag = true;
    });
    scheduler.run(FOREVER);
    expect(released).toBe(true);
  });
});

describe('switching', () => {
  it('goes on with another coroutine, and later where the first left off', () => {
    const order: string[] = [];
    const { scheduler } = machine(1, function* (processor) {
      const self = processor.current;
      if (!self) throw new Error('no coroutine');
      const other = new Coroutine(
        new Frame(
          'other',
          (function* (): Co {
            for (;;) {
              order.push('other');
              yield { kind: 'switch', to: self };
            }
          })(),
        ),
      );
      for (const round of [1, 2]) {
        order.push(`main ${round}`);
        yield { kind: 'switch', to: other };
      }
      yield* haltForever();
    });
    scheduler.run(FOREVER);
    expect(order).toEqual(['main 1', 'other', 'main 2', 'other']);
  });

  it('from within an interrupt leaves the interrupted code to be finished later', () => {
    const order: string[] = [];
    let main: Coroutine | undefined;
    const world = machine(
      1,
      function* (processor) {
        main = processor.current;
        processor.interruptsEnabled = true;
        yield* spend(100);
        order.push(`main goes on, flag ${processor.interruptsEnabled}`);
        yield* haltForever();
      },
      function* () {
        order.push('interrupt');
        yield { kind: 'switch', to: other };
        order.push('interrupt ends');
      },
    );
    const other = new Coroutine(
      new Frame(
        'other',
        (function* (): Co {
          order.push('other');
          if (main) yield { kind: 'switch', to: main };
        })(),
      ),
    );
    world.scheduler.after(50, () => interrupt(world, 0, 1, 50));
    world.scheduler.run(FOREVER);
    expect(order).toEqual(['interrupt', 'other', 'interrupt ends', 'main goes on, flag true']);
  });
});

describe('processors', () => {
  it('begin at a start-up only while they wait for one: a second does nothing', () => {
    const { processors, lines, scheduler } = machine(1, haltForever);
    scheduler.run(FOREVER);
    processors[0]?.startUp(0x9a000, 0);
    scheduler.run(FOREVER);
    expect(lines.take('fn_enter')).toEqual(['fn_enter fn=main interrupt=0']);
  });

  it('that were removed run no more, and begin anew when they are put back', () => {
    const starts: number[] = [];
    const { processors, scheduler } = machine(1, function* () {
      starts.push(scheduler.now());
      for (;;) yield* spend(10);
    });
    scheduler.run(45);
    processors[0]?.remove();
    expect(scheduler.run(1000)).toBe('idle');
    processors[0]?.reset(2000);
    processors[0]?.startUp(0, 2000);
    scheduler.run(2030);
    expect(starts).toEqual([0, 2000]);
  });

  it('stand still between stop and cont, and then go on at the time that has been reached', () => {
    const times: number[] = [];
    const { scheduler } = machine(1, function* () {
      for (;;) {
        times.push(scheduler.now());
        yield* spend(100);
      }
    });
    scheduler.run(150);
    scheduler.stopProcessors();
    let events = 0;
    scheduler.after(400, () => {
      events++;
    });
    scheduler.run(1000);
    scheduler.advanceTo(1000);
    scheduler.continueProcessors();
    scheduler.run(1150);
    expect(times).toEqual([0, 100, 1000, 1100]);
    expect(events).toBe(1);
  });

  it('that run off the end of their code are a fault of the guest program', () => {
    const { scheduler } = machine(1, function* () {
      yield* spend(1);
    });
    expect(() => scheduler.run(FOREVER)).toThrow('processor 0 ran off the end of its code');
  });
});

describe('asHost', () => {
  it('acts outside every processor, at the furthest time that was reached', () => {
    const { scheduler, lines } = machine(1, function* () {
      yield* spend(700);
      yield* haltForever();
    });
    scheduler.run(FOREVER);
    lines.take();
    const seen = scheduler.asHost(() => [scheduler.now(), scheduler.vcpu(), scheduler.activeProcessor]);
    expect(seen).toEqual([700, -1, undefined]);
    expect(scheduler.run(2000)).toBe('idle');
    scheduler.advanceTo(2000);
    expect(scheduler.asHost(() => scheduler.now())).toBe(2000);
  });
});
