/** A shell process: its state, and the services that the interpreter's parts ask of it. */
import { O_RDONLY, type Program, SIGNALS, type Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { findProgram } from '../exec.ts';
import { errorText, readAll, writeAll } from '../stdio.ts';
import type { ShellLanguage } from './language.ts';
import type { AndOr, Parsed, ParsedScript, PipelineNode, Redirect, Statement, SyntaxFault } from './parse.ts';
import { OPTION_LETTERS, ShellError, type ShellFunction, type ShellState, type SourceText } from './state.ts';
import { runExitTrap, runPendingTraps, signalNumber } from './traps.ts';
import { foreground, waitForProcess } from './wait.ts';

/** Signals that an interactive shell handles itself; programs that it starts get the defaults. */
export const INTERACTIVE_SIGNALS = [SIGNALS.SIGINT, SIGNALS.SIGQUIT, SIGNALS.SIGTERM, SIGNALS.SIGTSTP];

const KEYWORDS = new Set(
  '! { } [[ ]] case coproc do done elif else esac fi for function if in select then time until while'.split(' '),
);

export class Shell {
  readonly state: ShellState;
  /** Where in its text the command ends that an error discarded. */
  private discardedAt = 0;

  constructor(state: ShellState) {
    this.state = state;
  }

  private get language(): ShellLanguage {
    return this.state.language();
  }

  get sys(): Syscalls {
    return this.state.sys;
  }

  /** IFS. */
  separators(): string {
    return this.state.variables.find('IFS')?.value ?? ' \t\n';
  }

  /** `$-` */
  optionLetters(): string {
    const letters = Object.entries(OPTION_LETTERS).filter(([, option]) => this.state.options[option]);
    const { interactive, fromArgument } = this.state;
    const all = [...letters.map(([letter]) => letter), 'h', ...(interactive ? ['i'] : [])].sort();
    return `${all.join('')}B${fromArgument ? 'c' : ''}${interactive ? 's' : ''}`;
  }

  /** Line of the command under way. */
  line(): number {
    const { source, position } = this.state;
    return source.firstLine + lineAt(source.text, position) - 1;
  }

  /** Writes an error message with the shell's name and, in scripts, the line before it. */
  *complain(text: string): Co {
    // a terminal gets a builtin's output line by line, so it stands before the message
    if (this.state.output !== '' && this.sys.isatty(1)) {
      const { output } = this.state;
      this.state.output = '';
      yield* writeAll(this.sys, 1, output);
    }
    yield* writeAll(this.sys, 2, `${this.prefix()}${text}\n`);
  }

  prefix(): string {
    const { name, showsLines } = this.state;
    return showsLines ? `${name}: line ${this.line()}: ` : `${name.slice(name.lastIndexOf('/') + 1)}: `;
  }

  /** `set -x` shows a command before it runs. */
  *trace(words: readonly string[], assigned?: string): Co {
    const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`);
    const shown = assigned === undefined ? words.map(quote) : [`${words[0]}${assigned === '' ? '' : quote(assigned)}`];
    yield* writeAll(this.sys, 2, `${this.state.variables.get('PS4') ?? '+ '}${shown.join(' ')}\n`);
  }

  /** `set -x` shows a command that is none of words. */
  *traceText(text: string): Co {
    if (!this.state.options.xtrace) return;
    yield* writeAll(this.sys, 2, `${this.state.variables.get('PS4') ?? '+ '}${text}\n`);
  }

  /** Executes a command of the text under way. */
  executeNode(node: PipelineNode | AndOr): Co<number> {
    return this.language.executeNode(this, node);
  }

  /** A command as it was typed, on one line. */
  textOf(node: { readonly pos: number; readonly end: number }): string {
    const text = this.state.source.text.slice(node.pos, node.end);
    return text.replace(/\s*\n\s*/g, '; ').trim();
  }

  /** What becomes of a signal that is not trapped any more. */
  defaultAction(signal: number): 'default' | 'ignore' | (() => Co) {
    if (!this.state.interactive || !INTERACTIVE_SIGNALS.some((own) => own === signal)) return 'default';
    const { state } = this;
    return signal === SIGNALS.SIGINT
      ? function* () {
          state.interrupted = true;
        }
      : 'ignore';
  }

  /** Writes to stderr as it stands. */
  *printError(text: string): Co {
    yield* writeAll(this.sys, 2, text);
  }

  /** What a name would run, as `type` and `command -v` tell; undefined: nothing. */
  *describeCommand(name: string, isBuiltin: boolean, verbose: boolean): Co<string | undefined> {
    if (KEYWORDS.has(name)) return verbose ? `${name} is a shell keyword` : name;
    const found = this.state.functions.get(name);
    if (found) return verbose ? `${name} is a function\n${functionText(found)}` : name;
    if (isBuiltin) return verbose ? `${name} is a shell builtin` : name;
    const path = yield* findProgram(this.sys, name, this.state.variables.get('PATH') ?? '');
    if (typeof path === 'number') return undefined;
    const stat = yield* this.sys.stat(path);
    if (typeof stat === 'number' || stat.type === 'directory') return undefined;
    if (!verbose) return path;
    return this.state.hashed.has(name) ? `${name} is hashed (${path})` : `${name} is ${path}`;
  }

  /** `exec`: this process becomes the program. */
  becomeProgram(argv: readonly string[]): Co<number> {
    return this.language.startProgram(this, argv);
  }

  /** Runs a program in a child and waits for it. */
  *runProgram(argv: readonly string[]): Co<number> {
    const pid = yield* this.fork((child) => child.becomeProgram(argv));
    return pid < 0 ? 254 : ((yield* foreground(this, [pid], argv.join(' ')))[0] ?? 0);
  }

  /** Output of a builtin; written when the builtin ends. */
  print(text: string): void {
    this.state.output += text;
  }

  /** Makes a child process that runs `run` as a subshell. Returns its pid or `-errno`. */
  *fork(run: (child: Shell) => Co<number>, background = false): Co<number> {
    const copy = this.state.fork();
    const resets = this.signalsToReset();
    const ignoresInterrupts = background && !this.state.options.monitor;
    const program: Program = function* (sys) {
      copy.sys = sys;
      const child = new Shell(copy);
      for (const signal of resets) yield* sys.sigaction(signal, 'default');
      if (ignoresInterrupts) {
        yield* sys.sigaction(SIGNALS.SIGINT, 'ignore');
        yield* sys.sigaction(SIGNALS.SIGQUIT, 'ignore');
      }
      for (const fd of copy.savedDescriptors) yield* sys.close(fd);
      copy.savedDescriptors.clear();
      return yield* child.guarded(run(child));
    };
    const pid = yield* this.sys.fork(program);
    if (pid < 0) yield* this.complain(`fork: ${pid === -11 ? 'retry: Resource temporarily unavailable' : 'error'}`);
    return pid;
  }

  /** Runs a shell process' whole work, then its EXIT trap; the exit status. */
  *guarded(work: Co<number>): Co<number> {
    let status = yield* this.catching(work);
    const { unwinding } = this.state;
    if (unwinding?.kind === 'exit' || unwinding?.kind === 'return') status = unwinding.status;
    else if (unwinding?.kind === 'interrupt') status = 130;
    else if (unwinding?.kind === 'discard') status = this.state.status;
    this.state.unwinding = undefined;
    return yield* runExitTrap(this, status);
  }

  /** Runs commands; an error that ends the command under way is told and becomes a status. */
  *catching(work: Co<number>): Co<number> {
    try {
      return yield* work;
    } catch (error) {
      if (!(error instanceof ShellError)) throw error;
      yield* this.complain(error.message);
      const { state } = this;
      if (error.fatal && !state.interactive) {
        const status = state.fromArgument && !state.isSubshell ? 127 : error.status;
        state.unwinding = { kind: 'exit', status };
      } else if (error.fatal || error.discards) state.unwinding = { kind: 'discard' };
      state.status = error.status;
      return state.status;
    }
  }

  /** What a command prints, without the newlines at its end: `$(…)`. */
  *substituteCommand(script: ParsedScript, position: number): Co<string> {
    const pipe = yield* this.sys.pipe();
    if (typeof pipe === 'number')
      throw new ShellError('cannot make pipe for command substitution: Too many open files');
    const [readEnd, writeEnd] = pipe;
    this.state.position = position || this.state.position;
    const line = this.line();
    const pid = yield* this.fork(function* (child) {
      yield* child.sys.close(readEnd);
      yield* child.sys.dup2(writeEnd, 1);
      yield* child.sys.close(writeEnd);
      if (script.source !== undefined) child.state.source = { text: script.source, firstLine: line };
      const file = onlyInput(script);
      return file
        ? yield* child.copyFile(file)
        : yield* child.language.executeStatements(child, script.commands, 'text');
    });
    yield* this.sys.close(writeEnd);
    const output = yield* readAll(this.sys, readEnd);
    yield* this.sys.close(readEnd);
    const status = pid < 0 ? 1 : yield* waitForProcess(this, pid);
    this.state.substitutionStatus = status;
    this.state.status = status;
    return typeof output === 'string' ? output.replace(/\0/g, '').replace(/\n+$/, '') : '';
  }

  /** `$(< file)` */
  private *copyFile(redirect: Redirect): Co<number> {
    const path = redirect.target ? yield* this.language.expandSingle(this, redirect.target) : '';
    const fd = yield* this.sys.open(path, O_RDONLY);
    if (fd < 0) throw new ShellError(`${path}: ${errorText(fd)}`);
    const text = yield* readAll(this.sys, fd);
    if (typeof text === 'string') yield* writeAll(this.sys, 1, text);
    return 0;
  }

  /** Runs a text as commands of this shell: a script, `eval`, `source`, `-c`. */
  *runText(text: string, source: SourceText = { text, firstLine: 1 }, last = false): Co<number> {
    const parsed = this.language.parseScript(text);
    const { state } = this;
    const saved = { source: state.source, position: state.position };
    state.source = source;
    let status = state.status;
    const error = parsed.error;
    const sound = error ? commandsBefore(parsed) : parsed.script.commands;
    if (sound.length > 0)
      status = yield* this.language.executeStatements(this, sound, last && !error ? 'text' : undefined);
    else if (!error) status = 0;
    if (error && !state.unwinding) status = yield* this.tellSyntaxFault(parsed, error);
    if (state.unwinding?.kind === 'discard' && sound.length > 0) this.discardedAt = endOfFailed(sound, state.position);
    state.source = saved.source;
    state.position = saved.position;
    return status;
  }

  private *tellSyntaxFault({ source }: Parsed, error: SyntaxFault): Co<number> {
    const { state } = this;
    state.position = error.pos;
    const atEnd = error.atEnd ? state.source.firstLine + linesIn(source) : undefined;
    const plain = atEnd === undefined ? this.prefix() : this.prefix().replace(/line \d+/, `line ${atEnd}`);
    const prefix = state.fromArgument && state.sourceDepth === 0 ? plain.replace(': line', ': -c: line') : plain;
    yield* this.printError(`${prefix}${error.message}\n`);
    if (error.showsLine && !state.interactive) yield* this.printError(`${prefix}\`${lineOf(source, error.pos)}'\n`);
    state.status = 2;
    return 2;
  }

  /** Runs a script file: after an error that discards a line, the next lines still run. */
  *runScriptText(text: string): Co<number> {
    let status = yield* this.runText(text);
    for (let rest = text, first = 1; this.state.unwinding?.kind === 'discard'; ) {
      const failed = this.discardedAt;
      const end = rest.indexOf('\n', failed);
      if (end < 0) break;
      this.state.unwinding = undefined;
      first += lineAt(rest, end + 1) - 1;
      rest = rest.slice(end + 1);
      status = yield* this.runText(rest, { text: rest, firstLine: first });
    }
    return status;
  }

  /** Between two commands: traps whose signal came, and the user's ^C. */
  *betweenCommands(): Co {
    if (this.state.pendingTraps.length > 0) yield* runPendingTraps(this);
    if (this.state.interrupted && this.state.interactive) {
      this.state.interrupted = false;
      yield* this.printError('\n');
      this.state.status = 130;
      this.state.unwinding = { kind: 'interrupt' };
    }
  }

  /** True when a list of commands does not go on. */
  get stopped(): boolean {
    return this.state.unwinding !== undefined;
  }

  private signalsToReset(): number[] {
    const trapped = [...this.state.traps]
      .filter(([, command]) => command !== '')
      .map(([name]) => signalNumber(name) ?? 0)
      .filter((signal) => signal > 0);
    return this.state.interactive ? [...new Set([...INTERACTIVE_SIGNALS, ...trapped])] : trapped;
  }
}

/** The redirection of a script that is just `< file`. */
function onlyInput(script: ParsedScript): Redirect | undefined {
  const command = script.commands.length === 1 ? script.commands[0]?.command : undefined;
  if (command?.type !== 'Command' || command.name || command.redirects.length !== 1) return undefined;
  const redirect = command.redirects[0];
  return redirect?.type === 'Redirect' && redirect.operator === '<' && !redirect.descriptor ? redirect : undefined;
}

/** Commands on the lines before a syntax error: bash reads and runs line by line. */
function commandsBefore({ script, source, error, unfinished }: Parsed): readonly Statement[] {
  const start = source.lastIndexOf('\n', (error?.pos ?? 0) - 1) + 1;
  const complete = unfinished || !error?.showsLine ? script.commands.slice(0, -1) : script.commands;
  return complete.filter((statement) => statement.end <= start);
}

/** Line (from 1) of a position. */
function lineAt(source: string, pos: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at >= 0 && at < pos; at = source.indexOf('\n', at + 1)) line++;
  return line;
}

function lineOf(source: string, pos: number): string {
  const start = source.lastIndexOf('\n', Math.max(0, pos - 1)) + 1;
  const end = source.indexOf('\n', start);
  return source.slice(start, end < 0 ? source.length : end);
}

function functionText({ node, source }: ShellFunction): string {
  return source.text.slice(node.pos, node.end);
}

/** End of the top-level command that contains a position. */
function endOfFailed(statements: readonly Statement[], position: number): number {
  return statements.find((statement) => statement.end >= position)?.end ?? position;
}

const linesIn = (text: string): number => text.replace(/\n$/, '').split('\n').length;
