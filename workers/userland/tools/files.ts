/** mkdir, rmdir, rm, touch, cp, mv, ln, chmod, readlink, realpath, stat, mktemp. */
import { ERRNO, O_CREAT, O_TRUNC, O_WRONLY, type Stat } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, readAll, writeAll } from '../stdio.ts';
import { modeText } from './ls.ts';
import { baseName, join } from './paths.ts';
import type { Options, Tool } from './tool.ts';

export function* mkdir(tool: Tool): Co<number> {
  const options = yield* tool.options('m:pv', { parents: 'p', mode: 'm', verbose: 'v' });
  if (options.operands.length === 0) return yield* tool.usageError('missing operand');
  const mode = Number.parseInt(options.value('m') ?? '777', 8);
  let status = 0;
  for (const path of options.operands) {
    const parts = path.split('/');
    const prefixes = options.has('p')
      ? parts.map((_, index) => parts.slice(0, index + 1).join('/')).filter(Boolean)
      : [path];
    for (const directory of prefixes) {
      const error = yield* tool.sys.mkdir(directory, directory === path ? mode : 0o777);
      if (error === -ERRNO.EEXIST && options.has('p')) {
        const stat = yield* tool.sys.stat(directory);
        if (typeof stat !== 'number' && stat.type === 'directory') continue;
      }
      if (error >= 0) {
        if (options.has('v')) yield* tool.print(`mkdir: created directory '${directory}'\n`);
        continue;
      }
      yield* tool.complain(`cannot create directory '${directory}': ${errorText(error)}`);
      status = 1;
      break;
    }
  }
  return status;
}

export function* rmdir(tool: Tool): Co<number> {
  const options = yield* tool.options('pv', { parents: 'p' });
  if (options.operands.length === 0) return yield* tool.usageError('missing operand');
  let status = 0;
  for (const path of options.operands) {
    const error = yield* tool.sys.rmdir(path);
    if (error >= 0) continue;
    yield* tool.complain(`failed to remove '${path}': ${errorText(error)}`);
    status = 1;
  }
  return status;
}

export function* rm(tool: Tool): Co<number> {
  const options = yield* tool.options('dfirRvI', { force: 'f', recursive: 'r', verbose: 'v', dir: 'd' });
  if (options.operands.length === 0 && !options.has('f')) return yield* tool.usageError('missing operand');
  let status = 0;
  for (const path of options.operands) if (!(yield* removePath(tool, options, path))) status = 1;
  return status;
}

function* removePath(tool: Tool, options: Options, path: string): Co<boolean> {
  const stat = yield* tool.sys.lstat(path);
  if (typeof stat === 'number') {
    if (stat === -ERRNO.ENOENT && options.has('f')) return true;
    yield* tool.complain(`cannot remove '${path}': ${errorText(stat)}`);
    return false;
  }
  const directory = stat.type === 'directory';
  if (directory && !options.has('r') && !options.has('R') && !options.has('d')) {
    yield* tool.complain(`cannot remove '${path}': Is a directory`);
    return false;
  }
  if (directory && (options.has('r') || options.has('R'))) {
    const entries = yield* tool.sys.getdents(path);
    for (const entry of typeof entries === 'number' ? [] : entries) {
      if (!(yield* removePath(tool, options, join(path, entry.name)))) return false;
    }
  }
  const error = directory ? yield* tool.sys.rmdir(path) : yield* tool.sys.unlink(path);
  if (error < 0) {
    yield* tool.complain(`cannot remove '${path}': ${errorText(error)}`);
    return false;
  }
  if (options.has('v')) yield* tool.print(`removed ${directory ? 'directory ' : ''}'${path}'\n`);
  return true;
}

export function* touch(tool: Tool): Co<number> {
  const options = yield* tool.options('acmd:r:t:', { 'no-create': 'c' });
  if (options.operands.length === 0) return yield* tool.usageError('missing file operand');
  let status = 0;
  for (const path of options.operands) {
    if (options.has('c') && typeof (yield* tool.sys.stat(path)) === 'number') continue;
    const fd = yield* tool.sys.open(path, O_WRONLY | O_CREAT, 0o666);
    if (fd >= 0) yield* tool.sys.close(fd);
    else if (fd !== -ERRNO.EISDIR) {
      yield* tool.complain(`cannot touch '${path}': ${errorText(fd)}`);
      status = 1;
    }
  }
  return status;
}

/** Where each operand goes: into the last one if that is a directory. */
function* targets(tool: Tool, options: Options): Co<[string, string][]> {
  const { operands } = options;
  const last = operands[operands.length - 1];
  if (last === undefined) return yield* tool.usageError('missing file operand');
  if (options.has('t')) return operands.map((path) => [path, join(options.value('t') ?? '', baseName(path))]);
  if (operands.length === 1) return yield* tool.usageError(`missing destination file operand after '${last}'`);
  const stat = yield* tool.sys.stat(last);
  const intoDirectory = typeof stat !== 'number' && stat.type === 'directory' && !options.has('T');
  if (operands.length > 2 && !intoDirectory) {
    return yield* tool.fail(
      typeof stat === 'number' ? `target '${last}': ${errorText(stat)}` : `target '${last}' is not a directory`,
    );
  }
  return operands.slice(0, -1).map((path) => [path, intoDirectory ? join(last, baseName(path)) : last]);
}

export function* cp(tool: Tool): Co<number> {
  const options = yield* tool.options('adfiLnpPrRTt:uv', {
    recursive: 'r',
    archive: 'a',
    force: 'f',
    verbose: 'v',
    'target-directory': 't',
  });
  let status = 0;
  for (const [from, to] of yield* targets(tool, options)) if (!(yield* copyPath(tool, options, from, to))) status = 1;
  return status;
}

function* copyPath(tool: Tool, options: Options, from: string, to: string): Co<boolean> {
  const recursive = options.has('r') || options.has('R') || options.has('a');
  const stat = recursive ? yield* tool.sys.lstat(from) : yield* tool.sys.stat(from);
  if (typeof stat === 'number') {
    yield* tool.complain(`cannot stat '${from}': ${errorText(stat)}`);
    return false;
  }
  if (stat.type === 'directory') {
    if (!recursive) {
      yield* tool.complain(`-r not specified; omitting directory '${from}'`);
      return false;
    }
    const made = yield* tool.sys.mkdir(to, stat.mode);
    if (made < 0 && made !== -ERRNO.EEXIST) {
      yield* tool.complain(`cannot create directory '${to}': ${errorText(made)}`);
      return false;
    }
    const entries = yield* tool.sys.getdents(from);
    let good = true;
    for (const { name } of typeof entries === 'number' ? [] : entries) {
      if (!(yield* copyPath(tool, options, join(from, name), join(to, name)))) good = false;
    }
    return good;
  }
  if (stat.type === 'symlink') {
    const target = yield* tool.sys.readlink(from);
    return typeof target === 'string' && (yield* tool.sys.symlink(target, to)) >= 0;
  }
  const existing = yield* tool.sys.stat(to);
  if (typeof existing !== 'number' && existing.inode === stat.inode && existing.type === 'regular') {
    yield* tool.complain(`'${from}' and '${to}' are the same file`);
    return false;
  }
  return yield* copyFile(tool, from, to, stat.mode);
}

function* copyFile(tool: Tool, from: string, to: string, mode: number): Co<boolean> {
  const source = yield* tool.sys.open(from, 0);
  if (source < 0) {
    yield* tool.complain(`cannot open '${from}' for reading: ${errorText(source)}`);
    return false;
  }
  const text = yield* readAll(tool.sys, source);
  yield* tool.sys.close(source);
  if (typeof text === 'number') {
    yield* tool.complain(`error reading '${from}': ${errorText(text)}`);
    return false;
  }
  const target = yield* tool.sys.open(to, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (target < 0) {
    yield* tool.complain(`cannot create regular file '${to}': ${errorText(target)}`);
    return false;
  }
  const error = yield* writeAll(tool.sys, target, text);
  yield* tool.sys.close(target);
  if (error < 0) yield* tool.complain(`error writing '${to}': ${errorText(error)}`);
  return error === 0;
}

export function* mv(tool: Tool): Co<number> {
  const options = yield* tool.options('finTt:uv', { force: 'f', verbose: 'v', 'target-directory': 't' });
  let status = 0;
  for (const [from, to] of yield* targets(tool, options)) {
    const stat = yield* tool.sys.lstat(from);
    if (typeof stat === 'number') {
      yield* tool.complain(`cannot stat '${from}': ${errorText(stat)}`);
      status = 1;
      continue;
    }
    const error = yield* tool.sys.rename(from, to);
    if (error >= 0) continue;
    yield* tool.complain(`cannot move '${from}' to '${to}': ${errorText(error)}`);
    status = 1;
  }
  return status;
}

export function* ln(tool: Tool): Co<number> {
  const options = yield* tool.options('fnrsTt:v', { symbolic: 's', force: 'f' });
  if (!options.has('s')) return yield* tool.fail('hard links are not supported by this file system');
  const pairs =
    options.operands.length === 1
      ? options.operands.map((path): [string, string] => [path, baseName(path)])
      : yield* targets(tool, options);
  let status = 0;
  for (const [target, path] of pairs) {
    if (options.has('f')) yield* tool.sys.unlink(path);
    const error = yield* tool.sys.symlink(target, path);
    if (error >= 0) continue;
    yield* tool.complain(`failed to create symbolic link '${path}': ${errorText(error)}`);
    status = 1;
  }
  return status;
}

export function* chmod(tool: Tool): Co<number> {
  const words = tool.args.filter((arg) => !/^-[Rvcf]+$/.test(arg));
  const recursive = tool.args.some((arg) => /^-[vcf]*R/.test(arg));
  const [mode, ...paths] = words;
  if (mode === undefined) return yield* tool.usageError('missing operand');
  if (paths.length === 0) return yield* tool.usageError(`missing operand after '${mode}'`);
  let status = 0;
  const change = function* (path: string): Co {
    const stat = yield* tool.sys.stat(path);
    if (typeof stat === 'number') {
      yield* tool.complain(`cannot access '${path}': ${errorText(stat)}`);
      status = 1;
      return;
    }
    const bits = changedMode(mode, stat);
    if (bits === undefined) return yield* tool.usageError(`invalid mode: '${mode}'`);
    const error = yield* tool.sys.chmod(path, bits);
    if (error < 0) {
      yield* tool.complain(`changing permissions of '${path}': ${errorText(error)}`);
      status = 1;
    }
    if (!recursive || stat.type !== 'directory') return;
    const entries = yield* tool.sys.getdents(path);
    for (const { name } of typeof entries === 'number' ? [] : entries) yield* change(join(path, name));
  };
  for (const path of paths) yield* change(path);
  return status;
}

/** `755`, `u+x,go-w`, `a=rX`. */
function changedMode(text: string, stat: Stat): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let mode = stat.mode & 0o7777;
  for (const clause of text.split(',')) {
    const [, who = '', operator = '', permissions = ''] = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause) ?? [];
    if (operator === '') return undefined;
    const classes = who === '' || who.includes('a') ? 'ugo' : who;
    for (const one of classes) {
      const shift = one === 'u' ? 6 : one === 'g' ? 3 : 0;
      let bits = 0;
      for (const p of permissions) {
        if (p === 'r') bits |= 4;
        else if (p === 'w') bits |= 2;
        else if (p === 'x' || (p === 'X' && (stat.type === 'directory' || (stat.mode & 0o111) !== 0))) bits |= 1;
      }
      if (operator === '+') mode |= bits << shift;
      else if (operator === '-') mode &= ~(bits << shift);
      else mode = (mode & ~(7 << shift)) | (bits << shift);
    }
  }
  return mode;
}

export function* readlink(tool: Tool): Co<number> {
  const options = yield* tool.options('efmnqsvz', { canonicalize: 'f' });
  const canonical = tool.name === 'realpath' || ['e', 'f', 'm'].some((letter) => options.has(letter));
  if (options.operands.length === 0) return yield* tool.usageError('missing operand');
  let status = 0;
  for (const path of options.operands) {
    const found = canonical
      ? yield* realPath(tool, path, !options.has('m') && tool.name !== 'realpath')
      : yield* tool.sys.readlink(path);
    if (typeof found === 'string') yield* tool.print(options.has('n') ? found : `${found}\n`);
    else {
      if (tool.name === 'realpath') yield* tool.complain(`${path}: ${errorText(found)}`);
      status = 1;
    }
  }
  return status;
}

/** The path without links; all but the last part must be there. */
export function* realPath(tool: Tool, path: string, lastMayMiss: boolean, depth = 0): Co<string | number> {
  if (depth > 40) return -ERRNO.ELOOP;
  const parts = (path.startsWith('/') ? path : join(yield* tool.sys.getcwd(), path))
    .split('/')
    .filter((p) => p !== '' && p !== '.');
  let real = '';
  for (const [index, part] of parts.entries()) {
    if (part === '..') {
      real = real.replace(/\/[^/]*$/, '');
      continue;
    }
    const next = `${real}/${part}`;
    const stat = yield* tool.sys.lstat(next);
    if (typeof stat === 'number' && !(index === parts.length - 1 && lastMayMiss)) return stat;
    if (typeof stat === 'number' || stat.type !== 'symlink') {
      real = next;
      continue;
    }
    const target = yield* tool.sys.readlink(next);
    if (typeof target === 'number') return target;
    const rest = parts.slice(index + 1).join('/');
    return yield* realPath(
      tool,
      join(target.startsWith('/') ? target : join(real || '/', target), rest).replace(/(.)\/$/, '$1'),
      lastMayMiss,
      depth + 1,
    );
  }
  return real || '/';
}

export function* stat(tool: Tool): Co<number> {
  const options = yield* tool.options('c:Lf', { format: 'c', dereference: 'L' });
  if (options.operands.length === 0) return yield* tool.usageError('missing operand');
  const names = {
    regular: 'regular file',
    directory: 'directory',
    symlink: 'symbolic link',
    character: 'character special file',
    fifo: 'fifo',
    socket: 'socket',
  };
  let status = 0;
  for (const path of options.operands) {
    const found = options.has('L') ? yield* tool.sys.stat(path) : yield* tool.sys.lstat(path);
    if (typeof found === 'number') {
      yield* tool.complain(`cannot statx '${path}': ${errorText(found)}`);
      status = 1;
      continue;
    }
    const kind = found.type === 'regular' && found.size === 0 ? 'regular empty file' : names[found.type];
    const format =
      options.value('c') ??
      `  File: %n\n  Size: %s\t%F\nAccess: (%04a/%A)  Uid: (    %u/    root)   Gid: (    %g/    root)`;
    const values: Readonly<Record<string, string>> = {
      n: path,
      N: `'${path}'`,
      s: String(found.size),
      F: kind,
      a: found.mode.toString(8),
      A: modeText(found),
      u: String(found.uid),
      g: String(found.gid),
      U: 'root',
      G: 'root',
      i: String(found.inode),
      h: String(found.links),
      Y: String(found.mtime),
    };
    yield* tool.print(
      `${format.replace(/%(0?\d*)([A-Za-z])/g, (_, size: string, letter: string) => (values[letter] ?? '?').padStart(Number(size || 0), '0'))}\n`,
    );
  }
  return status;
}

export function* mktemp(tool: Tool): Co<number> {
  const options = yield* tool.options('dp:qtu', { directory: 'd', tmpdir: 'p' });
  const template = options.operands[0] ?? 'tmp.XXXXXXXXXX';
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const name = template.replace(/X{3,}$/, (run) =>
    run.replace(/X/g, () => letters[tool.sys.getrandom() % letters.length] ?? 'a'),
  );
  const path =
    options.operands[0] === undefined || options.has('t') || options.has('p')
      ? join(options.value('p') || '/tmp', name)
      : name;
  const made = options.has('d')
    ? yield* tool.sys.mkdir(path, 0o700)
    : yield* tool.sys.open(path, O_WRONLY | O_CREAT, 0o600);
  if (made < 0)
    return yield* tool.fail(
      `failed to create ${options.has('d') ? 'directory' : 'file'} via template '${template}': ${errorText(made)}`,
    );
  if (!options.has('d')) yield* tool.sys.close(made);
  yield* tool.print(`${path}\n`);
  return 0;
}
