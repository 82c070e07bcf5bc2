/** The QMP commands that the lab has. */
import type { BoardError } from '../abi/board.ts';
import type { MachineConfig } from '../abi/machine-config.ts';
import { deviceAdd } from './device-add.ts';
import { deviceDel } from './device-del.ts';
import { commandNames, cpuDefinitions, machineInfos, targetOf } from './emulator.ts';
import { executeHmp } from './hmp.ts';
import { cpuProps, hasHotpluggableCpus } from './hotpluggable-cpus.ts';
import { memoryDevices, memorySizeSummary } from './memory-commands.ts';
import { memdevOf } from './object-store.ts';
import { checkArguments, command, type QmpCommand } from './qmp-command.ts';
import { type MonitorCommands, QmpFailure, runStateOf, setRunning } from './qmp-context.ts';
import type { QDict, QObject } from './qobject.ts';
import { QOM_COMMANDS } from './qom-commands.ts';
import { QEMU_VERSION } from './version.ts';

const answer = (refused: BoardError | undefined): QObject | QmpFailure =>
  refused ? new QmpFailure(refused.description, refused.class) : {};

const refusal = (wrong: string | undefined): QObject | QmpFailure => (wrong === undefined ? {} : new QmpFailure(wrong));

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
  'query-blockstats',
  'query-vcpu-dirty-limit',
  'x-query-virtio',
];

const UNSUPPORTED = new QmpFailure('this feature or command is not currently supported');

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
  // the program for a foreign architecture is built without KVM
  command('query-kvm', {}, ({ board: { config } }) => ({
    enabled: config.accelerator === 'kvm',
    present: config.board !== 'virt',
  })),
  command('query-machines', {}, ({ board }) => machineInfos(board.config)),
  command('query-cpu-definitions', {}, ({ board, unmodelled }) => {
    const definitions = cpuDefinitions(board.config);
    if (definitions) return definitions;
    unmodelled('query-cpu-definitions');
    return new QmpFailure('The command query-cpu-definitions is not modelled by the lab');
  }),
  command('query-commands', {}, ({ board }) => commandNames(board.config).map((name) => ({ name }))),
  command('query-gic-capabilities', {}, () => [
    { emulated: true, version: 3, kernel: false },
    { emulated: true, version: 2, kernel: false },
  ]),
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
  command('query-vm-generation-id', {}, ({ board: { config } }) => {
    return config.board === 'virt' ? UNSUPPORTED : new QmpFailure('VM Generation ID device not found');
  }),
  command('inject-nmi', {}, ({ board: { config }, unmodelled }) => {
    if (config.board === 'virt') return UNSUPPORTED;
    unmodelled('inject-nmi');
    return new QmpFailure('The command inject-nmi is not modelled by the lab');
  }),
  command('query-sgx-capabilities', {}, () => new QmpFailure('SGX is not enabled in KVM')),
  command('query-sev', {}, () => ({
    ...{ enabled: false, 'api-minor': 0, handle: 0, state: 'uninit', 'api-major': 0, 'build-id': 0, policy: 0 },
  })),
  command('query-xen-replication-status', {}, () => ({ error: false })),
  command('query-colo-status', {}, () => ({ 'last-mode': 'none', mode: 'none', reason: 'none' })),
  command('query-dirty-rate', {}, () => ({
    ...{ status: 'unstarted', 'sample-pages': 0, mode: 'page-sampling', 'start-time': 0, 'calc-time': 0 },
  })),
  command('query-tpm-models', {}, ({ board: { config } }) => {
    return config.board === 'virt' ? ['tpm-tis'] : ['tpm-crb', 'tpm-tis'];
  }),
  command('query-tpm-types', {}, () => ['passthrough', 'emulator']),
  command('x-query-opcount', {}, () => ({ 'human-readable-text': '[TCG profiler not compiled]\n' })),
  command('x-query-profile', {}, () => new QmpFailure('Internal profiler not compiled')),
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

const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** The commands that the lab runs. */
const QMP_COMMANDS: readonly QmpCommand[] = [...CPU_COMMANDS, ...MACHINE_COMMANDS, ...MEMORY_COMMANDS, ...QOM_COMMANDS];

const BY_NAME = new Map(QMP_COMMANDS.map((entry) => [entry.name, entry]));

/** Both monitors. */
export const monitorCommands: MonitorCommands = {
  qmp(context, name, args) {
    if (!commandNames(context.board.config).includes(name)) {
      return new QmpFailure(`The command ${name} has not been found`, 'CommandNotFound');
    }
    const found = BY_NAME.get(name);
    if (found) return checkArguments(found, args) ?? found.run(context, args);
    context.unmodelled(name);
    return new QmpFailure(`The command ${name} is not modelled by the lab`);
  },
  hmp: executeHmp,
};
