/** lscpu and chcpu, as util-linux 2.38 prints. */
import { O_WRONLY } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, readFile, writeAll } from '../stdio.ts';
import { formatCpuList, parseCpuList } from './cpu-list.ts';
import type { Tool } from './tool.ts';

const CPU = '/sys/devices/system/cpu';

interface Cache {
  readonly name: string;
  readonly bytes: number;
  readonly shared: string;
}

interface Cpu {
  readonly number: number;
  readonly online: boolean;
  readonly node: string | undefined;
  readonly socket: string | undefined;
  readonly core: string | undefined;
  readonly caches: readonly Cache[];
}

function* attribute(tool: Tool, path: string): Co<string | undefined> {
  const text = yield* readFile(tool.sys, path);
  return typeof text === 'string' ? text.trim() : undefined;
}

const byteSize = (text: string): number =>
  Number.parseInt(text, 10) * (text.endsWith('M') ? 1_048_576 : text.endsWith('K') ? 1024 : 1);

function* readCpu(tool: Tool, number: number, online: boolean): Co<Cpu> {
  const base = `${CPU}/cpu${number}`;
  const entries = yield* tool.sys.getdents(base);
  const names = typeof entries === 'number' ? [] : entries.map((entry) => entry.name);
  const caches: Cache[] = [];
  for (let index = 0; online; index++) {
    const level = yield* attribute(tool, `${base}/cache/index${index}/level`);
    if (level === undefined) break;
    const type = (yield* attribute(tool, `${base}/cache/index${index}/type`)) ?? '';
    const letter = type === 'Data' ? 'd' : type === 'Instruction' ? 'i' : '';
    const size = (yield* attribute(tool, `${base}/cache/index${index}/size`)) ?? '0';
    const shared = (yield* attribute(tool, `${base}/cache/index${index}/shared_cpu_map`)) ?? String(number);
    caches.push({ name: `L${level}${letter}`, bytes: byteSize(size), shared });
  }
  return {
    number,
    online,
    node: online ? names.find((name) => /^node\d+$/.test(name))?.slice(4) : undefined,
    socket: online ? yield* attribute(tool, `${base}/topology/physical_package_id`) : undefined,
    core: online ? yield* attribute(tool, `${base}/topology/core_id`) : undefined,
    caches,
  };
}

/** Numbers the different values as they come, as lscpu names sockets, cores and caches. */
class Numbering {
  private readonly known = new Map<string, number>();

  of(value: string): number {
    const number = this.known.get(value) ?? this.known.size;
    this.known.set(value, number);
    return number;
  }

  get size(): number {
    return this.known.size;
  }
}

export function* lscpu(tool: Tool): Co<number> {
  const options = yield* tool.options('abBcCepJyxs:hV', {
    all: 'a',
    online: 'b',
    offline: 'c',
    extended: 'e',
    parse: 'p',
  });
  const present = parseCpuList((yield* attribute(tool, `${CPU}/present`)) ?? '') ?? [];
  const online = new Set(parseCpuList((yield* attribute(tool, `${CPU}/online`)) ?? '') ?? []);
  const cpus: Cpu[] = [];
  for (const number of present) cpus.push(yield* readCpu(tool, number, online.has(number)));
  if (options.has('e')) return yield* extended(tool, cpus);
  if (options.has('p')) return yield* parsable(tool, cpus);
  return yield* summary(tool, cpus);
}

interface Numbered {
  readonly core: string;
  readonly caches: readonly string[];
}

/** Core and cache numbers of each CPU as they are shown. */
function numbered(cpus: readonly Cpu[]): {
  readonly names: readonly string[];
  readonly rows: ReadonlyMap<Cpu, Numbered>;
} {
  const cores = new Numbering();
  const names = cpus.find((cpu) => cpu.online)?.caches.map((cache) => cache.name) ?? [];
  const numbering = new Map(names.map((name) => [name, new Numbering()]));
  const rows = new Map<Cpu, Numbered>();
  for (const cpu of cpus) {
    const caches = names.map((name) => {
      const cache = cpu.caches.find((other) => other.name === name);
      return cache ? String(numbering.get(name)?.of(cache.shared) ?? 0) : '';
    });
    rows.set(cpu, { core: cpu.online ? String(cores.of(`${cpu.socket}/${cpu.core}`)) : '-', caches });
  }
  return { names, rows };
}

function* extended(tool: Tool, cpus: readonly Cpu[]): Co<number> {
  const { names, rows } = numbered(cpus);
  const title = names.length > 0 ? [names.join(':')] : [];
  const header = ['CPU', 'NODE', 'SOCKET', 'CORE', ...title, 'ONLINE'];
  const cells = cpus.map((cpu) => {
    const row = rows.get(cpu);
    const cache = names.length > 0 ? [cpu.online ? (row?.caches.join(':') ?? '') : '-'] : [];
    return [
      String(cpu.number),
      cpu.node ?? '-',
      cpu.socket ?? '-',
      row?.core ?? '-',
      ...cache,
      cpu.online ? 'yes' : 'no',
    ];
  });
  const widths = header.map((text, column) => Math.max(text.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `${row.map((cell, column) => (names.length > 0 && column === 4 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' ')}\n`;
  yield* tool.print(line(header) + cells.map(line).join(''));
  return 0;
}

function* parsable(tool: Tool, cpus: readonly Cpu[]): Co<number> {
  const { names, rows } = numbered(cpus);
  yield* tool.print(
    '# The following is the parsable format, which can be fed to other\n# programs. Each different item in every column has an unique ID\n# starting usually from zero.\n' +
      `# CPU,Core,Socket,Node,,${names.join(',')}\n`,
  );
  for (const cpu of cpus.filter(({ online }) => online)) {
    const row = rows.get(cpu);
    yield* tool.print(`${[cpu.number, row?.core, cpu.socket, cpu.node ?? '', '', ...(row?.caches ?? [])].join(',')}\n`);
  }
  return 0;
}

/** Column at which values begin. */
const VALUE_COLUMN = 41;

function sizeText(bytes: number): string {
  if (bytes % 1_048_576 === 0 || bytes > 1_048_576) return `${Number((bytes / 1_048_576).toFixed(1))} MiB`;
  return `${Number((bytes / 1024).toFixed(1))} KiB`;
}

function* summary(tool: Tool, cpus: readonly Cpu[]): Co<number> {
  const text = (yield* attribute(tool, '/proc/cpuinfo')) ?? '';
  const info = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(text)?.[1] ?? '';
  const online = cpus.filter((cpu) => cpu.online);
  const offline = cpus.filter((cpu) => !cpu.online);
  const rows: [string, string][] = [];
  const add = (name: string, value: string): void => {
    if (value !== '') rows.push([name, value]);
  };
  const { machine } = tool.sys.uname();
  add('Architecture', machine);
  if (machine === 'x86_64') add('CPU op-mode(s)', '32-bit, 64-bit');
  add('Address sizes', info('address sizes'));
  add('Byte Order', 'Little Endian');
  add('CPU(s)', String(cpus.length));
  add('On-line CPU(s) list', formatCpuList(online.map((cpu) => cpu.number)));
  add('Off-line CPU(s) list', formatCpuList(offline.map((cpu) => cpu.number)));
  add('Vendor ID', info('vendor_id'));
  const dmi = function* (name: string): Co<string> {
    return (yield* attribute(tool, `/sys/class/dmi/id/${name}`)) ?? '';
  };
  add('BIOS Vendor ID', yield* dmi('chassis_vendor'));
  add('Model name', info('model name'));
  add('CPU family', info('cpu family'));
  add('Model', info('model'));
  const sockets = new Set(online.map((cpu) => cpu.socket));
  const cores = new Set(online.map((cpu) => `${cpu.socket}/${cpu.core}`));
  if (sockets.size > 0) {
    add('Thread(s) per core', String(Math.max(1, Math.round(online.length / cores.size))));
    add('Core(s) per socket', String(Math.max(1, Math.round(cores.size / sockets.size))));
    add('Socket(s)', String(sockets.size));
  }
  add('Stepping', info('stepping'));
  add('BogoMIPS', info('bogomips') || info('BogoMIPS'));
  add('Flags', info('flags') || info('Features'));
  const flags = ` ${info('flags')} `;
  if (flags.includes(' svm ')) add('Virtualization', 'AMD-V');
  else if (flags.includes(' vmx ')) add('Virtualization', 'VT-x');
  addCaches(add, online);
  yield* addNodes(tool, add);
  yield* addVulnerabilities(tool, add);
  for (const [name, value] of rows) yield* tool.print(`${`${name}:`.padEnd(VALUE_COLUMN)}${value}\n`);
  return 0;
}

function addCaches(add: (name: string, value: string) => void, online: readonly Cpu[]): void {
  for (const { name } of online[0]?.caches ?? []) {
    const instances = new Map(
      online.flatMap((cpu) =>
        cpu.caches.filter((cache) => cache.name === name).map((cache) => [cache.shared, cache.bytes] as const),
      ),
    );
    const total = [...instances.values()].reduce((sum, bytes) => sum + bytes, 0);
    add(`${name} cache`, `${sizeText(total)} (${instances.size} instance${instances.size > 1 ? 's' : ''})`);
  }
}

function* addNodes(tool: Tool, add: (name: string, value: string) => void): Co {
  const nodes = parseCpuList((yield* attribute(tool, '/sys/devices/system/node/online')) ?? '') ?? [];
  if (nodes.length === 0) return;
  add('NUMA node(s)', String(nodes.length));
  for (const node of nodes) {
    const cpus = parseCpuList((yield* attribute(tool, `/sys/devices/system/node/node${node}/cpulist`)) ?? '') ?? [];
    add(`NUMA node${node} CPU(s)`, formatCpuList(cpus));
  }
}

function* addVulnerabilities(tool: Tool, add: (name: string, value: string) => void): Co {
  const entries = yield* tool.sys.getdents(`${CPU}/vulnerabilities`);
  if (typeof entries === 'number') return;
  for (const name of entries.map((entry) => entry.name).sort()) {
    const words = name.replace(/_/g, ' ');
    const value = (yield* attribute(tool, `${CPU}/vulnerabilities/${name}`)) ?? '';
    add(`Vulnerability ${words.slice(0, 1).toUpperCase()}${words.slice(1)}`, value.replace(/: /, '; '));
  }
}

/** Exit status when some CPUs were changed and others not. */
const SOME_FAILED = 64;

export function* chcpu(tool: Tool): Co<number> {
  const options = yield* tool.options('c:d:e:g:p:rhV', {
    configure: 'c',
    disable: 'd',
    enable: 'e',
    deconfigure: 'g',
    dispatch: 'p',
    rescan: 'r',
  });
  if (options.has('r')) {
    const error = yield* write(tool, `${CPU}/rescan`, '1');
    if (error === -2) return yield* tool.fail('This system does not support rescanning of CPUs');
    if (error < 0) return yield* tool.fail(`Failed to trigger rescan of CPUs: ${errorText(error)}`);
    yield* tool.print('Triggered rescan of CPUs\n');
    return 0;
  }
  if (options.has('p')) return yield* tool.fail('This system does not support setting the dispatching mode of CPUs');
  const action = ['e', 'd', 'c', 'g'].find((letter) => options.has(letter));
  if (action === undefined) return yield* tool.usageError('no action specified');
  const list = options.value(action) ?? '';
  const cpus = parseCpuList(list);
  if (!cpus) return yield* tool.fail(`failed to parse CPU list: ${list}`);
  let failed = 0;
  for (const cpu of cpus) {
    const good =
      action === 'e' || action === 'd' ? yield* enable(tool, cpu, action === 'e') : yield* configure(tool, cpu);
    if (!good) failed++;
  }
  return failed === 0 ? 0 : failed === cpus.length ? 1 : SOME_FAILED;
}

function* write(tool: Tool, path: string, text: string): Co<number> {
  const fd = yield* tool.sys.open(path, O_WRONLY);
  if (fd < 0) return fd;
  const error = yield* writeAll(tool.sys, fd, text);
  yield* tool.sys.close(fd);
  return error;
}

function* exists(tool: Tool, path: string): Co<boolean> {
  return (yield* tool.sys.access(path, 0)) === 0;
}

function* refuse(tool: Tool, text: string): Co<boolean> {
  yield* tool.complain(text);
  return false;
}

function* enable(tool: Tool, cpu: number, on: boolean): Co<boolean> {
  const base = `${CPU}/cpu${cpu}`;
  if (!(yield* exists(tool, base))) return yield* refuse(tool, `CPU ${cpu} does not exist`);
  if (!(yield* exists(tool, `${base}/online`))) return yield* refuse(tool, `CPU ${cpu} is not hot pluggable`);
  const now = yield* attribute(tool, `${base}/online`);
  if (now === (on ? '1' : '0')) {
    yield* tool.print(`CPU ${cpu} is already ${on ? 'enabled' : 'disabled'}\n`);
    return true;
  }
  const online = parseCpuList((yield* attribute(tool, `${CPU}/online`)) ?? '') ?? [];
  if (!on && online.length === 1) return yield* refuse(tool, `CPU ${cpu} disable failed (last enabled CPU)`);
  const error = yield* write(tool, `${base}/online`, on ? '1' : '0');
  if (error < 0) return yield* refuse(tool, `CPU ${cpu} ${on ? 'enable' : 'disable'} failed: ${errorText(error)}`);
  yield* tool.print(`CPU ${cpu} ${on ? 'enabled' : 'disabled'}\n`);
  return true;
}

/** Only s390 has CPUs that can be configured. */
function* configure(tool: Tool, cpu: number): Co<boolean> {
  if (!(yield* exists(tool, `${CPU}/cpu${cpu}`))) return yield* refuse(tool, `CPU ${cpu} does not exist`);
  return yield* refuse(tool, `CPU ${cpu} is not configurable`);
}
