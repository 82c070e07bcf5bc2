/** The interactive shell: prompts, lines of the terminal, ^C and ^D. */
import { ERRNO } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { writeAll } from '../stdio.ts';
import { INTERACTIVE_SIGNALS, type Shell } from './shell.ts';
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
      yield* this.prompt(text === '' ? 'PS1' : 'PS2');
      const line = yield* this.line();
      if (line === 'interrupted') {
        state.interrupted = false;
        state.status = 130;
        yield* writeAll(this.shell.sys, 2, '\n');
        text = '';
        continue;
      }
      if (line === undefined) return text === '' ? undefined : text;
      text += line;
      if (!state.language().parseScript(text).unfinished) return text;
    }
  }

  private *prompt(name: 'PS1' | 'PS2'): Co {
    const { shell } = this;
    const text = decodePrompt(shell, shell.state.variables.get(name) ?? '');
    const { status } = shell.state;
    // most prompts have nothing to expand: the first one is there before the language is
    const shown = EXPANDABLE.test(text) ? yield* shell.state.language().expandQuotedText(shell, text) : text;
    shell.state.status = status;
    yield* writeAll(shell.sys, 2, shown);
  }

  /** A line with its end, `'interrupted'` by ^C, undefined at the end of the input. */
  private *line(): Co<string | undefined> {
    for (;;) {
      const end = this.buffer.indexOf('\n') + 1;
      if (end > 0) {
        const line = this.buffer.slice(0, end);
        this.buffer = this.buffer.slice(end);
        return line;
      }
      if (this.ended) return undefined;
      const data = yield* this.shell.sys.read(0, 4096);
      if (data === -ERRNO.EINTR) {
        if (this.shell.state.pendingTraps.length > 0) yield* this.shell.betweenCommands();
        if (this.shell.state.interrupted) {
          this.buffer = '';
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
