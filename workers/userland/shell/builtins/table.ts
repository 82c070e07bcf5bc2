/** The builtins by name. */
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

function* type(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  let status = 0;
  const short = args[0]?.startsWith('-') ? args[0] : undefined;
  for (const name of short ? args.slice(1) : args) {
    const described = yield* shell.describeCommand(name, isBuiltin(name), true);
    if (described === undefined) {
      status = 1;
      if (!short) yield* shell.complain(`type: ${name}: not found`);
    } else if (short === '-t') shell.print(`${kindOf(described)}\n`);
    else if (short) shell.print(described.includes(' is /') ? `${described.replace(/^.* is /, '')}\n` : '');
    else shell.print(`${described}\n`);
  }
  return status;
}

const isBuiltin = (name: string): boolean => BUILTINS.has(name) || DECLARATIONS.has(name);

function kindOf(description: string): string {
  if (description.includes(' is a function')) return 'function';
  if (description.endsWith(' is a shell builtin')) return 'builtin';
  return description.endsWith(' is a shell keyword') ? 'keyword' : 'file';
}
