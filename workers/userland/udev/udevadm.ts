/** udevadm of systemd 252: info, trigger, settle, control, monitor, test. The daemon is the same program by another name. */
import { ERRNO, SIGNALS } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { ProgramTable } from '../program.ts';
import { errorText, writeAll } from '../stdio.ts';
import { type Tool, type ToolMain, toolFactory } from '../tools/tool.ts';
import { type Device, openDevice, parseMessage, writeDatabase } from './device.ts';
import { applyRules, type EventContext } from './event.ts';
import { info } from './info.ts';
import { ruleFiles } from './rule-files.ts';
import { parseRules } from './rules.ts';
import { settle, trigger } from './trigger.ts';
import { CONTROL, deviceOfEvent, END_OF_REQUEST, KERNEL_GROUP, UDEV_GROUP, udevd } from './udevd.ts';

const HELP = `udevadm [--help] [--version] [--debug] COMMAND [COMMAND OPTIONS]

Send control commands or test the device manager.

Commands:
  info          Query sysfs or the udev database
  trigger       Request events from the kernel
  settle        Wait for pending udev events
  control       Control the udev daemon
  monitor       Listen to kernel and udev events
  test          Test an event run
  test-builtin  Test a built-in command
  wait          Wait for device or device symlink
  lock          Lock a block device

See the udevadm(8) man page for details.
`;

/** Options of control: the letter, and what the daemon is sent; `value`: it takes one. */
const REQUESTS: readonly (readonly [letter: string, long: string, request: string, value: boolean, what: string])[] = [
  ['e', 'exit', 'exit', false, 'exit request'],
  ['l', 'log-level', 'log-level', true, 'request to set log level'],
  ['l', 'log-priority', 'log-level', true, 'request to set log level'],
  ['s', 'stop-exec-queue', 'stop-exec-queue', false, 'request to stop exec queue'],
  ['S', 'start-exec-queue', 'start-exec-queue', false, 'request to start exec queue'],
  ['R', 'reload', 'reload', false, 'reload request'],
  ['R', 'reload-rules', 'reload', false, 'reload request'],
  ['p', 'property', 'property', true, 'request to update environment'],
  ['m', 'children-max', 'children-max', true, 'request to set number of children'],
  ['P', 'ping', 'ping', false, 'a ping message'],
];

const SECOND = 1_000_000_000;

function* control(tool: Tool): Co<number> {
  const { sys } = tool;
  if (tool.args.length === 0) return yield* tool.die('This command expects one or more options.');
  const long = Object.fromEntries(REQUESTS.map(([letter, name]) => [name, letter]));
  const options = yield* tool.options('el:sSRp:m:Pt:hV', { ...long, timeout: 't', help: 'h', version: 'V' });
  const [extra] = options.operands;
  if (extra !== undefined) return yield* tool.die(`Extraneous argument: ${extra}`);
  const fd = yield* sys.socketLocal();
  const connected = yield* sys.connect(fd, CONTROL);
  const sent = new Set<string>();
  for (const [letter, , request, takesValue, what] of REQUESTS) {
    if (!options.has(letter) || sent.has(letter)) continue;
    sent.add(letter);
    if (connected < 0) return yield* tool.die(`Failed to send ${what}: ${errorText(connected)}`);
    const value = options.value(letter) ?? '';
    if (letter === 'p' && !value.includes('=')) return yield* tool.die(`expect <KEY>=<value> instead of '${value}'`);
    if (letter === 'm' && !/^\d+$/.test(value)) {
      return yield* tool.die(`Failed to parse maximum number of children '${value}': Invalid argument`);
    }
    yield* sys.write(fd, takesValue ? `${request} ${value}` : request);
  }
  yield* sys.write(fd, END_OF_REQUEST);
  const seconds = Number(options.value('t') ?? 60);
  const ready = yield* sys.poll([fd], seconds * SECOND);
  if (typeof ready === 'number' || ready.length === 0) {
    return yield* tool.die('Failed to wait for daemon to reply: Connection timed out');
  }
  return 0;
}

const MICROSECOND = 1000;

function* monitor(tool: Tool): Co<number> {
  const { sys } = tool;
  const options = yield* tool.options('pkus:t:hV', {
    property: 'p',
    environment: 'p',
    kernel: 'k',
    udev: 'u',
    'subsystem-match': 's',
    'tag-match': 't',
    help: 'h',
    version: 'V',
  });
  const both = !options.has('k') && !options.has('u');
  const kernel = both || options.has('k');
  const udev = both || options.has('u');
  const fd = yield* sys.socketUevent();
  yield* sys.bindGroups(fd, (kernel ? KERNEL_GROUP : 0) | (udev ? UDEV_GROUP : 0));
  let ends = false;
  for (const signal of [SIGNALS.SIGINT, SIGNALS.SIGTERM]) {
    yield* sys.sigaction(signal, function* () {
      ends = true;
    });
  }
  yield* tool.print('monitor will print the received events for:\n');
  if (udev) yield* tool.print('UDEV - the event which udev sends out after rule processing\n');
  if (kernel) yield* tool.print('KERNEL - the kernel uevent\n');
  yield* tool.print('\n');
  while (!ends) {
    yield* tool.out.flush();
    const message = yield* sys.read(fd, 65536);
    if (typeof message === 'number') {
      if (message === -ERRNO.EINTR || message === -ERRNO.ENOBUFS) continue;
      break;
    }
    const { fromUdev, properties } = parseMessage(message);
    const subsystem = properties.get('SUBSYSTEM') ?? '';
    const wanted = options.all('s').map((text) => text.split('/')[0]);
    if (wanted.length > 0 && !wanted.includes(subsystem)) continue;
    const tags = properties.get('TAGS') ?? '';
    if (options.has('t') && !options.all('t').some((tag) => tags.includes(`:${tag}:`))) continue;
    const usec = Math.floor(sys.clock_gettime('monotonic') / MICROSECOND);
    const time = `${Math.floor(usec / 1_000_000)}.${`${usec % 1_000_000}`.padStart(6, '0')}`;
    const action = (properties.get('ACTION') ?? '').padEnd(8);
    const source = fromUdev ? 'UDEV  ' : 'KERNEL';
    yield* tool.print(`${source}[${time}] ${action} ${properties.get('DEVPATH') ?? ''} (${subsystem})\n`);
    if (!options.has('p')) continue;
    for (const [name, value] of properties) yield* tool.print(`${name}=${value}\n`);
    yield* tool.print('\n');
  }
  return 0;
}

const NOTICE = `This program is for debugging only, it does not run any program
specified by a RUN key. It may show incorrect results, because
some values may be different, or not available at a simulation run.

`;

function* test(tool: Tool): Co<number> {
  const { sys, programs } = tool;
  const options = yield* tool.options('a:N:hV', { action: 'a', 'resolve-names': 'N', help: 'h', version: 'V' });
  const [path] = options.operands;
  if (path === undefined) return yield* tool.die('syspath parameter missing.');
  yield* tool.print(NOTICE);
  yield* tool.out.flush();
  const say = (text: string): Co<number> => writeAll(sys, 2, `${text}\n`);
  const known: Device | undefined = yield* openDevice(sys, path.startsWith('/sys/') ? path : `/sys${path}`);
  if (!known) return yield* tool.die(`Failed to open device '${path}': No such device`);
  const files = yield* ruleFiles(sys);
  const faults: string[] = [];
  for (const { path: file } of files) yield* say(`Reading rules file: ${file}`);
  const rules = parseRules(files, (fault) => faults.push(fault));
  for (const fault of faults) yield* say(fault);
  const properties = new Map<string, string>();
  for (const [name, value] of known.properties) {
    if (!known.kept.has(name)) properties.set(name, value);
    if (name === 'DEVPATH') properties.set('ACTION', options.value('a') ?? 'add');
  }
  const { device, database } = yield* deviceOfEvent(sys, properties);
  const context: EventContext = {
    sys,
    programs,
    device,
    database,
    *tell(text) {
      yield* say(text);
    },
    run: [],
    result: '',
    final: new Set(),
  };
  yield* applyRules(context, rules);
  if (device.properties.get('ACTION') !== 'remove') yield* writeDatabase(sys, device);
  for (const [name, value] of device.properties) yield* tool.print(`${name}=${value}\n`);
  for (const { command } of context.run) yield* tool.print(`run: '${command}'\n`);
  return 0;
}

const VERBS: Readonly<Record<string, ToolMain>> = { info, trigger, settle, control, monitor, test };
/** Verbs that the lab has no use for. */
const OTHERS = ['test-builtin', 'wait', 'lock', 'hwdb'];

export function* udevadm(tool: Tool): Co<number> {
  if (tool.name.endsWith('udevd')) return yield* udevd(tool);
  const at = tool.args.findIndex((argument) => !argument.startsWith('-'));
  const before = at < 0 ? tool.args : tool.args.slice(0, at);
  if (before.includes('--help') || before.includes('-h')) {
    yield* tool.print(HELP);
    return 0;
  }
  if (before.includes('--version') || before.includes('-V')) {
    yield* tool.print('252\n');
    return 0;
  }
  const verb = tool.args[at];
  if (verb === undefined) {
    yield* tool.printError('Command verb required.\n');
    return 1;
  }
  if (verb === 'help') {
    yield* tool.print(HELP);
    return 0;
  }
  const main = VERBS[verb];
  if (!main) {
    yield* tool.printError(OTHERS.includes(verb) ? `${verb}: not in this guest\n` : `Unknown command verb ${verb}.\n`);
    return 1;
  }
  return yield* asVerb(tool.programs, verb, tool.args.slice(at + 1), main, tool);
}

/** The verb's own messages come without a name, but for those about options. */
const asVerb = (
  programs: ProgramTable,
  verb: string,
  args: readonly string[],
  main: ToolMain,
  tool: Tool,
): Co<number> =>
  toolFactory(function* (own) {
    own.hints = false;
    return yield* main(own);
  }, programs)(
    [verb, ...args],
    tool.environment,
  )(tool.sys);
