/** The QOM tree through QMP, held against what QEMU 7.2 told of the same machines. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { connect } from './testing.ts';

interface RecordedTree {
  readonly argv: readonly string[];
  readonly objects: readonly {
    readonly path: string;
    /** Name, type and value, as qom-list and qom-get tell them; an error in place of a value has a class. */
    readonly properties: readonly (readonly [string, string, unknown])[];
  }[];
}

const RECORDED = JSON.parse(
  readFileSync(new URL('../recordings/qmp/qom-board-devices.json', import.meta.url), 'utf8'),
) as readonly RecordedTree[];

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}

function open(argv: readonly string[]) {
  const { session, lines, unmodelled } = connect(argv);
  const ask = (execute: string, args: Readonly<Record<string, unknown>> = {}): Reply => {
    lines.length = 0;
    session.feed(JSON.stringify({ execute, arguments: args }));
    return JSON.parse(lines.at(-1) ?? '{}') as Reply;
  };
  ask('qmp_capabilities');
  return { ask, unmodelled };
}

const isNotModelled = ({ error }: Reply): boolean => error?.desc.endsWith('is not modelled by the lab') ?? false;
const sorted = (rows: readonly (readonly unknown[])[]): string[] => rows.map((row) => row.join(' ')).sort();

describe.each(RECORDED)('the objects of $argv', ({ argv, objects }) => {
  const { ask, unmodelled } = open(argv);

  test.each(objects)('qom-list and qom-get of $path', ({ path, properties }) => {
    const listed = ask('qom-list', { path }).return as readonly { name: string; type: string }[];
    expect(sorted(listed.map(({ name, type }) => [name, type]))).toEqual(
      sorted(properties.map(([name, type]) => [name, type])),
    );
    for (const [property, , value] of properties) {
      unmodelled.length = 0;
      const reply = ask('qom-get', { path, property });
      if (isNotModelled(reply)) expect(unmodelled, property).toEqual([`qom-get ${path} ${property}`]);
      else if (reply.error) expect(reply.error, property).toEqual((value as { ERR?: unknown }).ERR);
      else expect(reply.return, property).toEqual(value);
    }
  });
});

describe('paths', () => {
  const { ask } = open(['-M', 'q35', '-nodefaults', '-smp', '2,maxcpus=4', '-S']);

  test('the ACPI device of a q35 tells all that it has', () => {
    const path = '/machine/unattached/device[3]';
    const listed = ask('qom-list', { path }).return as readonly { name: string }[];
    const untold = listed.filter(({ name: property }) => ask('qom-get', { path, property }).error);
    expect(untold).toEqual([]);
  });

  test.each(['/machine/unattached/device[99]', 'nope', '/machine/q35/mch/nope/type'])('%s is not there', (path) => {
    const error = { class: 'DeviceNotFound', desc: `Device '${path}' not found` };
    expect(ask('qom-list', { path }).error).toEqual(error);
    expect(ask('qom-get', { path, property: 'type' }).error).toEqual(error);
    expect(ask('qom-set', { path, property: 'type', value: 1 }).error).toEqual(error);
  });

  test.each(['lapic', ''])('%o does not say which, and only qom-list tells so', (path) => {
    expect(ask('qom-list', { path }).error).toEqual({ class: 'GenericError', desc: `Path '${path}' is ambiguous` });
    expect(ask('qom-get', { path, property: 'type' }).error).toEqual({
      class: 'DeviceNotFound',
      desc: `Device '${path}' not found`,
    });
  });

  test.each([
    ['mch', 'mch'],
    ['q35/mch', 'mch'],
    ['machine/q35', 'q35-pcihost'],
    ['device[3]', 'ICH9-LPC'],
    ['/machine//unattached/device[0]/lapic', 'apic'],
    ['/machine/unattached/device[3]/parent_bus/child[0]', 'mch'],
    ['isa.0/child[0]', 'i8257'],
    ['/', 'container'],
  ])('%s is an object of type %s', (path, type) => {
    expect(ask('qom-get', { path, property: 'type' })).toEqual({ return: type });
  });
});

describe('qom-set on a machine that is there', () => {
  const { ask } = open([
    ...['-M', 'q35', '-smp', '2,maxcpus=4', '-m', '256M,slots=2,maxmem=1G', '-S'],
    ...['-object', 'memory-backend-ram,id=m,size=128M', '-device', 'pc-dimm,memdev=m,id=d0'],
    ...['-device', 'qemu64-x86_64-cpu,socket-id=0,core-id=2,thread-id=0,id=c2'],
  ]);
  const anonymous = '/machine/unattached/device[0]';

  test.each([
    [anonymous, 'type', "Property 'qemu64-x86_64-cpu.type' is not writable"],
    [anonymous, 'hotplugged', "Property 'qemu64-x86_64-cpu.hotplugged' is not writable"],
    [anonymous, 'lapic', "Property 'qemu64-x86_64-cpu.lapic' is not writable"],
    [
      anonymous,
      'apic-id',
      "Attempt to set property 'apic-id' on anonymous device (type 'qemu64-x86_64-cpu') after it was realized",
    ],
    [
      '/machine/peripheral/c2',
      'apic-id',
      "Attempt to set property 'apic-id' on device 'c2' (type 'qemu64-x86_64-cpu') after it was realized",
    ],
    ['/machine/peripheral/d0', 'size', "Property 'pc-dimm.size' is not writable"],
    [
      '/machine/peripheral/d0',
      'memdev',
      "Attempt to set link property 'memdev' on device 'd0' (type 'pc-dimm') after it was realized",
    ],
    ['/machine', 'q35', "Property 'pc-q35-7.2-machine.q35' is not writable"],
  ])('%s %s', (path, property, desc) => {
    expect(ask('qom-set', { path, property, value: 1 }).error).toEqual({ class: 'GenericError', desc });
  });

  test('a device that is realized can be realized', () => {
    expect(ask('qom-set', { path: anonymous, property: 'realized', value: true })).toEqual({ return: {} });
  });
});

describe('the monitor', () => {
  const { ask } = open(['-M', 'q35', '-nodefaults', '-smp', '2,maxcpus=4', '-S']);
  const print = (line: string) => ask('human-monitor-command', { 'command-line': line }).return;

  test.each([
    ['qom-list', '/\r\n'],
    ['qom-list nope', "Error: Device 'nope' not found\r\n"],
    ['qom-list /machine/peripheral', 'type (string)\r\n'],
    ['qom-get /machine', 'qom-get: string expected\r\nTry "help qom-get" for more information\r\n'],
    ['qom-get /machine type', '"pc-q35-7.2-machine"\r\n'],
    ['qom-get /machine/unattached/device[3] sci_int', '9\r\n'],
  ])('answers %s', (line, text) => {
    expect(print(line)).toBe(text);
  });
});
