import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Board, PluggedCpu } from '../abi/board.ts';
import { parseCommandLine, splitCommandLine } from './command-line.ts';
import { QmpSession } from './qmp-session.ts';

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

/** A board without a guest: plugs at once, and refuses to unplug as QEMU does before the guest has switched modes. */
function boardWithoutGuest(argv: readonly string[]): Board {
  const config = parseCommandLine(argv);
  if (!config.ok) throw new Error(config.error);
  const { value } = config;
  let anonymous = 0;
  const plugged: PluggedCpu[] = value.possibleCpus
    .filter(({ present }) => present)
    .map((possible, order) => {
      return { possible, id: undefined, qomPath: `/machine/unattached/device[${order === 0 ? 0 : order + 1}]` };
    });
  return {
    config: value,
    running: !value.startStopped,
    everRan: !value.startStopped,
    pluggedCpus: () => plugged,
    cpuAt: (index) => plugged.find(({ possible }) => possible.index === index),
    plugCpu: (possible, id) => {
      const qomPath =
        id === undefined ? `/machine/peripheral-anon/device[${anonymous++}]` : `/machine/peripheral/${id}`;
      plugged.push({ possible, id, qomPath });
      return undefined;
    },
    requestCpuUnplug: () => ({
      class: 'GenericError',
      description: `acpi: device unplug request for not supported device type: ${value.cpuType}`,
    }),
    ospmStatus: () => [],
    powerButton: () => {},
    setRunning: () => {},
    isHalted: () => false,
  };
}

function connect(board: Board): { session: QmpSession; lines: string[] } {
  const lines: string[] = [];
  const session = new QmpSession({ board, send: (line) => lines.push(line), clock: () => 1_000_000, quit: () => {} });
  session.greet();
  return { session, lines };
}

/** The values that differ from run to run. */
const stable = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) =>
    key === 'thread-id' || key === 'timestamp' ? undefined : value,
  ) as unknown;

const bytesToText = (hex: string): string => new TextDecoder().decode(Buffer.from(hex, 'hex'));

describe.each(['qmp-protocol', 'cpu-plug-pc-q35-7.2', 'neg-cpu-q35'])('the recorded session %s', (name) => {
  const session = recorded(name);
  const argv = session.argv.map((word) => (word === 'none' ? 'q35' : word));
  const machine = connect(boardWithoutGuest(argv));

  test('the greeting is the same, members in the same order', () => {
    expect(machine.lines.shift()).toBe(session.greeting.trim());
  });

  // a reset needs a machine to reset
  const steps = session.steps.filter((step) => !step.send?.includes('system_reset'));
  test.each(steps.map((step, index) => ({ ...step, index })))('$index: $send$send_hex', (step) => {
    machine.session.feed(step.send_hex ? bytesToText(step.send_hex) : (step.send ?? ''));
    expect(machine.lines.splice(0).map(stable)).toEqual(step.replies.map(stable));
  });
});

describe('a QMP session', () => {
  const open = () => {
    const machine = connect(boardWithoutGuest(['-M', 'q35', '-smp', '2,maxcpus=4']));
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

describe("QEMU's command line", () => {
  test.each([
    ['-M q35 -smp foo', "Parameter 'smp.cpus' expects integer"],
    ['-M q35 -smp 2,bogus=1', "Parameter 'smp.bogus' is unexpected"],
    [
      '-M q35 -smp 2,maxcpus=1',
      'Invalid CPU topology: maxcpus must be equal to or greater than smp: sockets (1) * dies (1) * cores (1) * threads (1) == maxcpus (1) < smp_cpus (2)',
    ],
    ['-M q35 -smp 300', "Invalid SMP CPUs 300. The max CPUs supported by machine 'pc-q35-7.2' is 288"],
    ['-M q35 -smp 256', 'current -smp configuration requires kernel irqchip and X2APIC API support.'],
    ['-M nope', 'unsupported machine type\nUse -machine help to list supported machines'],
    ['-M q35,foo=1', "Property 'pc-q35-7.2-machine.foo' not found"],
    ['-M q35 -m 512M,slots=4', 'slots specified but no max-size'],
    ['-M q35 -m 512M,slots=300,maxmem=4G', 'unsupported amount of memory slots: 300'],
    [
      '-M q35 -m 512M,slots=4,maxmem=256M',
      'invalid value of maxmem: maximum memory size (0x10000000) must be at least the initial memory size (0x20000000)',
    ],
    ['-M q35 -m 10,foo=2', "-m 10,foo=2: Invalid parameter 'foo'"],
    ['-cpu nope', "unable to find CPU model 'nope'"],
    ['-accel foo', '-accel foo: invalid accelerator foo'],
    ['-bogus', '-bogus: invalid option'],
    ['-m', '-m: requires an argument'],
    ['foo.img', "foo.img: Could not open 'foo.img': No such file or directory"],
  ])('%s is refused with its message', (line, message) => {
    const words = splitCommandLine(line);
    expect(words.ok && parseCommandLine(words.value)).toEqual({ ok: false, error: message });
  });

  test('sockets × dies × cores × threads give slots in QEMU order', () => {
    const config = parseCommandLine('-M q35 -smp 1,sockets=2,dies=2,cores=3,threads=2,maxcpus=24'.split(' '));
    expect(config.ok && config.value.possibleCpus.map(({ apicId }) => apicId).slice(0, 8)).toEqual([
      0, 1, 2, 3, 4, 5, 8, 9,
    ]);
  });
});
