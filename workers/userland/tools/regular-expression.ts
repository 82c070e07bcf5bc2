/** POSIX regular expressions, basic and extended, as JavaScript's. */

import { CHARACTER_CLASSES } from '../character-classes.ts';

/** Throws a SyntaxError when the expression is not one. */
export function posixRegExp(source: string, extended: boolean, flags = ''): RegExp {
  return new RegExp(translate(source, extended), flags);
}

export const literalSource = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

function translate(source: string, extended: boolean): string {
  let result = '';
  /** Where an operator of repetition would have nothing to repeat. */
  let atStart = true;
  for (let i = 0; i < source.length; i++) {
    const c = source[i] ?? '';
    if (c === '[') {
      const end = bracketEnd(source, i);
      if (end === undefined) throw new SyntaxError('Unmatched [, [^, [:, [., or [=');
      result += bracket(source.slice(i + 1, end));
      i = end;
      atStart = false;
    } else if (c === '\\') {
      const next = source[++i];
      if (next === undefined) throw new SyntaxError('Trailing backslash');
      const made = escaped(next, extended);
      result += made;
      atStart = made === '(' || made === '|';
    } else if (c === '*') {
      result += atStart ? '\\*' : '*';
    } else if (extended && '+?{'.includes(c)) {
      const counted = c === '{' && !/^\{\d*,?\d*\}/.test(source.slice(i));
      result += counted || (atStart && c === '{') ? `\\${c}` : atStart ? '' : c;
    } else if (extended && '()|}'.includes(c)) {
      result += c === '}' && !/\{\d*,?\d*$/.test(source.slice(0, i)) ? '\\}' : c;
      atStart = c !== ')' && c !== '}';
    } else if (c === '^') {
      const anchors = extended || i === 0 || source.slice(0, i).endsWith('\\(') || source.slice(0, i).endsWith('\\|');
      result += anchors ? '^' : '\\^';
      atStart = true;
    } else if (c === '$') {
      const rest = source.slice(i + 1);
      const anchors = extended || rest === '' || rest.startsWith('\\)') || rest.startsWith('\\|');
      result += anchors ? '$' : '\\$';
      atStart = false;
    } else {
      result += c === '.' ? '.' : literalSource(c);
      atStart = false;
    }
  }
  return result;
}

function escaped(next: string, extended: boolean): string {
  if (!extended && '(){}|+?'.includes(next)) return next;
  if (next === '<' || next === '>' || next === 'b') return '\\b';
  if ('wWsSB'.includes(next) || /[1-9]/.test(next)) return `\\${next}`;
  if (next === 'n') return '\\n';
  if (next === 't') return '\\t';
  return literalSource(next);
}

function bracketEnd(source: string, start: number): number | undefined {
  let i = start + 1;
  if (source[i] === '^') i++;
  if (source[i] === ']') i++;
  for (; i < source.length; i++) {
    if (source[i] === '[' && ':.='.includes(source[i + 1] ?? 'x')) {
      const close = source.indexOf(`${source[i + 1]}]`, i + 2);
      if (close < 0) return undefined;
      i = close + 1;
    } else if (source[i] === ']') return i;
  }
  return undefined;
}

function bracket(inner: string): string {
  const negated = inner.startsWith('^');
  const body = (negated ? inner.slice(1) : inner)
    .split(/(\[:\w+:\])/)
    .map((piece) => CHARACTER_CLASSES[/^\[:(\w+):\]$/.exec(piece)?.[1] ?? ''] ?? piece.replace(/[\\\][]/g, '\\$&'))
    .join('');
  return `[${negated ? '^' : ''}${body}]`;
}
