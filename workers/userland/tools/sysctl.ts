/** sysctl and lsmod: the kernel's settings and modules. */
import { ERRNO } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, readFile, writeAll } from '../stdio.ts';
import { linesOf, type Tool } from './tool.ts';

const ROOT = '/proc/sys';

const pathOf = (name: string): string => `${ROOT}/${name.includes('/') ? name : name.replace(/\./g, '/')}`;
const nameOf = (path: string): string => path.slice(ROOT.length + 1).replace(/\//g, '.');

/** Settings below a directory, as files, in order. */
function* settingsBelow(tool: Tool, directory: string): Co<string[]> {
  const entries = yield* tool.sys.getdents(directory);
  if (typeof entries === 'number') return [];
  const found: string[] = [];
  for (const { name, type } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${directory}/${name}`;
    if (type !== 'directory') found.push(path);
    else found.push(...(yield* settingsBelow(tool, path)));
  }
  return found;
}

export function* sysctl(tool: Tool): Co<number> {
  const options = yield* tool.options('AaeNnqwX', {
    all: 'a',
    ignore: 'e',
    names: 'N',
    values: 'n',
    quiet: 'q',
    write: 'w',
  });
  let status = 0;
  const show = function* (path: string): Co {
    const text = yield* readFile(tool.sys, path);
    if (typeof text === 'number') {
      status = 1;
      if (!options.has('e')) yield* tool.complain(`reading key "${nameOf(path)}": ${errorText(text)}`);
      return;
    }
    for (const line of linesOf(text)) {
      if (options.has('N')) yield* tool.print(`${nameOf(path)}\n`);
      else yield* tool.print(options.has('n') ? `${line}\n` : `${nameOf(path)} = ${line}\n`);
    }
  };
  if (options.has('a') || options.has('A') || options.has('X')) {
    for (const path of yield* settingsBelow(tool, ROOT)) yield* show(path);
    return status;
  }
  if (options.operands.length === 0)
    return yield* tool.fail("no variables specified\nTry `sysctl --help' for more information.");
  for (const operand of options.operands) {
    const [, name = operand, value] = /^([^=]+?)\s*=\s*(.*)$/s.exec(operand) ?? [];
    const path = pathOf(name);
    const stat = yield* tool.sys.stat(path);
    if (typeof stat === 'number') {
      if (options.has('e')) continue;
      yield* tool.complain(`cannot stat ${path}: ${errorText(stat)}`);
      status = 1;
    } else if (stat.type === 'directory') {
      for (const below of yield* settingsBelow(tool, path)) yield* show(below);
    } else if (value === undefined) yield* show(path);
    else {
      const fd = (stat.mode & 0o222) === 0 ? -ERRNO.EACCES : yield* tool.sys.open(path, 1);
      const error = fd < 0 ? fd : yield* writeAll(tool.sys, fd, `${value}\n`);
      if (fd >= 0) yield* tool.sys.close(fd);
      if (error < 0) {
        const denied = error === -ERRNO.EACCES;
        yield* tool.complain(
          denied ? `permission denied on key "${nameOf(path)}"` : `setting key "${nameOf(path)}": ${errorText(error)}`,
        );
        status = 1;
      } else if (!options.has('q')) yield* tool.print(options.has('n') ? `${value}\n` : `${nameOf(path)} = ${value}\n`);
    }
  }
  return status;
}

/** lsmod: what /proc/modules tells; the kernel has no loadable modules. */
export function* lsmod(tool: Tool): Co<number> {
  const text = yield* readFile(tool.sys, '/proc/modules');
  if (typeof text === 'number') return yield* tool.fail(`ERROR: could not get list of modules: ${errorText(text)}`);
  yield* tool.print('Module                  Size  Used by\n');
  for (const line of linesOf(text)) {
    const [name = '', size = '', users = ''] = line.split(' ');
    yield* tool.print(`${name.padEnd(19)} ${size.padStart(8)}  ${users}\n`);
  }
  return 0;
}
