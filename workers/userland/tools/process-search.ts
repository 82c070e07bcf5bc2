/** pgrep, pkill and pidof, as procps 4 has them. */
import { SIGNALS } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText } from '../stdio.ts';
import { type Process, readProcesses } from './ps.ts';
import { posixRegExp } from './regular-expression.ts';
import { type Options, type Tool, ToolExit } from './tool.ts';

const LONG: Readonly<Record<string, string>> = {
  count: 'c',
  delimiter: 'd',
  echo: 'e',
  exact: 'x',
  full: 'f',
  'ignore-case': 'i',
  inverse: 'v',
  'list-full': 'a',
  'list-name': 'l',
  newest: 'n',
  oldest: 'o',
  parent: 'P',
  pgroup: 'g',
  session: 's',
};

function* selectProcesses(tool: Tool, options: Options): Co<Process[]> {
  const [pattern, ...more] = options.operands;
  const lists = (['P', 'g', 's'] as const).filter((letter) => options.has(letter));
  const hint = `Try \`${tool.name} --help' for more information.`;
  if (more.length > 0) return yield* tool.die(`${tool.name}: only one pattern can be provided\n${hint}`);
  if (pattern === undefined && lists.length === 0) {
    yield* tool.printError(`${tool.name}: no matching criteria specified\n${hint}\n`);
    throw new ToolExit(2);
  }
  const source = options.has('x') ? `^(${pattern})$` : (pattern ?? '');
  const compiled = posixRegExp(source, true, options.has('i') ? 'i' : '');
  // fields of /proc/PID/stat, counted from the state on
  const fieldOf = { P: 1, g: 2, s: 3 } as const;
  const matches = (process: Process): boolean =>
    compiled.test(options.has('f') ? process.arguments.replace(/^\[(.*)\]$/, '$1') : process.comm) &&
    lists.every((letter) => (options.value(letter) ?? '').split(',').includes(process.fields[fieldOf[letter]] ?? ''));
  const found = (yield* readProcesses(tool)).filter(
    (process) => process.pid !== tool.sys.getpid() && matches(process) !== options.has('v'),
  );
  const byStart = [...found].sort((a, b) => Number(a.fields[19]) - Number(b.fields[19]) || a.pid - b.pid);
  if (options.has('n')) return byStart.slice(-1);
  return options.has('o') ? byStart.slice(0, 1) : found;
}

export function* pgrep(tool: Tool): Co<number> {
  const options = yield* tool.options('acd:fg:ilnoP:s:vx', LONG, 2);
  const found = yield* selectProcesses(tool, options);
  if (options.has('c')) yield* tool.print(`${found.length}\n`);
  else if (found.length > 0) {
    const line = (process: Process): string => {
      if (options.has('a')) return `${process.pid} ${process.arguments.replace(/^\[(.*)\]$/, '$1')}`;
      return options.has('l') ? `${process.pid} ${process.comm}` : `${process.pid}`;
    };
    yield* tool.print(`${found.map(line).join(options.value('d') ?? '\n')}\n`);
  }
  return found.length > 0 ? 0 : 1;
}

function signalNumber(name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  return (SIGNALS as Readonly<Record<string, number>>)[`SIG${name.toUpperCase().replace(/^SIG/, '')}`];
}

export function* pkill(tool: Tool): Co<number> {
  const words = [...tool.args];
  let signal: number = SIGNALS.SIGTERM;
  const at = words.findIndex((word) => /^-(\d+|[A-Z][A-Z0-9]+)$/.test(word) || word.startsWith('--signal'));
  if (at >= 0) {
    const word = words[at] ?? '';
    const apart = word === '--signal';
    const name = apart ? (words[at + 1] ?? '') : word.replace(/^-(-signal=)?/, '');
    const number = signalNumber(name);
    if (number === undefined) return yield* tool.die(`${tool.name}: Unknown signal "${name}".`);
    signal = number;
    words.splice(at, apart ? 2 : 1);
  }
  const rest = Object.create(tool, { args: { value: words } }) as Tool;
  const options = yield* rest.options('cefg:inoP:s:vx', LONG, 2);
  let killed = 0;
  const found = yield* selectProcesses(tool, options);
  for (const { pid, comm } of found) {
    const error = yield* tool.sys.kill(pid, signal);
    if (error < 0) {
      yield* tool.printError(`${tool.name}: killing pid ${pid} failed: ${errorText(error)}\n`);
      continue;
    }
    killed++;
    if (options.has('e')) yield* tool.print(`${comm} killed (pid ${pid})\n`);
  }
  if (options.has('c')) yield* tool.print(`${found.length}\n`);
  return killed > 0 ? 0 : 1;
}

export function* pidof(tool: Tool): Co<number> {
  const options = yield* tool.options('sqxcwzd:o:S:', { 'single-shot': 's', separator: 'S', 'omit-pid': 'o' });
  const left = options.all('o').flatMap((value) => value.split(/[,;:]/).map(Number));
  const processes = yield* readProcesses(tool);
  const pids: number[] = [];
  for (const name of options.operands) {
    const wanted = name.replace(/^.*\//, '');
    const found = processes
      .filter(({ pid, comm, arguments: line }) => {
        const program = (line.split(' ')[0] ?? '').replace(/^-/, '').replace(/^.*\//, '');
        return pid !== tool.sys.getpid() && !left.includes(pid) && (comm === wanted || program === wanted);
      })
      .map(({ pid }) => pid)
      .reverse();
    pids.push(...(options.has('s') ? found.slice(0, 1) : found));
  }
  if (pids.length > 0 && !options.has('q')) yield* tool.print(`${pids.join(options.value('S') ?? ' ')}\n`);
  return pids.length > 0 ? 0 : 1;
}
