/** Values of parameters: variables, arrays' elements, and those that the shell itself keeps. */
import { evaluateArithmetic } from './arithmetic.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './state.ts';
import type { Variable } from './variables.ts';

/** `$name` for any kind of parameter; undefined when it is not set. */
export function parameterValue(shell: Shell, name: string): string | undefined {
  const { state } = shell;
  if (/^\d+$/.test(name)) return name === '0' ? state.name : state.positional[Number(name) - 1];
  return specialValue(shell, name) ?? state.variables.get(name);
}

function specialValue(shell: Shell, name: string): string | undefined {
  const { state, sys } = shell;
  switch (name) {
    case '?':
      return String(state.status);
    case '$':
      return String(state.shellPid);
    case '!':
      return state.lastBackgroundPid === undefined ? undefined : String(state.lastBackgroundPid);
    case '#':
      return String(state.positional.length);
    case '-':
      return shell.optionLetters();
    case 'LINENO':
      return String(shell.line());
    case 'BASHPID':
      return String(sys.getpid());
    case 'PPID':
      return String(sys.getppid());
    case 'RANDOM':
      return String(state.random.next(sys));
    case 'SECONDS':
      return String(Math.floor((sys.clock_gettime('monotonic') - state.startedAt) / 1e9));
    case 'EPOCHSECONDS':
      return String(Math.floor(sys.clock_gettime('realtime') / 1e9));
    case 'FUNCNAME':
      return state.functionNames[0];
    case 'BASH_SUBSHELL':
      return state.isSubshell ? '1' : '0';
    default:
      return undefined;
  }
}

/** All values of `name[@]`; the positional parameters for `@` and `*`. */
export function listValues(shell: Shell, name: string): string[] {
  if (name === '@' || name === '*') return [...shell.state.positional];
  if (name === 'PIPESTATUS') return shell.state.pipeStatus.map(String);
  if (name === 'FUNCNAME') return [...shell.state.functionNames];
  return shell.state.variables.find(name)?.values() ?? [];
}

export function listKeys(shell: Shell, name: string): string[] {
  if (name === 'PIPESTATUS') return shell.state.pipeStatus.map((_, index) => String(index));
  return shell.state.variables.find(name)?.keys() ?? [];
}

/** `name`, or `name[index]` when there is an index (already expanded). */
export function elementOf(shell: Shell, name: string, index: string | undefined): string | undefined {
  if (index === undefined) return parameterValue(shell, name);
  if (name === 'PIPESTATUS' || name === 'FUNCNAME') return listValues(shell, name)[Number(index)];
  const variable = shell.state.variables.find(name);
  if (!variable) return undefined;
  const key = elementKey(shell, variable, index);
  return variable.elements ? variable.elements.get(key) : key === '0' ? variable.value : undefined;
}

/** The key that an index stands for: a number for an indexed array, negative ones from the end. */
export function elementKey(shell: Shell, variable: Variable, index: string): string {
  if (variable.associative) return index;
  const number = Number(arithmetic(shell, index));
  if (number >= 0) return String(number);
  return String(Math.max(-1, ...variable.keys().map(Number)) + 1 + number);
}

export function setElement(shell: Shell, name: string, index: string | undefined, value: string, append = false): void {
  const variable = shell.state.variables.obtain(name);
  if (variable.readonly) throw new ShellError(`${name}: readonly variable`, 1, 'discards');
  if (shell.state.options.allexport) variable.exported = true;
  if (name === 'RANDOM' && index === undefined) shell.state.random.seed(Number(arithmetic(shell, value)));
  if (index === undefined) {
    variable.scalar = appended(shell, variable, append ? (variable.scalar ?? '') : undefined, value);
    return;
  }
  if (!variable.elements) {
    variable.elements = new Map(variable.value === undefined ? [] : [['0', variable.value]]);
    variable.value = undefined;
  }
  const key = elementKey(shell, variable, index);
  if (!variable.associative && Number(key) < 0) throw new ShellError(`${name}[${index}]: bad array subscript`);
  variable.elements.set(key, appended(shell, variable, append ? (variable.elements.get(key) ?? '') : undefined, value));
}

function appended(shell: Shell, variable: Variable, before: string | undefined, value: string): string {
  if (variable.integer) {
    const number = arithmetic(shell, value);
    return String(before === undefined ? number : arithmetic(shell, before) + number);
  }
  return (before ?? '') + value;
}

function arithmetic(shell: Shell, text: string): bigint {
  return evaluateArithmetic(text, {
    get: (name, index) => elementOf(shell, name, index),
    set: (name, index, value) => setElement(shell, name, index, value),
  });
}
