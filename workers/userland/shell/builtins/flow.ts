/** `:` `true` `false` `break` `continue` `return` `exit` `eval` `source` `exec` `shift` `set` `getopts` `trap` `let`. */
import type { Co } from '../../../sim/coroutine.ts';
import { findProgram } from '../../exec.ts';
import { errorText, readFile } from '../../stdio.ts';
import { evaluate } from '../expand.ts';
import { quoteForInput } from '../parameters.ts';
import type { Shell } from '../shell.ts';
import { OPTION_LETTERS } from '../state.ts';
import { setTrap, signalName, signalNumber, signalTable } from '../traps.ts';
import type { Builtin } from './types.ts';

export const FLOW_BUILTINS: readonly (readonly [string, Builtin])[] = [
  [':', constant(0)],
  ['true', constant(0)],
  ['false', constant(1)],
  ['break', leave('break')],
  ['continue', leave('continue')],
  ['return', returnBuiltin],
  ['exit', exit],
  ['logout', exit],
  ['eval', evalBuiltin],
  ['source', source],
  ['.', source],
  ['exec', exec],
  ['shift', shift],
  ['set', set],
  ['shopt', shopt],
  ['getopts', getopts],
  ['trap', trap],
  ['let', letBuiltin],
  ['hash', constant(0)],
  ['caller', constant(1)],
  ['enable', constant(0)],
  ['bind', constant(0)],
  ['history', history],
  ['complete', constant(0)],
];

function constant(status: number): Builtin {
  return function* () {
    return status;
  };
}

/** `history [n]`, `history -c`. */
function* history(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  if (args[0] === '-c') state.history.length = 0;
  else if (args[0] !== undefined && !/^\d+$/.test(args[0])) {
    yield* shell.complain(`history: ${args[0]}: numeric argument required`);
    return 1;
  } else {
    const from = Math.max(0, state.history.length - Number(args[0] ?? state.history.length));
    for (const [at, entry] of state.history.entries()) {
      if (at >= from) shell.print(`${String(at + 1).padStart(5)}  ${entry}\n`);
    }
  }
  return 0;
}

function leave(kind: 'break' | 'continue'): Builtin {
  return function* (shell, args) {
    const { state } = shell;
    if (state.loopDepth === 0) {
      yield* shell.complain(`${kind}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    const levels = Number(args[0] ?? 1);
    if (!Number.isInteger(levels)) {
      yield* shell.complain(`${kind}: ${args[0]}: numeric argument required`);
      state.unwinding = { kind: 'exit', status: 128 };
      return 128;
    }
    if (levels < 1) {
      yield* shell.complain(`${kind}: ${args[0]}: loop count out of range`);
      state.unwinding = { kind: 'break', levels: state.loopDepth };
      return 1;
    }
    state.unwinding = { kind, levels: Math.min(levels, state.loopDepth) };
    return 0;
  };
}

/** The status that an argument asks for: a byte. */
function* statusArgument(shell: Shell, name: string, args: readonly string[]): Co<number> {
  const text = args[0] === '--' ? args[1] : args[0];
  if (text === undefined) return shell.state.status;
  if (!/^[ \t]*[-+]?\d+[ \t]*$/.test(text)) {
    yield* shell.complain(`${name}: ${text}: numeric argument required`);
    return 2;
  }
  return Number(BigInt.asUintN(8, BigInt(text.trim())));
}

function* returnBuiltin(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  const status = yield* statusArgument(shell, 'return', args);
  if (state.functionNames.length === 0 && state.sourceDepth === 0) {
    yield* shell.complain("return: can only `return' from a function or sourced script");
    return 2;
  }
  state.unwinding = { kind: 'return', status };
  return status;
}

function* exit(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  if (state.interactive && !state.isSubshell) yield* shell.printError('exit\n');
  const status = yield* statusArgument(shell, 'exit', args);
  if (args.length > 1 && status !== 2) {
    yield* shell.complain('exit: too many arguments');
    return 1;
  }
  state.unwinding = { kind: 'exit', status };
  return status;
}

function* evalBuiltin(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const text = args.join(' ');
  return text.trim() === '' ? 0 : yield* shell.runText(text, { text, firstLine: shell.line() });
}

function* source(...[shell, args, name]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state, sys } = shell;
  const file = args[0];
  if (file === undefined) {
    yield* shell.complain(`${name}: filename argument required`);
    yield* shell.complain(`${name}: usage: ${name} filename [arguments]`);
    return 2;
  }
  const found = yield* findProgram(sys, file, state.variables.get('PATH') ?? '');
  const path = typeof found === 'string' && file.includes('/') ? found : typeof found === 'string' ? found : file;
  const text = yield* readFile(sys, path);
  if (typeof text === 'number') {
    yield* shell.complain(`${file}: ${errorText(text)}`);
    return 1;
  }
  const saved = { positional: state.positional, name: state.name };
  if (args.length > 1) state.positional = args.slice(1);
  if (!state.interactive) state.name = file;
  state.sourceDepth++;
  try {
    const status = yield* shell.runText(text);
    if (state.unwinding?.kind !== 'return') return status;
    const returned = state.unwinding.status;
    state.unwinding = undefined;
    return returned;
  } finally {
    state.sourceDepth--;
    state.name = saved.name;
    if (args.length > 1) state.positional = saved.positional;
  }
}

function* exec(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  if (args.length === 0) return 0;
  const status = yield* shell.becomeProgram(args);
  shell.state.unwinding = { kind: 'exit', status };
  return status;
}

function* shift(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  const count = Number(args[0] ?? 1);
  if (!Number.isInteger(count)) {
    yield* shell.complain(`shift: ${args[0]}: numeric argument required`);
    return 1;
  }
  if (count < 0) {
    yield* shell.complain(`shift: ${args[0]}: shift count out of range`);
    return 1;
  }
  if (count > state.positional.length) return 1;
  state.positional = state.positional.slice(count);
  return 0;
}

function* set(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  if (args.length === 0) {
    for (const name of state.variables.names()) {
      const value = state.variables.find(name)?.value;
      if (value !== undefined)
        shell.print(`${name}=${/^[\w@%+=:,./-]*$/.test(value) ? value : quoteForInput(value)}\n`);
    }
    return 0;
  }
  const options = state.options as unknown as Record<string, boolean>;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--' || arg === '-') {
      if (arg === '--' || i + 1 < args.length) state.positional = args.slice(i + 1);
      return 0;
    }
    if (!/^[-+]./.test(arg)) {
      state.positional = args.slice(i);
      return 0;
    }
    const on = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      if (letter === 'o') {
        const name = args[++i];
        if (name === undefined) listOptions(shell, on);
        else if (name in options || OTHER_OPTIONS.has(name)) options[name] = on;
        else {
          yield* shell.complain(`set: ${name}: invalid option name`);
          return 2;
        }
        continue;
      }
      const option = OPTION_LETTERS[letter];
      if (option) state.options[option] = on;
      else if (!'bhktvBEHPT'.includes(letter)) {
        yield* shell.complain(`set: ${on ? '-' : '+'}${letter}: invalid option`);
        yield* shell.printError('set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n');
        return 2;
      }
    }
  }
  return 0;
}

/** Options that are accepted and shown but have no effect here, with their first state in an interactive shell. */
const OTHER_OPTIONS: ReadonlyMap<string, boolean> = new Map([
  ['braceexpand', true],
  ['emacs', true],
  ['errtrace', false],
  ['functrace', false],
  ['hashall', true],
  ['histexpand', true],
  ['history', true],
  ['ignoreeof', false],
  ['interactive-comments', true],
  ['keyword', false],
  ['nolog', false],
  ['notify', false],
  ['onecmd', false],
  ['physical', false],
  ['posix', false],
  ['privileged', false],
  ['verbose', false],
  ['vi', false],
]);
const INTERACTIVE_OPTIONS = new Set(['emacs', 'histexpand', 'history']);

function listOptions(shell: Shell, readable: boolean): void {
  const { options, interactive } = shell.state;
  const states = new Map<string, boolean>(Object.entries(options).filter(([name]) => name !== 'nullglob'));
  for (const [name, on] of OTHER_OPTIONS)
    if (!states.has(name)) states.set(name, on && (interactive || !INTERACTIVE_OPTIONS.has(name)));
  for (const [name, on] of [...states].sort(([a], [b]) => (a < b ? -1 : 1))) {
    shell.print(readable ? `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n` : `set ${on ? '-' : '+'}o ${name}\n`);
  }
}

function* shopt(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const on = args[0] === '-s';
  if (args[0] !== '-s' && args[0] !== '-u') return 0;
  for (const name of args.slice(1)) {
    if (name === 'nullglob') shell.state.options.nullglob = on;
    else if (!KNOWN_SHOPT.has(name)) {
      yield* shell.complain(`shopt: ${name}: invalid shell option name`);
      return 1;
    }
  }
  return 0;
}

const KNOWN_SHOPT = new Set([
  'extglob',
  'dotglob',
  'globstar',
  'nocasematch',
  'lastpipe',
  'expand_aliases',
  'checkwinsize',
  'histappend',
]);

function* getopts(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  const [specification, name, ...given] = args;
  if (specification === undefined || name === undefined) {
    yield* shell.complain('getopts: usage: getopts optstring name [arg ...]');
    return 2;
  }
  const words = given.length > 0 ? given : state.positional;
  const index = Number(state.variables.get('OPTIND') ?? 1);
  if (index !== state.optionIndex) {
    state.optionIndex = index;
    state.optionOffset = 0;
  }
  const word = words[state.optionIndex - 1];
  const done = (): number => {
    state.variables.set(name, '?');
    state.variables.set('OPTIND', String(state.optionIndex));
    return 1;
  };
  if (word === undefined || !/^-./.test(word)) return done();
  if (word === '--') {
    state.optionIndex++;
    return done();
  }
  const letter = word[state.optionOffset + 1] ?? '';
  state.optionOffset++;
  const rest = word.slice(state.optionOffset + 1);
  const nextWord = (): void => {
    state.optionIndex++;
    state.optionOffset = 0;
  };
  const quiet = specification.startsWith(':');
  const at = specification.indexOf(letter, quiet ? 1 : 0);
  state.variables.unset('OPTARG');
  let found = letter;
  if (letter === ':' || at < 0) {
    found = '?';
    if (quiet) state.variables.set('OPTARG', letter);
    else yield* shell.printError(`${state.name}: illegal option -- ${letter}\n`);
    if (rest === '') nextWord();
  } else if (specification[at + 1] === ':') {
    const value = rest !== '' ? rest : words[state.optionIndex];
    if (rest === '') state.optionIndex++;
    nextWord();
    if (value !== undefined) state.variables.set('OPTARG', value);
    else {
      state.optionIndex = words.length + 1;
      found = quiet ? ':' : '?';
      if (quiet) state.variables.set('OPTARG', letter);
      else yield* shell.printError(`${state.name}: option requires an argument -- ${letter}\n`);
    }
  } else if (rest === '') nextWord();
  state.variables.set(name, found);
  state.variables.set('OPTIND', String(state.optionIndex));
  return 0;
}

function* trap(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  if (args[0] === '-l') {
    shell.print(signalTable());
    return 0;
  }
  const words = args[0] === '--' ? args.slice(1) : args;
  if (words.length === 0 || words[0] === '-p') {
    for (const [name, command] of state.traps) {
      shell.print(`trap -- ${quoteForInput(command)} ${name === 'EXIT' || name === 'ERR' ? '' : 'SIG'}${name}\n`);
    }
    return 0;
  }
  const onlySignal = words.length === 1;
  const resets = onlySignal || words[0] === '-';
  let status = 0;
  for (const signal of onlySignal ? words : words.slice(1)) {
    const name = trapName(signal);
    if (name !== undefined) yield* setTrap(shell, name, resets ? undefined : words[0]);
    else {
      status = 1;
      yield* shell.complain(`trap: ${signal}: invalid signal specification`);
    }
  }
  return status;
}

function trapName(signal: string): string | undefined {
  const upper = signal.toUpperCase().replace(/^SIG/, '');
  if (upper === 'ERR' || upper === 'DEBUG' || upper === 'RETURN') return upper;
  const number = signalNumber(signal);
  return number === undefined ? undefined : signalName(number);
}

function* letBuiltin(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  if (args.length === 0) {
    yield* shell.complain('let: expression expected');
    return 1;
  }
  let value = 0n;
  for (const expression of args) value = yield* evaluate(shell, expression, 'let: ');
  return value === 0n ? 1 : 0;
}
