import type { Co } from '../../sim/coroutine.ts';
import type { Environment, LateUserland, ProgramFactory, ProgramTable } from '../program.ts';
import { errorText, readAll, writeAll } from '../stdio.ts';
import { runInteractive } from './interactive.ts';
import { Shell } from './shell.ts';
import { OPTION_LETTERS, ShellState } from './state.ts';
import { makeArray } from './variables.ts';

const VERSION = '5.2.15(1)-release';

/** Makes bash; it starts programs out of `programs`, and asks for its language when there is something to read. */
export const bash =
  (programs: ProgramTable, late: () => LateUserland): ProgramFactory =>
  (argv, environment) =>
    function* (sys) {
      const state = new ShellState(sys, programs, () => late().language);
      state.lineEditing = () => late().lineEditing;
      const shell = new Shell(state);
      yield* importEnvironment(state, environment);
      return yield* shell.guarded(start(shell, argv));
    };

function* start(shell: Shell, argv: readonly string[]): Co<number> {
  const { state, sys } = shell;
  let command: string | undefined;
  let interactive = false;
  let edits = true;
  let fromInput = false;
  let i = 1;
  for (; i < argv.length && /^[-+]./.test(argv[i] ?? ''); i++) {
    const option = argv[i] ?? '';
    if (option === '--') {
      i++;
      break;
    }
    if (option === '--version') {
      yield* writeAll(sys, 1, `GNU bash, version ${VERSION} (x86_64-pc-linux-gnu)\n`);
      return 0;
    }
    if (option === '--noediting') edits = false;
    if (option.startsWith('--')) continue;
    for (const letter of option.slice(1)) {
      const known = OPTION_LETTERS[letter];
      if (letter === 'c') command = argv[i + 1];
      else if (letter === 'i') interactive = true;
      else if (letter === 's') fromInput = true;
      else if (known) state.options[known] = option.startsWith('-');
      else if (letter !== 'l') {
        yield* writeAll(sys, 2, `bash: -${letter}: invalid option\n`);
        return 2;
      }
    }
    if (option.includes('c')) i++;
  }
  const rest = argv.slice(i);
  state.name = argv[0] ?? 'bash';
  if (command !== undefined) {
    state.fromArgument = true;
    state.name = rest[0] ?? state.name;
    state.positional = rest.slice(1);
    return yield* shell.runText(command, undefined, true);
  }
  if (rest.length > 0 && !fromInput) return yield* runScript(shell, rest);
  state.positional = rest;
  if (!edits) state.lineEditing = undefined;
  if (interactive || (sys.isatty(0) && sys.isatty(2))) return yield* runInteractive(shell);
  const text = yield* readAll(sys, 0);
  return typeof text === 'string' ? yield* shell.runText(text) : 1;
}

function* runScript(shell: Shell, words: readonly string[]): Co<number> {
  const path = words[0] ?? '';
  const { state, sys } = shell;
  const stat = yield* sys.stat(path);
  const fd = typeof stat === 'number' ? stat : yield* sys.open(path, 0);
  if (fd < 0) {
    yield* writeAll(sys, 2, `${state.name}: ${path}: ${errorText(fd)}\n`);
    return 127;
  }
  if (typeof stat !== 'number' && stat.type === 'directory') {
    yield* writeAll(sys, 2, `${state.name}: ${path}: Is a directory\n`);
    return 126;
  }
  const text = yield* readAll(sys, fd);
  yield* sys.close(fd);
  state.name = path;
  state.positional = words.slice(1);
  return typeof text === 'string' ? yield* shell.runScriptText(text) : 1;
}

function* importEnvironment(state: ShellState, environment: Environment): Co {
  const { variables, sys } = state;
  for (const [name, value] of environment) if (/^[A-Za-z_]\w*$/.test(name)) variables.export(name, value);
  state.workingDirectory = yield* sys.getcwd();
  variables.export('PWD', state.workingDirectory);
  variables.export('SHLVL', String(Number(variables.get('SHLVL') ?? 0) + 1));
  if (variables.get('PATH') === undefined) {
    variables.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  }
  const { machine, nodename } = sys.uname();
  const fixed: readonly (readonly [string, string])[] = [
    ['IFS', ' \t\n'],
    ['OPTIND', '1'],
    ['PS4', '+ '],
    ['UID', '0'],
    ['EUID', '0'],
    ['HOSTNAME', nodename],
    ['HOSTTYPE', machine],
    ['MACHTYPE', `${machine}-pc-linux-gnu`],
    ['OSTYPE', 'linux-gnu'],
    ['BASH', '/bin/bash'],
    ['BASH_VERSION', VERSION],
  ];
  for (const [name, value] of fixed) variables.set(name, value);
  for (const name of ['UID', 'EUID']) variables.obtain(name).readonly = true;
  const version = makeArray(variables.obtain('BASH_VERSINFO'), false);
  for (const [index, part] of ['5', '2', '15', '1', 'release', `${machine}-pc-linux-gnu`].entries()) {
    version.set(String(index), part);
  }
}
