/** Simple commands: assignments, functions, builtins, programs. */
import { ERRNO } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { execute, findProgram } from '../exec.ts';
import { errorText, readFile, writeAll } from '../stdio.ts';
import { performAssignment } from './assignment.ts';
import { BUILTINS, DECLARATIONS, SPECIAL_BUILTINS } from './builtins/table.ts';
import { expandSingle, expandWords } from './expand.ts';
import type { Assignment, Command, Redirection } from './parse.ts';
import { redirect, restore, type SavedDescriptors } from './redirect.ts';
import type { Shell } from './shell.ts';
import { COMMAND_COST, ShellError, type ShellFunction } from './state.ts';
import { foreground } from './wait.ts';

/** @param last the process may become the program instead of waiting for it */
export function* executeSimple(shell: Shell, node: Command, last: boolean): Co<number> {
  const { state } = shell;
  state.position = node.pos;
  state.substitutionStatus = undefined;
  yield* shell.sys.compute(COMMAND_COST);
  const assignments = node.prefix.filter((item) => item.type === 'Assignment');
  const words = node.name ? yield* expandWords(shell, [node.name]) : [];
  const declares = words.length === 1 && DECLARATIONS.has(words[0] ?? '');
  const declared: (string | Assignment)[] = [];
  for (const argument of node.args) {
    if (declares && argument.type === 'Assignment') declared.push(argument);
    else if (argument.type === 'Assignment') {
      const { name: assigned, append, value } = argument;
      const text = value.type === 'Word' ? yield* expandSingle(shell, value) : '';
      declared.push(`${assigned}${append ? '+' : ''}=${text}`);
    } else declared.push(...(yield* expandWords(shell, [argument])));
  }
  const name = words[0];
  if (name === undefined && declared.length === 0) return yield* assignOnly(shell, assignments, node.redirects);
  const argv = [...words, ...declared.filter((item) => typeof item === 'string')];
  if (state.options.xtrace) yield* shell.trace(argv);
  const command = argv[0] ?? '';
  const run = runnerOf(shell, command, argv, declared);
  const work = run
    ? executeInShell(shell, node.redirects, assignments, run, command)
    : executeProgram(shell, node, argv, assignments, last);
  const status = yield* work;
  state.variables.set('_', argv[argv.length - 1] ?? '');
  return status;
}

type Runner = () => Co<number>;

/** How a function or a builtin is run; undefined for a program. */
function runnerOf(
  shell: Shell,
  name: string,
  argv: readonly string[],
  declared: readonly (string | Assignment)[],
): Runner | undefined {
  const found = shell.state.functions.get(name);
  if (found) return () => callFunction(shell, found, argv);
  const declaration = DECLARATIONS.get(name);
  if (declaration) return () => declaration(shell, declared, name);
  const builtin = BUILTINS.get(name);
  return builtin ? () => builtin(shell, argv.slice(1), name) : undefined;
}

function* assignOnly(
  shell: Shell,
  assignments: readonly Assignment[],
  redirections: readonly Redirection[],
): Co<number> {
  for (const assignment of assignments) yield* performAssignment(shell, assignment);
  const saved: SavedDescriptors = [];
  yield* redirect(shell, redirections, saved);
  yield* restore(shell, saved);
  return shell.state.substitutionStatus ?? 0;
}

function* executeInShell(
  shell: Shell,
  redirections: readonly Redirection[],
  assignments: readonly Assignment[],
  run: Runner,
  name: string,
): Co<number> {
  const { state } = shell;
  // `exec` without a program keeps its redirections
  const saved: SavedDescriptors | undefined = name === 'exec' ? undefined : [];
  yield* redirect(shell, redirections, saved);
  const temporary = assignments.length > 0 && !SPECIAL_BUILTINS.has(name);
  if (temporary) yield* enterTemporary(shell, assignments);
  else for (const assignment of assignments) yield* performAssignment(shell, assignment);
  try {
    let status = yield* run();
    status = yield* flushOutput(shell, name, status);
    return status;
  } finally {
    if (temporary) state.variables.leave();
    if (saved) yield* restore(shell, saved);
  }
}

/** Assignments that hold for one command only. */
function* enterTemporary(shell: Shell, assignments: readonly Assignment[]): Co {
  const { variables } = shell.state;
  const values: [string, string][] = [];
  for (const assignment of assignments) {
    variables.enter();
    const scratch = variables.local(assignment.name);
    scratch.scalar = assignment.append ? (variables.get(assignment.name) ?? '') : '';
    yield* performAssignment(shell, assignment);
    values.push([assignment.name, scratch.scalar ?? '']);
    variables.leave();
  }
  variables.enter();
  for (const [name, value] of values) {
    const variable = variables.local(name);
    variable.scalar = value;
    variable.exported = true;
  }
}

/** Writes what a builtin printed; a failure is told as bash does. */
function* flushOutput(shell: Shell, name: string, status: number): Co<number> {
  const { output } = shell.state;
  if (output === '') return status;
  shell.state.output = '';
  const error = yield* writeAll(shell.sys, 1, output);
  if (error === 0) return status;
  yield* shell.complain(`${name}: write error: ${errorText(error)}`);
  return 1;
}

function* callFunction(shell: Shell, { node, source }: ShellFunction, argv: readonly string[]): Co<number> {
  const { state } = shell;
  const saved = {
    positional: state.positional,
    source: state.source,
    position: state.position,
    loops: state.loopDepth,
  };
  if (state.functionNames.length >= 1000) throw new ShellError('maximum function nesting level exceeded (1000)');
  state.positional = argv.slice(1);
  state.source = source;
  state.loopDepth = 0;
  state.functionNames.unshift(node.name.value);
  state.variables.enter();
  try {
    if (node.body.type === 'CompoundList') return 0;
    const status = yield* shell.executeNode(node.body);
    if (state.unwinding?.kind !== 'return') return status;
    const returned = state.unwinding.status;
    state.unwinding = undefined;
    return returned;
  } finally {
    state.variables.leave();
    state.functionNames.shift();
    state.positional = saved.positional;
    state.source = saved.source;
    state.position = saved.position;
    state.loopDepth = saved.loops;
  }
}

function* executeProgram(
  shell: Shell,
  node: Command,
  argv: readonly string[],
  assignments: readonly Assignment[],
  last: boolean,
): Co<number> {
  if (last) return yield* becomeProgram(shell, node.redirects, argv, assignments);
  const { state, sys } = shell;
  if (!(argv[0] ?? '').includes('/')) state.hashed.add(argv[0] ?? '');
  const pid = yield* shell.fork(function* (child) {
    if (state.options.monitor) yield* child.sys.setpgid(child.sys.getpid(), child.sys.getpid());
    return yield* becomeProgram(child, node.redirects, argv, assignments);
  });
  if (pid < 0) return 254;
  if (state.options.monitor) yield* sys.setpgid(pid, pid);
  const statuses = yield* foreground(shell, [pid], shell.textOf(node));
  state.pipeStatus = statuses;
  return statuses[0] ?? 0;
}

function* becomeProgram(
  shell: Shell,
  redirections: readonly Redirection[],
  argv: readonly string[],
  assignments: readonly Assignment[],
): Co<number> {
  yield* redirect(shell, redirections);
  if (assignments.length > 0) yield* enterTemporary(shell, assignments);
  return yield* startProgram(shell, argv);
}

/** Becomes the program that argv[0] names; returns its exit status, or 126 or 127 after a message. */
export function* startProgram(shell: Shell, argv: readonly string[]): Co<number> {
  const { state, sys } = shell;
  const name = argv[0] ?? '';
  const path = name === '' ? -ERRNO.ENOENT : yield* findProgram(sys, name, state.variables.get('PATH') ?? '');
  if (typeof path === 'number') {
    yield* shell.complain(`${name}: command not found`);
    return 127;
  }
  const environment = state.variables.environment();
  environment.set('_', path);
  const status = yield* execute(sys, state.programs, path, argv, environment);
  if (status >= 0) return status;
  if (status === -ERRNO.ENOEXEC) return yield* runAsScript(shell, path, argv);
  return yield* tellStartFailure(shell, path, status);
}

function* tellStartFailure(shell: Shell, path: string, error: number): Co<number> {
  const stat = yield* shell.sys.stat(path);
  if (typeof stat !== 'number' && stat.type === 'directory') yield* shell.complain(`${path}: Is a directory`);
  else if (error === -ERRNO.ENOENT && typeof stat !== 'number') {
    yield* shell.complain(`${path}: cannot execute: required file not found`);
  } else yield* shell.complain(`${path}: ${errorText(error)}`);
  return error === -ERRNO.ENOENT ? 127 : 126;
}

/** A text without `#!`: this process reads it as a script. */
function* runAsScript(shell: Shell, path: string, argv: readonly string[]): Co<number> {
  const text = yield* readFile(shell.sys, path);
  if (typeof text === 'number') return yield* tellStartFailure(shell, path, text);
  if (text.slice(0, 80).includes('\0')) {
    yield* shell.complain(`${path}: cannot execute binary file: Exec format error`);
    return 126;
  }
  yield* shell.sys.execve(path, argv);
  const { state } = shell;
  state.name = argv[0] ?? path;
  state.positional = argv.slice(1);
  state.functions.clear();
  state.showsLines = true;
  state.interactive = false;
  state.shellPid = shell.sys.getpid();
  return yield* shell.runScriptText(text);
}
