/** `cd` `pwd` `umask` `ulimit` `times` `dirs` `pushd` `popd`. */
import { errorText } from '../../stdio.ts';
import type { Builtin } from './types.ts';

export const PROCESS_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['cd', cd],
  ['pwd', pwd],
  ['umask', umask],
  ['ulimit', ulimit],
  ['times', times],
  ['dirs', dirs],
  ['popd', popd],
  ['pushd', pushd],
];

function* cd(...[shell, given]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state, sys } = shell;
  const args = given[0] === '-P' || given[0] === '-L' || given[0] === '--' ? given.slice(1) : given;
  if (args.length > 1) {
    yield* shell.complain('cd: too many arguments');
    return 1;
  }
  const { variables } = state;
  const asked = args[0];
  let target = asked ?? variables.get('HOME');
  if (target === undefined) {
    yield* shell.complain('cd: HOME not set');
    return 1;
  }
  if (asked === '-') {
    target = variables.get('OLDPWD');
    if (target === undefined) {
      yield* shell.complain('cd: OLDPWD not set');
      return 1;
    }
  }
  const path = logicalPath(state.workingDirectory, target);
  let result = yield* sys.chdir(path);
  let now = path;
  if (result < 0) {
    result = yield* sys.chdir(target);
    if (result >= 0) now = yield* sys.getcwd();
  }
  if (result < 0) {
    yield* shell.complain(`cd: ${target}: ${errorText(result)}`);
    return 1;
  }
  variables.set('OLDPWD', state.workingDirectory);
  state.workingDirectory = now;
  variables.set('PWD', now);
  if (asked === '-') shell.print(`${now}\n`);
  return 0;
}

/** Joins and removes `.` and `..` without looking at the files. */
export function logicalPath(directory: string, path: string): string {
  const kept: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return `/${kept.join('/')}`;
}

function* pwd(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  shell.print(`${args[0] === '-P' ? yield* shell.sys.getcwd() : shell.state.workingDirectory}\n`);
  return 0;
}

function* umask(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state, sys } = shell;
  const asked = args[0];
  if (asked === '-S') {
    const allowed = (shift: number): string =>
      [...'rwx'].filter((_, bit) => ((~state.umask >> shift) & (4 >> bit)) !== 0).join('');
    shell.print(`u=${allowed(6)},g=${allowed(3)},o=${allowed(0)}\n`);
    return 0;
  }
  if (asked === undefined) {
    shell.print(`${state.umask.toString(8).padStart(4, '0')}\n`);
    return 0;
  }
  if (!/^[0-7]{1,4}$/.test(asked)) {
    yield* shell.complain(`umask: ${asked}: octal number out of range`);
    return 1;
  }
  state.umask = Number.parseInt(asked, 8);
  sys.umask(state.umask);
  return 0;
}

function* ulimit(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  if (args.every((arg) => arg.startsWith('-'))) shell.print(args.includes('-n') ? '1024\n' : 'unlimited\n');
  return 0;
}

function* times(...[shell]: Parameters<Builtin>): ReturnType<Builtin> {
  shell.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
  return 0;
}

type ShellOf = Parameters<Builtin>[0];

/** A directory as the stack shows it: the home directory is `~`. */
function shownDirectory(shell: ShellOf, path: string): string {
  const home = shell.state.variables.get('HOME') ?? '';
  return home.length > 1 && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
}

function* dirs(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  if (args.includes('-c')) {
    state.directoryStack = [];
    return 0;
  }
  const stack = [state.workingDirectory, ...state.directoryStack];
  const shown = args.includes('-l') ? stack : stack.map((path) => shownDirectory(shell, path));
  if (args.includes('-v'))
    for (const [at, path] of shown.entries()) shell.print(`${String(at).padStart(2)}  ${path}\n`);
  else shell.print(`${shown.join(args.includes('-p') ? '\n' : ' ')}\n`);
  return 0;
}

/** cd, with messages in another builtin's name. */
function* changeDirectory(shell: ShellOf, path: string, name: string): ReturnType<Builtin> {
  const result = yield* shell.sys.chdir(logicalPath(shell.state.workingDirectory, path));
  if (result >= 0) return yield* cd(shell, [path], 'cd');
  yield* shell.complain(`${name}: ${path}: ${errorText(result)}`);
  return 1;
}

function* pushd(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  const { workingDirectory, directoryStack } = state;
  const [asked] = args;
  const target = asked ?? directoryStack[0];
  if (target === undefined) {
    yield* shell.complain('pushd: no other directory');
    return 1;
  }
  if ((yield* changeDirectory(shell, target, 'pushd')) !== 0) return 1;
  state.directoryStack = [workingDirectory, ...(asked === undefined ? directoryStack.slice(1) : directoryStack)];
  return yield* dirs(shell, [], 'dirs');
}

function* popd(...[shell]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  const [target, ...rest] = state.directoryStack;
  if (target === undefined) {
    yield* shell.complain('popd: directory stack empty');
    return 1;
  }
  if ((yield* changeDirectory(shell, target, 'popd')) !== 0) return 1;
  state.directoryStack = rest;
  return yield* dirs(shell, [], 'dirs');
}
