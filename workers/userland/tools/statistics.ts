/** What the kernel counts, as procps 4 and util-linux 2.38 show it: vmstat, top in batch mode, lsirq. */
import type { Co } from '../../sim/coroutine.ts';
import { readFile } from '../stdio.ts';
import { type Process, readProcesses } from './ps.ts';
import { uptimeLine } from './system.ts';
import { linesOf, type Tool } from './tool.ts';

/** Virtual time between the two looks of a first sample of top, ns. */
const TOP_FIRST_INTERVAL = 150_000_000;

interface Counters {
  /** us, ni, sy, id, wa, hi, si, st: hundredths of a second. */
  readonly ticks: readonly number[];
  readonly interrupts: number;
  readonly switches: number;
  readonly running: number;
  readonly blocked: number;
  readonly bootTime: number;
  readonly forks: number;
}

function* readText(tool: Tool, path: string): Co<string> {
  const text = yield* readFile(tool.sys, path);
  return typeof text === 'string' ? text : '';
}

function* readCounters(tool: Tool): Co<Counters> {
  const lines = new Map<string, readonly number[]>();
  for (const line of linesOf(yield* readText(tool, '/proc/stat'))) {
    const [name = '', ...values] = line.trim().split(/\s+/);
    lines.set(name, values.map(Number));
  }
  const first = (name: string): number => lines.get(name)?.[0] ?? 0;
  return {
    ticks: lines.get('cpu')?.slice(0, 8) ?? [],
    interrupts: first('intr'),
    switches: first('ctxt'),
    running: first('procs_running'),
    blocked: first('procs_blocked'),
    bootTime: first('btime'),
    forks: first('processes'),
  };
}

type Memory = (name: string) => number;

/** KiB by the names of /proc/meminfo. */
function* readMemory(tool: Tool): Co<Memory> {
  const text = yield* readText(tool, '/proc/meminfo');
  return (name) => Number(new RegExp(`^${name.replace(/[()]/g, '\\$&')}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

const cacheOf = (kib: Memory): number => kib('Cached') + kib('SReclaimable');
const usedOf = (kib: Memory): number => kib('MemTotal') - kib('MemAvailable');

const VMSTAT_HEADER = `procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----
 r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st
`;

function vmstatLine(kib: Memory, now: Counters, before: Counters | undefined, seconds: number): string {
  const ticks = now.ticks.map((count, index) => count - (before?.ticks[index] ?? 0));
  const [us = 0, ni = 0, sy = 0, id = 0, wa = 0, hi = 0, si = 0, st = 0] = ticks;
  const total = Math.max(1, us + ni + sy + id + wa + hi + si + st);
  const percent = (count: number): number => Math.floor((100 * count + total / 2) / total);
  const rate = (count: number, last = 0): number => Math.floor((count - last) / Math.max(1, seconds));
  const cells: readonly (readonly [number, number])[] = [
    [Math.max(0, now.running), 2],
    [now.blocked, 2],
    [kib('SwapTotal') - kib('SwapFree'), 6],
    [kib('MemFree'), 6],
    [kib('Buffers'), 6],
    [cacheOf(kib), 6],
    [0, 4],
    [0, 4],
    [0, 5],
    [0, 5],
    [rate(now.interrupts, before?.interrupts), 4],
    [rate(now.switches, before?.switches), 4],
    [percent(us + ni), 2],
    [percent(sy + hi + si), 2],
    [percent(id), 2],
    [percent(wa), 2],
    [percent(st), 2],
  ];
  return `${cells.map(([value, width]) => String(value).padStart(width)).join(' ')}\n`;
}

function* vmstatSums(tool: Tool): Co<number> {
  const kib = yield* readMemory(tool);
  const { ticks, interrupts, switches, bootTime, forks } = yield* readCounters(tool);
  const [us = 0, ni = 0, sy = 0, id = 0, wa = 0, hi = 0, si = 0, st = 0] = ticks;
  const lines: readonly (readonly [number, string])[] = [
    [kib('MemTotal'), 'K total memory'],
    [usedOf(kib), 'K used memory'],
    [kib('Active'), 'K active memory'],
    [kib('Inactive'), 'K inactive memory'],
    [kib('MemFree'), 'K free memory'],
    [kib('Buffers'), 'K buffer memory'],
    [cacheOf(kib), 'K swap cache'],
    [kib('SwapTotal'), 'K total swap'],
    [kib('SwapTotal') - kib('SwapFree'), 'K used swap'],
    [kib('SwapFree'), 'K free swap'],
    [us, 'non-nice user cpu ticks'],
    [ni, 'nice user cpu ticks'],
    [sy, 'system cpu ticks'],
    [id, 'idle cpu ticks'],
    [wa, 'IO-wait cpu ticks'],
    [hi, 'IRQ cpu ticks'],
    [si, 'softirq cpu ticks'],
    [st, 'stolen cpu ticks'],
    [0, 'non-nice guest cpu ticks'],
    [0, 'nice guest cpu ticks'],
    [0, 'K paged in'],
    [0, 'K paged out'],
    [0, 'pages swapped in'],
    [0, 'pages swapped out'],
    [interrupts, 'interrupts'],
    [switches, 'CPU context switches'],
    [bootTime, 'boot time'],
    [forks, 'forks'],
  ];
  for (const [value, name] of lines) yield* tool.print(`${String(value).padStart(13)} ${name}\n`);
  return 0;
}

export function* vmstat(tool: Tool): Co<number> {
  const options = yield* tool.options('fnsV', { forks: 'f', 'one-header': 'n', stats: 's', version: 'V' });
  if (options.has('f')) {
    yield* tool.print(`${String((yield* readCounters(tool)).forks).padStart(13)} forks\n`);
    return 0;
  }
  if (options.has('s')) return yield* vmstatSums(tool);
  const [delayText, countText] = options.operands;
  for (const text of options.operands)
    if (!/^\d+$/.test(text)) return yield* tool.die(`vmstat: failed to parse argument: '${text}'`);
  const delay = Number(delayText ?? 0);
  const count = countText !== undefined ? Number(countText) : delayText === undefined ? 1 : Number.POSITIVE_INFINITY;
  yield* tool.print(VMSTAT_HEADER);
  let before: Counters | undefined;
  for (let i = 0; i < count; i++) {
    if (i > 0) yield* tool.sys.nanosleep(delay * 1e9);
    const now = yield* readCounters(tool);
    const seconds = before ? delay : Number.parseFloat(yield* readText(tool, '/proc/uptime'));
    yield* tool.print(vmstatLine(yield* readMemory(tool), now, before, seconds));
    before = now;
  }
  return 0;
}

const field = (process: Process, index: number): number => Number(process.fields[index] ?? 0);
const ticksOf = (process: Process): number => field(process, 11) + field(process, 12);

function topSummary(
  processes: readonly Process[],
  kib: Memory,
  now: readonly number[],
  before: readonly number[],
): string {
  const inState = (letters: string): string =>
    String(processes.filter(({ fields }) => letters.includes(fields[0] ?? '')).length).padStart(3);
  const ticks = now.map((count, index) => count - (before[index] ?? 0));
  const total = Math.max(
    1,
    ticks.reduce((sum, count) => sum + count, 0),
  );
  // procps tells user time first, then system time, nice time, idle time
  const order = [
    [0, 'us'],
    [2, 'sy'],
    [1, 'ni'],
    [3, 'id'],
    [4, 'wa'],
    [5, 'hi'],
    [6, 'si'],
    [7, 'st'],
  ] as const;
  const shares = order.map(
    ([index, name]) => `${((100 * (ticks[index] ?? 0)) / total).toFixed(1).padStart(4)} ${name}`,
  );
  const mib = (value: number): string => (value / 1024).toFixed(1).padStart(8);
  const swapUsed = kib('SwapTotal') - kib('SwapFree');
  return [
    `Tasks: ${inState('RSDTtIZX')} total, ${inState('R')} running, ${inState('SDI')} sleeping, ${inState('Tt')} stopped, ${inState('Z')} zombie\n`,
    `%Cpu(s): ${shares.join(', ')} \n`,
    `MiB Mem : ${mib(kib('MemTotal'))} total, ${mib(kib('MemFree'))} free, ${mib(usedOf(kib))} used, ${mib(kib('Buffers') + cacheOf(kib))} buff/cache     \n`,
    `MiB Swap: ${mib(kib('SwapTotal'))} total, ${mib(kib('SwapFree'))} free, ${mib(swapUsed)} used. ${mib(kib('MemAvailable'))} avail Mem \n`,
  ].join('');
}

function topRow(process: Process, share: number, totalKib: number): string {
  const seconds = ticksOf(process) / 100;
  const time = `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, '0')}`;
  const priority = field(process, 15);
  const resident = field(process, 21) * 4;
  const cells = [
    String(process.pid).padStart(5),
    'root    ',
    (priority < -99 ? 'rt' : String(priority)).padStart(3),
    String(field(process, 16)).padStart(3),
    String(Math.floor(field(process, 20) / 1024)).padStart(7),
    String(resident).padStart(6),
    '0'.padStart(6),
    process.fields[0] ?? '',
    share.toFixed(1).padStart(5),
    ((100 * resident) / Math.max(1, totalKib)).toFixed(1).padStart(5),
    time.padStart(9),
    process.comm,
  ];
  return `${cells.join(' ')}\n`;
}

const NOT_BATCH = 'top: only batch mode (-b) is modelled here';

/** top -b. Without -b top needs a terminal that it draws on, which is not modelled. */
export function* top(tool: Tool): Co<number> {
  const options = yield* tool.options('bcd:HiSn:o:p:u:w::V', {});
  if (!options.has('b')) return yield* tool.die(NOT_BATCH);
  const wanted = options.all('p').flatMap((text) => text.split(',').map(Number));
  const rounds = options.has('n') ? Number(options.value('n')) : Number.POSITIVE_INFINITY;
  const delay = Number(options.value('d') ?? 3) * 1e9;
  let ticks = (yield* readCounters(tool)).ticks;
  let before = new Map((yield* readProcesses(tool)).map((process) => [process.pid, ticksOf(process)]));
  for (let round = 0; round < rounds; round++) {
    const start = tool.sys.clock_gettime('monotonic');
    yield* tool.sys.nanosleep(round === 0 ? TOP_FIRST_INTERVAL : delay);
    const now = (yield* readCounters(tool)).ticks;
    const processes = yield* readProcesses(tool);
    const elapsed = (tool.sys.clock_gettime('monotonic') - start) / 1e9;
    const kib = yield* readMemory(tool);
    const last = before;
    const share = (process: Process): number => (ticksOf(process) - (last.get(process.pid) ?? 0)) / elapsed;
    if (round > 0) yield* tool.print('\n');
    yield* tool.print(`top -${yield* uptimeLine(tool)}\n${topSummary(processes, kib, now, ticks)}\n`);
    yield* tool.print('  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n');
    const listed = processes.filter(({ pid }) => wanted.length === 0 || wanted.includes(pid));
    for (const process of listed.sort((a, b) => share(b) - share(a) || a.pid - b.pid))
      yield* tool.print(topRow(process, share(process), kib('MemTotal')));
    yield* tool.out.flush();
    before = new Map(processes.map((process) => [process.pid, ticksOf(process)]));
    ticks = now;
  }
  return 0;
}

type IrqColumn = 'IRQ' | 'TOTAL' | 'NAME';

export function* lsirq(tool: Tool): Co<number> {
  const options = yield* tool.options('nPo:s:V', {
    noheadings: 'n',
    output: 'o',
    pairs: 'P',
    sort: 's',
    version: 'V',
  });
  const columns: IrqColumn[] = [];
  for (const name of (options.value('o') ?? 'IRQ,TOTAL,NAME').split(',')) {
    const known = (['IRQ', 'TOTAL', 'NAME'] as const).find((column) => column === name.toUpperCase());
    if (!known) return yield* tool.fail(`unknown column: ${name}`);
    columns.push(known);
  }
  const [header = '', ...lines] = linesOf(yield* readText(tool, '/proc/interrupts'));
  const cpus = header.trim().split(/\s+/).length;
  const rows = lines.map((line) => {
    const [, irq = '', rest = ''] = /^\s*([^:]+):(.*)$/.exec(line) ?? [];
    const words = rest.trim().split(/\s+/);
    // ERR and MIS have one number for all processors
    const counts = words.slice(0, cpus).filter((word) => /^\d+$/.test(word));
    const total = counts.reduce((sum, count) => sum + Number(count), 0);
    return { IRQ: irq, TOTAL: total, NAME: words.slice(counts.length).join(' ') };
  });
  const key = (options.value('s') ?? 'TOTAL').toUpperCase();
  rows.sort((a, b) => {
    if (key === 'NAME') return a.NAME < b.NAME ? -1 : a.NAME > b.NAME ? 1 : 0;
    return key === 'IRQ' ? (a.IRQ.padStart(3) < b.IRQ.padStart(3) ? -1 : 1) : b.TOTAL - a.TOTAL;
  });
  const cells = rows.map((row) => columns.map((column) => String(row[column])));
  if (options.has('P')) {
    for (const row of cells)
      yield* tool.print(`${row.map((cell, index) => `${columns[index]}="${cell}"`).join(' ')}\n`);
    return 0;
  }
  if (!options.has('n')) cells.unshift(columns);
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  for (const row of cells) {
    const shown = row.map((cell, index) => (columns[index] === 'NAME' ? cell : cell.padStart(widths[index] ?? 0)));
    yield* tool.print(`${shown.join(' ')}\n`);
  }
  return 0;
}
