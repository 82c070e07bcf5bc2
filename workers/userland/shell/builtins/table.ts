/** The builtins by name. */
import type { Co } from '../../../sim/coroutine.ts';
import type { Shell } from '../shell.ts';
import { FLOW_BUILTINS } from './flow.ts';
import { JOB_BUILTINS } from './job-control.ts';
import { OUTPUT_BUILTINS } from './output.ts';
import { PROCESS_BUILTINS } from './process.ts';
import { mapfile, read } from './read.ts';
import { test } from './test.ts';
import type { Builtin, Declaration } from './types.ts';
import { DECLARATION_BUILTINS, VARIABLE_BUILTINS } from './variables.ts';

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ...FLOW_BUILTINS,
  ...JOB_BUILTINS,
  ...OUTPUT_BUILTINS,
  ...PROCESS_BUILTINS,
  ...VARIABLE_BUILTINS,
  ['read', read],
  ['mapfile', mapfile],
  ['readarray', mapfile],
  ['test', test],
  ['[', test],
  ['builtin', builtin],
  ['command', command],
  ['type', type],
]);

/** Builtins whose arguments may be assignments. */
export const DECLARATIONS: ReadonlyMap<string, Declaration> = DECLARATION_BUILTINS;

/** POSIX' special builtins: assignments before them stay. */
export const SPECIAL_BUILTINS: ReadonlySet<string> = new Set(['exec']);

function* builtin(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const name = args[0];
  if (name === undefined) return 0;
  const found = BUILTINS.get(name);
  if (found) return yield* found(shell, args.slice(1), name);
  const declaration = DECLARATIONS.get(name);
  if (declaration) return yield* declaration(shell, args.slice(1), name);
  yield* shell.complain(`builtin: ${name}: not a shell builtin`);
  return 1;
}

function* command(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const verbose = args[0] === '-v' || args[0] === '-V';
  if (verbose) {
    let status = 0;
    for (const name of args.slice(1)) {
      const described = yield* shell.describeCommand(name, isBuiltin(name), args[0] === '-V');
      if (described === undefined) {
        status = 1;
        if (args[0] === '-V') yield* shell.complain(`command: ${name}: not found`);
      } else shell.print(`${described}\n`);
    }
    return status;
  }
  const words = args[0] === '--' || args[0] === '-p' ? args.slice(1) : args;
  const name = words[0];
  if (name === undefined) return 0;
  if (isBuiltin(name)) return yield* builtin(shell, words, 'builtin');
  return yield* shell.runProgram(words);
}

/** All that a name could run, the first of it being what it runs. */
function* everyMeaning(shell: Shell, name: string): Co<string[]> {
  const first = yield* shell.describeCommand(name, isBuiltin(name), true);
  const found = first === undefined || /^\S+ is (\/|hashed)/.test(first) ? [] : [first];
  if (isBuiltin(name) && first?.includes(' is a function')) found.push(`${name} is a shell builtin`);
  for (const directory of (shell.state.variables.get('PATH') ?? '').split(':')) {
    const path = `${directory === '' ? '.' : directory}/${name}`;
    const stat = yield* shell.sys.stat(path);
    if (typeof stat !== 'number' && stat.type === 'regular' && (stat.mode & 0o111) !== 0)
      found.push(`${name} is ${path}`);
  }
  return found;
}

function* type(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  let status = 0;
  const options = args[0]?.startsWith('-') ? args[0] : '';
  for (const name of options ? args.slice(1) : args) {
    const first = options.includes('a') ? undefined : yield* shell.describeCommand(name, isBuiltin(name), true);
    const described = options.includes('a') ? yield* everyMeaning(shell, name) : first === undefined ? [] : [first];
    if (described.length === 0) {
      status = 1;
      if (!/[tpP]/.test(options)) yield* shell.complain(`type: ${name}: not found`);
    }
    for (const text of described) {
      if (options.includes('t')) shell.print(`${kindOf(text)}\n`);
      else if (/[pP]/.test(options)) shell.print(text.includes(' is /') ? `${text.replace(/^.* is /, '')}\n` : '');
      else shell.print(`${text}\n`);
    }
  }
  return status;
}

const isBuiltin = (name: string): boolean => BUILTINS.has(name) || DECLARATIONS.has(name);

function kindOf(description: string): string {
  if (description.includes(' is a function')) return 'function';
  if (description.endsWith(' is a shell builtin')) return 'builtin';
  return description.endsWith(' is a shell keyword') ? 'keyword' : 'file';
}
