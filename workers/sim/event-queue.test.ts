import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';
import { Random } from './random.ts';

function drain(queue: EventQueue): void {
  while (queue.runNext() !== undefined);
}

describe('EventQueue', () => {
  it('runs events in the order of their times', () => {
    const queue = new EventQueue();
    const ran: number[] = [];
    for (const time of [50, 10, 40, 20, 30]) queue.schedule(time, () => ran.push(time));
    drain(queue);
    expect(ran).toEqual([10, 20, 30, 40, 50]);
  });

  it('runs events due at one time in the order in which they were made', () => {
    const queue = new EventQueue();
    const ran: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) queue.schedule(7, () => ran.push(name));
    queue.schedule(3, () => ran.push('earlier'));
    drain(queue);
    expect(ran).toEqual(['earlier', 'a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('takes an event off the queue before it calls it', () => {
    const queue = new EventQueue();
    let nextWhileRunning: number | undefined = -1;
    let pendingWhileRunning = true;
    const event = queue.schedule(5, () => {
      nextWhileRunning = queue.nextTime();
      pendingWhileRunning = event.pending;
    });
    drain(queue);
    expect([nextWhileRunning, pendingWhileRunning]).toEqual([undefined, false]);
  });

  it('runs an event that an event schedules for the same time, after those that wait already', () => {
    const queue = new EventQueue();
    const ran: string[] = [];
    queue.schedule(1, () => {
      ran.push('first');
      queue.schedule(1, () => ran.push('made by the first'));
    });
    queue.schedule(1, () => ran.push('second'));
    drain(queue);
    expect(ran).toEqual(['first', 'second', 'made by the first']);
  });

  it('does not run what was cancelled, whether first, in the middle or from within an event', () => {
    const queue = new EventQueue();
    const ran: number[] = [];
    const events = [1, 2, 3, 4, 5].map((time) => queue.schedule(time, () => ran.push(time)));
    events[0]?.cancel();
    events[2]?.cancel();
    queue.schedule(3, () => events[3]?.cancel());
    expect(queue.nextTime()).toBe(2);
    drain(queue);
    expect(ran).toEqual([2, 5]);
    expect(events.map(({ pending }) => pending)).toEqual([false, false, false, false, false]);
  });

  it('forgets everything on clear, and its events are no longer pending', () => {
    const queue = new EventQueue();
    const event = queue.schedule(1, () => expect.unreachable());
    queue.clear();
    expect([queue.nextTime(), queue.runNext(), event.pending]).toEqual([undefined, undefined, false]);
  });

  it('keeps the order of time, then making, for 2000 random events with random cancellations', () => {
    const queue = new EventQueue();
    const random = new Random(1);
    const expected: { time: number; made: number }[] = [];
    const ran: { time: number; made: number }[] = [];
    for (let made = 0; made < 2000; made++) {
      const entry = { time: random.below(200), made };
      const event = queue.schedule(entry.time, () => ran.push(entry));
      if (random.below(4) === 0) event.cancel();
      else expected.push(entry);
    }
    drain(queue);
    expected.sort((a, b) => a.time - b.time || a.made - b.made);
    expect(ran).toEqual(expected);
  });
});
