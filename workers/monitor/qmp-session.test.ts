import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { connect } from './testing.ts';

interface RecordedSession {
  readonly argv: readonly string[];
  readonly greeting: string;
  readonly steps: readonly {
    readonly send?: string;
    readonly send_hex?: string;
    readonly replies: readonly string[];
  }[];
}

const recorded = (name: string): RecordedSession =>
  JSON.parse(readFileSync(new URL(`../recordings/qmp/${name}.json`, import.meta.url), 'utf8')) as RecordedSession;

/** The values that differ from run to run. */
const stable = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) =>
    key === 'thread-id' || key === 'timestamp' ? undefined : value,
  ) as unknown;

const bytesToText = (hex: string): string => new TextDecoder().decode(Buffer.from(hex, 'hex'));

describe.each([
  'qmp-protocol',
  'cpu-plug-pc-q35-7.2',
  'neg-cpu-q35',
  'neg-mem-q35',
  'queries-q35',
  'numa-default-split',
  'numa-explicit',
  'numa-partial',
  'numa-query-cpus',
  'object-add-failure-modes',
])('the recorded session %s', (name) => {
  const session = recorded(name);
  const machine = connect(session.argv);

  test('the greeting is the same, members in the same order', () => {
    expect(machine.lines.shift()).toBe(session.greeting.trim());
  });

  // the recorder's own connection has its own name
  const steps = session.steps.filter((step) => !step.send?.includes('query-chardev'));
  test.each(steps.map((step, index) => ({ ...step, index })))('$index: $send$send_hex', (step) => {
    machine.session.feed(step.send_hex ? bytesToText(step.send_hex) : (step.send ?? ''));
    expect(machine.lines.splice(0).map(stable)).toEqual(step.replies.map(stable));
  });
});

describe('a QMP session', () => {
  const open = () => {
    const machine = connect(['-M', 'q35', '-smp', '2,maxcpus=4']);
    machine.session.feed('{"execute": "qmp_capabilities"}\n');
    machine.lines.length = 0;
    return machine;
  };

  test('answers a command that comes in pieces once it is whole', () => {
    const { session, lines } = open();
    for (const char of '{"execute": "query-target", "id": 7}') session.feed(char);
    expect(lines).toEqual(['{"return": {"arch": "x86_64"}, "id": 7}']);
  });

  test.each([
    ['{"execute":"query-status","arguments":{"x":1}}', "Parameter 'x' is unexpected"],
    ['{"execute":"device_del","arguments":{"id":5}}', "Invalid parameter type for 'id', expected: string"],
    ['{"execute":"stop","execute":"cont"}', 'JSON parse error, duplicate key'],
    ['{ bad json }', "JSON parse error, invalid keyword 'bad'"],
    ['{"execute":"query-status","exec-oob":"x"}', "QMP input member 'exec-oob' is unexpected"],
    ["{'execute': '\\q'}", "JSON parse error, invalid escape sequence '\\q' in string"],
  ])('refuses %s', (text, description) => {
    const { session, lines } = open();
    session.feed(`${text}\n`);
    expect(lines.map(stable)).toEqual([{ error: { class: 'GenericError', desc: description } }]);
  });

  test('nesting beyond 1024 levels is an error, and the session goes on', () => {
    const { session, lines } = open();
    session.feed(`${'['.repeat(1025)}\n`);
    session.feed('{"execute": "query-target"}\n');
    expect(lines[0]).toContain('nesting depth limit exceeded');
    expect(lines.at(-1)).toBe('{"return": {"arch": "x86_64"}}');
  });

  test.each([
    ['device_add nope', "Error: 'nope' is not a valid device model name\r\n"],
    ['device_add', "Error: Parameter 'driver' is missing\r\n"],
    ['device_del', 'device_del: string expected\r\nTry "help device_del" for more information\r\n'],
    ['info nope', "unknown command: 'info nope'\r\n"],
    ['foo bar', "unknown command: 'foo'\r\n"],
    ['help device_add', 'device_add driver[,prop=value][,...] -- add device, like -device on the command line\r\n'],
    ['info version', '7.2.22Debian 1:7.2+dfsg-7+deb12u18+b3\r\n'],
    ['info status', 'VM status: running\r\n'],
  ])('the monitor answers %s', (line, text) => {
    const { session, lines } = open();
    session.feed(JSON.stringify({ execute: 'human-monitor-command', arguments: { 'command-line': line } }));
    expect(lines.map(stable)).toEqual([{ return: text }]);
  });
});

describe('what the lab does not model is told', () => {
  test('a command of QEMU that the lab has not is an error, and the log says so', () => {
    const { session, lines, unmodelled } = connect(['-M', 'q35']);
    session.feed('{"execute": "qmp_capabilities"}');
    lines.length = 0;
    session.feed('{"execute": "query-pci"}');
    expect(lines.map(stable)).toEqual([
      { error: { class: 'GenericError', desc: 'The command query-pci is not modelled by the lab' } },
    ]);
    expect(unmodelled).toEqual(['query-pci']);
  });
});
