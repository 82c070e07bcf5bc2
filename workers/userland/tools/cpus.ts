/** lscpu, as util-linux 2.38 prints. */
import type { Co } from '../../sim/coroutine.ts';
import { readFile } from '../stdio.ts';
import { formatCpuList, parseCpuList } from './cpu-list.ts';
import { attribute, CPU } from './sysfs.ts';
import type { Tool } from './tool.ts';

interface Cache {
  readonly name: string;
  readonly id: string;
  readonly bytes: number;
  /** CPUs that share it. */
  readonly shared: readonly number[];
}

interface Cpu {
  readonly number: number;
  readonly online: boolean;
  readonly node: string | undefined;
  readonly socket: string | undefined;
  readonly core: string | undefined;
  readonly caches: readonly Cache[];
}

const byteSize = (text: string): number =>
  Number.parseInt(text, 10) * (text.endsWith('M') ? 1_048_576 : text.endsWith('K') ? 1024 : 1);

function* readCaches(tool: Tool, base: string, cpu: number): Co<Cache[]> {
  const caches: Cache[] = [];
  for (let index = 0; ; index++) {
    const path = `${base}/cache/index${index}`;
    const level = yield* attribute(tool, `${path}/level`);
    if (level === undefined) return caches;
    const type = yield* attribute(tool, `${path}/type`);
    const size = yield* attribute(tool, `${path}/size`);
    // a cache of unknown size is not told of
    if (size === undefined) continue;
    const list = (yield* attribute(tool, `${path}/shared_cpu_list`)) ?? String(cpu);
    caches.push({
      name: `L${level}${type === 'Data' ? 'd' : type === 'Instruction' ? 'i' : ''}`,
      id: (yield* attribute(tool, `${path}/id`)) ?? list,
      bytes: byteSize(size),
      shared: parseCpuList(list) ?? [],
    });
  }
}

function* readCpu(tool: Tool, number: number, online: boolean): Co<Cpu> {
  const base = `${CPU}/cpu${number}`;
  if (!online) return { number, online, node: undefined, socket: undefined, core: undefined, caches: [] };
  const entries = yield* tool.sys.getdents(base);
  const names = typeof entries === 'number' ? [] : entries.map((entry) => entry.name);
  return {
    number,
    online,
    node: names.find((name) => /^node\d+$/.test(name))?.slice(4),
    socket: yield* attribute(tool, `${base}/topology/physical_package_id`),
    core: yield* attribute(tool, `${base}/topology/core_id`),
    caches: yield* readCaches(tool, base, number),
  };
}

export function* lscpu(tool: Tool): Co<number> {
  const options = yield* tool.options('abBcCe::p::Jyxs:hV', {
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
  const listed = cpus.filter((cpu) => (options.has('b') ? cpu.online : options.has('c') ? !cpu.online : true));
  if (options.has('e')) return yield* extended(tool, cpus, listed, options.value('e') ?? '', options.has('J'));
  if (options.has('p')) {
    const shown = options.has('a') || options.has('c') ? listed : cpus.filter((cpu) => cpu.online);
    return yield* parsable(tool, cpus, shown, options.value('p') ?? '');
  }
  return yield* summary(tool, cpus, options.has('J'));
}

/** Columns of -e and -p: a CPU's value, undefined where it has none. */
function columnValues(cpus: readonly Cpu[]): Readonly<Record<string, (cpu: Cpu) => string | undefined>> {
  const online = cpus.filter((cpu) => cpu.online);
  const cores = [...new Set(online.map((cpu) => `${cpu.socket}/${cpu.core}`))];
  return {
    CPU: (cpu) => String(cpu.number),
    CORE: (cpu) => (cpu.online ? String(cores.indexOf(`${cpu.socket}/${cpu.core}`)) : undefined),
    SOCKET: (cpu) => cpu.socket,
    NODE: (cpu) => cpu.node,
    BOOK: () => undefined,
    DRAWER: () => undefined,
    CACHE: (cpu) =>
      cacheNumbers(cpus, cpu)
        .filter((number) => number !== undefined)
        .join(':') || undefined,
    ONLINE: (cpu) => (cpu.online ? 'yes' : 'no'),
    CONFIGURED: () => undefined,
    ADDRESS: () => undefined,
    POLARIZATION: () => undefined,
    MAXMHZ: () => undefined,
    MINMHZ: () => undefined,
    MHZ: () => undefined,
  };
}

const cacheNames = (cpus: readonly Cpu[]): string[] =>
  cpus.find((cpu) => cpu.online)?.caches.map((cache) => cache.name) ?? [];

/** For each cache name the number of the one that the CPU shares, in the order of the CPUs that have them. */
function cacheNumbers(cpus: readonly Cpu[], cpu: Cpu): (string | undefined)[] {
  return cacheNames(cpus).map((name) => {
    const all = new Map<string, Cache>();
    for (const { caches } of cpus) for (const cache of caches) if (cache.name === name) all.set(cache.id, cache);
    const found = [...all.values()].findIndex((cache) => cache.shared.includes(cpu.number));
    return found < 0 ? undefined : String(found);
  });
}

function* chosenColumns(tool: Tool, list: string, values: Readonly<Record<string, unknown>>): Co<string[]> {
  const columns = list.split(',').map((name) => name.toUpperCase());
  const unknown = columns.find((name) => !(name in values));
  if (unknown !== undefined) return yield* tool.fail(`unknown column: ${unknown}`);
  return columns;
}

/** The JSON of util-linux: an array below its name, objects behind each other's brace. */
function jsonTable(name: string, rows: readonly (readonly (readonly [string, string])[])[]): string {
  const object = (row: readonly (readonly [string, string])[]): string =>
    `{\n${row.map(([key, value]) => `         ${JSON.stringify(key)}: ${value}`).join(',\n')}\n      }`;
  return `{\n   ${JSON.stringify(name)}: [\n      ${rows.map(object).join(',')}\n   ]\n}\n`;
}

/** Numbers and yes or no are JSON's own; what is missing is null. */
function jsonCell(name: string, text: string | undefined): string {
  if (text === undefined) return 'null';
  if (name === 'ONLINE') return String(text === 'yes');
  return name !== 'CACHE' && /^\d+$/.test(text) ? text : JSON.stringify(text);
}

function* extended(tool: Tool, cpus: readonly Cpu[], listed: readonly Cpu[], list: string, json: boolean): Co<number> {
  const values = columnValues(cpus);
  const caches = cacheNames(cpus);
  const usual = ['CPU', 'NODE', 'SOCKET', 'CORE', ...(caches.length > 0 ? ['CACHE'] : []), 'ONLINE'];
  const columns = list === '' ? usual : yield* chosenColumns(tool, list, values);
  const header = columns.map((name) => (name === 'CACHE' ? caches.join(':') : name));
  if (json) {
    const cells = (cpu: Cpu) =>
      columns.map((name, at) => [(header[at] ?? '').toLowerCase(), jsonCell(name, values[name]?.(cpu))] as const);
    yield* tool.print(jsonTable('cpus', listed.map(cells)));
    return 0;
  }
  const rows = listed.map((cpu) => columns.map((name) => values[name]?.(cpu) ?? '-'));
  const widths = header.map((text, index) => Math.max(text.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, index) =>
      columns[index] === 'CACHE' ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    );
    return `${cells.join(' ')}\n`;
  };
  yield* tool.print(line(header) + rows.map(line).join(''));
  return 0;
}

const PARSABLE_HEADER = `# The following is the parsable format, which can be fed to other
# programs. Each different item in every column has an unique ID
# starting usually from zero.
`;

function* parsable(tool: Tool, cpus: readonly Cpu[], listed: readonly Cpu[], list: string): Co<number> {
  const values = columnValues(cpus);
  const caches = cacheNames(cpus);
  const title = (name: string): string => name.slice(0, 1) + name.slice(1).toLowerCase();
  if (list === '') {
    // compatible with old versions: two columns for the caches' sake
    yield* tool.print(`${PARSABLE_HEADER}# CPU,Core,Socket,Node,,${caches.join(',')}\n`);
    for (const cpu of listed) {
      const cells = ['CPU', 'CORE', 'SOCKET', 'NODE'].map((name) => values[name]?.(cpu) ?? '');
      yield* tool.print(`${[...cells, '', ...cacheNumbers(cpus, cpu).map((number) => number ?? '')].join(',')}\n`);
    }
    return 0;
  }
  const columns = yield* chosenColumns(tool, list, values);
  const header = columns.map((name) => (name === 'CPU' ? name : name === 'CACHE' ? caches.join(':') : title(name)));
  yield* tool.print(`${PARSABLE_HEADER}# ${header.join(',')}\n`);
  for (const cpu of listed) {
    const cells = columns.map((name) => (name === 'ONLINE' ? (cpu.online ? 'Y' : 'N') : (values[name]?.(cpu) ?? '')));
    yield* tool.print(`${cells.join(',')}\n`);
  }
  return 0;
}

/** A line of the summary: to a terminal it stands below a heading, elsewhere with its long name. */
interface SummaryRow {
  readonly level: number;
  readonly name: string;
  /** Name where there is no heading; undefined: the same. */
  readonly plainName?: string | undefined;
  readonly value: string;
  readonly heading?: boolean | undefined;
}

function sizeText(bytes: number): string {
  if (bytes >= 1_048_576) return `${Number((bytes / 1_048_576).toFixed(1))} MiB`;
  return `${Number((bytes / 1024).toFixed(1))} KiB`;
}

function* summary(tool: Tool, cpus: readonly Cpu[], json: boolean): Co<number> {
  const rows = [
    ...(yield* processorRows(tool, cpus)),
    ...cacheRows(cpus.filter((cpu) => cpu.online)),
    ...(yield* nodeRows(tool)),
    ...(yield* vulnerabilityRows(tool)),
  ];
  if (json) {
    const plain = rows
      .filter((row) => !row.heading)
      .map((row) => [`${row.plainName ?? row.name}:`, row.value] as const);
    const cells = plain.map(
      ([field, data]) =>
        [
          ['field', JSON.stringify(field)],
          ['data', JSON.stringify(data)],
        ] as const,
    );
    yield* tool.print(jsonTable('lscpu', cells));
    return 0;
  }
  const terminal = tool.sys.isatty(1);
  const shown = rows
    .filter((row) => terminal || !row.heading)
    .map(
      (row) =>
        [
          `${terminal ? '  '.repeat(row.level) : ''}${terminal ? row.name : (row.plainName ?? row.name)}:`,
          row.value,
        ] as const,
    );
  const width = Math.max(...shown.map(([name]) => name.length)) + 1;
  const room = Math.max(10, (tool.sys.winsize(1)?.columns || 80) - width);
  for (const [name, value] of shown) {
    const pieces = terminal ? (value.match(new RegExp(`.{1,${room}}`, 'g')) ?? ['']) : [value];
    for (const [index, piece] of pieces.entries()) {
      yield* tool.print(`${(index === 0 ? name : '').padEnd(width)}${piece}\n`);
    }
  }
  return 0;
}

function* processorRows(tool: Tool, cpus: readonly Cpu[]): Co<SummaryRow[]> {
  const text = (yield* attribute(tool, '/proc/cpuinfo')) ?? '';
  const info = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(text)?.[1] ?? '';
  const online = cpus.filter((cpu) => cpu.online);
  const rows: SummaryRow[] = [];
  const add = (level: number, name: string, value: string): void => {
    if (value !== '') rows.push({ level, name, value });
  };
  const { machine } = tool.sys.uname();
  add(0, 'Architecture', machine);
  if (machine === 'x86_64' || machine === 'aarch64') add(1, 'CPU op-mode(s)', '32-bit, 64-bit');
  add(1, 'Address sizes', info('address sizes'));
  add(1, 'Byte Order', 'Little Endian');
  add(0, 'CPU(s)', String(cpus.length));
  add(1, 'On-line CPU(s) list', formatCpuList(online.map((cpu) => cpu.number)));
  add(1, 'Off-line CPU(s) list', formatCpuList(cpus.filter((cpu) => !cpu.online).map((cpu) => cpu.number)));
  const firmware = yield* readProcessorTable(tool);
  const arm = armProcessor(info('CPU implementer'), info('CPU part'));
  add(0, 'Vendor ID', info('vendor_id') || (arm?.vendor ?? ''));
  add(1, 'BIOS Vendor ID', firmware?.vendor ?? '');
  add(1, 'Model name', info('model name') || (arm?.model ?? ''));
  add(2, 'BIOS Model name', firmware?.model ?? '');
  add(2, 'BIOS CPU family', firmware?.family ?? '');
  add(2, 'CPU family', info('cpu family'));
  add(2, 'Model', info('model') || info('CPU revision'));
  const sockets = new Set(online.map((cpu) => cpu.socket));
  const cores = new Set(online.map((cpu) => `${cpu.socket}/${cpu.core}`));
  if (sockets.size > 0) {
    add(2, 'Thread(s) per core', String(Math.max(1, Math.round(online.length / cores.size))));
    add(2, 'Core(s) per socket', String(Math.max(1, Math.round(cores.size / sockets.size))));
    add(2, 'Socket(s)', String(sockets.size));
  }
  const variant = info('CPU variant');
  add(2, 'Stepping', info('stepping') || (variant === '' ? '' : `r${Number(variant)}p${info('CPU revision')}`));
  add(2, 'BogoMIPS', info('bogomips') || info('BogoMIPS'));
  add(2, 'Flags', info('flags') || info('Features'));
  const flags = ` ${info('flags')} `;
  const virtualization = flags.includes(' svm ') ? 'AMD-V' : flags.includes(' vmx ') ? 'VT-x' : '';
  if (virtualization !== '') {
    rows.push({ level: 0, name: 'Virtualization features', value: '', heading: true });
    add(1, 'Virtualization', virtualization);
  }
  return rows;
}

/** Names that util-linux has for Arm's own processors, by part number (sys-utils/lscpu-arm.c). */
const ARM_PARTS: Readonly<Record<string, string>> = {
  '0xd03': 'Cortex-A53',
  '0xd04': 'Cortex-A35',
  '0xd07': 'Cortex-A57',
  '0xd08': 'Cortex-A72',
  '0xd0b': 'Cortex-A76',
  '0xd0c': 'Neoverse-N1',
};

function armProcessor(
  implementer: string,
  part: string,
): { readonly vendor: string; readonly model: string } | undefined {
  if (implementer === '') return undefined;
  if (implementer !== '0x41') return { vendor: implementer, model: part };
  return { vendor: 'ARM', model: ARM_PARTS[part] ?? part };
}

/** What the firmware's DMI table says of the processor (SMBIOS 7.5, structure type 4). */
function* readProcessorTable(
  tool: Tool,
): Co<{ readonly vendor: string; readonly model: string; readonly family: string } | undefined> {
  const table = yield* readFile(tool.sys, '/sys/firmware/dmi/tables/DMI');
  if (typeof table === 'number') return undefined;
  const PROCESSOR = 4;
  for (let at = 0; at + 4 <= table.length; ) {
    const byte = (offset: number): number => table.charCodeAt(at + offset) || 0;
    const strings =
      table
        .slice(at + byte(1))
        .split('\0\0')[0]
        ?.split('\0') ?? [];
    if (byte(0) === PROCESSOR) {
      const string = (offset: number): string => strings[byte(offset) - 1] ?? '';
      const mhz = byte(0x16) + 256 * byte(0x17);
      const part = byte(1) > 0x22 ? string(0x22) : '';
      const speed = `${Math.floor(mhz / 1000)}.${Math.floor((mhz % 1000) / 100)}`;
      return { vendor: string(0x07), model: `${string(0x10)} ${part} CPU @ ${speed}GHz`, family: String(byte(0x06)) };
    }
    const end = table.indexOf('\0\0', at + byte(1));
    if (end < 0 || byte(1) < 4) return undefined;
    at = end + 2;
  }
  return undefined;
}

function cacheRows(online: readonly Cpu[]): SummaryRow[] {
  const names = cacheNames(online);
  if (names.length === 0) return [];
  const rows: SummaryRow[] = [{ level: 0, name: 'Caches (sum of all)', value: '', heading: true }];
  for (const name of names) {
    const instances = new Map<string, number>();
    for (const { caches } of online) {
      for (const cache of caches) if (cache.name === name) instances.set(cache.id, cache.bytes);
    }
    const total = [...instances.values()].reduce((sum, bytes) => sum + bytes, 0);
    const value = `${sizeText(total)} (${instances.size} instance${instances.size > 1 ? 's' : ''})`;
    rows.push({ level: 1, name, plainName: `${name} cache`, value });
  }
  return rows;
}

function* nodeRows(tool: Tool): Co<SummaryRow[]> {
  const nodes = parseCpuList((yield* attribute(tool, '/sys/devices/system/node/online')) ?? '') ?? [];
  if (nodes.length === 0) return [];
  const rows: SummaryRow[] = [
    { level: 0, name: 'NUMA', value: '', heading: true },
    { level: 1, name: 'NUMA node(s)', value: String(nodes.length) },
  ];
  for (const node of nodes) {
    const cpus = parseCpuList((yield* attribute(tool, `/sys/devices/system/node/node${node}/cpulist`)) ?? '') ?? [];
    rows.push({ level: 1, name: `NUMA node${node} CPU(s)`, value: formatCpuList(cpus) });
  }
  return rows;
}

function* vulnerabilityRows(tool: Tool): Co<SummaryRow[]> {
  const entries = yield* tool.sys.getdents(`${CPU}/vulnerabilities`);
  if (typeof entries === 'number' || entries.length === 0) return [];
  const rows: SummaryRow[] = [{ level: 0, name: 'Vulnerabilities', value: '', heading: true }];
  for (const file of entries.map((entry) => entry.name).sort()) {
    const words = file.replace(/_/g, ' ');
    const name = words.slice(0, 1).toUpperCase() + words.slice(1);
    const value = ((yield* attribute(tool, `${CPU}/vulnerabilities/${file}`)) ?? '').replace(': ', '; ');
    rows.push({ level: 1, name, plainName: `Vulnerability ${name}`, value });
  }
  return rows;
}
