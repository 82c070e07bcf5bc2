import { describe, expect, it } from 'vitest';
import { ApicBus, DELIVERY_LATENCY } from './apic-bus.ts';
import { type LapicHost, LocalApic } from './lapic.ts';
import { testBench } from './testing.ts';

const SVR_ENABLED = 0x1ff;
const LOGICAL = 1 << 11;
const ASSERT = 1 << 14;
const LEVEL = 1 << 15;
const MASKED = 1 << 16;
const PERIODIC = 1 << 17;
const ALL = 2 << 18;
const OTHERS = 3 << 18;
const SELF = 1 << 18;
const INIT = 5 << 8;
const STARTUP = 6 << 8;
const LOWEST = 1 << 8;

/** Local APICs with the ids 0 … count - 1, enabled, on one bus. */
function apics(count: number) {
  const bench = testBench();
  const bus = new ApicBus(bench.clock);
  const told: string[] = [];
  const ended: number[] = [];
  bus.attachIoApic({ endOfInterrupt: (vector) => ended.push(vector) });
  const lapics = Array.from({ length: count }, (_, index) => {
    const host: LapicHost = {
      index,
      wake: () => told.push(`${index} wake`),
      initReceived: () => told.push(`${index} init`),
      startUp: (address) => told.push(`${index} start 0x${address.toString(16)}`),
    };
    const lapic = new LocalApic(index, host, bus, bench.clock, bench.log);
    bus.attach(lapic);
    lapic.write(0x0f0, 4, SVR_ENABLED);
    return lapic;
  });
  const lapic = (index: number): LocalApic => {
    const found = lapics[index];
    if (!found) throw new Error(`no APIC ${index}`);
    return found;
  };
  const settle = () => {
    bench.runTo(bench.clock.furthest + DELIVERY_LATENCY);
  };
  const send = (from: number, command: number, destination = 0) => {
    lapic(from).write(0x310, 4, destination * 2 ** 24);
    lapic(from).write(0x300, 4, command);
    settle();
  };
  const accepted = () => bench.lines.take('lapic_accept');
  return { ...bench, lapic, send, settle, told, ended, accepted };
}

/** Makes fixed interrupts pending, by IPIs to itself. */
function request(lapic: LocalApic, ...vectors: number[]): void {
  for (const vector of vectors) lapic.write(0x300, 4, SELF | vector);
}

describe('registers after reset', () => {
  it('have the values of SDM 10.4.7.1; other offsets are not modelled', () => {
    const { lapic, lines } = apics(4);
    lapic(3).reset();
    const values: Record<string, string> = {};
    for (let offset = 0; offset < 0x400; offset += 0x10) {
      const value = lapic(3).read(offset, 4);
      if (value !== 0 && value !== 0xffffffff) values[offset.toString(16)] = value.toString(16);
    }
    expect(values).toEqual({
      20: '3000000',
      30: '50014',
      f0: 'ff',
      320: '10000',
      330: '10000',
      340: '10000',
      350: '10000',
      360: '10000',
      370: '10000',
    });
    expect(lapic(3).read(0x0e0, 4)).toBe(0xffffffff);
    const unknown = lines.take('unmodelled').map((line) => line.split('0x')[1]);
    const reserved = '0 10 40 50 60 70 b0 c0 290 2a0 2b0 2c0 2d0 2e0 2f0 3a0 3b0 3c0 3d0 3f0';
    expect(unknown.join(' ')).toBe(reserved);
  });
});

describe('priorities', () => {
  it('the highest vector is delivered first; one in service holds off its class and those below', () => {
    const { lapic } = apics(1);
    const apic = lapic(0);
    request(apic, 0x31, 0x45, 0x41, 0x52);
    const order = [apic.acknowledge()];
    request(apic, 0x58); // the same class as 0x52
    order.push(apic.hasPending() ? 1 : 0, apic.read(0x0a0, 4));
    request(apic, 0x61);
    order.push(apic.hasPending() ? 1 : 0);
    expect(order).toEqual([0x52, 0, 0x50, 1]);
    const rest: number[] = [apic.acknowledge()];
    for (let ends = 0; ends < 6; ends++) {
      apic.write(0x0b0, 4, 0);
      if (apic.hasPending()) rest.push(apic.acknowledge());
    }
    expect(rest).toEqual([0x61, 0x58, 0x45, 0x41, 0x31]);
  });

  it('an interrupt is held off while its class does not exceed that of the task priority', () => {
    const { lapic } = apics(1);
    lapic(0).write(0x080, 4, 0x40);
    request(lapic(0), 0x4f);
    const pending = [lapic(0).hasPending()];
    lapic(0).write(0x080, 4, 0x3f);
    pending.push(lapic(0).hasPending());
    expect(pending).toEqual([false, true]);
  });

  it('IRR and ISR show a vector until it is acknowledged and ended', () => {
    const { lapic } = apics(1);
    const apic = lapic(0);
    const banks = () => [apic.read(0x210, 4), apic.read(0x110, 4)];
    request(apic, 0x20, 0x3f);
    expect(banks()).toEqual([0x80000001, 0]);
    apic.acknowledge();
    expect(banks()).toEqual([0x00000001, 0x80000000]);
    apic.write(0x0b0, 4, 0);
    expect(banks()).toEqual([0x00000001, 0]);
  });

  it('a vector that is pending already is not counted twice', () => {
    const { lapic, accepted } = apics(1);
    request(lapic(0), 0x30, 0x30);
    lapic(0).acknowledge();
    lapic(0).write(0x0b0, 4, 0);
    expect(lapic(0).hasPending()).toBe(false);
    expect(accepted()).toEqual(['lapic_accept vcpu=0 vector=48']);
  });

  it('the spurious vector is returned when nothing is pending', () => {
    const { lapic } = apics(1);
    expect(lapic(0).acknowledge()).toBe(0xff);
  });
});

describe('interprocessor interrupts', () => {
  it('go to a physical destination, after the delivery latency', () => {
    const { lapic, told, accepted, clock, runTo } = apics(3);
    lapic(0).write(0x310, 4, 0x02000000);
    lapic(0).write(0x300, 4, 0xfd);
    runTo(clock.furthest + DELIVERY_LATENCY - 1);
    expect(told).toEqual([]);
    runTo(clock.furthest + 1);
    expect(accepted()).toEqual(['lapic_accept vcpu=2 vector=253']);
    expect(told).toEqual(['2 wake']);
  });

  it('go to the flat logical destinations of the LDR', () => {
    const { lapic, send, accepted } = apics(3);
    for (const index of [0, 1, 2]) lapic(index).write(0x0d0, 4, 2 ** (24 + index));
    send(0, LOGICAL | 0x40, 0b110);
    expect(accepted()).toEqual(['lapic_accept vcpu=1 vector=64', 'lapic_accept vcpu=2 vector=64']);
  });

  it('go to members of one cluster in the cluster model', () => {
    const { lapic, send, accepted } = apics(3);
    [0x11, 0x12, 0x22].forEach((id, index) => {
      lapic(index).write(0x0e0, 4, 0x0fffffff);
      lapic(index).write(0x0d0, 4, id * 2 ** 24);
    });
    send(0, LOGICAL | 0x40, 0x13);
    expect(accepted()).toEqual(['lapic_accept vcpu=0 vector=64', 'lapic_accept vcpu=1 vector=64']);
  });

  it('with a shorthand go to all, to all others or to the sender', () => {
    const { send, accepted, lines } = apics(3);
    send(1, ALL | 0x41);
    send(1, OTHERS | 0x42);
    send(1, SELF | 0x43);
    expect(lines.take('lapic_accept', 'ipi_send')).toEqual([
      'ipi_send mode=fixed vector=65 destination=255',
      'lapic_accept vcpu=0 vector=65',
      'lapic_accept vcpu=1 vector=65',
      'lapic_accept vcpu=2 vector=65',
      'ipi_send mode=fixed vector=66 destination=255',
      'lapic_accept vcpu=0 vector=66',
      'lapic_accept vcpu=2 vector=66',
      'ipi_send mode=fixed vector=67 destination=1',
      'lapic_accept vcpu=1 vector=67',
    ]);
    expect(accepted()).toEqual([]);
  });

  it('with lowest priority go to one enabled APIC alone', () => {
    const { lapic, send, accepted } = apics(3);
    lapic(0).write(0x0f0, 4, 0xff);
    send(2, LOWEST | 0x50, 0xff);
    expect(accepted()).toEqual(['lapic_accept vcpu=1 vector=80']);
  });

  it('are not taken by an APIC that is disabled in SVR; INIT and start-up are', () => {
    const { lapic, send, told, accepted } = apics(2);
    lapic(1).reset();
    send(0, 0x40, 1);
    send(0, INIT | LEVEL | ASSERT, 1);
    send(0, STARTUP | 0x9a, 1);
    expect(accepted()).toEqual([]);
    expect(told).toEqual(['1 init', '1 start 0x9a000']);
  });

  it('INIT resets the target’s APIC but for its id; de-asserting INIT does nothing', () => {
    const { lapic, send, told } = apics(2);
    request(lapic(1), 0x40);
    told.length = 0;
    send(0, INIT | LEVEL, 1);
    const before = [told.length, lapic(1).hasPending()];
    send(0, INIT | LEVEL | ASSERT, 1);
    expect([...before, told, lapic(1).hasPending(), lapic(1).read(0x0f0, 4), lapic(1).read(0x020, 4)]).toEqual([
      0,
      true,
      ['1 init'],
      false,
      0xff,
      0x01000000,
    ]);
  });

  it('with an illegal vector are not sent, and set ESR bit 5', () => {
    const { lapic, send, accepted } = apics(2);
    send(0, 0x0f, 1);
    const beforeWrite = lapic(0).read(0x280, 4);
    lapic(0).write(0x280, 4, 0);
    expect([accepted(), beforeWrite, lapic(0).read(0x280, 4)]).toEqual([[], 0, 0x20]);
    lapic(0).write(0x280, 4, 0);
    expect(lapic(0).read(0x280, 4)).toBe(0);
  });

  it('to nobody are lost', () => {
    const { send, told } = apics(1);
    send(0, 0x40, 7);
    expect(told).toEqual([]);
  });

  it('in modes that are not modelled are told of', () => {
    const { send, lines } = apics(2);
    send(0, 4 << 8, 1);
    expect(lines.take('unmodelled')).toEqual(['unmodelled where=lapic what=interrupt with delivery mode nmi']);
  });
});

describe('end of interrupt', () => {
  it('is broadcast for level-triggered vectors and not for edge-triggered ones', () => {
    const { lapic, ended } = apics(1);
    lapic(0).accept({ mode: 'fixed', vector: 0x51, logical: false, destination: 0, levelTriggered: true });
    lapic(0).accept({ mode: 'fixed', vector: 0x41, logical: false, destination: 0, levelTriggered: false });
    expect([lapic(0).read(0x1a0, 4), lapic(0).acknowledge()]).toEqual([0x00020000, 0x51]);
    lapic(0).write(0x0b0, 4, 0);
    lapic(0).acknowledge();
    lapic(0).write(0x0b0, 4, 0);
    lapic(0).write(0x0b0, 4, 0);
    expect(ended).toEqual([0x51]);
  });
});

describe('timer', () => {
  it('one-shot: counts down by the divisor, interrupts once and stays at 0', () => {
    const { lapic, runTo, accepted } = apics(1);
    const apic = lapic(0);
    apic.write(0x3e0, 4, 0x3); // by 16
    apic.write(0x320, 4, 0xec);
    apic.write(0x380, 4, 1000);
    runTo(8_000);
    const half = apic.read(0x390, 4);
    runTo(15_999);
    const before = accepted();
    runTo(16_000);
    expect([half, before, accepted()]).toEqual([500, [], ['lapic_accept vcpu=0 vector=236']]);
    runTo(100_000);
    expect([apic.read(0x390, 4), accepted()]).toEqual([0, []]);
  });

  it('periodic: reloads and interrupts each time', () => {
    const { lapic, runTo, lines } = apics(1);
    const apic = lapic(0);
    apic.write(0x3e0, 4, 0xb); // by 1
    apic.write(0x320, 4, PERIODIC | 0xec);
    apic.write(0x380, 4, 1000);
    const times: number[] = [];
    for (let time = 500; time <= 3500; time += 500) {
      runTo(time);
      for (const _ of lines.take('lapic_accept')) times.push(time);
      if (apic.hasPending()) apic.acknowledge();
      apic.write(0x0b0, 4, 0);
    }
    expect([times, apic.read(0x390, 4)]).toEqual([[1000, 2000, 3000], 500]);
  });

  it.each([
    [0b0000, 2],
    [0b0001, 4],
    [0b0010, 8],
    [0b0011, 16],
    [0b1000, 32],
    [0b1001, 64],
    [0b1010, 128],
    [0b1011, 1],
  ])('divide configuration %i divides by %i', (code, divisor) => {
    const { lapic, runTo } = apics(1);
    lapic(0).write(0x3e0, 4, code);
    lapic(0).write(0x380, 4, 1000);
    runTo(1280);
    expect(lapic(0).read(0x390, 4)).toBe(Math.max(0, 1000 - Math.floor(1280 / divisor)));
  });

  it('counts but does not interrupt while masked, and an initial count of 0 stops it', () => {
    const { lapic, runTo, accepted } = apics(1);
    const apic = lapic(0);
    apic.write(0x320, 4, MASKED | 0xec);
    apic.write(0x380, 4, 1000);
    runTo(1000);
    expect(apic.read(0x390, 4)).toBe(500);
    apic.write(0x320, 4, 0xec);
    apic.write(0x380, 4, 0);
    runTo(10_000);
    expect([apic.read(0x390, 4), accepted()]).toEqual([0, []]);
  });

  it('is stopped by INIT', () => {
    const { lapic, runTo, send, accepted } = apics(2);
    lapic(1).write(0x320, 4, PERIODIC | 0xec);
    lapic(1).write(0x380, 4, 1000);
    send(0, INIT | LEVEL | ASSERT, 1);
    runTo(10_000);
    expect(accepted()).toEqual([]);
  });

  it('in TSC-deadline mode is not modelled, and says so', () => {
    const { lapic, lines } = apics(1);
    lapic(0).write(0x320, 4, (2 << 17) | 0xec);
    lapic(0).write(0x380, 4, 1);
    expect(lines.take('unmodelled')).toEqual(['unmodelled where=lapic what=timer in TSC-deadline mode']);
  });
});
