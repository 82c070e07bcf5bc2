/**
 * Bash's grammar: the one module that knows the parser (unbash). Positions in a tree count characters of the text that
 * was parsed; a backquoted script has a `source` of its own.
 */
import type { CommandExpansionPart, HereDoc, ParsedScript, Script, SyntaxNode, Word, WordPart } from 'unbash';
import { forEachChild, parse } from 'unbash';

export type * from 'unbash';

export interface SyntaxFault {
  /** As bash words it, without the shell's prefix. */
  readonly message: string;
  readonly pos: number;
  /** Bash repeats the offending line after these. */
  readonly showsLine: boolean;
  /** The input ended too early: its line is the one after the last. */
  readonly atEnd: boolean;
}

export interface Parsed {
  readonly script: ParsedScript;
  readonly source: string;
  /** More lines could complete it. */
  readonly unfinished: boolean;
  readonly error: SyntaxFault | undefined;
}

const UNFINISHED = /^unterminated|to close|^expected (command after|compound command as|'do'|'then'|'in'|'\}'|'\)')/;
/** What is said of a group that is empty so far; whether it is closed is said after it. */
const EMPTY_GROUP = /^expected command in (brace group|subshell)/;

/** Parses a script or a piece of interactive input. */
export function parseScript(source: string): Parsed {
  const script = parse(source);
  const errors = script.errors ?? [];
  const error = EMPTY_GROUP.test(errors[0]?.message ?? '') ? (errors[1] ?? errors[0]) : errors[0];
  const end = source.trimEnd().length;
  if (error) {
    const unfinished =
      UNFINISHED.test(error.message) &&
      !endsBeforeName(source, error.message) &&
      !stopsShort(source, error.message, error.pos, end);
    return { script, source, unfinished, error: describe(source, error.message, error.pos, end) };
  }
  const open = /\$\{[\s|]/.test(source) ? openFunctionSubstitution(script) : undefined;
  if (open !== undefined) {
    return { script, source, unfinished: true, error: describe(source, 'unterminated parameter expansion', open, end) };
  }
  const unfinished = endsInBackslash(source) || hasOpenHereDocument(script);
  return { script, source, unfinished, error: undefined };
}

/** Parts of a text that is read as inside double quotes, but where `"` stands for itself: arithmetic, prompts. */
export function parseQuoted(text: string): readonly WordPart[] {
  const delimiter = `E${'_'.repeat(longestRun(text))}`;
  const script = parse(`: <<${delimiter}\n${text}\n${delimiter}\n`);
  const command = script.commands[0]?.command;
  if (command?.type !== 'Command') return [];
  const document = command.redirects.find((redirect): redirect is HereDoc => redirect.type === 'HereDoc');
  if (!document) return [];
  const parts = document.body.parts;
  if (!parts) return text === '' ? [] : [{ type: 'Literal', pos: 0, end: text.length, value: text, text }];
  return withoutLastNewline(parts);
}

/** A word from its text, as brace expansion produces it. */
export function parseWord(text: string): Word {
  const command = parse(`: ${text}`).commands[0]?.command;
  const argument = command?.type === 'Command' ? command.args[0] : undefined;
  if (argument?.type === 'Word' && argument.text === text) return argument;
  return { type: 'Word', text, value: text, pos: 0, end: text.length };
}

function longestRun(text: string): number {
  return Math.max(1, ...[...text.matchAll(/_+/g)].map((run) => run[0].length + 1));
}

function withoutLastNewline(parts: readonly WordPart[]): readonly WordPart[] {
  const last = parts[parts.length - 1];
  if (last?.type !== 'Literal' || !last.value.endsWith('\n')) return parts;
  const shorter = { ...last, value: last.value.slice(0, -1), text: last.text.slice(0, -1) };
  return shorter.value === '' ? parts.slice(0, -1) : [...parts.slice(0, -1), shorter];
}

function endsInBackslash(source: string): boolean {
  const line = /(\\*)\n?$/.exec(source)?.[1] ?? '';
  return line.length % 2 === 1 && !/(^|\n)[^\n']*#[^\n]*\\\n?$/.test(source);
}

/** The first node of the tree for which `is` holds; what is in here-documents is not looked at. */
function findNode(script: Script, is: (node: SyntaxNode) => boolean): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  const visit = (node: SyntaxNode): void => {
    if (found) return;
    if (is(node)) found = node;
    else if (node.type !== 'HereDocBody') forEachChild(node, visit);
  };
  visit(script as ParsedScript);
  return found;
}

function hasOpenHereDocument(script: Script): boolean {
  return findNode(script, (node) => node.type === 'HereDoc' && node.closing === undefined) !== undefined;
}

/** `${ …; }`, which the parser takes for bash 5.3's substitution; to bash 5.2 it is a parameter without a name. */
export function isFunctionSubstitution({ text }: CommandExpansionPart): boolean {
  return text.startsWith('${');
}

/** Where a `${ ` without its end begins: the parser does not tell of it. */
function openFunctionSubstitution(script: Script): number | undefined {
  return findNode(
    script,
    (node) => node.type === 'CommandExpansion' && isFunctionSubstitution(node) && !node.text.endsWith('}'),
  )?.pos;
}

/** `for` and `function` want a name on their own line. */
function endsBeforeName(source: string, message: string): boolean {
  return message === "expected word after 'for'" || /(^|[\s;&|])function\s*\n?$/.test(source);
}

/** An "expected …" that something other than the end of the input caused. */
function stopsShort(source: string, message: string, pos: number, end: number): boolean {
  return !message.startsWith('unterminated') && pos < end && source.slice(pos, end).trim() !== '';
}

function describe(source: string, message: string, pos: number, end: number): SyntaxFault {
  const unexpected = /^unexpected token '(.*)'$/s.exec(message)?.[1];
  if (unexpected !== undefined) return near(unexpected, pos);
  const quote = /^unterminated (.*)$/.exec(message)?.[1];
  if (quote !== undefined) {
    const message = unexpectedEof(quote);
    return { message, pos, showsLine: false, atEnd: message.endsWith("`)'") };
  }
  if (stopsShort(source, message, pos, end)) {
    // where a reserved word came too early, the position is behind it
    const early = /(?:^|[\s;])(done|fi|esac|then|do|else|elif)\s*$/.exec(source.slice(0, pos));
    return early
      ? near(early[1] ?? '', pos - (early[0].length - early[0].trimStart().length) - 1)
      : near(tokenAt(source, pos), pos);
  }
  if (endsBeforeName(source, message)) return near('\n', pos);
  return { message: 'syntax error: unexpected end of file', pos: source.length, showsLine: false, atEnd: true };
}

function near(token: string, pos: number): SyntaxFault {
  const shown = token === '\n' ? 'newline' : token;
  return { message: `syntax error near unexpected token \`${shown}'`, pos, showsLine: true, atEnd: false };
}

function tokenAt(source: string, pos: number): string {
  return /^\s*(;;|&&|\|\||[;&|()<>]|[^\s;&|()<>]+)/.exec(source.slice(pos))?.[1] ?? 'newline';
}

function unexpectedEof(what: string): string {
  const closing = what.includes('double')
    ? '"'
    : what.includes('single') || what.includes('ANSI')
      ? "'"
      : what.includes('backtick') || what.includes('backquote')
        ? '`'
        : what.includes('parameter')
          ? '}'
          : ')';
  return `unexpected EOF while looking for matching \`${closing}'`;
}
