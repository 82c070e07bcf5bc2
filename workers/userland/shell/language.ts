/**
 * Bash's language: parsing, expanding and executing. The shell as a process, with its prompt and its terminal, does
 * without until somebody types: that is why it asks for it in one place.
 */
import type { Co } from '../../sim/coroutine.ts';
import { startProgram } from './command.ts';
import { type Ending, executeNode, executeStatements } from './execute.ts';
import { expandQuotedText, expandSingle } from './expand.ts';
import { quoteForInput } from './parameters.ts';
import { type AndOr, type Parsed, type PipelineNode, parseScript, type Statement, type Word } from './parse.ts';
import type { Shell } from './shell.ts';

export interface ShellLanguage {
  parseScript(text: string): Parsed;
  executeNode(shell: Shell, node: PipelineNode | AndOr): Co<number>;
  /** `ending`: nothing follows, so the last command may replace the shell. */
  executeStatements(shell: Shell, statements: readonly Statement[], ending?: Ending): Co<number>;
  /** A word that becomes one field. */
  expandSingle(shell: Shell, word: Word): Co<string>;
  /** A text that is read as inside double quotes. */
  expandQuotedText(shell: Shell, text: string): Co<string>;
  /** Becomes a program. */
  startProgram(shell: Shell, argv: readonly string[]): Co<number>;
  /** Quotes a word so that the shell reads it as it stands. */
  quoteForInput(word: string): string;
}

export const language: ShellLanguage = {
  parseScript,
  executeNode,
  executeStatements,
  expandSingle,
  expandQuotedText,
  startProgram,
  quoteForInput,
};
