import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from './arguments.ts';
import { traceCommand, traceScenario } from './trace.ts';

let folder = '';
let scenario = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
  scenario = join(folder, 'hot-add.json');
  const add = { driver: 'max-x86_64-cpu', id: 'cpu1', 'socket-id': 0, 'core-id': 1, 'thread-id': 0 };
  const qmp = (command: unknown) => ({ at: 'quiet', channel: 'qmp', text: JSON.stringify(command) });
  const inputs = [qmp({ execute: 'qmp_capabilities' }), qmp({ execute: 'device_add', arguments: add })];
  writeFileSync(
    scenario,
    JSON.stringify({ version: 1, machine: '-M q35 -accel kvm -cpu max -smp 1,maxcpus=2 -m 512M', inputs }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const textOf = (format: string): string =>
  Buffer.concat([...(traceScenario(scenario, format) ?? [])].map((piece) => Buffer.from(piece as string))).toString();

describe('chrome', () => {
  interface ChromeEvent {
    readonly ph: string;
    readonly pid: number;
    readonly tid: number;
    readonly ts: number;
    readonly name?: string;
    readonly args?: Readonly<Record<string, unknown>>;
  }
  const events = (): ChromeEvent[] => (JSON.parse(textOf('chrome')) as { traceEvents: ChromeEvent[] }).traceEvents;

  test('every slice that begins on a thread ends there, later or at the same time', () => {
    const open = new Map<string, number[]>();
    for (const { ph, pid, tid, ts } of events()) {
      const key = `${pid}/${tid}`;
      const stack = open.get(key) ?? [];
      open.set(key, stack);
      if (ph === 'B') stack.push(ts);
      if (ph === 'E') expect(stack.pop()).toBeLessThanOrEqual(ts);
    }
    expect([...open.values()].flat()).toEqual([]);
  });

  test('kernel functions are slices of their task, register accesses points', () => {
    const all = events();
    const work = all.find(({ ph, name }) => ph === 'B' && name === 'acpi_hotplug_work_fn');
    const names = all.filter(({ ph, pid, tid }) => ph === 'M' && pid === work?.pid && tid === work.tid);
    expect(names.map(({ args }) => args?.['name'])).toContainEqual(expect.stringMatching(/^kworker\/u/));
    const access = all.find(({ ph, name }) => ph === 'i' && name === 'qemu_trace');
    expect(access?.args?.['point']).toMatch(/^cpuhp_acpi_/);
  });
});

describe('ftrace', () => {
  test('functions with their callers, trace events as the kernel prints them', () => {
    const text = textOf('ftrace');
    expect(text).toMatch(/^# tracer: function\n/);
    expect(text).toMatch(/ \[000\] +\d+\.\d{6}: acpi_device_hotplug <-acpi_hotplug_work_fn\n/);
    expect(text).toMatch(/: irq_handler_entry: irq=9 name=acpi\n/);
    expect(text).toMatch(/: sched_switch: prev_comm=\S+ prev_pid=\d+ prev_prio=120 prev_state=\S+ ==> next_comm=/);
  });
});

describe('perfetto', () => {
  /** Fields of a protobuf message: numbers of varints, bytes of what has a length. */
  function* fields(bytes: Uint8Array): Generator<readonly [number, bigint | Uint8Array]> {
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++] ?? 0;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    while (at < bytes.length) {
      const key = Number(varint());
      if ((key & 7) === 0) yield [key >> 3, varint()];
      else {
        const length = Number(varint());
        yield [key >> 3, bytes.subarray(at, at + length)];
        at += length;
      }
    }
  }
  const only = (bytes: Uint8Array, field: number) => [...fields(bytes)].find(([number]) => number === field)?.[1];

  test('is a protobuf of packets whose events lie on described tracks', () => {
    const bytes = Buffer.concat([...(traceScenario(scenario, 'perfetto') ?? [])].map((piece) => Buffer.from(piece)));
    const tracks = new Map<bigint, string>();
    const named: string[] = [];
    for (const [field, body] of fields(bytes)) {
      expect(field).toBe(1);
      if (typeof body === 'bigint') throw new Error('a packet is a message');
      const descriptor = only(body, 60);
      const event = only(body, 11);
      if (descriptor instanceof Uint8Array) {
        tracks.set(only(descriptor, 1) as bigint, Buffer.from(only(descriptor, 2) as Uint8Array).toString());
      } else if (event instanceof Uint8Array) {
        const name = only(event, 23);
        const track = tracks.get(only(event, 11) as bigint);
        expect(track).toBeDefined();
        if (name instanceof Uint8Array) named.push(`${track}: ${Buffer.from(name).toString()}`);
      }
    }
    expect(named).toContainEqual(expect.stringMatching(/^kworker\/u\S* \d+: acpi_processor_add$/));
    expect(named).toContain('QEMU: vcpu_plugged');
  });
});

test('bad arguments: one line that says what was expected', () => {
  expect(() => traceCommand([])).toThrow(
    new UsageError('usage: lab trace SCENARIO.json --format perfetto|chrome|ftrace'),
  );
  expect(() => traceCommand([scenario])).toThrow('no format: expected one of perfetto, chrome, ftrace');
  expect(() => traceCommand([scenario, '--format', 'svg'])).toThrow('svg: expected one of');
  expect(() => traceCommand([join(folder, 'absent.json'), '--format', 'chrome'])).toThrow(UsageError);
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, '{"version": 1}');
  expect(() => traceCommand([bad, '--format', 'chrome'])).toThrow(UsageError);
});
