/** A machine `virt` answers as qemu-system-aarch64 7.2 does, where the two programs differ. */
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from './command-line.ts';
import { connect } from './testing.ts';

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}

function open(argv: readonly string[]) {
  const { session, lines } = connect(argv);
  const ask = (execute: string, args: Readonly<Record<string, unknown>> = {}): Reply => {
    lines.length = 0;
    session.feed(JSON.stringify({ execute, arguments: args }));
    return JSON.parse(lines.at(-1) ?? '{}') as Reply;
  };
  ask('qmp_capabilities');
  const print = (line: string) => ask('human-monitor-command', { 'command-line': line }).return;
  return { ask, print };
}

describe('qemu-system-aarch64', () => {
  const { ask, print } = open(['-M', 'virt,gic-version=3', '-cpu', 'cortex-a57', '-smp', '2', '-S']);

  test('query-machines tells its own 109 types, virt among them', () => {
    const machines = ask('query-machines').return as readonly { name: string }[];
    expect(machines).toHaveLength(109);
    expect(machines.find(({ name }) => name === 'virt-7.2')).toEqual({
      alias: 'virt',
      'cpu-max': 512,
      name: 'virt-7.2',
      'hotpluggable-cpus': false,
      'numa-mem-supported': false,
      deprecated: false,
      'default-cpu-type': 'cortex-a15-arm-cpu',
      'default-ram-id': 'mach-virt.ram',
    });
  });

  test('query-cpu-definitions tells its 42 models', () => {
    const models = ask('query-cpu-definitions').return as readonly unknown[];
    expect(models).toHaveLength(42);
    expect(models[0]).toEqual({ name: 'pxa270-c0', typename: 'pxa270-c0-arm-cpu', static: false, deprecated: false });
  });

  test.each(['query-sgx', 'query-sev', 'rtc-reset-reinjection'])('it has no %s', (name) => {
    const desc = `The command ${name} has not been found`;
    expect(ask(name).error).toEqual({ class: 'CommandNotFound', desc });
    expect(ask('query-commands').return).not.toContainEqual({ name });
  });

  test.each([
    ['query-kvm', { enabled: false, present: false }],
    [
      'query-gic-capabilities',
      [
        { emulated: true, version: 3, kernel: false },
        { emulated: true, version: 2, kernel: false },
      ],
    ],
    ['query-tpm-models', ['tpm-tis']],
  ])('%s', (name, value) => {
    expect(ask(name).return).toEqual(value);
  });

  test.each(['inject-nmi', 'query-vm-generation-id'])('%s is not for it', (name) => {
    const desc = 'this feature or command is not currently supported';
    expect(ask(name).error).toEqual({ class: 'GenericError', desc });
  });

  test.each([
    ['mce', "unknown command: 'mce'\r\n"],
    ['help mce', "unknown command: 'mce'\r\n"],
    ['info lapic', "unknown command: 'info lapic'\r\n"],
    ['info kvm', 'kvm support: not compiled\r\n'],
  ])('the monitor answers %s', (line, text) => {
    expect(print(line)).toBe(text);
  });

  test('info qom-tree has the interrupt controller, the GED is there with firmware only, and 32 virtio transports', () => {
    const tree = String(print('info qom-tree'));
    expect(tree).toContain('    /device[2] (arm-gicv3)\r\n');
    expect(tree).toContain('(gpio-key)');
    expect(tree).not.toContain('(acpi-ged)');
    expect(tree.match(/\(virtio-mmio\)/g)).toHaveLength(32);
    expect(tree).not.toContain('lapic');
    // 256 shared inputs and 32 of each vCPU
    expect(tree).toContain('/unnamed-gpio-in[319] (irq)');
    expect(tree).not.toContain('/unnamed-gpio-in[320] (irq)');
  });

  test('what the lab does not know of an object is told', () => {
    const desc = "Properties of 'arm-gicv3' are not modelled by the lab";
    expect(ask('qom-list', { path: '/machine/unattached/device[2]' }).error).toEqual({ class: 'GenericError', desc });
  });

  test('a processor of x86 is not a device of it', () => {
    expect(ask('device-list-properties', { typename: 'qemu64-x86_64-cpu' }).error).toEqual({
      class: 'DeviceNotFound',
      desc: "Device 'qemu64-x86_64-cpu' not found",
    });
    expect(ask('qom-list-types', { implements: 'x86_64-cpu' }).return).toEqual([]);
  });
});

describe('what virt leaves out', () => {
  test.each(['ras', 'nvdimm', 'mte'])('%s=on is listed, %s=off is as if it were not given', (name) => {
    const ignored = (setting: string) => {
      const config = parseCommandLine(['-M', `virt,gic-version=3,${name}=${setting}`, '-cpu', 'max']);
      return config.ok ? config.value.ignored : config.error;
    };
    expect(ignored('on')).toEqual([`-machine ${name}=on`]);
    expect(ignored('off')).toEqual([]);
  });
});

describe('qemu-system-x86_64', () => {
  const { ask, print } = open(['-M', 'q35', '-S']);

  test('has no query-gic-capabilities', () => {
    expect(ask('query-gic-capabilities').error?.class).toBe('CommandNotFound');
  });

  test('help lists mce, and info lists the local APIC', () => {
    expect(print('help')).toContain('\r\nmce [-b] cpu bank');
    expect(print('info')).toContain('\r\ninfo lapic [apic-id]');
  });
});
