/** find, as GNU findutils 4.9 has it. */
import type { Stat } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText } from '../stdio.ts';
import { baseName, join } from './paths.ts';
import { posixRegExp } from './regular-expression.ts';
import type { Tool } from './tool.ts';

interface FindTest {
  readonly holds: (path: string, stat: Stat, depth: number) => boolean;
}

export function* find(tool: Tool): Co<number> {
  const { args } = tool;
  let i = 0;
  const roots: string[] = [];
  for (; i < args.length && !/^[-(!]/.test(args[i] ?? ''); i++) roots.push(args[i] ?? '');
  const tests: FindTest[] = [];
  let most = Number.POSITIVE_INFINITY;
  let least = 0;
  let action = 'print' as 'print' | 'print0' | 'exec' | 'delete';
  let follows = false;
  let command: string[] = [];
  let together = false;
  let negated = false;
  const add = (holds: FindTest['holds']): void => {
    const inverse = negated;
    tests.push({ holds: (...given) => holds(...given) !== inverse });
    negated = false;
  };
  const glob = (pattern: string, flags = ''): RegExp =>
    new RegExp(
      `^${pattern
        .replace(/[\\^$.+()|{}]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.')
        .replace(/\[!/g, '[^')}$`,
      `s${flags}`,
    );
  for (; i < args.length; i++) {
    const arg = args[i] ?? '';
    const value = (): string => args[++i] ?? '';
    if (arg === '-name' || arg === '-iname') {
      const expression = glob(value(), arg === '-iname' ? 'i' : '');
      add((path) => expression.test(baseName(path)));
    } else if (arg === '-path' || arg === '-wholename') {
      const expression = glob(value());
      add((path) => expression.test(path));
    } else if (arg === '-regex') {
      const expression = posixRegExp(`^\\(${value()}\\)$`, false);
      add((path) => expression.test(path));
    } else if (arg === '-type') {
      const kind = { f: 'regular', d: 'directory', l: 'symlink', c: 'character', p: 'fifo', s: 'socket' }[value()];
      add((_, stat) => stat.type === kind);
    } else if (arg === '-perm') {
      const bits = value();
      const wanted = Number.parseInt(bits.replace(/^[-/]/, ''), 8);
      add((_, { mode }) =>
        bits.startsWith('-')
          ? (mode & wanted) === wanted
          : bits.startsWith('/')
            ? (mode & wanted) !== 0
            : mode === wanted,
      );
    } else if (arg === '-maxdepth') most = Number(value());
    else if (arg === '-mindepth') least = Number(value());
    else if (arg === '-L' || arg === '-follow') follows = true;
    else if (arg === '!' || arg === '-not') negated = true;
    else if (arg === '-print' || arg === '-print0' || arg === '-delete')
      action = arg === '-print' ? 'print' : arg === '-print0' ? 'print0' : 'delete';
    else if (arg === '-exec') {
      action = 'exec';
      command = args.slice(i + 1);
      const end = command.findIndex((word) => word === ';' || word === '+');
      if (end < 0) return yield* tool.fail("missing argument to `-exec'");
      together = command[end] === '+';
      i += end + 1;
      command = command.slice(0, end);
    } else if (arg !== '-a' && arg !== '-and') return yield* tool.fail(`unknown predicate \`${arg}'`);
  }
  const found: string[] = [];
  let status = 0;
  const visit = function* (path: string, depth: number): Co {
    const stat = follows ? yield* tool.sys.stat(path) : yield* tool.sys.lstat(path);
    if (typeof stat === 'number') {
      yield* tool.complain(`'${path}': ${errorText(stat)}`);
      status = 1;
      return;
    }
    if (depth >= least && tests.every((test) => test.holds(path, stat, depth))) {
      if (action === 'print') yield* tool.print(`${path}\n`);
      else if (action === 'print0') yield* tool.print(`${path}\0`);
      else found.push(path);
    }
    if (stat.type !== 'directory' || depth >= most) return;
    const entries = yield* tool.sys.getdents(path);
    if (typeof entries === 'number') {
      yield* tool.complain(`'${path}': ${errorText(entries)}`);
      status = 1;
      return;
    }
    for (const { name } of entries) yield* visit(join(path, name), depth + 1);
  };
  for (const root of roots.length > 0 ? roots : ['.']) yield* visit(root, 0);
  if (action === 'delete') for (const path of found.reverse()) yield* tool.sys.unlink(path);
  else if (action === 'exec' && together) {
    if (found.length > 0) yield* tool.run(command.flatMap((word) => (word === '{}' ? found : [word])));
  } else if (action === 'exec')
    for (const path of found) yield* tool.run(command.map((word) => word.replaceAll('{}', path)));
  return status;
}
