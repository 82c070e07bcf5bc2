import { FitAddon } from '@xterm/addon-fit';
import { Terminal as Xterm } from '@xterm/xterm';
import { useEffect, useRef } from 'react';
import '@xterm/xterm/css/xterm.css';

export interface TerminalColours {
  readonly background: string;
  readonly foreground: string;
  readonly cursor: string;
  readonly selection: string;
}

interface Props {
  readonly label: string;
  /** Everything written so far, piece by piece; pieces are only ever added, until `session` changes. */
  readonly output: readonly { readonly text: string }[];
  /** Another value empties the screen. */
  readonly session: unknown;
  readonly colours: TerminalColours;
  readonly fontFamily: string;
  readonly onInput: (text: string) => void;
}

interface Screen {
  readonly terminal: Xterm;
  readonly session: unknown;
  written: number;
}

/** A terminal; loaded when it is first shown, since it is most of the page's weight. */
export default function Terminal({ label, output, session, colours, fontFamily, onInput }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen>(undefined);
  const input = useRef(onInput);
  input.current = onInput;
  const { background, foreground, cursor, selection } = colours;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session is a new screen; the rest is kept up to date below
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const terminal = new Xterm({
      fontFamily,
      fontSize: 13,
      lineHeight: 1.25,
      scrollback: 2000,
      cursorBlink: false,
      allowProposedApi: false,
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(element);
    terminal.textarea?.setAttribute('aria-label', label);
    const typed = terminal.onData((text) => input.current(text));
    // A backspace goes back over the end of a line that the terminal wrapped: the guest does not know how wide it is.
    terminal.write('\x1b[?45h');
    const paste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData('text/plain') ?? '';
      const lines = terminal.modes.bracketedPasteMode && /\r?\n$/.test(text);
      if (!lines) return;
      // Whole lines are meant to run: an editor that takes a paste as it is would wait for Enter.
      event.preventDefault();
      event.stopPropagation();
      terminal.paste(text.replace(/\r?\n$/, ''));
      input.current('\r');
    };
    element.addEventListener('paste', paste, { capture: true });
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientHeight > 0) fit.fit();
    });
    resize.observe(element);
    screen.current = { terminal, session, written: 0 };
    return () => {
      element.removeEventListener('paste', paste, { capture: true });
      typed.dispose();
      resize.disconnect();
      terminal.dispose();
    };
  }, [session]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session's screen wants its colours as well
  useEffect(() => {
    if (!screen.current) return;
    screen.current.terminal.options.theme = {
      background,
      foreground,
      cursor,
      cursorAccent: background,
      selectionBackground: selection,
    };
  }, [session, background, foreground, cursor, selection]);

  useEffect(() => {
    const shown = screen.current;
    if (!shown) return;
    for (; shown.written < output.length; shown.written++) shown.terminal.write(output[shown.written]?.text ?? '');
  });

  return <div ref={box} className="terminal-box" />;
}
