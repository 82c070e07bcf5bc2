/** ls. */
import type { Stat } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText } from '../stdio.ts';
import { shortDate } from './calendar.ts';
import { naturally } from './natural-order.ts';
import type { Options, Tool } from './tool.ts';

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: Stat | undefined;
}

const LONG = {
  all: 'a',
  'almost-all': 'A',
  directory: 'd',
  'human-readable': 'h',
  inode: 'i',
  recursive: 'R',
  reverse: 'r',
  classify: 'F',
  color: 'G',
  size: 's',
};

export function* ls(tool: Tool): Co<number> {
  const options = yield* tool.options('aAbcdfFGghiklLmnopqrRsStuUvxXCZ1', LONG, 2);
  const operands = options.operands.length > 0 ? options.operands : ['.'];
  const files: Entry[] = [];
  const directories: Entry[] = [];
  let status = 0;
  for (const path of operands) {
    // a link to a directory is followed unless it is described itself
    const follows = !options.has('l') && !options.has('d') && !options.has('F');
    const stat = follows || path.endsWith('/') ? yield* statOrLink(tool, path) : yield* tool.sys.lstat(path);
    if (typeof stat === 'number') {
      yield* tool.complain(`cannot access '${path}': ${errorText(stat)}`);
      status = 2;
    } else if (stat.type === 'directory' && !options.has('d')) directories.push({ name: path, path, stat });
    else files.push({ name: path, path, stat });
  }
  if (files.length > 0) yield* show(tool, options, sorted(files, options), false);
  const headers = operands.length > 1 || options.has('R');
  let first = files.length === 0;
  for (const directory of sorted(directories, options)) {
    status = Math.max(status, yield* listDirectory(tool, options, directory.path, headers, first));
    first = false;
  }
  return status;
}

function* statOrLink(tool: Tool, path: string): Co<Stat | number> {
  const stat = yield* tool.sys.stat(path);
  return typeof stat === 'number' ? yield* tool.sys.lstat(path) : stat;
}

function* listDirectory(tool: Tool, options: Options, path: string, headers: boolean, first: boolean): Co<number> {
  const found = yield* tool.sys.getdents(path);
  if (typeof found === 'number') {
    yield* tool.complain(`cannot open directory '${path}': ${errorText(found)}`);
    return 2;
  }
  const needsStat =
    ['l', 'g', 'n', 'o', 's', 't', 'S', 'F', 'i', 'p'].some((letter) => options.has(letter)) || options.has('R');
  const names = [...(options.has('a') ? ['.', '..'] : []), ...found.map((entry) => entry.name)];
  const entries: Entry[] = [];
  for (const name of names) {
    if (name.startsWith('.') && !options.has('a') && !options.has('A')) continue;
    const full = path.endsWith('/') ? path + name : `${path}/${name}`;
    const stat = needsStat ? yield* tool.sys.lstat(full) : undefined;
    entries.push({ name, path: full, stat: typeof stat === 'number' ? undefined : stat });
  }
  const shown = sorted(entries, options);
  if (headers) yield* tool.print(`${first ? '' : '\n'}${path}:\n`);
  yield* show(tool, options, shown, true);
  if (!options.has('R')) return 0;
  let status = 0;
  for (const entry of shown) {
    if (entry.stat?.type !== 'directory' || entry.name === '.' || entry.name === '..') continue;
    status = Math.max(status, yield* listDirectory(tool, options, entry.path, true, false));
  }
  return status;
}

function sorted(entries: readonly Entry[], options: Options): Entry[] {
  const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const result = [...entries];
  if (options.has('U') || options.has('f')) return result;
  if (options.has('t')) result.sort((a, b) => (b.stat?.mtime ?? 0) - (a.stat?.mtime ?? 0) || byName(a, b));
  else if (options.has('S')) result.sort((a, b) => (b.stat?.size ?? 0) - (a.stat?.size ?? 0) || byName(a, b));
  else if (options.has('v')) result.sort((a, b) => naturally(a.name, b.name) || byName(a, b));
  else result.sort(byName);
  return options.has('r') ? result.reverse() : result;
}

function* show(tool: Tool, options: Options, entries: readonly Entry[], total: boolean): Co {
  if (['l', 'g', 'n', 'o'].some((letter) => options.has(letter))) return yield* showLong(tool, options, entries, total);
  const names = entries.map(
    (entry) => (options.has('i') ? `${entry.stat?.inode ?? 0} ` : '') + decorated(entry, options),
  );
  const columns = tool.sys.winsize(1)?.columns ?? 80;
  if (options.has('m')) yield* tool.print(names.length > 0 ? `${names.join(', ')}\n` : '');
  else if (!options.has('1') && (options.has('C') || options.has('x') || tool.sys.isatty(1))) {
    yield* tool.print(inColumns(names, columns === 0 ? 80 : columns, options.has('x')));
  } else yield* tool.print(names.map((name) => `${name}\n`).join(''));
}

function decorated(entry: Entry, options: Options): string {
  if (options.has('F')) return entry.name + indicator(entry.stat);
  return options.has('p') && entry.stat?.type === 'directory' ? `${entry.name}/` : entry.name;
}

function indicator(stat: Stat | undefined): string {
  if (stat?.type === 'directory') return '/';
  if (stat?.type === 'symlink') return '@';
  if (stat?.type === 'fifo') return '|';
  if (stat?.type === 'socket') return '=';
  return stat?.type === 'regular' && (stat.mode & 0o111) !== 0 ? '*' : '';
}

const TAB = 8;
const LEAST_COLUMN = 3;

/** GNU ls' columns: as many as fit, filled downwards, with tabs where they reach a tab stop. */
export function inColumns(names: readonly string[], lineLength: number, across = false): string {
  if (names.length === 0) return '';
  const most = Math.max(1, Math.min(names.length, Math.floor(lineLength / LEAST_COLUMN)));
  for (let count = most; count >= 1; count--) {
    const rows = Math.ceil(names.length / count);
    const cell = (row: number, column: number): number => (across ? row * count + column : column * rows + row);
    const widths = Array.from({ length: count }, (_, column) => {
      let width = LEAST_COLUMN;
      for (let row = 0; row < rows; row++) {
        const name = names[cell(row, column)];
        if (name !== undefined) width = Math.max(width, name.length + (column === count - 1 ? 0 : 2));
      }
      return width;
    });
    if (count > 1 && widths.reduce((sum, width) => sum + width, 0) >= lineLength) continue;
    return layOut(names, rows, widths, cell);
  }
  return '';
}

function layOut(
  names: readonly string[],
  rows: number,
  widths: readonly number[],
  cell: (row: number, column: number) => number,
): string {
  let text = '';
  for (let row = 0; row < rows; row++) {
    let at = 0;
    for (let column = 0, start = 0; column < widths.length; start += widths[column++] ?? 0) {
      const name = names[cell(row, column)];
      if (name === undefined) break;
      text += indent(at, start) + name;
      at = start + name.length;
    }
    text += '\n';
  }
  return text;
}

function indent(from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; ) {
    if (Math.floor(to / TAB) > Math.floor((at + 1) / TAB)) {
      text += '\t';
      at += TAB - (at % TAB);
    } else {
      text += ' ';
      at++;
    }
  }
  return text;
}

function* showLong(tool: Tool, options: Options, entries: readonly Entry[], total: boolean): Co {
  const now = tool.sys.clock_gettime('realtime') / 1e9;
  const rows: string[][] = [];
  let blocks = 0;
  for (const entry of entries) {
    const { stat } = entry;
    if (!stat) {
      rows.push(['??????????', '?', '?', '?', '?', '           ?', entry.name]);
      continue;
    }
    if (!/^\/?(sys|proc)\//.test(entry.path)) blocks += stat.type === 'regular' ? Math.ceil(stat.size / 4096) * 4 : 0;
    const target = stat.type === 'symlink' ? yield* tool.sys.readlink(entry.path) : '';
    const name = options.has('F') && stat.type !== 'symlink' ? entry.name + indicator(stat) : entry.name;
    rows.push([
      modeText(stat),
      String(stat.links),
      ownerName(stat.uid, options),
      ownerName(stat.gid, options),
      options.has('h') ? humanSize(stat.size) : String(stat.size),
      shortDate(stat.mtime, now),
      typeof target === 'string' && target !== '' ? `${name} -> ${target}` : name,
    ]);
  }
  if (total) yield* tool.print(`total ${options.has('h') && blocks > 0 ? humanSize(blocks * 1024) : blocks}\n`);
  const width = (column: number): number => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2, 3, 4].map(width);
  for (const [mode = '', links = '', owner = '', group = '', size = '', date = '', name = ''] of rows) {
    const ownerColumn = options.has('g') ? '' : ` ${owner.padEnd(widths[2] ?? 0)}`;
    const groupColumn = options.has('o') ? '' : ` ${group.padEnd(widths[3] ?? 0)}`;
    yield* tool.print(
      `${mode} ${links.padStart(widths[1] ?? 0)}${ownerColumn}${groupColumn} ${size.padStart(widths[4] ?? 0)} ${date} ${name}\n`,
    );
  }
}

const ownerName = (id: number, options: Options): string => (id === 0 && !options.has('n') ? 'root' : String(id));

const TYPE_LETTERS: Readonly<Record<string, string>> = {
  regular: '-',
  directory: 'd',
  symlink: 'l',
  character: 'c',
  fifo: 'p',
  socket: 's',
};

/** `drwxr-xr-x` */
export function modeText(stat: Stat): string {
  const triple = (bits: number, special: number, letter: string): string => {
    const execute = (bits & 1) !== 0;
    const last = (stat.mode & special) !== 0 ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  const { mode } = stat;
  const bits =
    triple((mode >> 6) & 7, 0o4000, 's') + triple((mode >> 3) & 7, 0o2000, 's') + triple(mode & 7, 0o1000, 't');
  return (TYPE_LETTERS[stat.type] ?? '?') + bits;
}

/** `4.0K`, as -h shows sizes. */
export function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  let value = bytes;
  let unit = '';
  for (const next of 'KMGTP') {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value < 9.95 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${unit}`;
}
