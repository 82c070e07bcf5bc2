/** Who is there: nobody has logged in to the console's shell. And arch, groups, mountpoint, shuf. */
import type { Co } from '../../sim/coroutine.ts';
import { errorText, readFile } from '../stdio.ts';
import { uptimeLine } from './system.ts';
import { linesOf, type Tool } from './tool.ts';

export function* w(tool: Tool): Co<number> {
  const options = yield* tool.options('fhiosuV', { 'no-header': 'h' });
  if (options.has('h')) return 0;
  yield* tool.print(
    `${yield* uptimeLine(tool)}\nUSER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n`,
  );
  return 0;
}

/** who, users: no session is open. */
export function* nobody(tool: Tool): Co<number> {
  yield* tool.options('abdHlmpqrstTu');
  return 0;
}

export function* logname(tool: Tool): Co<number> {
  return yield* tool.fail('no login name');
}

export function* groups(tool: Tool): Co<number> {
  const { operands } = yield* tool.options('');
  let status = 0;
  for (const user of operands.length > 0 ? operands : ['']) {
    if (user === '' || user === 'root') yield* tool.print(user === '' ? 'root\n' : 'root : root\n');
    else {
      yield* tool.complain(`'${user}': no such user`);
      status = 1;
    }
  }
  return status;
}

export function* arch(tool: Tool): Co<number> {
  const { operands } = yield* tool.options('');
  if (operands[0] !== undefined) return yield* tool.usageError(`extra operand '${operands[0]}'`);
  yield* tool.print(`${tool.sys.uname().machine}\n`);
  return 0;
}

export function* mountpoint(tool: Tool): Co<number> {
  const options = yield* tool.options('qdx', { quiet: 'q' });
  const [directory, extra] = options.operands;
  if (directory === undefined || extra !== undefined) return yield* tool.usageError('bad usage');
  const stat = yield* tool.sys.stat(directory);
  if (typeof stat === 'number') {
    if (!options.has('q')) yield* tool.complain(`${directory}: ${errorText(stat)}`);
    return 1;
  }
  yield* tool.sys.chdir(directory);
  const path = stat.type === 'directory' ? yield* tool.sys.getcwd() : '';
  const mounts = yield* readFile(tool.sys, '/proc/mounts');
  const found = typeof mounts === 'string' && linesOf(mounts).some((line) => line.split(' ')[1] === path);
  if (!options.has('q')) yield* tool.print(`${directory} is ${found ? '' : 'not '}a mountpoint\n`);
  return found ? 0 : 32;
}

/** shuf: an order of the machine's own random numbers. */
export function* shuf(tool: Tool): Co<number> {
  const options = yield* tool.options('ei:n:rz', { echo: 'e', 'input-range': 'i', 'head-count': 'n' });
  let lines: string[];
  const range = options.value('i');
  if (range !== undefined) {
    const [, low, high] = /^(\d+)-(\d+)$/.exec(range) ?? [];
    if (low === undefined || high === undefined) return yield* tool.fail(`invalid input range: '${range}'`);
    lines = Array.from({ length: Math.max(0, Number(high) - Number(low) + 1) }, (_, i) => String(Number(low) + i));
  } else if (options.has('e')) lines = [...options.operands];
  else {
    const text = yield* tool.readInput(options.operands[0] ?? '-');
    if (text === undefined) return 1;
    lines = linesOf(text);
  }
  for (let i = lines.length - 1; i > 0; i--) {
    const j = tool.sys.getrandom() % (i + 1);
    [lines[i], lines[j]] = [lines[j] ?? '', lines[i] ?? ''];
  }
  const count = options.has('n') ? Number(options.value('n')) : lines.length;
  for (const line of lines.slice(0, count)) yield* tool.print(`${line}\n`);
  return 0;
}
