/** The QMP commands that the lab has: argument types by QAPI's schema (7.2), and what each answers. */
import type { Board, BoardError } from '../abi/board.ts';
import { deviceAdd, deviceDel } from './device-add.ts';
import { executeHmp } from './hmp.ts';
import { cpuProps } from './hotpluggable-cpus.ts';
import { isDict, type QDict, type QObject } from './qobject.ts';
import { QEMU_VERSION } from './version.ts';

export type QapiType = 'string' | 'int' | 'bool';

export interface QmpCommand {
  readonly name: string;
  /** Members of `arguments`; a `?` at the end of the type: may be left out. */
  readonly args: Readonly<Record<string, QapiType | `${QapiType}?`>>;
  /** device_add takes whatever properties the device has ('gen': false). */
  readonly anyArgs?: boolean;
  run(context: QmpContext, args: QDict): QObject | QmpFailure;
}

export interface QmpContext {
  readonly board: Board;
  /** Emits a QMP event at once. */
  event(name: string, data?: Readonly<Record<string, unknown>>): void;
  /** Ends QEMU. */
  quit(): void;
  /** Names of all commands, for query-commands. */
  readonly commands: readonly string[];
}

export class QmpFailure {
  readonly errorClass: string;
  readonly description: string;

  constructor(description: string, errorClass = 'GenericError') {
    this.errorClass = errorClass;
    this.description = description;
  }
}

const answer = (refused: BoardError | undefined): QObject | QmpFailure =>
  refused ? new QmpFailure(refused.description, refused.class) : {};

const typeNames: Readonly<Record<QapiType, string>> = { string: 'string', int: 'integer', bool: 'boolean' };

function hasType(value: QObject, type: QapiType): boolean {
  if (type === 'int') return typeof value === 'bigint' || typeof value === 'number';
  return typeof value === (type === 'bool' ? 'boolean' : 'string');
}

/** Checks arguments against the schema with the input visitor's messages. */
export function checkArguments(command: QmpCommand, args: QDict): QmpFailure | undefined {
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

/** In the order in which query-commands lists those of them that QEMU has. */
export const QMP_COMMANDS: readonly QmpCommand[] = [
  {
    // the schema asks for `driver` alone; its absence is reported by the handler, after a wrong id
    ...command('device_add', {}, ({ board }, args) => answer(deviceAdd(board, args))),
    anyArgs: true,
  },
  command('query-acpi-ospm-status', {}, ({ board }) =>
    board.ospmStatus().map(({ device, slot, slotType, source, status }): QDict => {
      return { ...(device === undefined ? {} : { device }), slot, 'slot-type': slotType, source, status };
    }),
  ),
  command('human-monitor-command', { 'command-line': 'string', 'cpu-index': 'int?' }, (context, args) => {
    return executeHmp(context, String(args['command-line']));
  }),
  command('cont', {}, (context) => {
    if (!context.board.running) {
      context.board.setRunning(true);
      context.event('RESUME');
    }
    return {};
  }),
  command('stop', {}, (context) => {
    if (context.board.running) {
      context.board.setRunning(false);
      context.event('STOP');
    }
    return {};
  }),
  command('query-name', {}, () => ({})),
  command('quit', {}, (context) => {
    context.quit();
    return {};
  }),
  command('query-commands', {}, (context) => context.commands.map((name) => ({ name }))),
  command('query-version', {}, () => QEMU_VERSION),
  command('query-target', {}, () => ({ arch: 'x86_64' })),
  command('query-uuid', {}, () => ({ UUID: '00000000-0000-0000-0000-000000000000' })),
  command('query-kvm', {}, ({ board }) => ({ enabled: board.config.accelerator === 'kvm', present: true })),
  command('query-hotpluggable-cpus', {}, ({ board }) =>
    [...board.config.possibleCpus].reverse().map((possible): QDict => {
      const plugged = board.cpuAt(possible.index);
      return {
        type: board.config.cpuType,
        'vcpus-count': 1,
        props: cpuProps(board, possible),
        ...(plugged ? { 'qom-path': plugged.qomPath } : {}),
      };
    }),
  ),
  command('query-cpus-fast', {}, ({ board }) =>
    board.pluggedCpus().map(
      ({ possible, qomPath }, order): QDict => ({
        'cpu-index': possible.index,
        'qom-path': qomPath,
        // a host thread's number has no meaning here; it only has to be one
        'thread-id': 1000 + order,
        props: cpuProps(board, possible),
        target: 'x86_64',
      }),
    ),
  ),
  command('system_powerdown', {}, (context) => {
    context.event('POWERDOWN');
    context.board.powerButton();
    return {};
  }),
  command('query-status', {}, ({ board }) => ({
    status: board.running ? 'running' : board.config.startStopped && !board.everRan ? 'prelaunch' : 'paused',
    singlestep: false,
    running: board.running,
  })),
  command('device_del', { id: 'string' }, ({ board }, args) => answer(deviceDel(board, String(args['id'])))),
];

/** The message's shape, as qmp_dispatch_check_obj sees it: a command's name and arguments, or what is wrong. */
export function checkMessage(message: QObject): { name: string; args: QDict; id: QObject | undefined } | QmpFailure {
  if (!isDict(message)) return new QmpFailure('QMP input must be a JSON object');
  let name: string | undefined;
  let args: QDict = {};
  for (const [key, value] of Object.entries(message)) {
    if (key === 'execute') {
      if (typeof value !== 'string') return new QmpFailure(`QMP input member '${key}' must be a string`);
      name = value;
    } else if (key === 'arguments') {
      if (!isDict(value)) return new QmpFailure("QMP input member 'arguments' must be an object");
      args = value;
    } else if (key !== 'id') return new QmpFailure(`QMP input member '${key}' is unexpected`);
  }
  if (name === undefined) return new QmpFailure("QMP input lacks member 'execute'");
  return { name, args, id: message['id'] };
}
