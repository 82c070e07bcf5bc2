/** `cd` `pwd` `umask` `ulimit` `times` `dirs`. */
import { errorText } from '../../stdio.ts';
import type { Builtin } from './types.ts';

export const PROCESS_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['cd', cd],
  ['pwd', pwd],
  ['umask', umask],
  ['ulimit', ulimit],
  ['times', times],
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
