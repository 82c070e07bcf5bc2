import { describe, expect, it } from 'vitest';
import { LogReader } from '../protocol/log-format.ts';
import { EventLog } from './event-log.ts';

/** Writes `count` records with strings, some of them new. */
function write(log: EventLog, count: number, from = 0): void {
  for (let n = from; n < from + count; n++) log.emit('fn_exit', `function_${n % 700}`, -n - 1);
}

describe('EventLog', () => {
  it('gives back time, processor, task, numbers and strings as they were written', () => {
    const log = new EventLog();
    log.setContext({ now: () => 5_000_000_000_123, vcpu: () => -1, task: () => 17 });
    log.emit('qemu_trace', 'cpuhp_acpi_write_idx', 0xffffffff, 2, 3);
    log.setContext({ now: () => 5_000_000_000_124, vcpu: () => 3, task: () => 0 });
    log.emit('fn_exit', 'acpi_irq', -22);
    const reader = new LogReader();
    for (const chunk of log.take()) reader.append(chunk);
    expect([...reader.from()]).toEqual([
      {
        sequence: 0,
        time: 5_000_000_000_123,
        kind: 'qemu_trace',
        vcpu: -1,
        task: 17,
        fields: { point: 'cpuhp_acpi_write_idx', a: 0xffffffff, b: 2, c: 3 },
      },
      { sequence: 1, time: 5_000_000_000_124, kind: 'fn_exit', vcpu: 3, task: 0, fields: { fn: 'acpi_irq', ret: -22 } },
    ]);
  });

  it('hands out every record once, across chunks and takes in between', () => {
    const log = new EventLog();
    const reader = new LogReader();
    let written = 0;
    for (const count of [1, 4095, 1, 9000, 3]) {
      write(log, count, written);
      written += count;
      for (const chunk of log.take()) reader.append(chunk);
      expect(log.take()).toEqual([]);
    }
    const values = [...reader.from()].map(({ fields }) => fields['ret']);
    expect(values).toEqual(Array.from({ length: written }, (_, n) => -n - 1));
    expect(reader.at(9999)?.fields['fn']).toBe(`function_${9999 % 700}`);
    expect(log.total).toBe(written);
  });

  it('has a hash that does not depend on when chunks were taken or the hash was asked for', () => {
    const logs = [new EventLog(), new EventLog(), new EventLog()];
    const [whole, taken, hashed] = logs;
    for (let round = 0; round < 50; round++) {
      for (const log of logs) write(log, 173, round * 173);
      taken?.take();
      hashed?.hash();
    }
    expect(taken?.hash()).toBe(whole?.hash());
    expect(hashed?.hash()).toBe(whole?.hash());
    expect(whole?.hash()).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['a number', (log: EventLog) => log.emit('fn_exit', 'f', 2)],
    ['a string', (log: EventLog) => log.emit('fn_exit', 'g', 1)],
    ['the kind', (log: EventLog) => log.emit('fn_enter', 'f', 1)],
    ['one record more', (log: EventLog) => [log.emit('fn_exit', 'f', 1), log.emit('fn_exit', 'f', 1)]],
  ])('has another hash when %s differs', (_, change) => {
    const one = new EventLog();
    const other = new EventLog();
    one.emit('fn_exit', 'f', 1);
    change(other);
    expect(other.hash()).not.toBe(one.hash());
  });

  it('tells of a record of a watched kind, and of no other', () => {
    const log = new EventLog();
    log.watch(['cpuhp_state']);
    log.emit('fn_enter', 'f');
    const before = log.watchHit;
    log.emit('cpuhp_state', 1, 2, 3);
    expect([before, log.watchHit]).toEqual([false, true]);
    log.watch([]);
    log.emit('fn_enter', 'f');
    expect(log.watchHit).toBe(true);
  });
});
