/** `export` `readonly` `declare` `typeset` `local` `unset`. */
import type { Co } from '../../../sim/coroutine.ts';
import { performAssignment } from '../assignment.ts';
import { type Assignment, parseScript } from '../parse.ts';
import type { Shell } from '../shell.ts';
import { elementKey } from '../values.ts';
import { makeArray, type Variable } from '../variables.ts';
import { controlQuoted } from './escapes.ts';
import type { Builtin, Declaration } from './types.ts';

export const VARIABLE_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['unset', unset],
  ['alias', alias],
  ['unalias', alias],
];

export const DECLARATION_BUILTINS: ReadonlyMap<string, Declaration> = new Map([
  ['export', declare],
  ['readonly', declare],
  ['declare', declare],
  ['typeset', declare],
  ['local', declare],
]);

interface Attributes {
  array: boolean;
  associative: boolean;
  exported: boolean | undefined;
  readonly: boolean;
  integer: boolean;
  prints: boolean;
  global: boolean;
  functions: boolean;
}

function* declare(...[shell, args, name]: Parameters<Declaration>): ReturnType<Declaration> {
  const { state } = shell;
  const attributes: Attributes = {
    array: false,
    associative: false,
    exported: name === 'export' ? true : undefined,
    readonly: name === 'readonly',
    integer: false,
    prints: false,
    global: name === 'export' || name === 'readonly',
    functions: false,
  };
  if (name === 'local' && state.functionNames.length === 0) {
    yield* shell.complain('local: can only be used in a function');
    return 1;
  }
  let first = 0;
  for (; /^[-+]./.test(textOf(args[first])); first++) {
    const word = textOf(args[first]);
    if (word === '--') {
      first++;
      break;
    }
    for (const letter of word.slice(1)) {
      if (!setAttribute(attributes, letter, word.startsWith('-'), name)) {
        yield* shell.complain(`${name}: -${letter}: invalid option`);
        return 2;
      }
    }
  }
  const items = args.slice(first);
  if (items.length === 0 && !attributes.functions) {
    for (const known of state.variables.names()) printVariable(shell, known, attributes, name);
    return 0;
  }
  let status = 0;
  for (const item of items) {
    if (attributes.functions) status = printFunction(shell, textOf(item)) ? status : 1;
    else status = (yield* declareOne(shell, item, attributes, name)) ? status : 1;
  }
  return status;
}

const textOf = (item: string | Assignment | undefined): string =>
  typeof item === 'string' ? item : (item?.text ?? '');

function setAttribute(attributes: Attributes, letter: string, on: boolean, name: string): boolean {
  switch (letter) {
    case 'a':
      attributes.array = on;
      return true;
    case 'A':
      attributes.associative = on;
      return true;
    case 'x':
      attributes.exported = on;
      return true;
    case 'n':
      if (name === 'export') attributes.exported = false;
      return true;
    case 'r':
      attributes.readonly = on;
      return true;
    case 'i':
      attributes.integer = on;
      return true;
    case 'p':
      attributes.prints = true;
      return true;
    case 'g':
      attributes.global = true;
      return true;
    case 'f':
    case 'F':
      attributes.functions = name !== 'export' || on;
      return true;
    default:
      return letter === 'u' || letter === 'l';
  }
}

function* declareOne(shell: Shell, item: string | Assignment, attributes: Attributes, command: string): Co<boolean> {
  const { state } = shell;
  const assignment = typeof item === 'string' ? asAssignment(item) : item;
  const name = assignment?.name ?? textOf(item);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    yield* shell.complain(`${command}: \`${textOf(item)}': not a valid identifier`);
    return false;
  }
  if (attributes.prints) {
    if (printVariable(shell, name, attributes, command)) return true;
    yield* shell.complain(`${command}: ${name}: not found`);
    return false;
  }
  const local = !attributes.global && state.functionNames.length > 0;
  // the value is expanded before the name is hidden: local x=$x
  const value = assignment && typeof assignment !== 'string' ? assignment : undefined;
  const variable = local ? hidden(shell, name, value !== undefined) : state.variables.obtain(name);
  if (variable.readonly && (value || attributes.readonly === false) && value) {
    yield* shell.complain(`${name}: readonly variable`);
    return false;
  }
  if (attributes.integer) variable.integer = true;
  if (attributes.associative && !variable.associative) makeArray(variable, true);
  else if (attributes.array && !variable.elements) {
    const before = variable.value;
    const elements = makeArray(variable, false);
    if (before !== undefined) elements.set('0', before);
  }
  if (value) yield* performAssignment(shell, value);
  if (attributes.exported !== undefined) variable.exported = attributes.exported;
  if (attributes.readonly) variable.readonly = true;
  return true;
}

/** A local variable; while its value is worked out, the one that it hides is still seen through it. */
function hidden(shell: Shell, name: string, assigned: boolean): Variable {
  const outer = shell.state.variables.find(name);
  const variable = shell.state.variables.local(name);
  if (assigned && outer && outer !== variable && variable.value === undefined && !variable.elements) {
    variable.value = outer.scalar;
  }
  return variable;
}

/** `name=value` that an expansion made: its value is taken as it is. */
function asAssignment(text: string): Assignment | undefined {
  const [, name, append, value] = /^([A-Za-z_]\w*)(\+?)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const command = parseScript(`${name}${append}='${(value ?? '').replace(/'/g, "'\\''")}'`).script.commands[0]?.command;
  const prefix = command?.type === 'Command' ? command.prefix[0] : undefined;
  return prefix?.type === 'Assignment' ? prefix : undefined;
}

function printVariable(shell: Shell, name: string, attributes: Attributes, command: string): boolean {
  const variable = shell.state.variables.find(name);
  if (!variable) return false;
  if (attributes.exported && !variable.exported) return true;
  if (attributes.readonly && !variable.readonly) return true;
  const kind = variable.associative ? 'A' : variable.elements ? 'a' : '';
  const letters = `${kind}${variable.integer ? 'i' : ''}${variable.readonly ? 'r' : ''}${variable.exported ? 'x' : ''}`;
  const quoted = (value: string): string => controlQuoted(value) ?? `"${value.replace(/[\\"$`]/g, '\\$&')}"`;
  const value = variable.elements
    ? `=(${variable
        .keys()
        .map((key) => `[${key}]=${quoted(variable.elements?.get(key) ?? '')}`)
        .join(' ')}${variable.associative ? ' ' : ''})`
    : variable.value === undefined
      ? ''
      : `=${quoted(variable.value)}`;
  const plain = !attributes.prints && command !== 'export' && command !== 'readonly';
  if (plain) shell.print(`${name}=${variable.scalar ?? ''}\n`);
  else shell.print(`declare -${letters || '-'} ${name}${value}\n`);
  return true;
}

function printFunction(shell: Shell, name: string): boolean {
  const found = shell.state.functions.get(name);
  if (!found) return false;
  shell.print(`${name}\n`);
  return true;
}

function* unset(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  let functions = false;
  let variables = false;
  let status = 0;
  for (const arg of args) {
    if (arg === '-f') functions = true;
    else if (arg === '-v') variables = true;
    else {
      const [, name = arg, index] = /^(\w+)\[(.*)\]$/.exec(arg) ?? [];
      const variable = state.variables.find(name);
      if (functions || (!variable && !variables && state.functions.has(arg))) state.functions.delete(arg);
      else if (variable?.readonly) {
        yield* shell.complain(`unset: ${name}: cannot unset: readonly variable`);
        status = 1;
      } else if (index === undefined || index === '@' || index === '*') state.variables.unset(name);
      else if (variable) variable.elements?.delete(elementKey(shell, variable, index));
    }
  }
  return status;
}

function* alias(...[shell, args, name]: Parameters<Builtin>): ReturnType<Builtin> {
  const { aliases } = shell.state;
  const show = (known: string): void =>
    shell.print(`alias ${known}='${(aliases.get(known) ?? '').replace(/'/g, "'\\''")}'\n`);
  let status = 0;
  if (name === 'alias' && args.filter((arg) => arg !== '-p').length === 0)
    for (const known of [...aliases.keys()].sort()) show(known);
  for (const arg of args) {
    const at = arg.indexOf('=', 1);
    if (name === 'unalias' && arg === '-a') aliases.clear();
    else if (name === 'alias' && arg === '-p') continue;
    else if (name === 'alias' && at > 0) aliases.set(arg.slice(0, at), arg.slice(at + 1));
    else if (!aliases.has(arg)) {
      yield* shell.complain(`${name}: ${arg}: not found`);
      status = 1;
    } else if (name === 'unalias') aliases.delete(arg);
    else show(arg);
  }
  return status;
}
