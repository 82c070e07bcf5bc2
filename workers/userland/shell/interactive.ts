/** The interactive shell: prompts, lines of the terminal and their history, ^C and ^D. */
import { ERRNO, type Termios } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { writeAll } from '../stdio.ts';
import type { LineEditor } from './line-editing.ts';
import { INTERACTIVE_SIGNALS, type Shell } from './shell.ts';
import type { ShellState } from './state.ts';
import { notifyJobs } from './wait.ts';

/** What double quotes leave special. */
const EXPANDABLE = /[$`\\]/;

/** The terminal's descriptor, out of the way of redirections. */
const TERMINAL = 255;

export function* runInteractive(shell: Shell): Co<number> {
  const { state, sys } = shell;
  state.interactive = true;
  state.showsLines = false;
  for (const signal of INTERACTIVE_SIGNALS) yield* sys.sigaction(signal, shell.defaultAction(signal));
  yield* takeTerminal(shell);
  const { variables } = state;
  if (variables.get('PS1') === undefined) variables.set('PS1', '\\s-\\v\\$ ');
  if (variables.get('PS2') === undefined) variables.set('PS2', '> ');
  const lines = new TerminalLines(shell);
  for (;;) {
    yield* notifyJobs(shell);
    const text = yield* lines.command();
    if (text === undefined) break;
    if (text.trim() === '') continue;
    state.position = 0;
    yield* shell.runText(text);
    const { unwinding } = state;
    state.unwinding = undefined;
    state.loopDepth = 0;
    if (unwinding?.kind === 'exit') return unwinding.status;
    if (unwinding?.kind === 'interrupt') state.status = 130;
  }
  yield* writeAll(sys, 2, 'exit\n');
  return state.status;
}

/** Job control: the shell's process group becomes the terminal's foreground group. */
function* takeTerminal(shell: Shell): Co {
  const { state, sys } = shell;
  const pid = sys.getpid();
  yield* sys.setpgid(pid, pid);
  const copy = yield* sys.dup(0, TERMINAL);
  state.terminal = copy < 0 ? 0 : copy;
  if (copy >= 0) state.savedDescriptors.add(copy);
  const result = yield* sys.tcsetpgrp(state.terminal, pid);
  state.options.monitor = result >= 0;
  if (result >= 0) return;
  yield* writeAll(
    sys,
    2,
    'bash: cannot set terminal process group (-1): Inappropriate ioctl for device\nbash: no job control in this shell\n',
  );
}

/** Reads commands, with a second prompt for those that go on over several lines. */
class TerminalLines {
  private readonly shell: Shell;
  private editor: LineEditor | undefined;
  private buffer = '';
  private ended = false;

  constructor(shell: Shell) {
    this.shell = shell;
  }

  /** The next complete command with all its lines; undefined at the end of the input. */
  *command(): Co<string | undefined> {
    const { state } = this.shell;
    let text = '';
    for (;;) {
      const line = yield* this.line(text);
      if (line === 'interrupted') {
        state.interrupted = false;
        state.status = 130;
        text = '';
        continue;
      }
      if (line === undefined) return text === '' ? undefined : text;
      text += line;
      if (!state.language().parseScript(text).unfinished) return text;
    }
  }

  /** A line with its end, `'interrupted'` by ^C, undefined at the end of the input; `before`: the command's lines so far. */
  private *line(before: string): Co<string | 'interrupted' | undefined> {
    const { sys, state } = this.shell;
    // several lines that were entered as one
    const waiting = this.takeLine();
    if (waiting !== undefined) return waiting;
    const prompt = yield* this.prompt(before === '' ? 'PS1' : 'PS2');
    const modes = sys.tcgetattr(0);
    if (state.lineEditing && typeof modes !== 'number') return yield* this.editedLine(before, prompt, modes);
    yield* writeAll(sys, 2, prompt);
    return yield* this.plainLine();
  }

  private takeLine(): string | undefined {
    const end = this.buffer.indexOf('\n') + 1;
    if (end === 0) return undefined;
    const line = this.buffer.slice(0, end);
    this.buffer = this.buffer.slice(end);
    return line;
  }

  private *prompt(name: 'PS1' | 'PS2'): Co<string> {
    const { shell } = this;
    const text = decodePrompt(shell, shell.state.variables.get(name) ?? '');
    const { status } = shell.state;
    // most prompts have nothing to expand: the first one is there before the language is
    const shown = EXPANDABLE.test(text) ? yield* shell.state.language().expandQuotedText(shell, text) : text;
    shell.state.status = status;
    return shown;
  }

  /** A line that is edited here: key by key, while the terminal is in raw mode. */
  private *editedLine(before: string, prompt: string, modes: Termios): Co<string | 'interrupted' | undefined> {
    const { sys, state } = this.shell;
    const brackets = (state.variables.get('TERM') ?? 'dumb') !== 'dumb';
    yield* sys.tcsetattr(0, { ICANON: false, ECHO: false, ICRNL: false, IEXTEN: false });
    yield* writeAll(sys, 2, `${brackets ? '\x1b[?2004h' : ''}${prompt}`);
    const line = yield* this.keys(prompt.slice(prompt.lastIndexOf('\n') + 1), modes.ECHO);
    yield* writeAll(sys, 2, `${line === 'interrupted' ? '\n' : ''}${brackets ? '\x1b[?2004l\r' : ''}`);
    const { ICANON, ECHO, ICRNL, IEXTEN } = modes;
    yield* sys.tcsetattr(0, { ICANON, ECHO, ICRNL, IEXTEN });
    if (line === undefined || line === 'interrupted') return line;
    const entered = this.expandHistory(line);
    if (entered !== line) yield* writeAll(sys, 2, `${entered}\n`);
    noteHistory(state, before, entered);
    this.buffer = `${entered}\n`;
    return this.takeLine();
  }

  private *keys(prompt: string, echoes: boolean): Co<string | 'interrupted' | undefined> {
    const { shell } = this;
    const { sys, state } = shell;
    let editor: LineEditor | undefined;
    for (;;) {
      const byte = yield* sys.read(0, 1);
      if (byte === -ERRNO.EINTR) {
        if (state.pendingTraps.length > 0) yield* shell.betweenCommands();
        if (!state.interrupted) continue;
        yield* writeAll(sys, 2, editor?.interrupt() ?? (echoes ? '^C' : ''));
        return 'interrupted';
      }
      if (typeof byte === 'number' || byte === '') return undefined;
      if (!editor) {
        // the editor is there from the first key on
        this.editor ??= state.lineEditing?.().make();
        editor = this.editor;
        editor?.begin(prompt, echoes, sys.winsize(0)?.columns || 80, state.history);
        if (!editor) return undefined;
      }
      const { output, outcome } = editor.key(byte);
      if (output !== '') yield* writeAll(sys, 2, output);
      if (outcome?.kind === 'line') return outcome.text;
      if (outcome?.kind === 'end') return undefined;
      if (outcome?.kind !== 'complete' || !state.lineEditing) continue;
      const completion = yield* state.lineEditing().complete(shell, outcome.before);
      yield* writeAll(sys, 2, editor.completed(completion));
    }
  }

  /** `!!`, `!n`, `!-n`, `!text` as a command, and `!$`: history(3). What is not found stays. */
  private expandHistory(line: string): string {
    const { history } = this.shell.state;
    const event = (name: string): string | undefined => {
      if (name === '!') return history.at(-1);
      if (/^-?\d+$/.test(name)) return history.at(Number(name) < 0 ? Number(name) : Number(name) - 1);
      return history.findLast((entry) => entry.startsWith(name));
    };
    const expanded = line.replace(/^!(!|-?\d+|[A-Za-z_]\w*)/, (whole, name: string) => event(name) ?? whole);
    const last = /(\S+)\s*$/.exec(history.at(-1) ?? '')?.[1];
    return last === undefined ? expanded : expanded.replace(/(^|\s)!\$(?=\s|$)/g, (_, blank: string) => blank + last);
  }

  /** A line as the terminal's line discipline hands it over. */
  private *plainLine(): Co<string | 'interrupted' | undefined> {
    const { sys, state } = this.shell;
    for (;;) {
      const line = this.takeLine();
      if (line !== undefined) return line;
      if (this.ended) return undefined;
      const data = yield* sys.read(0, 4096);
      if (data === -ERRNO.EINTR) {
        if (state.pendingTraps.length > 0) yield* this.shell.betweenCommands();
        if (state.interrupted) {
          this.buffer = '';
          yield* writeAll(sys, 2, '\n');
          return 'interrupted';
        }
      } else if (typeof data === 'number' || data === '') {
        // ^D after part of a line only hands that part over
        this.ended = true;
        if (this.buffer !== '') {
          const rest = this.buffer;
          this.buffer = '';
          return rest;
        }
      } else this.buffer += data;
    }
  }
}

/** Lines of the history that is kept: HISTSIZE. */
const HISTORY_SIZE = 500;

/** Lines after which no `;` may stand. */
const OPEN_LINE = /(?:^|[\s;&|(){}])(?:do|then|else|elif|in|\{)\s*$|(?:&&|\|\|?|[;&({])\s*$/;

/** Adds what was entered to the history; the further lines of a command to its entry (cmdhist). */
function noteHistory({ history, language }: ShellState, before: string, entered: string): void {
  if (before === '') {
    if (entered.trim() !== '') history.push(entered);
    if (history.length > HISTORY_SIZE) history.shift();
    return;
  }
  const last = history.pop() ?? '';
  const inText = /<<|unterminated/.test(before) || !language().parseScript(before).error;
  history.push(last + (inText ? '\n' : OPEN_LINE.test(last) ? ' ' : '; ') + entered);
}

/** The backslash escapes of PS1 (bash(1), PROMPTING). */
function decodePrompt(shell: Shell, text: string): string {
  const { state, sys } = shell;
  const home = state.variables.get('HOME') ?? '';
  const directory = state.workingDirectory;
  const shown =
    home !== '' && (directory === home || directory.startsWith(`${home}/`))
      ? `~${directory.slice(home.length)}`
      : directory;
  const escapes: Readonly<Record<string, () => string>> = {
    u: () => 'root',
    h: () => sys.uname().nodename.split('.')[0] ?? '',
    H: () => sys.uname().nodename,
    w: () => shown,
    W: () => (shown === '~' || shown === '/' ? shown : shown.slice(shown.lastIndexOf('/') + 1)),
    s: () => state.name.slice(state.name.lastIndexOf('/') + 1).replace(/^-/, ''),
    v: () => '5.2',
    V: () => '5.2.15',
    j: () => String(state.jobs.all.length),
    n: () => '\n',
    r: () => '\r',
    a: () => '\x07',
    e: () => '\x1b',
    '\\': () => '\\\\',
    '[': () => '',
    ']': () => '',
    $: () => '#',
  };
  return text.replace(/\\([\s\S])/g, (whole, letter: string) => escapes[letter]?.() ?? whole);
}
