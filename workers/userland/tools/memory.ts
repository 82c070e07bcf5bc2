/** lsmem and chmem of util-linux 2.38. */
import { O_WRONLY } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, writeAll } from '../stdio.ts';
import { attribute, MEMORY } from './sysfs.ts';
import type { Tool } from './tool.ts';

interface Block {
  readonly number: number;
  readonly state: string;
  readonly removable: boolean;
  readonly node: string;
  /** As `valid_zones` shows them, joined by slashes. */
  readonly zones: string;
}

/** Size of a block in bytes, and the blocks' numbers in the order of their addresses. */
function* blockNumbers(tool: Tool): Co<{ readonly size: number; readonly numbers: number[] }> {
  const size = yield* attribute(tool, `${MEMORY}/block_size_bytes`);
  const entries = yield* tool.sys.getdents(MEMORY);
  if (size === undefined || typeof entries === 'number')
    return yield* tool.fail('This system does not support memory blocks');
  const numbers = entries.map((entry) => /^memory(\d+)$/.exec(entry.name)?.[1]).filter((text) => text !== undefined);
  return { size: Number.parseInt(size, 16), numbers: numbers.map(Number).sort((a, b) => a - b) };
}

function* readBlocks(tool: Tool): Co<{ readonly size: number; readonly blocks: Block[] }> {
  const { size, numbers } = yield* blockNumbers(tool);
  const blocks: Block[] = [];
  for (const number of numbers) {
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
  return { size, blocks };
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

/** How the table is written. */
type Style = 'table' | 'raw' | 'pairs' | 'json';

/** The rows below each other in columns; libsmartcols gives sizes of four characters one more, as recorded. */
function table(columns: readonly string[], rows: readonly (readonly string[])[], headings: boolean): string[] {
  const widths = columns.map((name, index) => {
    const longest = Math.max(0, ...rows.map((row) => row[index]?.length ?? 0));
    return name === 'SIZE' && longest === 4 ? 5 : Math.max(name.length, longest);
  });
  const line = (row: readonly string[]): string =>
    row
      .map((value, index) => {
        const width = widths[index] ?? 0;
        return columns[index] === 'RANGE' ? value.padEnd(width) : value.padStart(width);
      })
      .join(' ');
  return [...(headings ? [columns] : []), ...rows].map(line);
}

function jsonValue(column: string, value: string): string {
  return column === 'REMOVABLE' ? `${value === 'yes'}` : JSON.stringify(value);
}

function styled(
  style: Style,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  headings: boolean,
): string[] {
  if (style === 'table') return table(columns, rows, headings);
  if (style === 'raw') return [...(headings ? [columns] : []), ...rows].map((row) => row.join(' '));
  if (style === 'pairs') return rows.map((row) => row.map((value, at) => `${columns[at]}="${value}"`).join(' '));
  const objects = rows.map((row) =>
    row
      .map((value, at) => `         "${columns[at]?.toLowerCase()}": ${jsonValue(columns[at] ?? '', value)}`)
      .join(',\n'),
  );
  return ['{', '   "memory": [', `      {\n${objects.join('\n      },{\n')}\n      }`, '   ]', '}'];
}

export function* lsmem(tool: Tool): Co<number> {
  const options = yield* tool.options('abJno:PrS:s:hVY::A', {
    all: 'a',
    bytes: 'b',
    json: 'J',
    noheadings: 'n',
    output: 'o',
    'output-all': 'A',
    pairs: 'P',
    raw: 'r',
    split: 'S',
    sysroot: 's',
    summary: 'Y',
  });
  if (options.operands.length > 0) return yield* tool.usageError('bad usage');
  const root = options.value('s');
  if (root !== undefined && !(yield* isDirectory(tool, `${root}${MEMORY}`))) {
    return yield* tool.fail(`cannot open ${MEMORY}: No such file or directory`);
  }
  const { size, blocks } = yield* readBlocks(tool);
  const list = options.has('A') ? COLUMNS.join(',') : (options.value('o') ?? 'RANGE,SIZE,STATE,REMOVABLE,BLOCK');
  const names = list.split(',');
  const unknown = names.find((name) => !COLUMNS.includes(name.toUpperCase()));
  if (unknown !== undefined) return yield* tool.fail(`unknown column: ${unknown}`);
  const columns = names.map((name) => name.toUpperCase());
  const splits = options.value('S')?.toUpperCase().split(',') ?? columns;
  const text = (bytes: number): string => (options.has('b') ? String(bytes) : shortSize(bytes));
  const style: Style = options.has('J') ? 'json' : options.has('P') ? 'pairs' : options.has('r') ? 'raw' : 'table';
  const summary = options.has('Y') ? options.value('Y') || 'only' : style === 'table' ? 'always' : 'never';
  if (!['never', 'always', 'only'].includes(summary)) return yield* tool.fail(`unsupported --summary argument`);
  if (summary !== 'only') {
    const groups = options.has('a') ? blocks.map((block) => [block]) : grouped(blocks, splits);
    const rows = groups.map((group) => columns.map((column) => cell(column, group, size, text)));
    for (const line of styled(style, columns, rows, !options.has('n'))) yield* tool.print(`${line}\n`);
    if (summary === 'never') return 0;
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

function* isDirectory({ sys }: Tool, path: string): Co<boolean> {
  const stat = yield* sys.stat(path);
  return typeof stat === 'object' && stat.type === 'directory';
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

const ZONES = ['dma', 'dma32', 'normal', 'highmem', 'movable', 'device'];

/** Exit status when some blocks changed, and others did not. */
const SOME_OK = 64;

interface Change {
  readonly enables: boolean;
  readonly zone: string | undefined;
  readonly verbose: boolean;
  /** Of a block, in bytes. */
  readonly size: number;
}

/** `Memory Block 32 (0x…-0x…)`. */
const blockName = (block: number, size: number): string =>
  `Memory Block ${block} (${hexAddress(block * size)}-${hexAddress((block + 1) * size - 1)})`;

/** Whether the block is as it is meant to be already. */
function* isChanged(tool: Tool, { enables }: Change, block: number): Co<boolean> {
  const state = yield* attribute(tool, `${MEMORY}/memory${block}/state`);
  return state === (enables ? 'online' : 'offline');
}

/**
 * What is written to a block's state; undefined when its zone is not the one that was asked for. Without a zone, memory
 * that may become movable does.
 */
function* wantedState(tool: Tool, { enables, zone }: Change, block: number): Co<string | undefined> {
  const zones = (yield* attribute(tool, `${MEMORY}/memory${block}/valid_zones`))?.toLowerCase() ?? '';
  if (!enables) return zone === undefined || zones.startsWith(zone) ? 'offline' : undefined;
  if (zone === undefined) return zones.includes('movable') ? 'online_movable' : 'online';
  if (!zones.includes(zone)) return undefined;
  return zone === 'movable' ? 'online_movable' : 'online_kernel';
}

/** So many blocks, whichever will; memory goes from the end first. */
function* changeCount(tool: Tool, change: Change, blocks: readonly number[], count: number): Co<number> {
  const { enables, size, verbose } = change;
  let changed = 0;
  for (const block of enables ? blocks : [...blocks].reverse()) {
    if (changed === count) break;
    if (yield* isChanged(tool, change, block)) continue;
    const state = yield* wantedState(tool, change, block);
    if (state === undefined) continue;
    const error = yield* writeState(tool, block, state);
    if (error >= 0) changed++;
    const done = enables ? 'enable' : 'disable';
    if (verbose) yield* tool.print(`${blockName(block, size)} ${error < 0 ? `${done} failed` : `${done}d`}\n`);
  }
  if (changed === count) return 0;
  yield* tool.complain(`Could only ${enables ? 'enable' : 'disable'} ${shortSize(changed * size)} of memory`);
  return changed > 0 ? SOME_OK : 1;
}

/** Blocks from `first` to `last`, those that do not exist as well: they fail without a word. */
function* changeRange(tool: Tool, change: Change, blocks: readonly number[], first: number, last: number): Co<number> {
  const { enables, size, verbose } = change;
  const done = enables ? 'enable' : 'disable';
  let left = last - first + 1;
  for (const block of blocks) {
    if (block < first || block > last) continue;
    const name = blockName(block, size);
    if (yield* isChanged(tool, change, block)) {
      if (verbose) yield* tool.print(`${name} already ${done}d\n`);
      left--;
      continue;
    }
    const state = yield* wantedState(tool, change, block);
    if (state === undefined) {
      yield* tool.complain(`${name} ${done} failed: Zone mismatch`);
      continue;
    }
    const error = yield* writeState(tool, block, state);
    if (error < 0) yield* tool.complain(`${name} ${done} failed: ${errorText(error)}`);
    else {
      left--;
      if (verbose) yield* tool.print(`${name} ${done}d\n`);
    }
  }
  if (left === 0) return 0;
  return left === last - first + 1 ? 1 : SOME_OK;
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
  const [asked, ...others] = options.operands;
  if ((!enables && !options.has('d')) || asked === undefined || others.length > 0) {
    return yield* tool.usageError('bad usage');
  }
  const { size, numbers } = yield* blockNumbers(tool);
  const zone = options.value('z')?.toLowerCase();
  const request = yield* parseRequest(tool, asked, options.has('b'), size);
  if (zone !== undefined && !ZONES.includes(zone)) {
    return yield* tool.usageError(`unknown memory zone: ${options.value('z')}`);
  }
  const change: Change = { enables, zone, verbose: options.has('v'), size };
  return request.count === undefined
    ? yield* changeRange(tool, change, numbers, request.first, request.last)
    : yield* changeCount(tool, change, numbers, request.count);
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

/** A size, a range of addresses or (`numbers`) of block numbers; ends the tool when it is none. */
function* parseRequest(tool: Tool, text: string, numbers: boolean, blockSize: number): Co<MemoryRequest> {
  const [, first, last] = /^([^-]+)-(.+)$/.exec(text) ?? [];
  const unit = `aligned to memory block size (${shortSize(blockSize)})`;
  if (first !== undefined && last !== undefined) {
    const [from, to] = [Number(first), Number(last)];
    if (!Number.isFinite(from) || !Number.isFinite(to)) return yield* tool.fail(`Failed to parse range: '${text}'`);
    if (numbers) return { count: undefined, first: from, last: to };
    if (from % blockSize !== 0 || (to + 1) % blockSize !== 0) {
      return yield* tool.fail(`Start address and (end address + 1) must be ${unit}`);
    }
    return { count: undefined, first: from / blockSize, last: (to + 1) / blockSize - 1 };
  }
  if (numbers) {
    const number = Number(text);
    if (!/^\d+$/.test(text)) return yield* tool.fail(`Failed to parse size: '${text}': Invalid argument`);
    return { count: undefined, first: number, last: number };
  }
  // a number alone means MiB
  const bytes = parseSize(/\d$/.test(text) ? `${text}M` : text);
  if (bytes === undefined) return yield* tool.fail(`Failed to parse size: '${text}': Invalid argument`);
  if (bytes % blockSize !== 0) return yield* tool.fail(`Size must be ${unit}`);
  return { count: bytes / blockSize };
}
