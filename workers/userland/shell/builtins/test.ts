/** `test` and `[`. */
import type { Co } from '../../../sim/coroutine.ts';
import { NUMERIC, testBinary, testUnary, UNARY_OPERATORS } from '../condition.ts';
import type { Shell } from '../shell.ts';
import type { Builtin } from './types.ts';

class TestFault extends Error {}

export function* test(...[shell, args, name]: Parameters<Builtin>): ReturnType<Builtin> {
  let words = args;
  if (name === '[') {
    if (words[words.length - 1] !== ']') {
      yield* shell.complain("[: missing `]'");
      return 2;
    }
    words = words.slice(0, -1);
  }
  try {
    return (yield* new Evaluation(shell, words).run()) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestFault)) throw error;
    yield* shell.complain(`${name}: ${error.message}`);
    return 2;
  }
}

const BINARY = new Set(['=', '==', '!=', '<', '>', '-nt', '-ot', '-ef', ...Object.keys(NUMERIC)]);
const isUnary = (word: string): boolean =>
  word.length === 2 && word.startsWith('-') && UNARY_OPERATORS.includes(word[1] ?? '?');

/** POSIX decides by the number of arguments; more than four are read as an expression. */
class Evaluation {
  private readonly shell: Shell;
  private readonly words: readonly string[];
  private position = 0;

  constructor(shell: Shell, words: readonly string[]) {
    this.shell = shell;
    this.words = words;
  }

  *run(): Co<boolean> {
    const { words } = this;
    if (words.length === 0) return false;
    if (words.length === 1) return words[0] !== '';
    if (words.length === 2) return yield* this.two(words[0] ?? '', words[1] ?? '');
    if (words.length === 3) return yield* this.three(words);
    if (words.length === 4 && words[0] === '!') return !(yield* this.three(words.slice(1)));
    const value = yield* this.or();
    if (this.position < words.length) throw new TestFault('too many arguments');
    return value;
  }

  private *two(first: string, second: string): Co<boolean> {
    if (first === '!') return second === '';
    if (isUnary(first)) return yield* this.unary(first, second);
    throw new TestFault(`${first}: unary operator expected`);
  }

  private *three(words: readonly string[]): Co<boolean> {
    const [first = '', second = '', third = ''] = words;
    if (BINARY.has(second)) return yield* this.compare(first, second, third);
    if (second === '-a') return first !== '' && third !== '';
    if (second === '-o') return first !== '' || third !== '';
    if (first === '!') return !(yield* this.two(second, third));
    if (first === '(' && third === ')') return second !== '';
    throw new TestFault(`${second}: binary operator expected`);
  }

  private *or(): Co<boolean> {
    let value = yield* this.and();
    while (this.words[this.position] === '-o') {
      this.position++;
      const right = yield* this.and();
      value ||= right;
    }
    return value;
  }

  private *and(): Co<boolean> {
    let value = yield* this.term();
    while (this.words[this.position] === '-a') {
      this.position++;
      const right = yield* this.term();
      value &&= right;
    }
    return value;
  }

  private *term(): Co<boolean> {
    const word = this.words[this.position];
    if (word === undefined) throw new TestFault('argument expected');
    if (word === '!') {
      this.position++;
      return !(yield* this.term());
    }
    if (word === '(') {
      this.position++;
      const value = yield* this.or();
      const close = this.words[this.position];
      if (close !== ')') throw new TestFault(`\`)' expected${close === undefined ? '' : `, found ${close}`}`);
      this.position++;
      return value;
    }
    const operator = this.words[this.position + 1];
    if (operator !== undefined && BINARY.has(operator) && this.position + 2 < this.words.length) {
      const right = this.words[this.position + 2] ?? '';
      this.position += 3;
      return yield* this.compare(word, operator, right);
    }
    if (isUnary(word) && operator !== undefined) {
      this.position += 2;
      return yield* this.unary(word, operator);
    }
    this.position++;
    return word !== '';
  }

  private unary(operator: string, operand: string): Co<boolean> {
    return testUnary(this.shell, operator, operand);
  }

  private *compare(left: string, operator: string, right: string): Co<boolean> {
    const numeric = NUMERIC[operator];
    if (numeric) return numeric(integer(left), integer(right));
    return (yield* testBinary(this.shell, left, operator, right)) ?? false;
  }
}

function integer(text: string): bigint {
  const trimmed = text.trim();
  if (!/^[-+]?\d+$/.test(trimmed)) throw new TestFault(`${text}: integer expression expected`);
  return BigInt(trimmed.replace(/^\+/, ''));
}
