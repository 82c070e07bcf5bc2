/** The editor of the interactive shell's lines, as the shell sees it: the code comes with the tools (readline/). */
import type { Co } from '../../sim/coroutine.ts';
import type { Shell } from './shell.ts';

/** What a key has led to. */
export interface KeyResult {
  /** For the terminal. */
  readonly output: string;
  readonly outcome?:
    | { readonly kind: 'line'; readonly text: string }
    /** ^D on an empty line. */
    | { readonly kind: 'end' }
    /** Tab after this text. */
    | { readonly kind: 'complete'; readonly before: string };
}

export interface Completion {
  /** The part before the cursor that is replaced. */
  readonly typed: string;
  readonly candidates: readonly { readonly insert: string; readonly shown: string }[];
  /** What follows the only candidate. */
  readonly suffix: (inserted: string) => string;
}

export interface LineEditor {
  /** A prompt of `columns` has been written. `echoes`: what is typed is to be seen. */
  begin(prompt: string, echoes: boolean, columns: number, history: readonly string[]): void;
  /** A byte that was typed. */
  key(byte: string): KeyResult;
  /** Puts in what the candidates have in common, or lists them; output for the terminal. */
  completed(completion: Completion): string;
  /** ^C: the line is given up. */
  interrupt(): string;
}

export interface LineEditing {
  make(): LineEditor;
  complete(shell: Shell, before: string): Co<Completion>;
}
