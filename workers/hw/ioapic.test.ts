import { describe, expect, it } from 'vitest';
import { ApicBus, DELIVERY_LATENCY, type InterruptMessage } from './apic-bus.ts';
import { IoApic } from './ioapic.ts';
import { testBench } from './testing.ts';

const LEVEL = 1 << 15;
const MASKED = 1 << 16;
const ACTIVE_LOW = 1 << 13;
const LOGICAL = 1 << 11;
const REMOTE_IRR = 1 << 14;
const DELIVERY_STATUS = 1 << 12;

/** An IO-APIC with 24 pins and whatever messages it sends. */
function ioapic() {
  const bench = testBench();
  const bus = new ApicBus(bench.clock);
  const messages: InterruptMessage[] = [];
  bus.attach({ apicId: 0, enabled: true, matches: () => true, accept: (message) => messages.push(message) });
  const device = new IoApic({ id: 0, pins: 24 }, bus, bench.log);
  const read = (index: number) => {
    device.write(0x00, 4, index);
    return device.read(0x10, 4);
  };
  const write = (index: number, value: number) => {
    device.write(0x00, 4, index);
    device.write(0x10, 4, value);
  };
  const pin = (number: number) => {
    const line = device.pins[number];
    if (!line) throw new Error(`no pin ${number}`);
    return line;
  };
  const settle = () => bench.runTo(bench.clock.furthest + DELIVERY_LATENCY);
  const vectors = () => messages.splice(0).map(({ vector }) => vector);
  return {
    ...bench,
    bus,
    device,
    messages,
    vectors,
    read,
    write,
    pin,
    settle,
    entry: (n: number) => read(0x10 + 2 * n),
  };
}

describe('registers', () => {
  it('after reset: id 0, version 0x20 with 24 entries, every entry masked', () => {
    const { read } = ioapic();
    expect([read(0), read(1), read(2)]).toEqual([0, 0x00170020, 0]);
    const entries = Array.from({ length: 48 }, (_, half) => read(0x10 + half));
    expect(entries).toEqual(entries.map((_, half) => (half % 2 ? 0 : MASKED)));
  });

  it('the id can be written; remote IRR and delivery status cannot', () => {
    const { read, write } = ioapic();
    write(0, 0x0f000000);
    write(0x12, MASKED | REMOTE_IRR | DELIVERY_STATUS | ACTIVE_LOW | LEVEL | 0x31);
    write(0x13, 0x02000000);
    expect([read(0), read(0x12), read(0x13)]).toEqual([0x0f000000, MASKED | ACTIVE_LOW | LEVEL | 0x31, 0x02000000]);
  });

  it('beyond the entries read as 0 and are told of', () => {
    const { read, write, lines } = ioapic();
    write(0x40, 1);
    expect([read(0x40), lines.take('unmodelled').length]).toEqual([0, 2]);
  });
});

describe('a level-triggered entry', () => {
  const sci = () => {
    const world = ioapic();
    world.write(0x10 + 19, 0x01000000);
    world.write(0x10 + 18, LEVEL | LOGICAL | 0x59);
    world.lines.take();
    return world;
  };

  it('sends its message when the pin is asserted, and sets remote IRR when it is accepted', () => {
    const { pin, entry, settle, messages, lines } = sci();
    pin(9).set(true);
    const underWay = entry(9);
    settle();
    expect([underWay, entry(9)]).toEqual([
      LEVEL | LOGICAL | 0x59 | DELIVERY_STATUS,
      LEVEL | LOGICAL | 0x59 | REMOTE_IRR,
    ]);
    expect(messages).toEqual([{ mode: 'fixed', vector: 0x59, logical: true, destination: 1, levelTriggered: true }]);
    expect(lines.take('irq_line', 'ioapic_deliver')).toEqual([
      'irq_line line=ioapic pin 9 level=1',
      'ioapic_deliver pin=9 vector=89 destination=1 remoteIrr=1',
    ]);
  });

  it('sends nothing more until the interrupt ends, and then again if the pin is still asserted', () => {
    const { pin, bus, settle, vectors, entry } = sci();
    pin(9).set(true);
    settle();
    pin(9).set(false);
    pin(9).set(true);
    settle();
    expect(vectors()).toEqual([0x59]);
    bus.broadcastEoi(0x59);
    settle();
    expect(vectors()).toEqual([0x59]);
    pin(9).set(false);
    bus.broadcastEoi(0x59);
    settle();
    expect([vectors(), entry(9) & REMOTE_IRR]).toEqual([[], 0]);
  });

  it('is not concerned by the end of another vector', () => {
    const { pin, bus, settle, entry } = sci();
    pin(9).set(true);
    settle();
    bus.broadcastEoi(0x58);
    expect(entry(9) & REMOTE_IRR).toBe(REMOTE_IRR);
  });

  it('can be ended through the EOI register', () => {
    const { device, pin, settle, entry } = sci();
    pin(9).set(true);
    settle();
    pin(9).set(false);
    device.write(0x40, 4, 0x59);
    expect(entry(9) & REMOTE_IRR).toBe(0);
  });

  it('that is masked sends when it is unmasked while the pin is asserted', () => {
    const { pin, write, settle, vectors } = sci();
    write(0x10 + 18, MASKED | LEVEL | 0x59);
    pin(9).set(true);
    settle();
    const masked = vectors();
    write(0x10 + 18, LEVEL | 0x59);
    settle();
    expect([masked, vectors()]).toEqual([[], [0x59]]);
  });

  it('loses remote IRR when it is made edge-triggered', () => {
    const { pin, write, settle, entry } = sci();
    pin(9).set(true);
    settle();
    write(0x10 + 18, MASKED | 0x59);
    write(0x10 + 18, MASKED | LEVEL | 0x59);
    expect(entry(9) & REMOTE_IRR).toBe(0);
  });
});

describe('an edge-triggered entry', () => {
  it('sends once for each rising edge, without remote IRR', () => {
    const { pin, write, settle, vectors, entry } = ioapic();
    write(0x10 + 8, 0x34);
    for (const level of [true, true, false, false]) {
      pin(4).set(level);
      settle();
    }
    pin(4).set(true);
    settle();
    expect([vectors(), entry(4)]).toEqual([[0x34, 0x34], 0x34]);
  });

  it('ignores edges while it is masked', () => {
    const { pin, write, settle, vectors } = ioapic();
    pin(4).set(true);
    write(0x10 + 8, 0x34);
    settle();
    expect(vectors()).toEqual([]);
  });
});
