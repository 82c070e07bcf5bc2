/** expr: what POSIX and GNU coreutils 9.1 make of its words. */
import type { Co } from '../../sim/coroutine.ts';
import { byBytes } from '../byte-order.ts';
import { posixRegExp } from './regular-expression.ts';
import type { Tool } from './tool.ts';

/** expr(1): `1 + 2`, comparisons, `STRING : REGEXP`, `length`, `substr`, `index`. */
export function* expr(tool: Tool): Co<number> {
  const words = tool.args[0] === '--' ? tool.args.slice(1) : tool.args;
  if (words.length === 0) return yield* tool.usageError('missing operand', 2);
  const evaluation = new ExprEvaluation(words);
  let value: string;
  try {
    value = evaluation.run();
  } catch (error) {
    if (!(error instanceof ExprFault)) throw error;
    return yield* tool.fail(error.message, 2);
  }
  yield* tool.print(`${value}\n`);
  return value === '' || /^-?0+$/.test(value) ? 1 : 0;
}

class ExprFault extends Error {}

class ExprEvaluation {
  private readonly words: readonly string[];
  private at = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  run(): string {
    const value = this.or();
    const rest = this.words[this.at];
    if (rest !== undefined) throw new ExprFault(`syntax error: unexpected argument '${rest}'`);
    return value;
  }

  private take(...operators: string[]): string | undefined {
    const word = this.words[this.at];
    if (word === undefined || !operators.includes(word)) return undefined;
    this.at++;
    return word;
  }

  private or(): string {
    let left = this.and();
    while (this.take('|')) {
      const right = this.and();
      if (isNull(left)) left = isNull(right) ? '0' : right;
    }
    return left;
  }

  private and(): string {
    let left = this.comparison();
    while (this.take('&')) {
      const right = this.comparison();
      if (isNull(left) || isNull(right)) left = '0';
    }
    return left;
  }

  private comparison(): string {
    let left = this.sum();
    for (
      let o = this.take('<', '<=', '=', '==', '!=', '>=', '>');
      o;
      o = this.take('<', '<=', '=', '==', '!=', '>=', '>')
    ) {
      const right = this.sum();
      const order = isInteger(left) && isInteger(right) ? Number(BigInt(left) - BigInt(right)) : byBytes(left, right);
      const holds = {
        '<': order < 0,
        '<=': order <= 0,
        '=': order === 0,
        '==': order === 0,
        '!=': order !== 0,
        '>=': order >= 0,
        '>': order > 0,
      }[o];
      left = holds ? '1' : '0';
    }
    return left;
  }

  private sum(): string {
    let left = this.product();
    for (let o = this.take('+', '-'); o; o = this.take('+', '-')) {
      const right = this.product();
      left = String(o === '+' ? integer(left) + integer(right) : integer(left) - integer(right));
    }
    return left;
  }

  private product(): string {
    let left = this.match();
    for (let o = this.take('*', '/', '%'); o; o = this.take('*', '/', '%')) {
      const right = integer(this.match());
      if (o !== '*' && right === 0n) throw new ExprFault('division by zero');
      left = String(o === '*' ? integer(left) * right : o === '/' ? integer(left) / right : integer(left) % right);
    }
    return left;
  }

  private match(): string {
    let left = this.primary();
    while (this.take(':')) {
      const found = posixRegExp(`^${this.primary()}`.replace(/^\^\^/, '^'), false).exec(left);
      left = found
        ? found.length > 1
          ? (found[1] ?? '')
          : String(found[0].length)
        : /\\\(/.test(this.words[this.at - 1] ?? '')
          ? ''
          : '0';
    }
    return left;
  }

  private primary(): string {
    const word = this.words[this.at];
    if (word === undefined)
      throw new ExprFault(`syntax error: missing argument after '${this.words[this.at - 1] ?? ''}'`);
    this.at++;
    if (word === '(') {
      const value = this.or();
      if (!this.take(')')) throw new ExprFault(`syntax error: expecting ')' after '${this.words[this.at - 1] ?? ''}'`);
      return value;
    }
    if (word === 'length' && this.words[this.at] !== undefined) return String(this.primary().length);
    if (word === 'substr' && this.at + 2 < this.words.length) {
      const text = this.primary();
      const [start, length] = [Number(this.primary()), Number(this.primary())];
      return start > 0 && length > 0 ? text.slice(start - 1, start - 1 + length) : '';
    }
    if (word === 'index' && this.at + 1 < this.words.length) {
      const [text, set] = [this.primary(), this.primary()];
      return String([...text].findIndex((c) => set.includes(c)) + 1);
    }
    return word;
  }
}

const isNull = (text: string): boolean => text === '' || /^-?0+$/.test(text);
const isInteger = (text: string): boolean => /^-?\d+$/.test(text);

function integer(text: string): bigint {
  if (!isInteger(text)) throw new ExprFault('non-integer argument');
  return BigInt(text);
}
