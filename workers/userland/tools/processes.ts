/** Programs about processes: sleep, kill, taskset, nproc, env, xargs, timeout, watch, nice, nohup, true, false, yes. */
import { SIGNALS } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { executeAlongPath } from '../exec.ts';
import { errorText, readAll, readFile, writeAll } from '../stdio.ts';
import { formatTime } from './calendar.ts';
import { formatCpuList, parseCpuList } from './cpu-list.ts';
import { linesOf, type Tool } from './tool.ts';

export function* trueTool(): Co<number> {
  return 0;
}

export function* falseTool(): Co<number> {
  return 1;
}

/** Seconds of `1`, `0.5`, `2m`; undefined when it is no interval. */
function interval(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d*\.?\d+|\d+\.)([smhd]?)$/.exec(text) ?? [];
  if (number === undefined) return text === 'infinity' ? 1e9 : undefined;
  return Number(number) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1);
}

export function* sleep(tool: Tool): Co<number> {
  const { operands } = yield* tool.options('');
  if (operands.length === 0) return yield* tool.usageError('missing operand');
  let total = 0;
  for (const operand of operands) {
    const seconds = interval(operand);
    if (seconds === undefined) return yield* tool.usageError(`invalid time interval '${operand}'`);
    total += seconds;
  }
  yield* tool.sys.nanosleep(Math.round(total * 1e9));
  return 0;
}

export function* yes(tool: Tool): Co<number> {
  const text = `${tool.args.join(' ') || 'y'}\n`;
  const block = text.repeat(Math.max(1, Math.floor(8192 / text.length)));
  for (;;) {
    const error = yield* writeAll(tool.sys, 1, block);
    if (error < 0) return yield* tool.fail(`standard output: ${errorText(error)}`);
  }
}

function signalOf(name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  return (SIGNALS as Readonly<Record<string, number>>)[`SIG${name.toUpperCase().replace(/^SIG/, '')}`];
}

export function* kill(tool: Tool): Co<number> {
  let { args } = tool;
  let signal: number = SIGNALS.SIGTERM;
  if (args[0] === '-l') {
    yield* tool.print(
      `${Object.keys(SIGNALS)
        .map((name) => name.slice(3))
        .join(' ')}\n`,
    );
    return 0;
  }
  const option = args[0] ?? '';
  if (/^-./.test(option)) {
    const name = option === '-s' ? (args[1] ?? '') : option.slice(1);
    const found = signalOf(name);
    if (found === undefined) return yield* tool.fail(`unknown signal ${name}`);
    signal = found;
    args = args.slice(option === '-s' ? 2 : 1);
  }
  let status = 0;
  for (const word of args) {
    const error = yield* tool.sys.kill(Number(word), signal);
    if (error >= 0) continue;
    yield* tool.complain(`(${word}): ${errorText(error)}`);
    status = 1;
  }
  return status;
}

const maskText = (cpus: readonly number[]): string =>
  cpus.reduce((mask, cpu) => mask | (1n << BigInt(cpu)), 0n).toString(16);

function maskCpus(text: string): number[] | undefined {
  const digits = text.replace(/^0x/i, '').replace(/,/g, '');
  if (!/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const mask = BigInt(`0x${digits}`);
  return Array.from({ length: digits.length * 4 }, (_, cpu) => cpu).filter((cpu) => (mask >> BigInt(cpu)) & 1n);
}

export function* taskset(tool: Tool): Co<number> {
  const options = yield* tool.options('+acphV', { pid: 'p', 'cpu-list': 'c', 'all-tasks': 'a' });
  const asList = options.has('c');
  const [first, ...rest] = options.operands;
  if (first === undefined) {
    return yield* tool.usageError('bad usage');
  }
  const kind = asList ? 'list' : 'mask';
  const shown = (cpus: readonly number[]): string => (asList ? formatCpuList(cpus) : maskText(cpus));
  const parse = (text: string): number[] | undefined => (asList ? parseCpuList(text) : maskCpus(text));
  if (options.has('p')) {
    const pid = Number(rest[0] ?? first);
    const subject = rest[0] ?? first;
    if (!Number.isInteger(pid)) return yield* tool.fail(`invalid PID argument: '${subject}'`);
    const tell = function* (state: string): Co<number> {
      const cpus = yield* tool.sys.sched_getaffinity(pid);
      if (typeof cpus === 'number') return yield* tool.fail(`failed to get pid ${pid}'s affinity: ${errorText(cpus)}`);
      yield* tool.print(`pid ${pid}'s ${state} affinity ${kind}: ${shown(cpus)}\n`);
      return 0;
    };
    const wanted = rest.length === 0 ? undefined : parse(first);
    if (rest.length > 0 && !wanted) return yield* tool.fail(`failed to parse CPU ${kind}: ${first}`);
    yield* tell('current');
    if (!wanted) return 0;
    const error = yield* tool.sys.sched_setaffinity(pid, wanted);
    if (error < 0) return yield* tool.fail(`failed to set pid ${pid}'s affinity: ${errorText(error)}`);
    return yield* tell('new');
  }
  const cpus = parse(first);
  if (!cpus) return yield* tool.fail(`failed to parse CPU ${kind}: ${first}`);
  if (rest.length === 0) {
    return yield* tool.usageError('bad usage');
  }
  const error = yield* tool.sys.sched_setaffinity(0, cpus);
  if (error < 0) return yield* tool.fail(`failed to set pid ${tool.sys.getpid()}'s affinity: ${errorText(error)}`);
  const status = yield* executeAlongPath(tool.sys, tool.programs, rest, tool.environment);
  return status >= 0
    ? status
    : yield* tool.fail(`failed to execute ${rest[0]}: ${errorText(status)}`, status === -2 ? 127 : 126);
}

export function* nproc(tool: Tool): Co<number> {
  const options = yield* tool.options('ai:', { all: 'a', ignore: 'i' });
  const ignore = Number(options.value('i') ?? 0);
  let count: number;
  if (options.has('a')) {
    const possible = yield* readFile(tool.sys, '/sys/devices/system/cpu/possible');
    count = typeof possible === 'string' ? (parseCpuList(possible.trim())?.length ?? 1) : 1;
  } else {
    const cpus = yield* tool.sys.sched_getaffinity(0);
    count = typeof cpus === 'number' ? 1 : cpus.length;
  }
  yield* tool.print(`${Math.max(1, count - ignore)}\n`);
  return 0;
}

export function* env(tool: Tool): Co<number> {
  const environment = new Map(tool.environment);
  let i = 0;
  for (; i < tool.args.length; i++) {
    const arg = tool.args[i] ?? '';
    const assigned = /^([^=]+)=([\s\S]*)$/.exec(arg);
    if (arg === '-i' || arg === '-') environment.clear();
    else if (arg === '-u') environment.delete(tool.args[++i] ?? '');
    else if (assigned) environment.set(assigned[1] ?? '', assigned[2] ?? '');
    else break;
  }
  const command = tool.args.slice(i);
  if (command.length > 0) {
    const status = yield* executeAlongPath(tool.sys, tool.programs, command, environment);
    if (status >= 0) return status;
    return yield* tool.fail(`'${command[0]}': ${errorText(status)}`, status === -2 ? 127 : 126);
  }
  for (const [name, value] of environment) yield* tool.print(`${name}=${value}\n`);
  return 0;
}

export function* printenv(tool: Tool): Co<number> {
  if (tool.args.length === 0) return yield* env(tool);
  let status = 0;
  for (const name of tool.args) {
    const value = tool.environment.get(name);
    if (value === undefined) status = 1;
    else yield* tool.print(`${value}\n`);
  }
  return status;
}

export function* xargs(tool: Tool): Co<number> {
  const options = yield* tool.options('+0d:I:L:n:P:rt', {
    null: '0',
    'no-run-if-empty': 'r',
    'max-args': 'n',
    replace: 'I',
  });
  const input = yield* readAll(tool.sys, 0);
  if (typeof input === 'number') return 1;
  const replaced = options.value('I');
  const delimiter = options.has('0') ? '\0' : options.value('d')?.replace('\\n', '\n');
  const items =
    delimiter !== undefined
      ? input.split(delimiter).filter((item, index, all) => item !== '' || index < all.length - 1)
      : replaced !== undefined
        ? linesOf(input)
            .map((line) => line.trim())
            .filter((line) => line !== '')
        : splitWords(input);
  const command = options.operands.length > 0 ? options.operands : ['echo'];
  const batch =
    replaced !== undefined ? 1 : Number(options.value('n') ?? options.value('L') ?? Number.POSITIVE_INFINITY);
  if (items.length === 0 && (options.has('r') || replaced !== undefined)) return 0;
  let status = 0;
  for (let i = 0; i === 0 || i < items.length; i += batch) {
    const group = items.slice(i, i + batch);
    const argv =
      replaced !== undefined
        ? command.map((word) => word.replaceAll(replaced, group[0] ?? ''))
        : [...command, ...group];
    if (options.has('t')) yield* tool.printError(`${argv.join(' ')}\n`);
    const result = yield* tool.run(argv);
    if (result === 126 || result === 127) return result;
    if (result !== 0) status = 123;
  }
  return status;
}

function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:'[^'\n]*'|"[^"\n]*"|\\[\s\S]|[^\s'"\\])+/g)) {
    words.push(word.replace(/'([^']*)'|"([^"]*)"|\\([\s\S])/g, (_, a, b, c) => a ?? b ?? c ?? ''));
  }
  return words;
}

export function* timeout(tool: Tool): Co<number> {
  const options = yield* tool.options('+s:k:', { signal: 's' });
  const [duration, ...command] = options.operands;
  const seconds = interval(duration ?? '');
  if (duration === undefined || command.length === 0) return yield* tool.usageError('missing operand', 125);
  if (seconds === undefined) return yield* tool.usageError(`invalid time interval '${duration}'`, 125);
  const signal = signalOf(options.value('s') ?? 'TERM') ?? SIGNALS.SIGTERM;
  const { sys, programs, environment } = tool;
  const pid = yield* sys.fork(function* (child) {
    const status = yield* executeAlongPath(child, programs, command, environment);
    if (status >= 0) return status;
    yield* writeAll(child, 2, `timeout: failed to run command '${command[0]}': ${errorText(status)}\n`);
    return status === -2 ? 127 : 126;
  });
  const guard = yield* sys.fork(function* (child) {
    yield* child.nanosleep(Math.round(seconds * 1e9));
    yield* child.kill(pid, signal);
    return 0;
  });
  const result = yield* sys.wait(pid);
  yield* sys.kill(guard, SIGNALS.SIGKILL);
  const guarded = yield* sys.wait(guard);
  if (typeof guarded !== 'number' && guarded.status === 0) return 124;
  return typeof result === 'number' ? 125 : (result.status ?? 128 + (result.signal ?? 0));
}

export function* watch(tool: Tool): Co<number> {
  const options = yield* tool.options('+n:dtbegpcx', { interval: 'n', differences: 'd', 'no-title': 't' });
  const seconds = Number(options.value('n') ?? 2);
  const command = options.operands.join(' ');
  if (command === '') {
    yield* tool.printError('Usage:\n watch [options] command\n');
    return 1;
  }
  for (;;) {
    const now = tool.sys.clock_gettime('realtime') / 1e9;
    yield* tool.print('\x1b[H\x1b[2J');
    if (!options.has('t')) {
      const width = tool.sys.winsize(1)?.columns || 80;
      const left = `Every ${seconds.toFixed(1)}s: ${command}`;
      const right = `${tool.sys.uname().nodename}: ${formatTime('%a %b %e %H:%M:%S %Y', now)}`;
      yield* tool.print(`${left.padEnd(Math.max(left.length + 1, width - right.length))}${right}\n\n`);
    }
    yield* tool.run(options.has('x') ? options.operands : ['sh', '-c', command]);
    yield* tool.sys.nanosleep(Math.round(seconds * 1e9));
  }
}

/** nice, nohup, setsid, stdbuf: start another program; what they change is not modelled. */
export function* prefix(tool: Tool): Co<number> {
  const valued = tool.name === 'nice' || tool.name === 'stdbuf' ? '+n:i:o:e:' : '+wf';
  const options = yield* tool.options(valued);
  if (options.operands.length === 0) return yield* tool.usageError('missing operand', 125);
  return yield* tool.become(options.operands);
}
