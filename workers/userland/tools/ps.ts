/** ps, as procps 4 prints. */
import type { Co } from '../../sim/coroutine.ts';
import { readFile } from '../stdio.ts';
import { calendarTime, MONTHS } from './calendar.ts';
import type { Tool } from './tool.ts';

/** Clock ticks a second, in which /proc counts. */
const TICKS = 100;
const PAGE_KIB = 4;
/** Virtual time in user mode for each process; an estimate. */
const PROCESS_COST = 20_000;

/** What /proc/PID/stat says, and its neighbours. */
export interface Process {
  readonly pid: number;
  readonly comm: string;
  /** Fields of stat from `state` on, by proc(5)'s numbers less 3. */
  readonly fields: readonly string[];
  readonly arguments: string;
  readonly wchan: string;
}

interface Column {
  readonly title: string;
  readonly width: number;
  /** Numbers stand at the right. */
  readonly right: boolean;
  value(process: Process): string;
}

export function* ps(tool: Tool): Co<number> {
  const request = yield* readRequest(tool);
  const columns = columnTable(tool, yield* readUptime(tool));
  const chosen: Column[] = [];
  for (const { name, title } of request.columns) {
    const column = columns[name];
    if (!column) return yield* unknownColumn(tool, name);
    chosen.push(title === undefined ? column : { ...column, title, width: Math.max(title.length, column.width) });
  }
  const processes = yield* readProcesses(tool);
  const own = processes.find((process) => process.pid === tool.sys.getpid());
  const terminal = own?.fields[4] ?? '0';
  const selected = processes.filter((process) => {
    if (request.pids.length > 0) return request.pids.includes(process.pid);
    if (request.commands.length > 0) return request.commands.includes(process.comm);
    return request.all || process.fields[4] === terminal;
  });
  if (chosen.some((column) => column.title !== '')) yield* tool.print(row(chosen, (column) => column.title));
  for (const process of selected) yield* tool.print(row(chosen, (column) => column.value(process)));
  return selected.length === 0 ? 1 : 0;
}

interface Request {
  all: boolean;
  pids: number[];
  commands: string[];
  columns: { readonly name: string; readonly title: string | undefined }[];
}

const SHORT = ['pid', 'tty', 'time', 'ucmd'];
const FULL = ['uname', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd'];
const LONG = ['f', 's', 'uid', 'pid', 'ppid', 'c', 'opri', 'ni', 'addr', 'sz', 'wchan', 'tty', 'time', 'ucmd'];
const LONG_FULL = [
  'f',
  's',
  'uname',
  'pid',
  'ppid',
  'c',
  'opri',
  'ni',
  'addr',
  'sz',
  'wchan',
  'stime',
  'tty',
  'time',
  'cmd',
];
const BSD_USER = ['user', 'pid', '%cpu', '%mem', 'vsz', 'rss', 'bsdtty', 'stat', 'start', 'bsdtime', 'args'];

function* readRequest(tool: Tool): Co<Request> {
  const request: Request = { all: false, pids: [], commands: [], columns: [] };
  const plain = (names: readonly string[]) => names.map((name) => ({ name, title: undefined }));
  let full = false;
  let long = false;
  let bsd = false;
  const { args } = tool;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (/^\d+$/.test(arg)) {
      request.pids.push(Number(arg));
      continue;
    }
    if (!arg.startsWith('-')) {
      if (arg.includes('x') || arg.includes('a')) request.all = true;
      if (arg.includes('u')) bsd = true;
      continue;
    }
    if (arg === '--no-headers') continue;
    for (let j = 1; j < arg.length; j++) {
      const letter = arg[j] ?? '';
      if (letter === 'e' || letter === 'A') request.all = true;
      else if (letter === 'f' || letter === 'F') full = true;
      else if (letter === 'l') long = true;
      else if ('opCq'.includes(letter)) {
        const value = arg.slice(j + 1) || (args[++i] ?? '');
        if (letter === 'o') request.columns.push(...parseColumns(value));
        else if (letter === 'C') request.commands.push(...value.split(','));
        else request.pids.push(...value.split(/[ ,]+/).map(Number));
        break;
      } else if (!'wyLTHaxu'.includes(letter)) {
        yield* tool.printError(
          `error: unsupported SysV option\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n`,
        );
        return yield* tool.fail('', 1);
      }
    }
  }
  if (request.columns.length === 0) {
    request.columns = plain(bsd ? BSD_USER : long && full ? LONG_FULL : long ? LONG : full ? FULL : SHORT);
  }
  return request;
}

function parseColumns(text: string): { readonly name: string; readonly title: string | undefined }[] {
  const renamed = /^([^=,\s]+)=(.*)$/.exec(text);
  if (renamed && !text.includes(',')) return [{ name: renamed[1] ?? '', title: renamed[2] ?? '' }];
  return text
    .split(/[ ,]+/)
    .filter((name) => name !== '')
    .map((name) => ({ name: name.replace(/=$/, ''), title: name.endsWith('=') ? '' : undefined }));
}

function* unknownColumn(tool: Tool, name: string): Co<number> {
  yield* tool.printError(
    `error: unknown user-defined format specifier "${name}"\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n`,
  );
  return 1;
}

function row(columns: readonly Column[], value: (column: Column) => string): string {
  const cells = columns.map((column, index) => {
    const text = value(column);
    if (column.right) return text.padStart(column.width);
    return index === columns.length - 1 ? text : text.slice(0, column.width).padEnd(column.width);
  });
  return `${cells.join(' ')}\n`;
}

function* readUptime(tool: Tool): Co<number> {
  const text = yield* readFile(tool.sys, '/proc/uptime');
  return typeof text === 'string' ? Number.parseFloat(text) : tool.sys.clock_gettime('monotonic') / 1e9;
}

export function* readProcesses(tool: Tool): Co<Process[]> {
  const entries = yield* tool.sys.getdents('/proc');
  if (typeof entries === 'number') return [];
  const pids = entries.map((entry) => Number(entry.name)).filter((pid) => pid > 0);
  const processes: Process[] = [];
  for (const pid of pids.sort((a, b) => a - b)) {
    yield* tool.sys.compute(PROCESS_COST);
    const stat = yield* readFile(tool.sys, `/proc/${pid}/stat`);
    if (typeof stat !== 'string') continue;
    const [, comm = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    const line = yield* readFile(tool.sys, `/proc/${pid}/cmdline`);
    const wchan = yield* readFile(tool.sys, `/proc/${pid}/wchan`);
    const words = typeof line === 'string' ? line.replace(/\0$/, '').replace(/\0/g, ' ') : '';
    processes.push({
      pid,
      comm,
      fields: rest.trim().split(' '),
      arguments: words === '' ? `[${comm}]` : words,
      wchan: typeof wchan === 'string' && wchan !== '0' && wchan !== '' ? wchan : '-',
    });
  }
  return processes;
}

const two = (value: number): string => String(value).padStart(2, '0');

function columnTable(tool: Tool, uptime: number): Readonly<Record<string, Column>> {
  const field = (process: Process, index: number): number => Number(process.fields[index] ?? 0);
  const ticks = (process: Process): number => field(process, 11) + field(process, 12);
  const seconds = (process: Process): number => Math.floor(ticks(process) / TICKS);
  const age = (process: Process): number => Math.max(0, uptime - field(process, 19) / TICKS);
  const share = (process: Process): number => (age(process) > 0 ? ticks(process) / TICKS / age(process) : 0);
  const startTime = (process: Process): string => {
    const now = tool.sys.clock_gettime('realtime') / 1e9;
    const time = calendarTime(now - age(process));
    return age(process) < 86_400
      ? `${two(time.hour)}:${two(time.minute)}`
      : `${MONTHS[time.month - 1]}${two(time.day)}`;
  };
  const longTime = (process: Process): string => {
    const total = seconds(process);
    return `${two(Math.floor(total / 3600))}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  };
  const realtime = (process: Process): boolean => field(process, 38) === 1 || field(process, 38) === 2;
  const right = (title: string, width: number, value: (process: Process) => string): Column => ({
    title,
    width,
    right: true,
    value,
  });
  const left = (title: string, width: number, value: (process: Process) => string): Column => ({
    title,
    width,
    right: false,
    value,
  });
  const terminal = (process: Process): string => terminalName(field(process, 4));
  const command = left('COMMAND', 15, (p) => p.comm);
  return {
    pid: right('PID', 5, (p) => String(p.pid)),
    ppid: right('PPID', 5, (p) => String(field(p, 1))),
    pgid: right('PGID', 5, (p) => String(field(p, 2))),
    sid: right('SID', 5, (p) => String(field(p, 3))),
    tty: left('TTY', 8, terminal),
    tt: left('TT', 8, terminal),
    bsdtty: left('TTY', 8, terminal),
    uname: left('UID', 8, () => 'root'),
    time: right('TIME', 8, longTime),
    bsdtime: right('TIME', 6, (p) => `${Math.floor(seconds(p) / 60)}:${two(seconds(p) % 60)}`),
    ucmd: left('CMD', 15, (p) => p.comm),
    comm: command,
    command: left('COMMAND', 27, (p) => p.arguments),
    args: left('COMMAND', 27, (p) => p.arguments),
    cmd: left('CMD', 27, (p) => p.arguments),
    ucomm: command,
    user: left('USER', 8, () => 'root'),
    uid: right('UID', 5, () => '0'),
    euid: right('EUID', 5, () => '0'),
    c: right('C', 2, (p) => String(Math.min(99, Math.floor(share(p) * 100)))),
    '%cpu': right('%CPU', 4, (p) => (share(p) * 100).toFixed(1)),
    pcpu: right('%CPU', 4, (p) => (share(p) * 100).toFixed(1)),
    '%mem': right('%MEM', 4, () => '0.0'),
    stime: right('STIME', 5, startTime),
    start: right('START', 5, startTime),
    psr: right('PSR', 3, (p) => String(field(p, 36))),
    s: left('S', 1, (p) => p.fields[0] ?? '?'),
    stat: left('STAT', 4, (p) => statText(p, tool)),
    state: left('S', 1, (p) => p.fields[0] ?? '?'),
    f: right('F', 1, (p) => ((field(p, 6) >> 6) & 7).toString(8)),
    ni: right('NI', 3, (p) => (realtime(p) ? '-' : String(field(p, 16)))),
    opri: right('PRI', 3, (p) => String(field(p, 15) + 60)),
    pri: right('PRI', 3, (p) => String(39 - field(p, 15))),
    rtprio: right('RTPRIO', 6, (p) => (realtime(p) ? String(field(p, 37)) : '-')),
    cls: right('CLS', 3, (p) => (field(p, 38) === 1 ? 'FF' : field(p, 38) === 2 ? 'RR' : 'TS')),
    addr: left('ADDR', 1, () => '-'),
    sz: right('SZ', 5, (p) => String(Math.floor(field(p, 20) / 4096))),
    vsz: right('VSZ', 6, (p) => String(Math.floor(field(p, 20) / 1024))),
    rss: right('RSS', 5, (p) => String(field(p, 21) * PAGE_KIB)),
    wchan: left('WCHAN', 6, (p) => p.wchan.slice(0, 6)),
    nlwp: right('NLWP', 4, (p) => String(field(p, 17))),
    etime: right('ELAPSED', 11, (p) => `${two(Math.floor(age(p) / 60))}:${two(Math.floor(age(p)) % 60)}`),
  };
}

function statText(process: Process, tool: Tool): string {
  const nice = Number(process.fields[16] ?? 0);
  const leader = Number(process.fields[3]) === process.pid;
  const foreground = process.fields[5] === process.fields[2];
  return `${process.fields[0]}${nice < 0 ? '<' : nice > 0 ? 'N' : ''}${leader ? 's' : ''}${foreground ? '+' : ''}`;
}

/** `ttyS0`, `?` for none. Major 4 from minor 64 on are the serial ports, 204 from 64 on arm64's. */
function terminalName(device: number): string {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major === 4) return minor >= 64 ? `ttyS${minor - 64}` : `tty${minor}`;
  return major === 204 ? `ttyAMA${minor - 64}` : '?';
}
