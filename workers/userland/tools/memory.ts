/** lsmem and chmem of util-linux 2.38, and the part of numactl that shows the nodes. */
import { O_WRONLY } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, readFile, writeAll } from '../stdio.ts';
import { parseCpuList } from './cpu-list.ts';
import type { Tool } from './tool.ts';

const MEMORY = '/sys/devices/system/memory';
const NODES = '/sys/devices/system/node';

interface Block {
  readonly number: number;
  readonly state: string;
  readonly removable: boolean;
  readonly node: string;
  /** As `valid_zones` shows them, joined by slashes. */
  readonly zones: string;
}

function* attribute(tool: Tool, path: string): Co<string | undefined> {
  const text = yield* readFile(tool.sys, path);
  return typeof text === 'string' ? text.trim() : undefined;
}

/** Size of a block in bytes, and the blocks in the order of their addresses. */
function* readBlocks(tool: Tool): Co<{ readonly size: number; readonly blocks: Block[] }> {
  const size = yield* attribute(tool, `${MEMORY}/block_size_bytes`);
  const entries = yield* tool.sys.getdents(MEMORY);
  if (size === undefined || typeof entries === 'number')
    return yield* tool.fail('This system does not support memory blocks');
  const numbers = entries.map((entry) => /^memory(\d+)$/.exec(entry.name)?.[1]).filter((text) => text !== undefined);
  const blocks: Block[] = [];
  for (const number of numbers.map(Number).sort((a, b) => a - b)) {
    const base = `${MEMORY}/memory${number}`;
    const files = yield* tool.sys.getdents(base);
    const names = typeof files === 'number' ? [] : files.map((entry) => entry.name);
    blocks.push({
      number,
      state: (yield* attribute(tool, `${base}/state`)) ?? 'unknown',
      removable: (yield* attribute(tool, `${base}/removable`)) === '1',
      node: names.find((name) => /^node\d+$/.test(name))?.slice(4) ?? '0',
      zones: ((yield* attribute(tool, `${base}/valid_zones`)) ?? '').replace(/ /g, '/'),
    });
  }
  return { size: Number.parseInt(size, 16), blocks };
}

/** `128M`, `1.5G`: what util-linux' sizes look like. */
export function shortSize(bytes: number): string {
  let exponent = 0;
  while (exponent < 5 && bytes >= 1024 ** (exponent + 1)) exponent++;
  const unit = 1024 ** exponent;
  const whole = Math.floor(bytes / unit);
  const tenths = Math.round(((bytes % unit) / unit) * 10);
  const letter = 'BKMGTP'[exponent] ?? 'B';
  if (tenths === 0) return `${whole}${letter}`;
  return tenths === 10 ? `${whole + 1}${letter}` : `${whole}.${tenths}${letter}`;
}

const COLUMNS = ['RANGE', 'SIZE', 'STATE', 'REMOVABLE', 'BLOCK', 'NODE', 'ZONES'];

const hexAddress = (address: number): string => `0x${address.toString(16).padStart(16, '0')}`;

export function* lsmem(tool: Tool): Co<number> {
  const options = yield* tool.options('abJno:PrS:s:hV', {
    all: 'a',
    bytes: 'b',
    noheadings: 'n',
    output: 'o',
    pairs: 'P',
    raw: 'r',
    split: 'S',
    summary: 's',
    'output-all': 'A',
  });
  const { size, blocks } = yield* readBlocks(tool);
  const list = options.has('A') ? COLUMNS.join(',') : (options.value('o') ?? 'RANGE,SIZE,STATE,REMOVABLE,BLOCK');
  const columns = list.split(',').map((name) => name.toUpperCase());
  const unknown = columns.find((name) => !COLUMNS.includes(name));
  if (unknown !== undefined) return yield* tool.fail(`unknown column: ${unknown}`);
  const splits = options.value('S')?.toUpperCase().split(',') ?? columns;
  const text = (bytes: number): string => (options.has('b') ? String(bytes) : shortSize(bytes));
  const summarizes = options.value('s') ?? 'always';
  if (summarizes !== 'only') {
    const groups = options.has('a') ? blocks.map((block) => [block]) : grouped(blocks, splits);
    const rows = groups.map((group) => columns.map((column) => cell(column, group, size, text)));
    const lines = options.has('n') ? rows : [columns, ...rows];
    // libsmartcols gives sizes of four characters one more, as recorded
    const widths = columns.map((name, index) => {
      const width = Math.max(...lines.map((row) => row[index]?.length ?? 0));
      const longest = Math.max(0, ...rows.map((row) => row[index]?.length ?? 0));
      return name === 'SIZE' && longest === 4 ? 5 : width;
    });
    const left = (name: string | undefined): boolean => name === 'RANGE';
    for (const row of lines) {
      const cells = row.map((value, index) =>
        options.has('r')
          ? value
          : left(columns[index])
            ? value.padEnd(widths[index] ?? 0)
            : value.padStart(widths[index] ?? 0),
      );
      yield* tool.print(`${cells.join(' ')}\n`);
    }
    if (summarizes === 'never') return 0;
    yield* tool.print('\n');
  }
  const total = (state: (block: Block) => boolean): number => blocks.filter(state).length * size;
  const offline = total((block) => block.state === 'offline');
  const sums: readonly (readonly [string, number])[] = [
    ['Memory block size:', size],
    ['Total online memory:', total((block) => block.state !== 'offline')],
    ['Total offline memory:', offline],
  ];
  const width = options.has('b') ? 16 : 6;
  for (const [name, bytes] of sums) yield* tool.print(`${name.padEnd(23)}${text(bytes).padStart(width)}\n`);
  return 0;
}

/** Neighbours that agree in what is shown of them. */
function grouped(blocks: readonly Block[], columns: readonly string[]): Block[][] {
  const groups: Block[][] = [];
  for (const block of blocks) {
    const group = groups[groups.length - 1];
    const last = group?.[group.length - 1];
    const same =
      last !== undefined &&
      last.number + 1 === block.number &&
      (!columns.includes('STATE') || last.state === block.state) &&
      (!columns.includes('REMOVABLE') || last.removable === block.removable) &&
      (!columns.includes('NODE') || last.node === block.node) &&
      (!columns.includes('ZONES') || last.zones === block.zones);
    if (same && group) group.push(block);
    else groups.push([block]);
  }
  return groups;
}

function cell(column: string, group: readonly Block[], size: number, text: (bytes: number) => string): string {
  const first = group[0];
  const last = group[group.length - 1];
  if (!first || !last) return '';
  switch (column) {
    case 'RANGE':
      return `${hexAddress(first.number * size)}-${hexAddress((last.number + 1) * size - 1)}`;
    case 'SIZE':
      return text(group.length * size);
    case 'STATE':
      return first.state;
    case 'REMOVABLE':
      return first.state === 'online' ? (first.removable ? 'yes' : 'no') : '';
    case 'BLOCK':
      return first === last ? String(first.number) : `${first.number}-${last.number}`;
    case 'NODE':
      return first.node;
    default:
      return first.zones === 'none' ? 'None' : first.zones;
  }
}

/** Bytes of `128M`; undefined when it is no size. */
function parseSize(text: string): number | undefined {
  const [, number, unit = ''] = /^(0x[0-9a-fA-F]+|\d+)([KMGTkmgt]?)(?:i?B)?$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Number(number) * 1024 ** ' KMGT'.indexOf(unit === '' ? ' ' : unit.toUpperCase());
}

export function* chmem(tool: Tool): Co<number> {
  const options = yield* tool.options('bdez:vhV', {
    blocks: 'b',
    disable: 'd',
    enable: 'e',
    zone: 'z',
    verbose: 'v',
  });
  const enables = options.has('e');
  if (!enables && !options.has('d')) return yield* tool.usageError('bad usage');
  const { size, blocks } = yield* readBlocks(tool);
  const [asked] = options.operands;
  if (asked === undefined) return yield* tool.usageError('bad usage');
  const request = parseRequest(asked, options.has('b'), size);
  if (!request) return yield* tool.fail(`Invalid parameter: ${asked}`);
  const zone = options.value('z');
  const state = !enables
    ? 'offline'
    : zone === undefined
      ? 'online'
      : zone === 'Movable'
        ? 'online_movable'
        : 'online_kernel';
  // memory goes from the end first
  const order = enables ? blocks : [...blocks].reverse();
  let changed = 0;
  let failed = false;
  for (const block of order) {
    if (request.count !== undefined && changed === request.count) break;
    if (request.count === undefined && (block.number < request.first || block.number > request.last)) continue;
    if ((block.state === 'offline') !== enables) continue;
    if (enables && zone !== undefined && !block.zones.split('/').includes(zone)) continue;
    const error = yield* writeState(tool, block.number, state);
    const range = `Memory Block ${block.number} (${hexAddress(block.number * size)}-${hexAddress((block.number + 1) * size - 1)})`;
    if (error >= 0) changed++;
    if (error >= 0 && options.has('v')) yield* tool.print(`${range} ${enables ? 'enabled' : 'disabled'}\n`);
    if (error >= 0) continue;
    failed = true;
    if (request.count === undefined || options.has('v'))
      yield* tool.complain(`${range} ${enables ? 'enable' : 'disable'} failed: ${errorText(error)}`);
  }
  if (request.count === undefined) return failed ? (changed > 0 ? 64 : 1) : 0;
  if (changed >= request.count) return 0;
  yield* tool.complain(`Could only ${enables ? 'enable' : 'disable'} ${shortSize(changed * size)} of memory`);
  return changed > 0 ? 64 : 1;
}

function* writeState(tool: Tool, block: number, state: string): Co<number> {
  const fd = yield* tool.sys.open(`${MEMORY}/memory${block}/state`, O_WRONLY);
  if (fd < 0) return fd;
  const error = yield* writeAll(tool.sys, fd, state);
  yield* tool.sys.close(fd);
  return error;
}

type MemoryRequest =
  | { readonly count: number; readonly first?: undefined; readonly last?: undefined }
  | { readonly count: undefined; readonly first: number; readonly last: number };

/** A size, a range of addresses or (`numbers`) of block numbers. */
function parseRequest(text: string, numbers: boolean, blockSize: number): MemoryRequest | undefined {
  const [, first, last] = /^([^-]+)-(.+)$/.exec(text) ?? [];
  if (first !== undefined && last !== undefined) {
    const [from, to] = [Number(first), Number(last)];
    if (!Number.isFinite(from) || !Number.isFinite(to)) return undefined;
    return numbers
      ? { count: undefined, first: from, last: to }
      : { count: undefined, first: Math.floor(from / blockSize), last: Math.floor(to / blockSize) };
  }
  if (numbers) return /^\d+$/.test(text) ? { count: undefined, first: Number(text), last: Number(text) } : undefined;
  const bytes = parseSize(text);
  return bytes === undefined || bytes % blockSize !== 0 ? undefined : { count: bytes / blockSize };
}

/** numactl --hardware. */
export function* numactl(tool: Tool): Co<number> {
  const options = yield* tool.options('+Hsi:N:m:p:C:l', { hardware: 'H', show: 's' });
  if (!options.has('H')) {
    yield* tool.printError('numactl: only --hardware is modelled\n');
    return 1;
  }
  const nodes = parseCpuList((yield* attribute(tool, `${NODES}/online`)) ?? '') ?? [];
  const list = nodes.length > 1 ? `${nodes[0]}-${nodes[nodes.length - 1]}` : String(nodes[0] ?? '');
  yield* tool.print(`available: ${nodes.length} nodes (${list})\n`);
  for (const node of nodes) {
    const cpus = parseCpuList((yield* attribute(tool, `${NODES}/node${node}/cpulist`)) ?? '') ?? [];
    const text = (yield* attribute(tool, `${NODES}/node${node}/meminfo`)) ?? '';
    const megabytes = (name: string): number =>
      Math.floor(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1] ?? 0) / 1024);
    yield* tool.print(`node ${node} cpus:${cpus.map((cpu) => ` ${cpu}`).join('')}\n`);
    yield* tool.print(
      `node ${node} size: ${megabytes('MemTotal')} MB\nnode ${node} free: ${megabytes('MemFree')} MB\n`,
    );
  }
  yield* tool.print(`node distances:\nnode ${nodes.map((node) => `${String(node).padStart(3)} `).join('')}\n`);
  for (const node of nodes) {
    const distances = ((yield* attribute(tool, `${NODES}/node${node}/distance`)) ?? '').split(/\s+/);
    yield* tool.print(
      `${String(node).padStart(3)}: ${distances.map((distance) => `${distance.padStart(3)} `).join('')}\n`,
    );
  }
  return 0;
}

const COUNTERS = ['numa_hit', 'numa_miss', 'numa_foreign', 'interleave_hit', 'local_node', 'other_node'];
const COLUMN = 16;

/** A row of right-aligned columns behind its name. */
const row = (name: string, values: readonly string[]): string =>
  `${name.padEnd(COLUMN)}${values.map((value) => value.padStart(COLUMN)).join('')}\n`;

/** numastat: counters by node, or (`-m`) what the memory of the nodes is used for, in MB. */
export function* numastat(tool: Tool): Co<number> {
  const options = yield* tool.options('cmnp:s::vzV', {});
  const nodes = parseCpuList((yield* attribute(tool, `${NODES}/online`)) ?? '') ?? [];
  if (options.has('m')) return yield* memoryByNode(tool, nodes);
  yield* tool.print(
    row(
      '',
      nodes.map((node) => `node${node}`),
    ),
  );
  const texts: string[] = [];
  for (const node of nodes) texts.push((yield* attribute(tool, `${NODES}/node${node}/numastat`)) ?? '');
  for (const name of COUNTERS) {
    const values = texts.map((text) => new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? '0');
    yield* tool.print(row(name, values));
  }
  return 0;
}

/** Names in a node's meminfo that numastat 2.0.16 does not know; it says so, and leaves them out. */
const UNKNOWN = ['SwapCached', 'SecPageTables', 'FileHugePages', 'FilePmdMapped'];

function* memoryByNode(tool: Tool, nodes: readonly number[]): Co<number> {
  const rows = new Map<string, number[]>();
  for (const [index, node] of nodes.entries()) {
    const text = (yield* attribute(tool, `${NODES}/node${node}/meminfo`)) ?? '';
    for (const [, name = '', value = '0', unit] of text.matchAll(/^Node \d+ (\S+):\s+(\d+)( kB)?$/gm)) {
      const values = rows.get(name) ?? nodes.map(() => 0);
      values[index] = unit === undefined ? Number(value) * 2 : Number(value) / 1024;
      rows.set(name, values);
    }
  }
  yield* tool.print('\nPer-node system memory usage (in MBs):\n');
  for (const name of UNKNOWN) if (rows.has(name)) yield* tool.printError(`Token ${name} not in hash table.\n`);
  yield* tool.print(row('', [...nodes.map((node) => `Node ${node}`), 'Total']).replace(/^ {16}/, ' '.repeat(COLUMN)));
  yield* tool.print(`${' '.repeat(COLUMN)}${' ---------------'.repeat(nodes.length + 1)}\n`);
  const last = ['KReclaimable'];
  const names = [...[...rows.keys()].filter((name) => !last.includes(name)), ...last.filter((name) => rows.has(name))];
  for (const name of names) {
    const values = rows.get(name);
    if (!values || UNKNOWN.includes(name)) continue;
    const total = values.reduce((sum, value) => sum + value, 0);
    yield* tool.print(
      row(
        name,
        [...values, total].map((value) => value.toFixed(2)),
      ),
    );
  }
  return 0;
}
