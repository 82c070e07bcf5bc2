/** The human monitor: commands as a table, with the texts of QEMU 7.2. */
import type { MemoryBackend } from '../abi/machine-config.ts';
import { deviceAdd } from './device-add.ts';
import { deviceDel } from './device-del.ts';
import { hasMonitorCommand } from './emulator.ts';
import { cpuProps, hasHotpluggableCpus } from './hotpluggable-cpus.ts';
import { memoryDevicesText, pluggedSize } from './memory-commands.ts';
import { dimmHelp, objectHelp } from './object-help.ts';
import { keyvalTree } from './object-members.ts';
import { splitAtCommas, splitOptions } from './option-text.ts';
import { type QmpContext, QmpFailure, runStateOf, setRunning } from './qmp-context.ts';
import { isDict, type QDict, QObjectStream } from './qobject.ts';
import { findObject } from './qom.ts';
import { qomGet } from './qom-commands.ts';
import { everyObject, nodeAt, printTree, qomTree } from './qom-tree.ts';
import { qtree } from './qtree.ts';
import { HMP_HELP, HMP_INFO_HELP } from './tables/hmp-help.ts';
import { QEMU_VERSION } from './version.ts';

/** What a command wants behind its name. */
type HmpArguments = 'none' | 'text' | 'text?';

interface HmpCommand {
  readonly arguments: HmpArguments;
  /** Prints its answer; lines end in `\n`. */
  run(context: QmpContext, rest: string): string;
}

const errorText = (refused: string | undefined): string => (refused === undefined ? '' : `Error: ${refused}\n`);

/** `driver,prop=value,…` as -device takes it. */
const readOptions = (text: string, implied: string): QDict => Object.fromEntries(splitOptions(text, implied));

const { major, minor, micro } = QEMU_VERSION.qemu;
const VERSION_NUMBER = `${major}.${minor}.${micro}`;
const MIB = 2 ** 20;
const NO_UUID = '00000000-0000-0000-0000-000000000000';

function hotpluggableCpus({ board }: QmpContext): string {
  if (!hasHotpluggableCpus(board.config)) return errorText("The feature 'query-hotpluggable-cpus' is not enabled");
  const slots = [...board.config.possibleCpus].reverse().map((possible) => {
    const plugged = board.cpuAt(possible.index);
    const props = Object.entries(cpuProps(board, possible));
    return [
      `  type: "${board.config.cpuType}"`,
      '  vcpus_count: "1"',
      ...(plugged ? [`  qom_path: "${plugged.qomPath}"`] : []),
      '  CPUInstance Properties:',
      ...props.map(([name, value]) => `    ${name}: "${String(value)}"`),
    ].join('\n');
  });
  return `Hotpluggable CPUs:\n${slots.join('\n')}\n`;
}

function numa({ board }: QmpContext): string {
  const nodes = board.config.numaNodes.map(({ id, memory }) => {
    const cpus = board.pluggedCpus().filter(({ possible }) => possible.nodeId === id);
    const plugged = pluggedSize(board, id);
    return [
      `node ${id} cpus:${cpus.map(({ possible }) => ` ${possible.index}`).join('')}\n`,
      `node ${id} size: ${Math.floor((memory + plugged) / MIB)} MB\n`,
      `node ${id} plugged: ${Math.floor(plugged / MIB)} MB\n`,
    ].join('');
  });
  return `${nodes.length} nodes\n${nodes.join('')}`;
}

/** `0-2,5`. */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let from = 0, to = 0; from < numbers.length; from = to + 1) {
    for (to = from; (numbers[to + 1] ?? 0) === (numbers[to] ?? 0) + 1; ) to++;
    parts.push(from === to ? `${numbers[from]}` : `${numbers[from]}-${numbers[to]}`);
  }
  return parts.join(',');
}

const memdev = (backend: MemoryBackend): string =>
  [
    `memory backend: ${backend.id}`,
    `  size:  ${backend.size}`,
    ...(['merge', 'dump', 'prealloc', 'share', 'reserve'] as const).map((name) => `  ${name}: ${backend[name]}`),
    `  policy: ${backend.policy}`,
    `  host nodes: ${ranges(backend.hostNodes)}`,
    '',
  ].join('\n');

function status({ board }: QmpContext): string {
  const state = runStateOf(board);
  const text = state === 'running' || state === 'paused' ? state : `paused (${state})`;
  return `VM status: ${text}\n`;
}

function qomTreeText({ board, objects }: QmpContext, rest: string): string {
  const path = rest === '' ? '/machine' : rest;
  const root = qomTree(board, objects);
  const ends = everyObject(root, '').flatMap(({ node }) => nodeAt(node, path) ?? []);
  const at = path.startsWith('/') ? nodeAt(root, path) : ends.length === 1 ? ends[0] : undefined;
  return at ? printTree(at) : `Path '${path}' could not be resolved.\n`;
}

/** `device_add help`, `device_add TYPE,help`: QEMU lists all that it has. */
function deviceHelp(text: string, unmodelled: (what: string) => void): string | undefined {
  const asks = splitAtCommas(text).some((word) => word === 'help' || word === '?');
  if (!asks) return undefined;
  unmodelled(`device_add ${text}`);
  return `device_add ${text}: not modelled by the lab\n`;
}

/** qom-list: properties of an object, one a line. */
function qomList({ board, objects, unmodelled }: QmpContext, path: string): string {
  if (path === '') return '/\n';
  const found = findObject(board, objects, path);
  if (found === 'ambiguous') return errorText(`Path '${path}' is ambiguous`);
  if (!found) return errorText(`Device '${path}' not found`);
  if (found.properties.length === 0) {
    unmodelled(`properties of ${path}`);
    return errorText(`Properties of '${found.type}' are not modelled by the lab`);
  }
  return found.properties.map(({ name, type }) => `${name} (${type})\n`).join('');
}

/** qom-get: a property's value, as JSON. */
function qomGetText(context: QmpContext, rest: string): string {
  const [path, property] = splitWord(rest);
  if (property === '') return `qom-get: string expected\n${moreHelp('qom-get')}`;
  const value = qomGet(context, { path, property });
  if (value instanceof QmpFailure) return errorText(value.description);
  const plain = (_key: string, part: unknown) => (typeof part === 'bigint' ? Number(part) : part);
  return `${typeof value === 'bigint' ? value : JSON.stringify(value, plain, 4)}\n`;
}

/** object_add: options, an object of JSON, or a question for what there is. */
function objectAdd({ objects, unmodelled }: QmpContext, rest: string): string {
  const asked = objectHelp(rest);
  if (asked !== undefined) return asked;
  if (rest.startsWith('{')) {
    const [message] = new QObjectStream().feed(`${rest}\n`);
    if (!message || 'error' in message) return errorText(message ? message.error : 'JSON parse error, premature EOI');
    return errorText(objects.add(isDict(message.value) ? message.value : {}, 'json', unmodelled)?.description);
  }
  const bare = splitAtCommas(rest).find((part, index) => index > 0 && !part.includes('='));
  if (bare !== undefined) return errorText(`Expected '=' after parameter '${bare}'`);
  return errorText(objects.add(keyvalTree(splitOptions(rest, 'qom-type')), 'keyval', unmodelled)?.description);
}

type InfoCommand = (context: QmpContext, rest: string) => string;

/** `info` subcommands that take an argument; the others complain of one. */
const INFO_WITH_ARGUMENTS = new Set(['qom-tree', 'block', 'lapic', 'registers', 'mtree']);

const INFO: Readonly<Record<string, InfoCommand>> = {
  version: () => `${VERSION_NUMBER}${QEMU_VERSION.package}\n`,
  cpus: ({ board }) =>
    board
      .pluggedCpus()
      .map(({ possible }, order) => `${order === 0 ? '*' : ' '} CPU #${possible.index}: thread_id=${1000 + order}\n`)
      .join(''),
  status,
  numa,
  name: ({ board }) => (board.config.guestName === undefined ? '' : `${board.config.guestName}\n`),
  uuid: ({ board }) => `${board.config.uuid ?? NO_UUID}\n`,
  kvm: ({ board: { config } }) =>
    `kvm support: ${config.board === 'virt' ? 'not compiled' : config.accelerator === 'kvm' ? 'enabled' : 'disabled'}\n`,
  memdev: ({ objects }) => `${objects.all().map(memdev).join('')}\n`,
  'memory-devices': ({ board }) => memoryDevicesText(board),
  memory_size_summary: ({ board }) =>
    `base memory: ${board.config.memorySize}\nplugged memory: ${pluggedSize(board)}\n`,
  'hotpluggable-cpus': hotpluggableCpus,
  'qom-tree': qomTreeText,
  qtree: ({ board, unmodelled }) => {
    const text = qtree(board);
    if (text !== undefined) return text;
    unmodelled('info qtree');
    return 'info qtree: not modelled by the lab\n';
  },
  chardev: () => 'compat_monitor0: filename=stdio\n',
  block: () => '',
  iothreads: () => '',
  history: () => '',
  balloon: () => errorText('No balloon device has been activated'),
};

function info(context: QmpContext, rest: string): string {
  if (rest === '') return wholeHelp(context, HMP_INFO_HELP);
  const [name = '', argument = ''] = splitWord(rest);
  const run = INFO[name];
  if (!run) {
    if (helpOf(context, HMP_INFO_HELP, `info ${name}`) === undefined) return `unknown command: 'info ${name}'\n`;
    context.unmodelled(`info ${name}`);
    return `info ${name}: not modelled by the lab\n`;
  }
  if (argument !== '' && !INFO_WITH_ARGUMENTS.has(name)) return extraneous(name, `info ${name}`);
  return run(context, argument);
}

const COMMANDS: Readonly<Record<string, HmpCommand>> = {
  help: { arguments: 'text?', run: help },
  quit: {
    arguments: 'none',
    run: (context) => {
      context.event('SHUTDOWN', { guest: false, reason: 'host-qmp-quit' });
      context.quit();
      return '';
    },
  },
  stop: {
    arguments: 'none',
    run: (context) => errorText(setRunning(context, false)),
  },
  cont: {
    arguments: 'none',
    run: (context) => errorText(setRunning(context, true)),
  },
  system_powerdown: {
    arguments: 'none',
    run: (context) => {
      context.event('POWERDOWN');
      context.board.powerButton();
      return '';
    },
  },
  system_reset: {
    arguments: 'none',
    run: ({ board }) => {
      board.requestReset('host-qmp-system-reset');
      return '';
    },
  },
  system_wakeup: {
    arguments: 'none',
    run: () => errorText('Unable to wake up: guest is not in suspended state'),
  },
  // an option list may be empty, a string may not
  device_add: {
    arguments: 'text?',
    run: ({ board, objects, unmodelled }, rest) =>
      dimmHelp(rest) ??
      deviceHelp(rest, unmodelled) ??
      errorText(deviceAdd(board, readOptions(rest, 'driver'), unmodelled, objects)?.description),
  },
  device_del: {
    arguments: 'text',
    run: ({ board, objects, unmodelled }, rest) => errorText(deviceDel(board, rest, objects, unmodelled)?.description),
  },
  object_add: {
    arguments: 'text',
    run: objectAdd,
  },
  object_del: {
    arguments: 'text',
    run: ({ board, objects }, rest) => errorText(objects.remove(rest, (id) => board.memory.usesBackend(id))),
  },
  'qom-list': { arguments: 'text?', run: qomList },
  'qom-get': { arguments: 'text', run: qomGetText },
  info: { arguments: 'text?', run: info },
};

const escapeForRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A command's line of the help text, with those that continue it; undefined: there is no such command. */
function helpOf({ board }: QmpContext, text: string, name: string): string | undefined {
  if (!hasMonitorCommand(board.config, name)) return undefined;
  const names = name.startsWith('info ')
    ? escapeForRegExp(name)
    : `(?:[^\\s|]+\\|)*${escapeForRegExp(name)}(?:\\|\\S+)?`;
  return new RegExp(`^${names} .*\\n(?:\\t.*\\n)*`, 'm').exec(text)?.[0];
}

/** A help text, without the commands that only the other program has. */
function wholeHelp({ board }: QmpContext, text: string): string {
  const lines = text.trimStart().split(/^(?!\t)/m);
  return lines.filter((line) => hasMonitorCommand(board.config, commandOf(line))).join('');
}

/** `info mem` of its line of the help, `mce` of that one's. */
const commandOf = (line: string): string => /^(?:info )?[^\s|]+/.exec(line)?.[0] ?? '';

function help(context: QmpContext, topic: string): string {
  if (topic === '') return wholeHelp(context, HMP_HELP);
  const [name = '', rest = ''] = splitWord(topic);
  if (name === 'info') {
    return rest === ''
      ? wholeHelp(context, HMP_INFO_HELP)
      : (helpOf(context, HMP_INFO_HELP, `info ${rest}`) ?? unknown(`info ${rest}`));
  }
  return helpOf(context, HMP_HELP, name) ?? unknown(name);
}

const unknown = (name: string): string => `unknown command: '${name}'\n`;
const moreHelp = (name: string): string => `Try "help ${name}" for more information\n`;
const extraneous = (names: string, name: string): string =>
  `${names}: extraneous characters at the end of line\n${moreHelp(name)}`;

/** The first word and the rest. */
function splitWord(text: string): [string, string] {
  const space = text.search(/\s/);
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space).trim()];
}

/** Runs a monitor line; returns what the monitor prints, with its `\r\n` line ends. */
export function executeHmp(context: QmpContext, text: string): string {
  return runLine(context, text.trim()).replaceAll('\n', '\r\n');
}

function runLine(context: QmpContext, text: string): string {
  if (text === '') return '';
  const [typed, rest] = splitWord(text);
  const line = helpOf(context, HMP_HELP, typed);
  if (line === undefined) return unknown(typed);
  const names = line.slice(0, line.indexOf(' '));
  const command = names
    .split('|')
    .map((name) => COMMANDS[name])
    .find((candidate) => candidate !== undefined);
  if (!command) {
    context.unmodelled(`monitor command ${typed}`);
    return `${typed}: not modelled by the lab\n`;
  }
  if (command.arguments === 'none' && rest !== '') return extraneous(names, typed);
  if (command.arguments === 'text' && rest === '') return `${names}: string expected\n${moreHelp(typed)}`;
  return command.run(context, rest);
}
