/** `$name` and `${…}` in all forms (bash(1), Parameter Expansion). */
import type { Co } from '../../sim/coroutine.ts';
import { controlQuoted } from './builtins/escapes.ts';
import { FieldBuilder } from './fields.ts';
import type { ParameterExpansionPart, ParameterOperation, Word } from './parse.ts';
import { patternToRegExp } from './pattern.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './state.ts';
import { elementOf, listKeys, listValues, parameterValue, setElement } from './values.ts';

/** The expansion of words inside `${…}`, which expand.ts lends. */
export interface WordExpander {
  into(shell: Shell, builder: FieldBuilder, word: Word, quoted: boolean): Co;
  single(shell: Shell, word: Word): Co<string>;
  pattern(shell: Shell, word: Word): Co<string>;
  arithmetic(shell: Shell, expression: string): Co<bigint>;
}

/** What a parameter holds before its operation: one value, or the list of `$@`, `$*`, `${a[@]}`, `${a[*]}`. */
type Held =
  | { readonly list: false; readonly value: string | undefined }
  | { readonly list: true; readonly values: string[]; readonly joined: boolean };

/** `$x`, `$1`, `$?`, `$@` … */
export function* expandSimple(shell: Shell, builder: FieldBuilder, name: string, quoted: boolean): Co {
  const held: Held =
    name === '@' || name === '*'
      ? { list: true, values: listValues(shell, name), joined: name === '*' }
      : { list: false, value: parameterValue(shell, name) };
  if (!held.list && held.value === undefined) requireSet(shell, name);
  add(shell, builder, held, quoted);
}

export function badSubstitution({ text }: { readonly text: string }): ShellError {
  return new ShellError(`${text}: bad substitution`, 1, 'discards');
}

export function* expandParameter(
  shell: Shell,
  builder: FieldBuilder,
  part: ParameterExpansionPart,
  quoted: boolean,
  words: WordExpander,
): Co {
  const { parameter, prefix, index, operation } = part;
  if (operation?.type === 'Unknown' || parameter === '') throw badSubstitution(part);
  if (prefix === '#') return addText(builder, String(yield* lengthOf(shell, parameter, index, words)), quoted);
  if (prefix === '!') {
    const indirect = yield* indirection(shell, part, words);
    if (typeof indirect !== 'string') return add(shell, builder, indirect, quoted);
    const [, name = indirect, key] = /^([^[]*)\[(.*)\]$/s.exec(indirect) ?? [];
    const held = hold(shell, name, key);
    return yield* operate(shell, builder, held, { name, key, operation, quoted, words });
  }
  const key = index ? yield* words.single(shell, index) : undefined;
  const held = hold(shell, parameter, key);
  return yield* operate(shell, builder, held, { name: parameter, key, operation, quoted, words });
}

function hold(shell: Shell, name: string, key: string | undefined): Held {
  const which = key ?? name;
  if (which === '@' || which === '*') return { list: true, values: listValues(shell, name), joined: which === '*' };
  return { list: false, value: elementOf(shell, name, key) };
}

function* lengthOf(shell: Shell, name: string, index: Word | undefined, words: WordExpander): Co<number> {
  const key = index ? yield* words.single(shell, index) : undefined;
  const held = hold(shell, name, key);
  if (held.list) return held.values.length;
  if (held.value === undefined) requireSet(shell, name);
  return held.value?.length ?? 0;
}

/** `${!name}`: the name to look at instead; `${!a[@]}` and `${!prefix*}`: a list. */
function* indirection(shell: Shell, part: ParameterExpansionPart, words: WordExpander): Co<string | Held> {
  const { parameter, index, operation } = part;
  if (operation?.type === 'Names') {
    const values = shell.state.variables.names().filter((name) => name.startsWith(parameter));
    return { list: true, values, joined: operation.operator === '*' };
  }
  const key = index ? yield* words.single(shell, index) : undefined;
  if (key === '@' || key === '*') return { list: true, values: listKeys(shell, parameter), joined: key === '*' };
  const name = elementOf(shell, parameter, key);
  if (name === undefined || name === '') throw new ShellError(`${parameter}: invalid indirect expansion`);
  return name;
}

interface Operand {
  readonly name: string;
  readonly key: string | undefined;
  readonly operation: ParameterOperation | undefined;
  readonly quoted: boolean;
  readonly words: WordExpander;
}

function* operate(shell: Shell, builder: FieldBuilder, held: Held, operand: Operand): Co {
  const { name, key, operation, quoted, words } = operand;
  if (operation?.type === 'Default') {
    const empty = held.list ? held.values.length === 0 || held.values.every((v) => v === '') : !held.value;
    const unset = held.list ? held.values.length === 0 : held.value === undefined;
    const missing = operation.operator.startsWith(':') ? empty : unset;
    const kind = operation.operator.slice(-1);
    if (kind === '+') {
      if (!missing) yield* words.into(shell, builder, operation.operand, quoted);
      return;
    }
    if (!missing) return add(shell, builder, held, quoted);
    if (kind === '-') return yield* words.into(shell, builder, operation.operand, quoted);
    const text = yield* operandText(shell, operation.operand, quoted, words);
    if (kind === '?')
      throw new ShellError(
        `${name}: ${text || `parameter ${operation.operator === ':?' ? 'null or ' : ''}not set`}`,
        1,
        'fatal',
      );
    setElement(shell, name, key, text);
    return addText(builder, text, quoted);
  }
  if (!held.list && held.value === undefined) requireSet(shell, name);
  if (!operation) return add(shell, builder, held, quoted);
  if (operation.type === 'Slice') return add(shell, builder, yield* slice(shell, held, operand), quoted);
  if (operation.type === 'Transform' && !held.list && held.value === undefined) return addText(builder, '', quoted);
  const change = yield* changer(shell, operation, words);
  if (held.list) return add(shell, builder, { ...held, values: held.values.map(change) }, quoted);
  return add(shell, builder, { list: false, value: change(held.value ?? '') }, quoted);
}

function* operandText(shell: Shell, word: Word, quoted: boolean, words: WordExpander): Co<string> {
  const builder = new FieldBuilder(undefined);
  yield* words.into(shell, builder, word, quoted);
  return builder.finish()[0]?.text ?? '';
}

function* slice(shell: Shell, held: Held, { name, key, operation, words }: Operand): Co<Held> {
  if (operation?.type !== 'Slice') return held;
  let offset = Number(yield* words.arithmetic(shell, operation.offset.text));
  const length = operation.length ? Number(yield* words.arithmetic(shell, operation.length.text)) : undefined;
  const tooShort = (): ShellError => new ShellError(`${operation.length?.text.trim()}: substring expression < 0`);
  if (!held.list) {
    const value = held.value ?? '';
    if (offset < 0) offset += value.length;
    if (offset < 0) return { list: false, value: '' };
    const end = length === undefined ? value.length : length < 0 ? value.length + length : offset + length;
    if (end < offset && length !== undefined && length < 0) throw tooShort();
    return { list: false, value: value.slice(offset, end) };
  }
  if (length !== undefined && length < 0) throw tooShort();
  const positional = key === undefined && (name === '@' || name === '*');
  const all = positional ? [shell.state.name, ...held.values] : held.values;
  if (offset < 0) offset += all.length;
  const values = offset < 0 ? [] : all.slice(offset, length === undefined ? undefined : offset + length);
  return { ...held, values };
}

/** The operation as a function of one value. */
function* changer(shell: Shell, operation: ParameterOperation, words: WordExpander): Co<(value: string) => string> {
  switch (operation.type) {
    case 'Remove': {
      const pattern = patternToRegExp(yield* words.pattern(shell, operation.operand));
      return (value) => remove(value, pattern, operation.operator);
    }
    case 'Replace': {
      const pattern = yield* words.pattern(shell, operation.pattern);
      const replacement = yield* replacementText(shell, operation.replacement, words);
      return (value) => replace(value, pattern, replacement, operation.operator);
    }
    case 'CaseModification': {
      const pattern = operation.operand ? yield* words.pattern(shell, operation.operand) : '?';
      const expression = patternToRegExp(pattern === '' ? '?' : pattern);
      const upper = operation.operator.startsWith('^');
      const change = (c: string): string => (expression.test(c) ? (upper ? c.toUpperCase() : c.toLowerCase()) : c);
      if (operation.operator.length === 2) return (value) => [...value].map(change).join('');
      return (value) => change(value.slice(0, 1)) + value.slice(1);
    }
    case 'Transform': {
      const letter = operation.operand.text;
      return (value) => transform(value, letter);
    }
    default:
      return (value) => value;
  }
}

/** `&` in a replacement stands for itself (patsub_replacement needs an unquoted one, which is kept as typed text). */
function* replacementText(
  shell: Shell,
  word: Word,
  words: WordExpander,
): Co<{ readonly text: string; readonly pattern: string }> {
  const builder = new FieldBuilder(undefined);
  yield* words.into(shell, builder, word, false);
  return builder.finish()[0] ?? { text: '', pattern: '' };
}

function remove(value: string, pattern: RegExp, operator: string): string {
  const n = value.length;
  for (let i = 0; i <= n; i++) {
    const size = operator.length === 1 ? i : n - i;
    if (operator.startsWith('#')) {
      if (pattern.test(value.slice(0, size))) return value.slice(size);
    } else if (pattern.test(value.slice(n - size))) return value.slice(0, n - size);
  }
  return value;
}

function replace(
  value: string,
  pattern: string,
  replacement: { readonly text: string; readonly pattern: string },
  operator: string,
): string {
  if (pattern === '' && operator !== '/#' && operator !== '/%') return value;
  const inner = patternToRegExp(pattern).source.slice(1, -1);
  const source = operator === '/#' ? `^${inner}` : operator === '/%' ? `${inner}$` : inner;
  const substitute = (matched: string): string =>
    replacement.pattern.includes('&')
      ? replacement.pattern.replace(/\\([\s\S])|&/g, (_, escaped: string | undefined) => escaped ?? matched)
      : replacement.text;
  if (operator !== '//') return value.replace(new RegExp(source, 's'), substitute);
  return value.replace(new RegExp(source, 'gs'), (matched) => (matched === '' ? '' : substitute(matched)));
}

function transform(value: string, letter: string): string {
  switch (letter) {
    case 'U':
      return value.toUpperCase();
    case 'L':
      return value.toLowerCase();
    case 'u':
      return value.slice(0, 1).toUpperCase() + value.slice(1);
    case 'Q':
      return quoteForInput(value);
    default:
      return value;
  }
}

/** `'…'` as `${x@Q}` and `set` show it. */
export const quoteForInput = (value: string): string => controlQuoted(value) ?? `'${value.replace(/'/g, "'\\''")}'`;

function requireSet(shell: Shell, name: string): void {
  if (shell.state.options.nounset && !/^[@*#?$!-]$/.test(name)) {
    throw new ShellError(`${name}: unbound variable`, 1, 'fatal');
  }
}

function addText(builder: FieldBuilder, text: string, quoted: boolean): void {
  if (quoted) builder.quoted(text);
  else builder.expansion(text);
}

function add(shell: Shell, builder: FieldBuilder, held: Held, quoted: boolean): void {
  if (!held.list) addText(builder, held.value ?? '', quoted);
  else if (quoted && held.joined) {
    const separator = shell.state.variables.get('IFS') ?? ' ';
    builder.quoted(held.values.join(separator.slice(0, 1)));
  } else if (!builder.splitting) addText(builder, held.values.join(' '), quoted);
  else {
    for (const [index, value] of held.values.entries()) {
      if (index > 0) builder.breakField();
      addText(builder, value, quoted);
    }
  }
}
