/** date, uname, hostname, uptime, dmesg, free, mount, id, whoami, which, tty, getconf, sync, poweroff and others. */
import { ERRNO } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { findProgram } from '../exec.ts';
import { errorText, readFile, writeAll } from '../stdio.ts';
import { calendarTime, formatTime } from './calendar.ts';
import { parseCpuList } from './cpu-list.ts';
import { linesOf, type Tool } from './tool.ts';

export function* date(tool: Tool): Co<number> {
  const options = yield* tool.options('d:uIRr:s:', {
    date: 'd',
    utc: 'u',
    universal: 'u',
    'iso-8601': 'I',
    'rfc-email': 'R',
  });
  const now = tool.sys.clock_gettime('realtime');
  const given = options.value('d');
  const seconds = given?.startsWith('@') ? Number(given.slice(1)) : now / 1e9;
  if (given !== undefined && !given.startsWith('@') && given !== 'now')
    return yield* tool.fail(`invalid date '${given}'`);
  if (options.has('s')) return yield* tool.fail('cannot set date: Operation not permitted');
  const format = options.operands[0];
  if (format !== undefined && !format.startsWith('+')) return yield* tool.fail(`invalid date '${format}'`);
  const standard = options.has('I')
    ? '%Y-%m-%d'
    : options.has('R')
      ? '%a, %d %b %Y %H:%M:%S %z'
      : '%a %b %e %H:%M:%S %Z %Y';
  yield* tool.print(`${formatTime(format?.slice(1) ?? standard, Math.floor(seconds), Math.floor(now % 1e9))}\n`);
  return 0;
}

export function* uname(tool: Tool): Co<number> {
  const options = yield* tool.options('asnrvmpio', {
    all: 'a',
    'kernel-name': 's',
    nodename: 'n',
    'kernel-release': 'r',
    'kernel-version': 'v',
    machine: 'm',
    'operating-system': 'o',
  });
  if (options.operands.length > 0) return yield* tool.usageError(`extra operand '${options.operands[0]}'`);
  const { sysname, nodename, release, version, machine } = tool.sys.uname();
  const values: readonly (readonly [string, string])[] = [
    ['s', sysname],
    ['n', nodename],
    ['r', release],
    ['v', version],
    ['m', machine],
    ['p', 'unknown'],
    ['i', 'unknown'],
    ['o', 'GNU/Linux'],
  ];
  const chosen = values.filter(([letter, value]) => options.has(letter) || (options.has('a') && value !== 'unknown'));
  yield* tool.print(`${(chosen.length > 0 ? chosen : values.slice(0, 1)).map(([, value]) => value).join(' ')}\n`);
  return 0;
}

export function* hostname(tool: Tool): Co<number> {
  const name = tool.args.find((arg) => !arg.startsWith('-'));
  if (name !== undefined) {
    const error = yield* tool.sys.sethostname(name);
    return error < 0 ? yield* tool.fail('name too long') : 0;
  }
  yield* tool.print(`${tool.sys.uname().nodename}\n`);
  return 0;
}

/** Seconds since boot, whole ones. */
function* secondsSinceBoot(tool: Tool): Co<number> {
  const text = yield* readFile(tool.sys, '/proc/uptime');
  return Math.floor(typeof text === 'string' ? Number.parseFloat(text) : tool.sys.clock_gettime('monotonic') / 1e9);
}

/** What uptime prints, without the line's end; w and top begin with it. */
export function* uptimeLine(tool: Tool): Co<string> {
  const seconds = yield* secondsSinceBoot(tool);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const load = yield* readFile(tool.sys, '/proc/loadavg');
  const average = typeof load === 'string' ? load.split(' ').slice(0, 3).join(', ') : '0.00, 0.00, 0.00';
  const now = calendarTime(tool.sys.clock_gettime('realtime') / 1e9);
  const two = (value: number): string => String(value).padStart(2, '0');
  const since = hours > 0 ? `${String(hours).padStart(2)}:${two(minutes)}` : `${minutes} min`;
  const clock = `${two(now.hour)}:${two(now.minute)}:${two(now.second)}`;
  const length = `${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${since}`;
  return ` ${clock} up ${length},  0 user,  load average: ${average}`;
}

export function* uptime(tool: Tool): Co<number> {
  const options = yield* tool.options('psV', { pretty: 'p', since: 's' });
  if (options.has('p')) {
    const seconds = yield* secondsSinceBoot(tool);
    const [hours, minutes] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
    const before = hours > 0 ? `${hours} hour${hours > 1 ? 's' : ''}, ` : '';
    yield* tool.print(`up ${before}${minutes} minute${minutes === 1 ? '' : 's'}\n`);
  } else if (options.has('s')) {
    const start = (tool.sys.clock_gettime('realtime') - tool.sys.clock_gettime('monotonic')) / 1e9;
    yield* tool.print(`${formatTime('%Y-%m-%d %H:%M:%S', start)}\n`);
  } else yield* tool.print(`${yield* uptimeLine(tool)}\n`);
  return 0;
}

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];

export function* dmesg(tool: Tool): Co<number> {
  const options = yield* tool.options('CcdDEeHkLl:n:PprSs:tTuwWx', {
    clear: 'C',
    'read-clear': 'c',
    level: 'l',
    raw: 'r',
    notime: 't',
    decode: 'x',
    ctime: 'T',
    kernel: 'k',
    human: 'H',
    'console-level': 'n',
  });
  if (options.has('C')) return (yield* tool.sys.syslogClear()) < 0 ? 1 : 0;
  if (options.has('n')) {
    const text = options.value('n') ?? '';
    const level = LEVELS.includes(text) ? LEVELS.indexOf(text) + 1 : Number(text);
    const fd = yield* tool.sys.open('/proc/sys/kernel/printk', 1);
    if (fd < 0) return yield* tool.fail(`klogctl failed: ${errorText(fd)}`);
    const error = yield* writeAll(tool.sys, fd, `${level}\n`);
    return error < 0 ? yield* tool.fail(`klogctl failed: ${errorText(error)}`) : 0;
  }
  const levels = options
    .value('l')
    ?.split(',')
    .map((name) => LEVELS.indexOf(name));
  const boot = tool.sys.clock_gettime('realtime') / 1e9 - tool.sys.clock_gettime('monotonic') / 1e9;
  for (const line of linesOf(yield* tool.sys.syslogRead())) {
    const [, priority, stamp = '', text = line] = /^(?:<(\d+)>)?(\[\s*\d+\.\d+\] )?(.*)$/s.exec(line) ?? [];
    const level = Number(priority ?? 6) & 7;
    if (levels && !levels.includes(level)) continue;
    const seconds = Number(/\d+\.\d+/.exec(stamp)?.[0] ?? 0);
    const time = options.has('t')
      ? ''
      : options.has('T')
        ? `[${formatTime('%a %b %e %H:%M:%S %Y', boot + seconds)}] `
        : stamp;
    if (options.has('r')) yield* tool.print(`${line}\n`);
    else yield* tool.print(`${options.has('x') ? `kern  :${(LEVELS[level] ?? '').padEnd(6)}: ` : ''}${time}${text}\n`);
  }
  if (options.has('c')) yield* tool.sys.syslogClear();
  return 0;
}

export function* free(tool: Tool): Co<number> {
  const options = yield* tool.options('bkmghtwls:c:', {
    bytes: 'b',
    kibi: 'k',
    mebi: 'm',
    gibi: 'g',
    human: 'h',
    total: 't',
    wide: 'w',
  });
  const text = yield* readFile(tool.sys, '/proc/meminfo');
  if (typeof text === 'number') return yield* tool.fail(`unable to create meminfo structure: ${errorText(text)}`);
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const shown = (value: number): string => {
    if (options.has('h')) return humanKib(value);
    if (options.has('b')) return String(value * 1024);
    return String(Math.floor(options.has('m') ? value / 1024 : options.has('g') ? value / 1_048_576 : value));
  };
  const [total, available, unused] = [kib('MemTotal'), kib('MemAvailable'), kib('MemFree')];
  const cached = kib('Cached') + kib('SReclaimable');
  const caches = options.has('w') ? [kib('Buffers'), cached] : [kib('Buffers') + cached];
  const titles = [
    'total',
    'used',
    'free',
    'shared',
    ...(options.has('w') ? ['buffers', 'cache'] : ['buff/cache']),
    'available',
  ];
  const memory = [total, Math.max(0, total - available), unused, kib('Shmem'), ...caches, available];
  const swap = [kib('SwapTotal'), kib('SwapTotal') - kib('SwapFree'), kib('SwapFree')];
  const row = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(9)}${cells.map((cell) => cell.padStart(11)).join(' ')}\n`;
  yield* tool.print(row('', titles) + row('Mem:', memory.map(shown)) + row('Swap:', swap.map(shown)));
  if (options.has('t')) {
    yield* tool.print(
      row(
        'Total:',
        [0, 1, 2].map((i) => shown((memory[i] ?? 0) + (swap[i] ?? 0))),
      ),
    );
  }
  return 0;
}

/** procps' -h: at most four characters and `i`. */
function humanKib(kib: number): string {
  if (kib === 0) return '0B';
  let value = kib;
  for (const unit of 'KMGTP') {
    const fraction = `${value.toFixed(1)}${unit}`;
    if (fraction.length <= 4) return `${fraction}i`;
    const whole = `${Math.floor(value)}${unit}`;
    if (whole.length <= 4) return `${whole}i`;
    value /= 1024;
  }
  return `${Math.floor(kib)}Ki`;
}

/** mount(8)'s words for some errors of mount(2). */
const MOUNT_ERRORS: Readonly<Record<number, (source: string, directory: string) => string>> = {
  [ERRNO.ENOENT]: () => 'mount point does not exist.',
  [ERRNO.ENOTDIR]: () => 'mount point is not a directory.',
  [ERRNO.EBUSY]: (source, directory) => `${source} already mounted on ${directory}.`,
};

export function* mount(tool: Tool): Co<number> {
  const options = yield* tool.options('t:o:lavr', { types: 't', options: 'o' });
  if (options.operands.length > 0) {
    const [source = '', directory] = options.operands;
    if (directory === undefined) return yield* tool.fail(`${source}: can't find in /etc/fstab.`);
    const type = options.value('t') ?? 'auto';
    // a type that is not in /proc/filesystems is as if none was given
    const known = yield* readFile(tool.sys, '/proc/filesystems');
    if (typeof known === 'string' && !linesOf(known).some((line) => line.split('\t')[1] === type))
      return yield* tool.fail(`${directory}: no filesystem type specified.`);
    const error = yield* tool.sys.mount(source, directory, type);
    if (error >= 0) return 0;
    const reason = MOUNT_ERRORS[-error]?.(source, directory) ?? `${errorText(error)}.`;
    return yield* tool.fail(
      `${directory}: ${reason}\n       dmesg(1) may have more information after failed mount system call.`,
      32,
    );
  }
  const text = yield* readFile(tool.sys, '/proc/mounts');
  if (typeof text === 'number') return yield* tool.fail(`failed to read mtab: ${errorText(text)}`, 1);
  const wanted = options.value('t')?.split(',');
  for (const line of linesOf(text)) {
    const [source = '', target = '', type = '', modes = ''] = line.split(' ');
    if (!wanted || wanted.includes(type)) yield* tool.print(`${source} on ${target} type ${type} (${modes})\n`);
  }
  return 0;
}

export function* id(tool: Tool): Co<number> {
  const options = yield* tool.options('ugGnr', { user: 'u', group: 'g', name: 'n' });
  const short = options.has('u') || options.has('g') || options.has('G');
  yield* tool.print(short ? (options.has('n') ? 'root\n' : '0\n') : 'uid=0(root) gid=0(root) groups=0(root)\n');
  return 0;
}

export function* whoami(tool: Tool): Co<number> {
  yield* tool.print('root\n');
  return 0;
}

export function* which(tool: Tool): Co<number> {
  let status = 0;
  for (const name of tool.args.filter((arg) => arg !== '-a')) {
    const found = yield* findProgram(tool.sys, name, tool.environment.get('PATH') ?? '');
    const usable = typeof found === 'string' && (yield* tool.sys.access(found, 1)) === 0;
    if (usable) yield* tool.print(`${found}\n`);
    else status = 1;
  }
  return status;
}

export function* tty(tool: Tool): Co<number> {
  const terminal = tool.sys.isatty(0);
  if (!tool.args.includes('-s')) yield* tool.print(terminal ? '/dev/ttyS0\n' : 'not a tty\n');
  return terminal ? 0 : 1;
}

export function* getconf(tool: Tool): Co<number> {
  const name = tool.args[0] ?? '';
  const count = function* (file: string): Co<number> {
    const text = yield* readFile(tool.sys, `/sys/devices/system/cpu/${file}`);
    return typeof text === 'string' ? (parseCpuList(text.trim())?.length ?? 1) : 1;
  };
  const fixed: Readonly<Record<string, string>> = {
    PAGE_SIZE: '4096',
    PAGESIZE: '4096',
    CLK_TCK: '100',
    LONG_BIT: '64',
    ARG_MAX: '2097152',
  };
  if (name === '_NPROCESSORS_ONLN') yield* tool.print(`${yield* count('online')}\n`);
  else if (name === '_NPROCESSORS_CONF') yield* tool.print(`${yield* count('possible')}\n`);
  else if (fixed[name] !== undefined) yield* tool.print(`${fixed[name]}\n`);
  else {
    yield* tool.printError(`getconf: Unrecognized variable \`${name}'\n`);
    return 2;
  }
  return 0;
}

export function* clear(tool: Tool): Co<number> {
  yield* tool.print('\x1b[H\x1b[2J\x1b[3J');
  return 0;
}

/** poweroff, reboot, halt. */
export function* powerOff(tool: Tool): Co<number> {
  const how = tool.name === 'reboot' ? 'restart' : tool.name === 'halt' ? 'halt' : 'poweroff';
  const error = yield* tool.sys.reboot(how);
  return error < 0 ? yield* tool.fail(`${tool.name} failed: ${errorText(error)}`) : 0;
}

export function* sync(): Co<number> {
  return 0;
}

export function* echo(tool: Tool): Co<number> {
  const newline = tool.args[0] !== '-n';
  yield* tool.print(`${(newline ? tool.args : tool.args.slice(1)).join(' ')}${newline ? '\n' : ''}`);
  return 0;
}

export function* pwd(tool: Tool): Co<number> {
  yield* tool.print(`${yield* tool.sys.getcwd()}\n`);
  return 0;
}

/** modprobe: the kernel has no loadable modules. */
export function* modprobe(tool: Tool): Co<number> {
  const options = yield* tool.options('qrvnaf', { quiet: 'q', remove: 'r' });
  const { release } = tool.sys.uname();
  for (const name of options.operands) {
    if (options.has('q')) continue;
    const where = options.has('r') ? '.' : ` in directory /lib/modules/${release}`;
    yield* tool.printError(`modprobe: FATAL: Module ${name} not found${where}\n`);
  }
  return options.operands.length > 0 ? 1 : 0;
}
