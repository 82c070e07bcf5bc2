/** Everything that a shell process knows; a fork gets a copy. */
import type { Syscalls } from '../../abi/syscall.ts';
import type { ProgramTable } from '../program.ts';
import { JobTable } from './jobs.ts';
import type { ShellLanguage } from './language.ts';
import type { LineEditing } from './line-editing.ts';
import type { Function as FunctionNode, Word } from './parse.ts';
import { ShellRandom } from './random.ts';
import { Variables } from './variables.ts';

/** Virtual time that the shell itself takes for a command; an estimate. */
export const COMMAND_COST = 20_000;

/** Why the rest of the commands under way is not executed. */
export type Unwinding =
  | { readonly kind: 'break' | 'continue'; levels: number }
  | { readonly kind: 'return' | 'exit'; readonly status: number }
  /** SIGINT at an interactive shell: back to the prompt. */
  | { readonly kind: 'interrupt' }
  /** An error in an expansion: the rest of the line is not executed. */
  | { readonly kind: 'discard' };

/** Ends the command under way with a message; the shell goes on (a script that is not interactive may end). */
export class ShellError extends Error {
  readonly status: number;
  /** A shell that is not interactive exits. */
  readonly fatal: boolean;
  /** What else stands on the line is not executed. */
  readonly discards: boolean;

  constructor(message: string, status = 1, consequence: 'fatal' | 'discards' | 'none' = 'none') {
    super(message);
    this.status = status;
    this.fatal = consequence === 'fatal';
    this.discards = consequence === 'discards';
  }
}

export interface ShellFunction {
  readonly node: FunctionNode;
  readonly source: SourceText;
}

/** A text under execution, for the line numbers in messages. */
export interface SourceText {
  readonly text: string;
  /** Line of the text's first line, from 1. */
  readonly firstLine: number;
}

export interface ShellOptions {
  errexit: boolean;
  nounset: boolean;
  noglob: boolean;
  xtrace: boolean;
  pipefail: boolean;
  noclobber: boolean;
  noexec: boolean;
  allexport: boolean;
  nullglob: boolean;
  monitor: boolean;
}

export const OPTION_LETTERS: Readonly<Record<string, keyof ShellOptions>> = {
  e: 'errexit',
  u: 'nounset',
  f: 'noglob',
  x: 'xtrace',
  C: 'noclobber',
  n: 'noexec',
  a: 'allexport',
  m: 'monitor',
};

export class ShellState {
  sys: Syscalls;
  readonly programs: ProgramTable;
  readonly language: () => ShellLanguage;
  variables = new Variables();
  functions = new Map<string, ShellFunction>();
  aliases = new Map<string, string>();
  options: ShellOptions = {
    errexit: false,
    nounset: false,
    noglob: false,
    xtrace: false,
    pipefail: false,
    noclobber: false,
    noexec: false,
    allexport: false,
    nullglob: false,
    monitor: false,
  };
  /** `$0`, also the prefix of messages. */
  name = 'bash';
  positional: readonly string[] = [];
  /** `$?` */
  status = 0;
  /** Status of the last command substitution of the command under way. */
  substitutionStatus: number | undefined;
  pipeStatus: readonly number[] = [0];
  /** `$$`: of the shell that the user started, also in its subshells. */
  shellPid: number;
  lastBackgroundPid: number | undefined;
  jobs = new JobTable();
  /** What was entered at the terminal, oldest first; a command of several lines is one entry. */
  history: string[] = [];
  /** The editor of a terminal's lines; without it they are the line discipline's. */
  lineEditing: (() => LineEditing) | undefined;
  interactive = false;
  /** Messages bear `line N:`. */
  showsLines = true;
  /** A `-c` string: what a syntax error's prefix says. */
  fromArgument = false;
  isSubshell = false;
  source: SourceText = { text: '', firstLine: 1 };
  /** Programs that were found along PATH. */
  hashed = new Set<string>();
  /** Position of the command under way in `source`. */
  position = 0;
  unwinding: Unwinding | undefined;
  loopDepth = 0;
  functionNames: string[] = [];
  sourceDepth = 0;
  /** Above zero: a failing command is a condition, so `set -e` does not apply. */
  conditionDepth = 0;
  /** By signal name without SIG (`EXIT`, `ERR` too); '' ignores. */
  traps = new Map<string, string>();
  /** Trapped signals that came and whose command has not run yet. */
  pendingTraps: string[] = [];
  /** SIGINT came to an interactive shell. */
  interrupted = false;
  /** Copies of descriptors that redirections put aside. */
  savedDescriptors = new Set<number>();
  workingDirectory = '/';
  /** Directories below the working directory on the stack of pushd and popd, the nearest first. */
  directoryStack: readonly string[] = [];
  /** Descriptors of process substitutions of the commands under way. */
  substitutionDescriptors: number[] = [];
  /** Descriptor of the terminal, for job control. */
  terminal = 2;
  optionIndex = 1;
  optionOffset = 0;
  random = new ShellRandom();
  startedAt = 0;
  umask = 0o022;
  /** stdout of the builtin under way. */
  output = '';
  /** Words that brace expansion made, by the word that it was made from. */
  readonly braceWords: WeakMap<Word, readonly Word[]>;

  constructor(sys: Syscalls, programs: ProgramTable, language: () => ShellLanguage) {
    this.sys = sys;
    this.programs = programs;
    this.language = language;
    this.shellPid = sys.getpid();
    this.startedAt = sys.clock_gettime('monotonic');
    this.braceWords = new WeakMap();
  }

  /** The state of a subshell; `sys` is set when the child runs. */
  fork(): ShellState {
    const copy = new ShellState(this.sys, this.programs, this.language);
    Object.assign(copy, this);
    copy.variables = this.variables.copy();
    copy.functions = new Map(this.functions);
    copy.aliases = new Map(this.aliases);
    copy.options = { ...this.options, monitor: false };
    copy.jobs = new JobTable();
    copy.history = [...this.history];
    copy.unwinding = undefined;
    copy.functionNames = [...this.functionNames];
    copy.traps = new Map([...this.traps].filter(([, command]) => command === ''));
    copy.pendingTraps = [];
    copy.interrupted = false;
    copy.hashed = new Set(this.hashed);
    copy.savedDescriptors = new Set(this.savedDescriptors);
    copy.isSubshell = true;
    copy.random = new ShellRandom();
    copy.output = '';
    return copy;
  }
}
