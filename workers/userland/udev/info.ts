/** udevadm info. */
import type { Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { Tool } from '../tools/tool.ts';
import {
  attributeOf,
  cleanDatabase,
  type Device,
  driverOf,
  openDevice,
  parentOf,
  subsystemOf,
  sysname,
  sysnum,
} from './device.ts';
import { allDevices } from './enumerate.ts';

const HELP = `udevadm info [OPTIONS] [DEVPATH|FILE]

Query sysfs or the udev database.

  -h --help                   Print this message
  -V --version                Print version of the program
  -q --query=TYPE             Query device information:
       name                     Name of device node
       symlink                  Pointing to node
       path                     sysfs device path
       property                 The device properties
       all                      All values
     --property=NAME          Show only properties by this name
     --value                  When showing properties, print only their values
  -p --path=SYSPATH           sysfs device path used for query or attribute walk
  -n --name=NAME              Node or symlink name used for query or attribute walk
  -r --root                   Prepend dev directory to path names
  -a --attribute-walk         Print all key matches walking along the chain
                              of parent devices
  -x --export                 Export key/value pairs
  -P --export-prefix          Export the key name with a prefix
  -e --export-db              Export the content of the udev database
  -c --cleanup-db             Clean up the udev database
`;

const EXPLANATION = `
Udevadm info starts with the device specified by the devpath and then
walks up the chain of parent devices. It prints for every device
found, all possible attributes in the udev rules key format.
A rule to match, can be composed by the attributes of the device
and the attributes from one single parent device.

`;

/** `P:`, `M:` and so on: one line a fact. */
function describe(device: Device): string {
  const { devpath, properties, links } = device;
  const lines = [`P: ${devpath}`, `M: ${sysname(device)}`];
  const number = sysnum(device);
  if (number !== '') lines.push(`R: ${number}`);
  const subsystem = properties.get('SUBSYSTEM');
  if (subsystem !== undefined) lines.push(`U: ${subsystem}`);
  const driver = properties.get('DRIVER');
  if (driver !== undefined) lines.push(`V: ${driver}`);
  for (const link of links) lines.push(`S: ${link}`);
  for (const [name, value] of properties) lines.push(`E: ${name}=${value}`);
  return lines.map((line) => `${line}\n`).join('');
}

/** Attributes that rules are better off without. */
const SKIPPED = new Set(['uevent', 'dev', 'modalias', 'resource', 'driver', 'subsystem', 'module']);

/** Names of a device's attributes, those of its plain subdirectories included. */
function* attributeNames(sys: Syscalls, path: string, prefix = ''): Co<string[]> {
  const entries = yield* sys.getdents(`${path}/${prefix}`);
  const names: string[] = [];
  for (const { name, type } of typeof entries === 'number' ? [] : entries) {
    const full = prefix + name;
    if (type === 'regular' && !SKIPPED.has(name)) names.push(full);
    if (type !== 'directory') continue;
    // a directory with events of its own is another device
    const own = yield* sys.stat(`${path}/${full}/uevent`);
    if (typeof own === 'number') names.push(...(yield* attributeNames(sys, path, `${full}/`)));
  }
  return names;
}

/** The file may be read, whatever comes of it. */
function* isReadable(sys: Syscalls, file: string): Co<boolean> {
  const stat = yield* sys.stat(file);
  return typeof stat === 'object' && (stat.mode & 0o444) !== 0;
}

function* walk(tool: Tool, device: Device): Co {
  const { sys } = tool;
  yield* tool.print(EXPLANATION);
  let plural = '';
  for (let path: string | undefined = `/sys${device.devpath}`; path !== undefined; ) {
    const what = plural === '' ? 'device' : 'parent device';
    yield* tool.print(`  looking at ${what} '${path.slice('/sys'.length)}':\n`);
    yield* tool.print(`    KERNEL${plural}=="${path.slice(path.lastIndexOf('/') + 1)}"\n`);
    yield* tool.print(`    SUBSYSTEM${plural}=="${(yield* subsystemOf(sys, path)) ?? ''}"\n`);
    yield* tool.print(`    DRIVER${plural}=="${(yield* driverOf(sys, path)) ?? ''}"\n`);
    const names = yield* attributeNames(sys, path);
    for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
      const value = yield* attributeOf(sys, path, name);
      if (value === undefined && (yield* isReadable(sys, `${path}/${name}`))) continue;
      // texts of several lines and other bytes are no use in a rule
      if (value !== undefined && /[^\x20-\x7e]/.test(value)) continue;
      yield* tool.print(`    ATTR${plural}{${name}}=="${value ?? '(not readable)'}"\n`);
    }
    yield* tool.print('\n');
    plural = 'S';
    path = yield* parentOf(sys, path);
  }
}

function* find(tool: Tool, name: string, asPath: boolean, asNode: boolean): Co<Device | undefined> {
  const path = asPath || name.startsWith('/sys/') ? (name.startsWith('/sys/') ? name : `/sys${name}`) : name;
  return asNode || !path.startsWith('/sys/') ? undefined : yield* openDevice(tool.sys, path);
}

/** SUBSYSTEM is looked up when everything of `uevent` is there; the database follows. */
function queryOrder({ properties, kept }: Device): (readonly [string, string])[] {
  const late = new Set(['USEC_INITIALIZED', 'TAGS', 'CURRENT_TAGS', ...kept]);
  const rank = (name: string): number => (late.has(name) ? 2 : name === 'SUBSYSTEM' ? 1 : 0);
  return [...properties].sort(([a], [b]) => rank(a) - rank(b));
}

/** What `-q` asks for of one device. */
function* query(tool: Tool, device: Device, kind: string, options: ReadonlyMap<string, string>): Co<number> {
  const { links } = device;
  switch (kind) {
    case 'path':
      yield* tool.print(`${device.devpath}\n`);
      return 0;
    case 'name':
      return yield* tool.die('No device node found: No such file or directory');
    case 'symlink':
      yield* tool.print(`${[...links].join(' ')}\n`);
      return 0;
    case 'property': {
      const only = options.get('property')?.split(',');
      const prefix = options.get('prefix') ?? '';
      const quote = options.has('export') || options.has('prefix') ? "'" : '';
      for (const [name, value] of queryOrder(device)) {
        if (only && !only.includes(name)) continue;
        yield* tool.print(options.has('value') ? `${value}\n` : `${prefix}${name}=${quote}${value}${quote}\n`);
      }
      return 0;
    }
    default:
      yield* tool.print(`${describe(device)}\n`);
      return 0;
  }
}

const KINDS = ['name', 'symlink', 'path', 'property', 'env', 'all'];

export function* info(tool: Tool): Co<number> {
  const { sys } = tool;
  const options = yield* tool.options('aced:n:p:q:rxP:hVZ:v', {
    'attribute-walk': 'a',
    'cleanup-db': 'c',
    'export-db': 'e',
    'device-id-of-file': 'd',
    name: 'n',
    path: 'p',
    query: 'q',
    root: 'r',
    export: 'x',
    'export-prefix': 'P',
    property: 'Z',
    value: 'v',
    help: 'h',
    version: 'V',
  });
  if (options.has('h')) {
    yield* tool.print(HELP);
    return 0;
  }
  if (options.has('c')) {
    yield* cleanDatabase(sys);
    return 0;
  }
  if (options.has('e')) {
    for (const path of yield* allDevices(sys)) {
      const device = yield* openDevice(sys, path);
      if (device) yield* tool.print(`${describe(device)}\n`);
    }
    return 0;
  }
  const kind = options.value('q') ?? 'all';
  if (!KINDS.includes(kind)) {
    return yield* tool.die('unknown query type');
  }
  const asked: readonly (readonly [name: string, asPath: boolean, asNode: boolean])[] = [
    ...options.all('p').map((name) => [name, true, false] as const),
    ...options.all('n').map((name) => [name, false, true] as const),
    ...options.operands.map((name) => [name, false, false] as const),
  ];
  if (asked.length === 0) {
    return yield* tool.die('A device name or path is required');
  }
  const detail = new Map<string, string>();
  for (const [letter, name] of [
    ['Z', 'property'],
    ['v', 'value'],
    ['x', 'export'],
    ['P', 'prefix'],
  ] as const) {
    const value = options.value(letter);
    if (value !== undefined) detail.set(name, value);
  }
  let status = 0;
  for (const [name, asPath, asNode] of asked) {
    const device = yield* find(tool, name, asPath, asNode);
    if (!device) {
      yield* tool.printError(`Unknown device "${name}": No such device\n`);
      status = 1;
      continue;
    }
    if (options.has('a')) yield* walk(tool, device);
    else status = Math.max(status, yield* query(tool, device, kind === 'env' ? 'property' : kind, detail));
  }
  return status;
}
