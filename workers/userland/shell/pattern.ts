/**
 * Shell patterns (fnmatch with bash's extended operators). A pattern is a string in which a backslash makes the next
 * character stand for itself; what was quoted in the shell's input arrives here escaped.
 */
import { CHARACTER_CLASSES } from '../character-classes.ts';

/** bash knows `[:word:]` beside POSIX's classes. */
const CLASSES: Readonly<Record<string, string>> = { ...CHARACTER_CLASSES, word: 'A-Za-z0-9_' };

/** Makes every character of `text` stand for itself. */
export const escapePattern = (text: string): string => text.replace(/[\\*?[\](){}|!@+]/g, '\\$&');

/** The text that a pattern without operators stands for. */
export const unescapePattern = (pattern: string): string => pattern.replace(/\\([\s\S])/g, '$1');

/** True when the pattern has an operator, so that it names files by matching. */
export function hasMagic(pattern: string): boolean {
  const bare = pattern.replace(/\\[\s\S]/g, '');
  return /[*?]|[@+!]\(/.test(bare) || /\[[\s\S]*\]/.test(bare);
}

/** A regular expression that matches what the pattern matches, whole. */
export function patternToRegExp(pattern: string, flags = ''): RegExp {
  return new RegExp(`^(?:${translate(pattern, 0, '').source})$`, `s${flags}`);
}

export const matches = (pattern: string, text: string): boolean => patternToRegExp(pattern).test(text);

interface Translated {
  readonly source: string;
  readonly end: number;
}

/** Translates from `start` up to one of `stop` (unescaped) or the end. */
function translate(pattern: string, start: number, stop: string): Translated {
  let source = '';
  let i = start;
  while (i < pattern.length) {
    const c = pattern[i] ?? '';
    if (stop.includes(c)) break;
    if ('?*+@!'.includes(c) && pattern[i + 1] === '(') {
      const group = extended(pattern, i);
      if (group) {
        source += group.source;
        i = group.end;
        continue;
      }
    }
    if (c === '*') source += '.*';
    else if (c === '?') source += '.';
    else if (c === '[') {
      const set = bracket(pattern, i);
      source += set?.source ?? '\\[';
      i = set?.end ?? i + 1;
      continue;
    } else if (c === '\\' && i + 1 < pattern.length) {
      i++;
      source += literal(pattern[i] ?? '');
    } else source += literal(c);
    i++;
  }
  return { source, end: i };
}

function extended(pattern: string, start: number): Translated | undefined {
  const operator = pattern[start] ?? '';
  const alternatives: string[] = [];
  let i = start + 2;
  for (;;) {
    const alternative = translate(pattern, i, '|)');
    alternatives.push(alternative.source);
    i = alternative.end;
    if (i >= pattern.length) return undefined;
    if (pattern[i] === ')') break;
    i++;
  }
  const end = i + 1;
  const any = `(?:${alternatives.join('|')})`;
  if (operator === '@') return { source: any, end };
  if (operator !== '!') return { source: `${any}${operator}`, end };
  const rest = translate(pattern, end, '').source;
  return { source: `(?!${any}${rest}$).*`, end };
}

function bracket(pattern: string, start: number): Translated | undefined {
  let i = start + 1;
  let set = '';
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  for (let first = true; ; first = false) {
    const c = pattern[i];
    if (c === undefined) return undefined;
    if (c === ']' && !first) break;
    const name = c === '[' ? /^\[:(\w+):\]/.exec(pattern.slice(i))?.[1] : undefined;
    if (name !== undefined) {
      set += CLASSES[name] ?? '';
      i += name.length + 4;
    } else if (c === '\\' && i + 1 < pattern.length) {
      set += classMember(pattern[i + 1] ?? '');
      i += 2;
    } else {
      set += c === '-' && !first && pattern[i + 1] !== ']' ? '-' : classMember(c);
      i++;
    }
  }
  if (set === '') return undefined;
  return { source: `[${negated ? '^' : ''}${set}]`, end: i + 1 };
}

const literal = (c: string): string => c.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
const classMember = (c: string): string => c.replace(/[\\\]^[-]/, '\\$&');
