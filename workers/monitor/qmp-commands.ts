/** The QMP commands that the lab has: argument types by QAPI's schema (7.2), and what each answers. */
import type { BoardError } from '../abi/board.ts';
import type { MachineConfig, MemoryBackendType } from '../abi/machine-config.ts';
import { CPU_MODELS, type CpuProperty, cpuTypeOf, propertiesOf } from './cpu-models.ts';
import { checkDeviceType, deviceAdd } from './device-add.ts';
import { deviceDel } from './device-del.ts';
import { executeHmp } from './hmp.ts';
import { cpuProps, hasHotpluggableCpus } from './hotpluggable-cpus.ts';
import { isMemoryBackendType, OBJECT_TYPES } from './memory-backends.ts';
import { memoryDevices, memorySizeSummary } from './memory-commands.ts';
import { objectHelp } from './object-help.ts';
import { memdevOf } from './object-store.ts';
import { type MonitorCommands, type QmpContext, QmpFailure, runStateOf, setRunning } from './qmp-context.ts';
import type { QDict, QObject } from './qobject.ts';
import { backendClassProperties, findObject, listProperties, type QomObject } from './qom.ts';
import { COMMAND_NAMES } from './tables/command-names.ts';
import { CPU_TYPE_ORDER } from './tables/cpu-type-order.ts';
import { ABSTRACT_DEVICES, DEVICE_MODELS } from './tables/device-models.ts';
import { DEFAULT_MACHINE, MACHINE_TYPES, type MachineType } from './tables/machine-types.ts';
import { QEMU_VERSION } from './version.ts';

type QapiType = 'string' | 'int' | 'bool';

interface QmpCommand {
  readonly name: string;
  /** Members of `arguments`; a `?` at the end of the type: may be left out. */
  readonly args: Readonly<Record<string, QapiType | `${QapiType}?`>>;
  /** device_add takes whatever properties the device has ('gen': false). */
  readonly anyArgs?: boolean;
  run(context: QmpContext, args: QDict): QObject | QmpFailure;
}

const answer = (refused: BoardError | undefined): QObject | QmpFailure =>
  refused ? new QmpFailure(refused.description, refused.class) : {};

const refusal = (wrong: string | undefined): QObject | QmpFailure => (wrong === undefined ? {} : new QmpFailure(wrong));

const typeNames: Readonly<Record<QapiType, string>> = { string: 'string', int: 'integer', bool: 'boolean' };

function hasType(value: QObject, type: QapiType): boolean {
  if (type === 'int') return typeof value === 'bigint' || typeof value === 'number';
  return typeof value === (type === 'bool' ? 'boolean' : 'string');
}

/** Checks arguments against the schema with the input visitor's messages. */
function checkArguments(command: QmpCommand, args: QDict): QmpFailure | undefined {
  for (const [name, spelled] of Object.entries(command.args)) {
    const optional = spelled.endsWith('?');
    const type = (optional ? spelled.slice(0, -1) : spelled) as QapiType;
    const value = args[name];
    if (value === undefined) {
      if (!optional) return new QmpFailure(`Parameter '${name}' is missing`);
    } else if (!hasType(value, type)) {
      return new QmpFailure(`Invalid parameter type for '${name}', expected: ${typeNames[type]}`);
    }
  }
  if (command.anyArgs) return undefined;
  const unexpected = Object.keys(args).find((name) => !(name in command.args));
  return unexpected === undefined ? undefined : new QmpFailure(`Parameter '${unexpected}' is unexpected`);
}

const command = (
  name: string,
  args: QmpCommand['args'],
  run: (context: QmpContext, args: QDict) => QObject | QmpFailure,
): QmpCommand => ({ name, args, run });

/** The emulator's architecture, as QMP names it. */
const targetOf = ({ board }: MachineConfig): string => (board === 'virt' ? 'aarch64' : 'x86_64');

/** A device that reports on DIMMs and CPUs is there: the GPE block's, or the Generic Event Device. */
const hasAcpiDevice = ({ board, virt }: MachineConfig): boolean =>
  board === 'virt' ? virt?.firmware === true && virt.acpi : board !== 'none';

const missingAcpi = new QmpFailure('command is not supported, missing ACPI device');
const notRealized = (feature: string): QmpFailure => new QmpFailure(`The feature '${feature}' is not enabled`);

/** QMP_COMMANDS' rows, by subject. */
const CPU_COMMANDS: readonly QmpCommand[] = [
  {
    // the schema asks for `driver` alone; its absence is reported by the handler, after a wrong id
    ...command('device_add', {}, ({ board, objects, unmodelled }, args) =>
      answer(deviceAdd(board, args, unmodelled, objects)),
    ),
    anyArgs: true,
  },
  command('device_del', { id: 'string' }, ({ board, objects, unmodelled }, args) =>
    answer(deviceDel(board, String(args['id']), objects, unmodelled)),
  ),
  command('query-acpi-ospm-status', {}, ({ board }) => {
    if (!hasAcpiDevice(board.config)) return missingAcpi;
    return board.ospmStatus().map(({ device, slot, slotType, source, status }): QDict => {
      return { ...(device === undefined ? {} : { device }), slot, 'slot-type': slotType, source, status };
    });
  }),
  command('query-hotpluggable-cpus', {}, ({ board }) => {
    if (!hasHotpluggableCpus(board.config)) return notRealized('query-hotpluggable-cpus');
    return [...board.config.possibleCpus].reverse().map((possible): QDict => {
      const plugged = board.cpuAt(possible.index);
      return {
        type: board.config.cpuType,
        'vcpus-count': 1,
        props: cpuProps(board, possible),
        ...(plugged ? { 'qom-path': plugged.qomPath } : {}),
      };
    });
  }),
  command('query-cpus-fast', {}, ({ board }) =>
    board.pluggedCpus().map(
      ({ possible, qomPath }, order): QDict => ({
        'cpu-index': possible.index,
        'qom-path': qomPath,
        // a host thread's number has no meaning here; it only has to be one
        'thread-id': 1000 + order,
        props: cpuProps(board, possible),
        target: targetOf(board.config),
      }),
    ),
  ),
];

/** Queries of which nothing in the lab's machines has anything to tell. */
const NOTHING_TO_TELL: readonly string[] = [
  'query-rx-filter',
  'query-tpm',
  'query-jobs',
  'query-named-block-nodes',
  'query-fdsets',
  'query-block-jobs',
  'query-yank',
  'query-stats-schemas',
];

const MACHINE_COMMANDS: readonly QmpCommand[] = [
  command('cont', {}, (context) => refusal(setRunning(context, true))),
  command('stop', {}, (context) => refusal(setRunning(context, false))),
  command('system_powerdown', {}, (context) => {
    context.event('POWERDOWN');
    context.board.powerButton();
    return {};
  }),
  command('system_reset', {}, ({ board }) => {
    board.requestReset('host-qmp-system-reset');
    return {};
  }),
  command('system_wakeup', {}, () => new QmpFailure('Unable to wake up: guest is not in suspended state')),
  command('quit', {}, (context) => {
    context.event('SHUTDOWN', { guest: false, reason: 'host-qmp-quit' });
    context.quit();
    return {};
  }),
  command('query-status', {}, ({ board }) => ({
    running: board.running,
    singlestep: false,
    status: runStateOf(board),
  })),
  command('query-current-machine', {}, ({ board }) => ({
    'wakeup-suspend-support': hasHotpluggableCpus(board.config),
  })),
  command('query-name', {}, ({ board: { config } }) => {
    return config.guestName === undefined ? {} : { name: config.guestName };
  }),
  command('query-version', {}, () => QEMU_VERSION),
  command('query-target', {}, ({ board }) => ({ arch: targetOf(board.config) })),
  command('query-uuid', {}, ({ board: { config } }) => ({ UUID: config.uuid ?? NO_UUID })),
  command('query-kvm', {}, ({ board }) => ({ enabled: board.config.accelerator === 'kvm', present: true })),
  command('query-machines', {}, () => MACHINE_TYPES.map(machineInfo)),
  command('query-commands', {}, () => COMMAND_NAMES.map((name) => ({ name }))),
  command('human-monitor-command', { 'command-line': 'string', 'cpu-index': 'int?' }, (context, args) => {
    return executeHmp(context, String(args['command-line']));
  }),
  // before the machine is made the lab answers nobody
  command('x-exit-preconfig', {}, () => new QmpFailure('The command is permitted only before machine initialization')),
  {
    ...command('set-numa-node', { type: 'string' }, () => {
      return new QmpFailure('The command is permitted only before the machine has been created');
    }),
    anyArgs: true,
  },
  command('migrate-incoming', { uri: 'string' }, ({ board, unmodelled }) => {
    if (!board.config.incoming) return new QmpFailure("'-incoming' was not specified on the command line");
    unmodelled('migrate-incoming');
    return new QmpFailure('The command migrate-incoming is not modelled by the lab');
  }),
  // what the lab has none of
  ...NOTHING_TO_TELL.map((name) => command(name, {}, () => [])),
  command('query-migrate', {}, () => ({})),
  command('query-replay', {}, () => ({ mode: 'none', icount: 0 })),
  command('query-dump', {}, () => ({ status: 'none', completed: 0, total: 0 })),
  command('query-sgx', {}, () => new QmpFailure('No EPC regions defined, SGX not available')),
  command('query-vm-generation-id', {}, () => new QmpFailure('VM Generation ID device not found')),
  command('netdev_del', { id: 'string' }, (_, { id }) => {
    return new QmpFailure(`Device '${String(id)}' not found`, 'DeviceNotFound');
  }),
  command('chardev-remove', { id: 'string' }, (_, { id }) => new QmpFailure(`Chardev '${String(id)}' not found`)),
  command('blockdev-del', { 'node-name': 'string' }, (_, args) => {
    return new QmpFailure(`Failed to find node with node-name='${String(args['node-name'])}'`);
  }),
  command('balloon', { value: 'int' }, () => new QmpFailure('No balloon device has been activated', 'DeviceNotActive')),
  command('x-query-numa', {}, (context) => {
    return { 'human-readable-text': executeHmp(context, 'info numa').replaceAll('\r', '') };
  }),
  command('query-block', {}, () => []),
  command('query-iothreads', {}, () => []),
  command('query-chardev', {}, () => [{ 'frontend-open': true, filename: 'stdio', label: 'compat_monitor0' }]),
  command('query-balloon', {}, () => new QmpFailure('No balloon device has been activated', 'DeviceNotActive')),
];

const MEMORY_COMMANDS: readonly QmpCommand[] = [
  command('query-memory-devices', {}, ({ board }) => memoryDevices(board)),
  command('query-memory-size-summary', {}, ({ board }) => memorySizeSummary(board)),
  command('query-memdev', {}, ({ objects }) => objects.all().map(memdevOf)),
  {
    // a union: which members there are follows from qom-type
    ...command('object-add', {}, ({ objects, unmodelled }, args) => answer(objects.add(args, 'json', unmodelled))),
    anyArgs: true,
  },
  command('object-del', { id: 'string' }, ({ board, objects }, args) => {
    const wrong = objects.remove(String(args['id']), (id) => board.memory.usesBackend(id));
    return wrong === undefined ? {} : new QmpFailure(wrong);
  }),
];

const objectAt = ({ board, objects }: QmpContext, path: QObject | undefined): QomObject | QmpFailure =>
  findObject(board, objects, String(path)) ?? new QmpFailure(`Device '${String(path)}' not found`, 'DeviceNotFound');

const QOM_COMMANDS: readonly QmpCommand[] = [
  command('qom-list', { path: 'string' }, (context, { path }) => {
    const object = objectAt(context, path);
    return object instanceof QmpFailure ? object : listProperties(object);
  }),
  command('qom-get', { path: 'string', property: 'string' }, (context, { path, property }) => {
    const object = objectAt(context, path);
    if (object instanceof QmpFailure) return object;
    const name = String(property);
    if (!object.properties.some((candidate) => candidate.name === name)) {
      return new QmpFailure(`Property '${object.type}.${name}' not found`);
    }
    const value = object.value(name);
    if (value !== undefined) return value;
    if (object.type === 'pc-dimm') return new QmpFailure(`Property '${object.type}.${name}' is not readable`);
    context.unmodelled(`qom-get ${String(path)} ${name}`);
    return new QmpFailure(`Property '${object.type}.${name}' is not modelled by the lab`);
  }),
  {
    ...command('qom-set', { path: 'string', property: 'string' }, (context, { path, property, value }) => {
      if (value === undefined) return new QmpFailure("Parameter 'value' is missing");
      const object = objectAt(context, path);
      if (object instanceof QmpFailure) return object;
      const name = String(property);
      if (!object.properties.some((candidate) => candidate.name === name)) {
        return new QmpFailure(`Property '${object.type}.${name}' not found`);
      }
      if (object.type === context.board.config.cpuType || object.type === 'pc-dimm') {
        const id = String(path).slice(String(path).lastIndexOf('/') + 1);
        return new QmpFailure(
          `Attempt to set property '${name}' on device '${id}' (type '${object.type}') after it was realized`,
        );
      }
      context.unmodelled(`qom-set ${String(path)} ${name}`);
      return new QmpFailure(`Property '${object.type}.${name}' is not modelled by the lab`);
    }),
    anyArgs: true,
  },
  command('qom-list-types', { implements: 'string?', abstract: 'bool?' }, (context, { implements: parent }) => {
    const listed = TYPE_TREE[String(parent)] ?? CPU_ANCESTORS[String(parent)];
    if (listed) return listed;
    const model = CPU_TYPE_ORDER.find((name) => cpuTypeOf(name) === parent);
    if (model) return [{ name: cpuTypeOf(model), parent: 'x86_64-cpu' }];
    if (parent !== undefined && !DEVICE_MODELS.has(String(parent))) return [];
    context.unmodelled(`qom-list-types ${String(parent ?? '')}`);
    return new QmpFailure(`Types of '${String(parent ?? 'object')}' are not modelled by the lab`);
  }),
  command('qom-list-properties', { typename: 'string' }, (context, { typename }) => {
    const name = String(typename);
    const known = isMemoryBackendType(name) ? backendProperties(name) : undefined;
    if (known) return known.map((property): QDict => ({ ...property }));
    if (DEVICE_MODELS.has(name) || CPU_MODELS.some((model) => cpuTypeOf(model) === name)) {
      context.unmodelled(`qom-list-properties ${name}`);
      return new QmpFailure(`Properties of '${name}' are not modelled by the lab`);
    }
    return new QmpFailure(`Class '${name}' not found`, 'DeviceNotFound');
  }),
  command('device-list-properties', { typename: 'string' }, (context, { typename }) => {
    const name = String(typename);
    const model = CPU_MODELS.find((candidate) => cpuTypeOf(candidate) === name);
    if (model !== undefined) return propertiesOf(model).map(propertyInfo);
    const dimm = PC_DIMM_PROPERTIES[name];
    if (dimm) return dimm;
    if (ABSTRACT_DEVICES.has(name) || OBJECT_TYPES.has(name)) {
      return new QmpFailure("Parameter 'typename' expects a non-abstract device type");
    }
    const type = checkDeviceType(name);
    if (!type.ok) {
      return type.error.endsWith('name')
        ? new QmpFailure(`Device '${name}' not found`, 'DeviceNotFound')
        : new QmpFailure(type.error);
    }
    context.unmodelled(`device-list-properties ${name}`);
    return new QmpFailure(`Device '${name}' is not modelled by the lab`);
  }),
];

const NO_UUID = '00000000-0000-0000-0000-000000000000';

const CPU_TYPES = CPU_TYPE_ORDER.map((model): QDict => ({ name: cpuTypeOf(model), parent: 'x86_64-cpu' }));
const CPU_ANCESTORS: Readonly<Record<string, readonly QDict[]>> = { 'x86_64-cpu': CPU_TYPES, cpu: CPU_TYPES };
const TYPE_TREE: Readonly<Record<string, readonly QDict[]>> = {
  'pc-dimm': [
    { name: 'nvdimm', parent: 'pc-dimm' },
    { name: 'pc-dimm', parent: 'device' },
  ],
};
/** Properties of a backend's class, with what object_add's help says of them. */
function backendProperties(type: MemoryBackendType): QDict[] {
  const help = new Map(
    (objectHelp(`${type},help`) ?? '').split('\n').flatMap((line): [string, string][] => {
      const [, name = '', description] = /^ {2}([\w-]+)=<.*?>(?: +- (.*))?$/.exec(line) ?? [];
      return description === undefined ? [] : [[name, description]];
    }),
  );
  return backendClassProperties(type).map(({ name, type: kind }) => {
    const description = help.get(name);
    return { name, ...(description === undefined ? {} : { description }), type: kind };
  });
}

const PC_DIMM_PROPERTIES: Readonly<Record<string, readonly QDict[]>> = {
  'pc-dimm': [
    { name: 'memdev', type: 'link<memory-backend>' },
    { 'default-value': 0, name: 'node', type: 'uint32' },
    { 'default-value': 0, name: 'addr', type: 'uint64' },
    { 'default-value': -1, name: 'slot', type: 'int32' },
    { name: 'size', type: 'uint64' },
  ],
};

function propertyInfo({ name, type, defaultValue, description }: CpuProperty): QDict {
  const value =
    type === 'bool' ? defaultValue === 'true' : type === 'OnOffAuto' ? String(defaultValue) : Number(defaultValue);
  return {
    name,
    type,
    ...(description === undefined ? {} : { description }),
    ...(defaultValue === undefined ? {} : { 'default-value': value }),
  };
}

function machineInfo(machine: MachineType): QDict {
  return {
    ...(machine.alias === undefined ? {} : { alias: machine.alias }),
    ...(machine.name === DEFAULT_MACHINE ? { 'is-default': true } : {}),
    'cpu-max': machine.maxCpus,
    name: machine.name,
    'hotpluggable-cpus': machine.hotpluggableCpus,
    'numa-mem-supported': machine.numaMemory,
    deprecated: machine.deprecated,
    ...(machine.cpuModel === undefined ? {} : { 'default-cpu-type': cpuTypeOf(machine.cpuModel) }),
    ...(machine.ramId === undefined ? {} : { 'default-ram-id': machine.ramId }),
  };
}

/** The commands that the lab runs. */
const QMP_COMMANDS: readonly QmpCommand[] = [...CPU_COMMANDS, ...MACHINE_COMMANDS, ...MEMORY_COMMANDS, ...QOM_COMMANDS];

const BY_NAME = new Map(QMP_COMMANDS.map((entry) => [entry.name, entry]));

/** Those of the real one, too. */
const EVERY_NAME = new Set(COMMAND_NAMES);

/** Both monitors. */
export const monitorCommands: MonitorCommands = {
  qmp(context, name, args) {
    const found = BY_NAME.get(name);
    if (found) return checkArguments(found, args) ?? found.run(context, args);
    if (!EVERY_NAME.has(name)) return new QmpFailure(`The command ${name} has not been found`, 'CommandNotFound');
    context.unmodelled(name);
    return new QmpFailure(`The command ${name} is not modelled by the lab`);
  },
  hmp: executeHmp,
};
