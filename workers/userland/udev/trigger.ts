/** udevadm trigger and settle. */
import type { Co } from '../../sim/coroutine.ts';
import { matches } from '../shell/pattern.ts';
import { errorText } from '../stdio.ts';
import type { Options, Tool } from '../tools/tool.ts';
import { attributeOf, openDevice, subsystemOf, writeAttribute } from './device.ts';
import { allDevices, allSubsystems } from './enumerate.ts';
import { CONTROL, QUEUE } from './udevd.ts';

const ACTIONS = ['add', 'remove', 'change', 'move', 'online', 'offline', 'bind', 'unbind'];

const TRIGGER_OPTIONS: Readonly<Record<string, string>> = {
  verbose: 'v',
  'dry-run': 'n',
  quiet: 'q',
  type: 't',
  action: 'c',
  'subsystem-match': 's',
  'subsystem-nomatch': 'S',
  'attr-match': 'a',
  'attr-nomatch': 'A',
  'property-match': 'p',
  'tag-match': 'g',
  'sysname-match': 'y',
  'name-match': 'N',
  'parent-match': 'b',
  settle: 'w',
  uuid: 'u',
  help: 'h',
  version: 'V',
};

const HELP = `udevadm trigger [OPTIONS] DEVPATH

Request events from the kernel.

  -h --help                         Show this help
  -V --version                      Show package version
  -v --verbose                      Print the list of devices while running
  -n --dry-run                      Do not actually trigger the events
  -q --quiet                        Suppress error logging in triggering events
  -t --type=                        Type of events to trigger
  -c --action=ACTION|help           Event action value, default is "change"
  -s --subsystem-match=SUBSYSTEM    Trigger devices from a matching subsystem
  -S --subsystem-nomatch=SUBSYSTEM  Exclude devices from a matching subsystem
  -a --attr-match=FILE[=VALUE]      Trigger devices with a matching attribute
  -A --attr-nomatch=FILE[=VALUE]    Exclude devices with a matching attribute
  -p --property-match=KEY=VALUE     Trigger devices with a matching property
  -g --tag-match=TAG                Trigger devices with a matching tag
  -y --sysname-match=NAME           Trigger devices with this /sys path
  -b --parent-match=NAME            Trigger devices with that parent device
  -w --settle                       Wait for the triggered events to complete
`;

const splitPair = (text: string): [string, string | undefined] => {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
};

function* attributeMatches({ sys }: Tool, path: string, wanted: string): Co<boolean> {
  const [name, value] = splitPair(wanted);
  const text = yield* attributeOf(sys, path, name);
  return text !== undefined && (value === undefined || matches(value, text));
}

/** True when a device is among those that were asked for. */
function* isWanted(tool: Tool, options: Options, path: string): Co<boolean> {
  const { sys } = tool;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const subsystem = (yield* subsystemOf(sys, path)) ?? '';
  if (options.has('s') && !options.all('s').some((pattern) => matches(pattern, subsystem))) return false;
  if (options.all('S').some((pattern) => matches(pattern, subsystem))) return false;
  if (options.has('y') && !options.all('y').some((pattern) => matches(pattern, name))) return false;
  if (options.has('b') && !options.all('b').some((parent) => path === parent || path.startsWith(`${parent}/`))) {
    return false;
  }
  for (const wanted of options.all('a')) if (!(yield* attributeMatches(tool, path, wanted))) return false;
  for (const unwanted of options.all('A')) if (yield* attributeMatches(tool, path, unwanted)) return false;
  if (!options.has('p') && !options.has('g')) return true;
  const device = yield* openDevice(sys, path);
  if (!device) return false;
  if (options.has('g') && !options.all('g').some((tag) => device.tags.has(tag))) return false;
  const properties = options.all('p').map(splitPair);
  return (
    properties.length === 0 ||
    properties.some(([key, value]) =>
      [...device.properties].some(([own, text]) => matches(key, own) && matches(value ?? '', text)),
    )
  );
}

export function* trigger(tool: Tool): Co<number> {
  const { sys } = tool;
  const options = yield* tool.options('vnqt:c:s:S:a:A:p:g:y:N:b:wuhV', TRIGGER_OPTIONS);
  if (options.has('h')) {
    yield* tool.print(HELP);
    return 0;
  }
  const action = options.value('c') ?? 'change';
  if (action === 'help') {
    yield* tool.print(ACTIONS.map((name) => `${name}\n`).join(''));
    return 0;
  }
  if (!ACTIONS.includes(action)) {
    return yield* tool.die(`Unknown action '${action}'`);
  }
  const type = options.value('t') ?? 'devices';
  if (!['devices', 'subsystems', 'all'].includes(type)) {
    return yield* tool.die(`Unknown type --type=${type}`);
  }
  const paths: string[] = [];
  for (const operand of options.operands) {
    const device = yield* openDevice(sys, operand);
    if (!device) {
      return yield* tool.die(`Failed to open the device '${operand}': No such device`);
    }
    paths.push(`/sys${device.devpath}`);
  }
  if (options.operands.length === 0) {
    const found: string[] = [];
    if (type !== 'subsystems') found.push(...(yield* allDevices(sys)));
    if (type !== 'devices') found.push(...(yield* allSubsystems(sys)));
    for (const path of found) if (yield* isWanted(tool, options, path)) paths.push(path);
  }
  let status = 0;
  for (const path of paths) {
    if (options.has('v')) yield* tool.print(`${path}\n`);
    if (options.has('n')) continue;
    const error = yield* writeAttribute(sys, `${path}/uevent`, action);
    if (error >= 0) continue;
    if (!options.has('q')) {
      yield* tool.printError(`Failed to write '${action}' to '${path}/uevent': ${errorText(error)}\n`);
    }
    status = 1;
  }
  if (options.has('w')) yield* waitUntilSettled(tool, 120);
  if (options.has('w') && options.has('v')) for (const path of paths) yield* tool.print(`settle ${path}\n`);
  return status;
}

const SECOND = 1_000_000_000;
/** Between two looks at the queue. */
const LOOK = SECOND / 100;

/** Waits until the daemon has no event left: false when the time ran out. */
function* waitUntilSettled({ sys }: Tool, seconds: number, until?: string): Co<boolean> {
  const end = sys.clock_gettime('monotonic') + seconds * SECOND;
  // the daemon answers when it has taken what the kernel had sent before
  const fd = yield* sys.socketLocal();
  const alive = yield* sys.connect(fd, CONTROL);
  if (alive === 0) {
    yield* sys.write(fd, 'END');
    yield* sys.poll([fd], seconds * SECOND);
  }
  yield* sys.close(fd);
  if (alive < 0) return true;
  for (;;) {
    if (typeof (yield* sys.stat(QUEUE)) === 'number') return true;
    if (until !== undefined && typeof (yield* sys.stat(until)) === 'object') return true;
    if (sys.clock_gettime('monotonic') >= end) return false;
    yield* sys.nanosleep(LOOK);
  }
}

export function* settle(tool: Tool): Co<number> {
  const options = yield* tool.options('t:E:hV', {
    timeout: 't',
    'exit-if-exists': 'E',
    help: 'h',
    version: 'V',
  });
  const [extra] = options.operands;
  if (extra !== undefined) {
    return yield* tool.die(`Extraneous argument: '${extra}'`);
  }
  const seconds = Number(options.value('t') ?? 120);
  if (!Number.isFinite(seconds)) {
    return yield* tool.die(`Failed to parse timeout value '${options.value('t')}': Invalid argument`);
  }
  const settled = yield* waitUntilSettled(tool, seconds, options.value('E'));
  return settled ? 0 : 1;
}
