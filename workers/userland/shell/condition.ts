/** `[[ … ]]`, and the tests on files and numbers that it shares with `[`. */
import type { Stat } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { evaluate, expandPattern, expandRegularExpression, expandSingle } from './expand.ts';
import type { TestBinaryExpression, TestExpression } from './parse.ts';
import { matches } from './pattern.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './state.ts';
import { elementOf } from './values.ts';
import { makeArray } from './variables.ts';

export function* evaluateTest(shell: Shell, expression: TestExpression): Co<boolean> {
  switch (expression.type) {
    case 'TestUnary':
      return yield* testUnary(shell, expression.operator, yield* expandSingle(shell, expression.operand));
    case 'TestBinary':
      return yield* binary(shell, expression);
    case 'TestNot':
      return (yield* evaluateTest(shell, expression.operand)) !== (expression.negations.length % 2 === 1);
    case 'TestGroup':
      return yield* evaluateTest(shell, expression.expression);
    case 'TestLogical': {
      const all = expression.operator === '&&';
      for (const operand of expression.operands) {
        if ((yield* evaluateTest(shell, operand)) !== all) return !all;
      }
      return all;
    }
  }
}

function* binary(shell: Shell, { operator, left, right }: TestBinaryExpression): Co<boolean> {
  const subject = yield* expandSingle(shell, left);
  if (operator === '==' || operator === '=' || operator === '!=') {
    return matches(yield* expandPattern(shell, right), subject) === (operator !== '!=');
  }
  if (operator === '=~') return matchRegularExpression(shell, subject, yield* expandRegularExpression(shell, right));
  const object = yield* expandSingle(shell, right);
  if (operator.startsWith('-') && operator in NUMERIC) {
    const [a, b] = [yield* evaluate(shell, subject, '[[: '), yield* evaluate(shell, object, '[[: ')];
    return NUMERIC[operator]?.(a, b) ?? false;
  }
  return (yield* testBinary(shell, subject, operator, object)) ?? false;
}

function matchRegularExpression(shell: Shell, subject: string, source: string): boolean {
  let expression: RegExp;
  try {
    expression = new RegExp(posixToJavaScript(source), 's');
  } catch {
    throw new ShellError('', 2);
  }
  const found = expression.exec(subject);
  const elements = makeArray(shell.state.variables.obtain('BASH_REMATCH'), false);
  for (const [index, group] of (found ?? []).entries()) elements.set(String(index), group ?? '');
  return found !== null;
}

const posixToJavaScript = (source: string): string =>
  source.replace(/\[:(\w+):\]/g, (_, name: string) => POSIX_CLASSES[name] ?? '');

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  xdigit: '0-9A-Fa-f',
  punct: '!-\\/:-@\\[-`{-~',
};

export const NUMERIC: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
};

export const UNARY_OPERATORS = 'abcdefghknoprstuvwxzGLNORS';

/** `-f file`, `-n text`, `-v name` … */
export function* testUnary(shell: Shell, operator: string, operand: string): Co<boolean> {
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-v': {
      const [, name = operand, index] = /^(\w+)\[(.*)\]$/.exec(operand) ?? [];
      return elementOf(shell, name, index) !== undefined;
    }
    case '-o':
      return (shell.state.options as unknown as Readonly<Record<string, boolean>>)[operand] ?? false;
    case '-t':
      return shell.sys.isatty(Number(operand));
    case '-r':
      return (yield* shell.sys.access(operand, 4)) === 0;
    case '-w':
      return (yield* shell.sys.access(operand, 2)) === 0;
    case '-x':
      return (yield* shell.sys.access(operand, 1)) === 0;
    default: {
      const look = operator === '-h' || operator === '-L' ? shell.sys.lstat(operand) : shell.sys.stat(operand);
      const stat = yield* look;
      return typeof stat !== 'number' && hasProperty(stat, operator);
    }
  }
}

function hasProperty(stat: Stat, operator: string): boolean {
  switch (operator) {
    case '-e':
    case '-a':
    case '-O':
    case '-G':
      return true;
    case '-f':
      return stat.type === 'regular';
    case '-d':
      return stat.type === 'directory';
    case '-h':
    case '-L':
      return stat.type === 'symlink';
    case '-p':
      return stat.type === 'fifo';
    case '-c':
      return stat.type === 'character';
    case '-s':
      return stat.size > 0;
    case '-u':
      return (stat.mode & 0o4000) !== 0;
    case '-g':
      return (stat.mode & 0o2000) !== 0;
    case '-k':
      return (stat.mode & 0o1000) !== 0;
    default:
      return false;
  }
}

/** Operators on two texts or files; undefined when there is no such operator. Numbers are the caller's matter. */
export function* testBinary(shell: Shell, left: string, operator: string, right: string): Co<boolean | undefined> {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef': {
      const a = yield* shell.sys.stat(left);
      const b = yield* shell.sys.stat(right);
      if (operator === '-ef') return typeof a !== 'number' && typeof b !== 'number' && a.inode === b.inode;
      const [first, second] = operator === '-nt' ? [a, b] : [b, a];
      if (typeof first === 'number') return false;
      return typeof second === 'number' || first.mtime > second.mtime;
    }
    default:
      return undefined;
  }
}
