/** Word expansion in bash's order: braces, tildes, parameters, commands and arithmetic, splitting, pathnames, quotes. */
import type { Co } from '../../sim/coroutine.ts';
import { errorText } from '../stdio.ts';
import { ArithmeticError, evaluateArithmetic } from './arithmetic.ts';
import { expandBraces } from './brace.ts';
import { type Field, FieldBuilder } from './fields.ts';
import { expandPaths } from './glob.ts';
import { badSubstitution, expandParameter, expandSimple, type WordExpander } from './parameters.ts';
import {
  type DoubleQuotedChild,
  isFunctionSubstitution,
  type ProcessSubstitutionPart,
  parseQuoted,
  parseWord,
  type Word,
  type WordPart,
} from './parse.ts';
import { hasMagic } from './pattern.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './state.ts';
import { elementOf, setElement } from './values.ts';

const WORDS: WordExpander = {
  into: expandOperandInto,
  single: expandSingle,
  pattern: expandPattern,
  arithmetic: (shell, expression) => evaluate(shell, expression),
};

/** The arguments that words stand for. */
export function* expandWords(shell: Shell, words: readonly Word[]): Co<string[]> {
  const result: string[] = [];
  for (const word of words) {
    for (const single of wordsAfterBraces(shell, word)) {
      const builder = new FieldBuilder(shell.separators());
      yield* expandWordInto(shell, builder, single, false);
      for (const field of builder.finish()) result.push(...(yield* expandField(shell, field)));
    }
  }
  return result;
}

/** One string: no splitting, no pathnames (assignments, here-strings, `case` words). */
export function* expandSingle(shell: Shell, word: Word): Co<string> {
  return (yield* expandUnsplit(shell, word)).text;
}

/** The value of an assignment: as {@link expandSingle}, and tildes after colons work as well. */
export function* expandAssigned(shell: Shell, word: Word): Co<string> {
  if (!/(^|:)~/.test(word.text)) return yield* expandSingle(shell, word);
  const pieces = word.parts ? undefined : word.text.split(':');
  if (!pieces) return yield* expandSingle(shell, word);
  const values: string[] = [];
  for (const piece of pieces) values.push(yield* expandSingle(shell, parseWord(piece)));
  return values.join(':');
}

/** A pattern, for `case`, `[[ == ]]` and `${x#…}`. */
export function* expandPattern(shell: Shell, word: Word): Co<string> {
  return (yield* expandUnsplit(shell, word)).pattern;
}

/** An extended regular expression: what was quoted stands for itself. */
export function* expandRegularExpression(shell: Shell, word: Word): Co<string> {
  const parts = word.parts ?? [{ type: 'Literal', pos: 0, end: 0, text: word.text, value: word.value } as const];
  let expression = '';
  for (const part of parts) {
    if (part.type === 'Literal') expression += part.text;
    else if (part.type === 'Glob' && part.kind !== 'bracket') expression += part.text;
    else if (part.type === 'ExtendedGlob') expression += part.text;
    else {
      const builder = new FieldBuilder(undefined);
      yield* expandPartInto(shell, builder, part, false);
      const text = builder.finish()[0]?.text ?? '';
      const quoted = part.type === 'DoubleQuoted' || part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted';
      expression += quoted ? text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : text;
    }
  }
  return expression;
}

/** A text read as inside double quotes (arithmetic, here-documents, prompts). */
export function* expandQuotedText(shell: Shell, text: string): Co<string> {
  if (!/[$`\\]/.test(text)) return text;
  return yield* expandQuotedParts(shell, parseQuoted(text));
}

export function* expandQuotedParts(shell: Shell, parts: readonly WordPart[]): Co<string> {
  const builder = new FieldBuilder(undefined);
  for (const part of parts) yield* expandPartInto(shell, builder, part, true);
  return builder.finish()[0]?.text ?? '';
}

/** Expands and evaluates an arithmetic expression; an error ends the command. `command` stands before the message. */
export function* evaluate(shell: Shell, expression: string, command = ''): Co<bigint> {
  const text = (yield* expandQuotedText(shell, expression)).replace(/"/g, '');
  try {
    return evaluateArithmetic(text, {
      get: (name, index) => {
        const value = elementOf(shell, name, index);
        if (value === undefined && shell.state.options.nounset)
          throw new ShellError(`${name}: unbound variable`, 1, 'fatal');
        return value;
      },
      set: (name, index, value) => setElement(shell, name, index, value),
    });
  } catch (error) {
    if (error instanceof ArithmeticError) {
      throw new ShellError(command + error.message, 1, command === '' ? 'discards' : 'none');
    }
    throw error;
  }
}

/** Adds what a word stands for to `builder`; `quoted`: the word stands inside double quotes. */
export function* expandWordInto(shell: Shell, builder: FieldBuilder, word: Word, quoted: boolean): Co {
  if (!word.parts) {
    if (quoted) builder.quoted(word.value);
    else literalInto(shell, builder, word.text, true);
    return;
  }
  for (const [index, part] of word.parts.entries()) {
    if (part.type === 'Literal' && !quoted) literalInto(shell, builder, part.text, index === 0);
    else yield* expandPartInto(shell, builder, part, quoted);
  }
}

/** As {@link expandWordInto} for the word in `${x:-word}`: unquoted text is split like the result of an expansion. */
function* expandOperandInto(shell: Shell, builder: FieldBuilder, word: Word, quoted: boolean): Co {
  if (quoted || !builder.splitting) return yield* expandWordInto(shell, builder, word, quoted);
  const parts = word.parts ?? [{ type: 'Literal', pos: 0, end: 0, text: word.text, value: word.value } as const];
  for (const [index, part] of parts.entries()) {
    if (part.type !== 'Literal') yield* expandPartInto(shell, builder, part, false);
    else if (index === 0 && part.text.startsWith('~')) literalInto(shell, builder, part.text, true);
    else {
      for (const piece of part.text.split(/(\\[\s\S])/)) {
        if (piece.length === 2 && piece.startsWith('\\')) builder.quoted(piece.slice(1));
        else builder.expansion(piece);
      }
    }
  }
}

function* expandUnsplit(shell: Shell, word: Word): Co<Field> {
  const builder = new FieldBuilder(undefined);
  yield* expandWordInto(shell, builder, word, false);
  return builder.finish()[0] ?? { text: '', pattern: '' };
}

function* expandField(shell: Shell, field: Field): Co<string[]> {
  if (shell.state.options.noglob || !hasMagic(field.pattern)) return [field.text];
  const paths = yield* expandPaths(shell.sys, field.pattern);
  if (paths.length > 0) return paths;
  return shell.state.options.nullglob ? [] : [field.text];
}

function wordsAfterBraces(shell: Shell, word: Word): readonly Word[] {
  if (!word.parts?.some((part) => part.type === 'BraceExpansion')) return [word];
  const known = shell.state.braceWords.get(word);
  if (known) return known;
  const words = expandBraces(word.text).map(parseWord);
  shell.state.braceWords.set(word, words);
  return words;
}

function* expandPartInto(shell: Shell, builder: FieldBuilder, part: WordPart, quoted: boolean): Co {
  switch (part.type) {
    case 'Literal':
      if (quoted) builder.quoted(part.value);
      else literalInto(shell, builder, part.text, false);
      return;
    case 'SingleQuoted':
      builder.quoted(quoted ? part.text : part.value);
      return;
    case 'AnsiCQuoted':
      builder.quoted(part.value);
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      yield* doubleQuotedInto(shell, builder, part.parts);
      return;
    case 'SimpleExpansion':
      yield* expandSimple(shell, builder, part.text.slice(1), quoted);
      return;
    case 'ParameterExpansion':
      yield* expandParameter(shell, builder, part, quoted, WORDS);
      return;
    case 'CommandExpansion': {
      if (isFunctionSubstitution(part)) throw badSubstitution(part);
      const output = part.script ? yield* shell.substituteCommand(part.script, part.pos) : '';
      if (quoted) builder.quoted(output);
      else builder.expansion(output);
      return;
    }
    case 'ArithmeticExpansion': {
      const expression = part.text.startsWith('$((') ? part.text.slice(3, -2) : part.text.slice(2, -1);
      const value = String(yield* evaluate(shell, expression));
      if (quoted) builder.quoted(value);
      else builder.expansion(value);
      return;
    }
    case 'Glob':
      if (part.kind !== 'bracket') builder.literal(part.text);
      else yield* bracketInto(shell, builder, part.parts);
      return;
    case 'ExtendedGlob':
      builder.literal(part.text);
      return;
    case 'BraceExpansion':
      // not valid as one, or not in a place where braces expand
      literalInto(shell, builder, part.text, false);
      return;
    default:
      builder.literal(yield* substituteProcess(shell, part));
      return;
  }
}

/** Highest descriptor that a process substitution takes. */
const TOP_DESCRIPTOR = 63;

/** Starts the command beside the one under way; the name of the pipe between them. */
function* substituteProcess(shell: Shell, part: ProcessSubstitutionPart): Co<string> {
  const { state, sys } = shell;
  const ends = yield* sys.pipe();
  if (typeof ends === 'number') throw new ShellError(`cannot make pipe for process substitution: ${errorText(ends)}`);
  const [own, other] = part.operator === '<' ? ends : [ends[1], ends[0]];
  let descriptor = TOP_DESCRIPTOR;
  while (state.substitutionDescriptors.includes(descriptor)) descriptor--;
  const pid = yield* shell.fork(function* (child) {
    yield* child.sys.close(own);
    yield* child.sys.dup2(other, part.operator === '<' ? 1 : 0);
    yield* child.sys.close(other);
    child.state.substitutionDescriptors = [];
    return yield* child.state.language().executeStatements(child, part.script?.commands ?? [], 'subshell');
  }, true);
  yield* sys.close(other);
  if (pid >= 0) state.lastBackgroundPid = pid;
  yield* sys.dup2(own, descriptor);
  yield* sys.close(own);
  state.substitutionDescriptors.push(descriptor);
  return `/dev/fd/${descriptor}`;
}

function* bracketInto(shell: Shell, builder: FieldBuilder, parts: readonly WordPart[]): Co {
  builder.literal('[');
  for (const part of parts) yield* expandPartInto(shell, builder, part, false);
  builder.literal(']');
}

function* doubleQuotedInto(shell: Shell, builder: FieldBuilder, parts: readonly DoubleQuotedChild[]): Co {
  // "$@" without parameters is no word at all; any other quotation is at least an empty one
  const onlyList = parts.length === 1 && isList(parts[0]);
  if (!onlyList) builder.quoted('');
  for (const part of parts) yield* expandPartInto(shell, builder, part, true);
}

function isList(part: DoubleQuotedChild | undefined): boolean {
  if (part?.type === 'SimpleExpansion') return part.text === '$@';
  if (part?.type !== 'ParameterExpansion' || part.prefix === '#') return false;
  return part.parameter === '@' || part.index?.text === '@';
}

function literalInto(shell: Shell, builder: FieldBuilder, text: string, atStart: boolean): void {
  let rest = text;
  if (atStart && rest.startsWith('~')) {
    const prefix = /^~[^/]*/.exec(rest)?.[0] ?? '';
    const home = homeOf(shell, prefix);
    if (home !== undefined) {
      builder.quoted(home);
      rest = rest.slice(prefix.length);
    }
  }
  for (const piece of rest.split(/(\\[\s\S])/)) {
    if (piece === '\\\n') continue;
    if (piece.length === 2 && piece.startsWith('\\')) builder.quoted(piece.slice(1));
    else builder.literal(piece);
  }
}

function homeOf(shell: Shell, prefix: string): string | undefined {
  if (prefix === '~') return shell.state.variables.get('HOME') ?? '/root';
  if (prefix === '~+') return shell.state.variables.get('PWD');
  if (prefix === '~-') return shell.state.variables.get('OLDPWD');
  return prefix === '~root' ? '/root' : undefined;
}
