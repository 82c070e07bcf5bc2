/** Executes the nodes of a syntax tree: lists, pipelines, compound commands. */
import { O_RDONLY } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { writeAll } from '../stdio.ts';
import { read } from './builtins/read.ts';
import { executeSimple } from './command.ts';
import { evaluateTest } from './condition.ts';
import { evaluate, expandPattern, expandSingle, expandWords } from './expand.ts';
import type {
  AndOr,
  ArithmeticExpression,
  ArithmeticFor,
  Case,
  CompoundList,
  For,
  If,
  Pipeline,
  PipelineNode,
  Select,
  Statement,
  While,
} from './parse.ts';
import { matches } from './pattern.ts';
import { redirect, restore, type SavedDescriptors } from './redirect.ts';
import type { Shell } from './shell.ts';
import { COMMAND_COST, ShellError } from './state.ts';
import { setElement } from './values.ts';
import { foreground } from './wait.ts';

/** What ends with its last command: a `(…)`, or a `$(…)` or `-c` text. */
export type Ending = 'subshell' | 'text';

/** Whether bash lets the process become its last command: at the end of a text only one without redirections. */
function mayBecome(node: PipelineNode | AndOr, ending: Ending): boolean {
  switch (node.type) {
    case 'Command':
      return ending === 'subshell' || node.redirects.length === 0;
    case 'Subshell':
      return ending === 'subshell';
    case 'AndOr': {
      const last = node.commands.at(-1);
      return last?.type === 'Command' && mayBecome(last, ending);
    }
    default:
      return false;
  }
}

/** Runs commands one after the other; the last one's status. `ending`: the process ends with them. */
export function* executeStatements(shell: Shell, statements: readonly Statement[], ending?: Ending): Co<number> {
  for (const [index, statement] of statements.entries()) {
    yield* shell.betweenCommands();
    if (shell.stopped) break;
    const final = ending !== undefined && index === statements.length - 1 && mayBecome(statement.command, ending);
    if (statement.background) yield* startBackground(shell, statement);
    else {
      const before = shell.state.substitutionDescriptors.length;
      shell.state.status = yield* shell.catching(executeNode(shell, statement.command, final));
      for (const fd of shell.state.substitutionDescriptors.splice(before)) yield* shell.sys.close(fd);
    }
  }
  yield* shell.betweenCommands();
  return shell.state.status;
}

const executeList = (shell: Shell, list: CompoundList): Co<number> => executeStatements(shell, list.commands);

/** `last`: the process may become the command instead of waiting for it. */
export function* executeNode(shell: Shell, node: PipelineNode | AndOr, last = false): Co<number> {
  const { state } = shell;
  switch (node.type) {
    case 'Command':
      return yield* checked(shell, yield* executeSimple(shell, node, last && state.traps.size === 0));
    case 'Pipeline':
      return yield* executePipeline(shell, node);
    case 'AndOr':
      return yield* executeAndOr(shell, node, last);
    case 'If':
      return yield* executeIf(shell, node);
    case 'For':
      return yield* executeFor(shell, node);
    case 'ArithmeticFor':
      return yield* executeArithmeticFor(shell, node);
    case 'While':
      return yield* executeWhile(shell, node);
    case 'Case':
      return yield* executeCase(shell, node);
    case 'BraceGroup':
      return yield* executeList(shell, node.body);
    case 'Subshell':
      // a process that was forked to run just this is the subshell: `(…) &` and `(…) | …` are one process
      if (last && state.isSubshell && state.traps.size === 0) {
        return yield* executeStatements(shell, node.body.commands, 'subshell');
      }
      return yield* checked(shell, yield* executeSubshell(shell, node.body));
    case 'Redirected': {
      const saved: SavedDescriptors = [];
      state.position = node.pos;
      yield* redirect(shell, node.redirects, saved);
      try {
        return yield* executeNode(shell, node.command, last && node.command.type === 'Subshell');
      } finally {
        yield* restore(shell, saved);
      }
    }
    case 'Function':
      state.functions.set(node.name.value, { node, source: state.source });
      return 0;
    case 'TestCommand':
      state.position = node.pos;
      yield* shell.sys.compute(COMMAND_COST);
      yield* shell.traceText(shell.textOf(node));
      return yield* checked(shell, (yield* evaluateTest(shell, node.expression)) ? 0 : 1);
    case 'ArithmeticCommand': {
      state.position = node.pos;
      yield* shell.sys.compute(COMMAND_COST);
      yield* shell.traceText(`(( ${node.body.trim()} ))`);
      const value = yield* evaluate(shell, node.body, '((: ');
      return yield* checked(shell, value === 0n ? 1 : 0);
    }
    case 'Select':
      return yield* executeSelect(shell, node);
    default:
      throw new ShellError('coproc: not supported here');
  }
}

/** `set -e` and the ERR trap look at the status of a command. */
function* checked(shell: Shell, status: number): Co<number> {
  const { state } = shell;
  if (status === 0 || state.conditionDepth > 0 || state.unwinding) return status;
  state.status = status;
  const command = state.traps.get('ERR');
  if (command && state.functionNames.length === 0) {
    yield* shell.runText(command);
    state.status = status;
  }
  if (state.options.errexit) state.unwinding = { kind: 'exit', status };
  return status;
}

/** Runs a list whose status decides something: `set -e` does not apply in it. */
function* condition(shell: Shell, run: Co<number>): Co<number> {
  shell.state.conditionDepth++;
  try {
    return yield* run;
  } finally {
    shell.state.conditionDepth--;
  }
}

function* executeAndOr(shell: Shell, node: AndOr, last: boolean): Co<number> {
  let status = 0;
  for (const [index, command] of node.commands.entries()) {
    const operator = node.operators[index - 1];
    if (operator === '&&' && status !== 0) continue;
    if (operator === '||' && status === 0) continue;
    const run = shell.catching(executeNode(shell, command, last && index === node.commands.length - 1));
    status = index < node.operators.length ? yield* condition(shell, run) : yield* run;
    shell.state.status = status;
    yield* shell.betweenCommands();
    if (shell.stopped) return status;
  }
  return status;
}

function* executePipeline(shell: Shell, node: Pipeline): Co<number> {
  const { state } = shell;
  const negated = node.prefixes.filter((prefix) => prefix.type === 'Negation').length % 2 === 1;
  const timed = node.prefixes.find((prefix) => prefix.type === 'Time');
  const started = shell.sys.clock_gettime('monotonic');
  let status: number;
  if (node.commands.length > 1) status = yield* runPipeline(shell, node);
  else {
    const command = node.commands[0];
    const run = command ? executeNode(shell, command) : undefined;
    status = run ? (negated ? yield* condition(shell, run) : yield* run) : 0;
  }
  if (timed) yield* tellTimes(shell, started, timed.type === 'Time' && timed.posix !== undefined);
  if (shell.stopped) return status;
  if (negated) return status === 0 ? 1 : 0;
  state.status = status;
  return node.commands.length > 1 ? yield* checked(shell, status) : status;
}

function* tellTimes(shell: Shell, started: number, posix: boolean): Co {
  const seconds = (shell.sys.clock_gettime('monotonic') - started) / 1e9;
  const shown = `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
  const text = posix
    ? `real ${seconds.toFixed(2)}\nuser 0.00\nsys 0.00\n`
    : `\nreal\t${shown}\nuser\t0m0.000s\nsys\t0m0.000s\n`;
  yield* writeAll(shell.sys, 2, text);
}

function* runPipeline(shell: Shell, node: Pipeline): Co<number> {
  const { state, sys } = shell;
  const pids: number[] = [];
  let input = -1;
  for (const [index, command] of node.commands.entries()) {
    const last = index === node.commands.length - 1;
    const pipe = last ? undefined : yield* sys.pipe();
    if (typeof pipe === 'number') throw new ShellError('pipe error: Too many open files');
    const from = input;
    const errorsToo = node.operators[index] === '|&';
    const group = pids[0];
    const pid = yield* shell.fork(function* (child) {
      if (state.options.monitor) yield* child.sys.setpgid(child.sys.getpid(), group ?? child.sys.getpid());
      if (from >= 0) yield* move(child, from, 0);
      if (pipe) {
        yield* child.sys.close(pipe[0]);
        yield* move(child, pipe[1], 1);
        if (errorsToo) yield* child.sys.dup2(1, 2);
      }
      return yield* executeNode(child, command, true);
    });
    if (state.options.monitor && pid > 0) yield* sys.setpgid(pid, group ?? pid);
    if (from >= 0) yield* sys.close(from);
    if (pipe) yield* sys.close(pipe[1]);
    input = pipe?.[0] ?? -1;
    if (pid > 0) pids.push(pid);
  }
  const statuses = yield* foreground(shell, pids, shell.textOf(node));
  state.pipeStatus = statuses;
  const failed = statuses.filter((status) => status !== 0);
  return (state.options.pipefail ? failed[failed.length - 1] : statuses[statuses.length - 1]) ?? 0;
}

function* move(shell: Shell, from: number, to: number): Co {
  yield* shell.sys.dup2(from, to);
  yield* shell.sys.close(from);
}

function* executeSubshell(shell: Shell, body: CompoundList): Co<number> {
  const { state } = shell;
  const pid = yield* shell.fork(function* (child) {
    if (state.options.monitor) yield* child.sys.setpgid(child.sys.getpid(), child.sys.getpid());
    return yield* executeStatements(child, body.commands, 'subshell');
  });
  if (pid < 0) return 254;
  if (state.options.monitor) yield* shell.sys.setpgid(pid, pid);
  const statuses = yield* foreground(shell, [pid], shell.textOf(body));
  state.pipeStatus = statuses;
  return statuses[0] ?? 0;
}

function* startBackground(shell: Shell, statement: Statement): Co {
  const { state, sys } = shell;
  const { monitor } = state.options;
  const pid = yield* shell.fork(function* (child) {
    if (monitor) yield* child.sys.setpgid(child.sys.getpid(), child.sys.getpid());
    else {
      const nothing = yield* child.sys.open('/dev/null', O_RDONLY);
      if (nothing > 0) yield* move(child, nothing, 0);
    }
    return yield* executeNode(child, statement.command, true);
  }, true);
  state.status = pid < 0 ? 254 : 0;
  if (pid < 0) return;
  if (monitor) yield* sys.setpgid(pid, pid);
  state.lastBackgroundPid = pid;
  const job = state.jobs.add(pid, [pid], shell.textOf(statement).replace(/\s*&$/, ''));
  if (state.interactive && !state.isSubshell) yield* writeAll(sys, 2, `[${job.number}] ${pid}\n`);
}

function* executeIf(shell: Shell, node: If): Co<number> {
  for (const branch of [node, ...node.elif]) {
    const status = yield* condition(shell, executeList(shell, branch.clause));
    if (shell.stopped) return status;
    if (status === 0) return yield* executeList(shell, branch.then);
  }
  return node.else ? yield* executeList(shell, node.else) : 0;
}

/** Runs a loop's body once. True: the loop ends. */
function* iterate(shell: Shell, body: CompoundList): Co<boolean> {
  yield* executeList(shell, body);
  return leavesLoop(shell);
}

/** After `break` and `continue`: true when this loop ends. */
function leavesLoop(shell: Shell): boolean {
  const { unwinding } = shell.state;
  if (!unwinding) return false;
  if (unwinding.kind !== 'break' && unwinding.kind !== 'continue') return true;
  if (--unwinding.levels > 0) return true;
  shell.state.unwinding = undefined;
  return unwinding.kind === 'break';
}

function* loop(shell: Shell, run: Co<number>): Co<number> {
  shell.state.loopDepth++;
  try {
    return yield* run;
  } finally {
    shell.state.loopDepth--;
  }
}

function* executeFor(shell: Shell, node: For): Co<number> {
  shell.state.position = node.pos;
  const values = node.wordlist ? yield* expandWords(shell, node.wordlist) : shell.state.positional;
  return yield* loop(
    shell,
    (function* (): Co<number> {
      let status = 0;
      const words = node.wordlist ? ` in ${node.wordlist.map((word) => word.text).join(' ')}` : '';
      for (const value of values) {
        yield* shell.traceText(`for ${node.name.value}${words}`);
        setElement(shell, node.name.value, undefined, value);
        const ends = yield* iterate(shell, node.body);
        status = shell.state.status;
        if (ends) break;
      }
      return status;
    })(),
  );
}

/** Shows the words with numbers, asks for one, runs the body with it; until `break` or the end of the input. */
function* executeSelect(shell: Shell, node: Select): Co<number> {
  const { state } = shell;
  state.position = node.pos;
  const values = node.wordlist ? yield* expandWords(shell, node.wordlist) : state.positional;
  if (values.length === 0) return 0;
  const menu = selectMenu(values, shell.sys.winsize(2)?.columns || 80);
  return yield* loop(
    shell,
    (function* (): Co<number> {
      for (let showsMenu = true; ; showsMenu = state.variables.get('REPLY') === '') {
        yield* shell.printError(`${showsMenu ? menu : ''}${state.variables.get('PS3') ?? '#? '}`);
        if ((yield* read(shell, ['-r'], 'read')) !== 0) {
          yield* writeAll(shell.sys, 1, '\n');
          return 1;
        }
        const reply = state.variables.get('REPLY') ?? '';
        if (reply === '') continue;
        const chosen = /^\d+$/.test(reply) ? values[Number(reply) - 1] : undefined;
        setElement(shell, node.name.value, undefined, chosen ?? '');
        if (yield* iterate(shell, node.body)) return state.status;
      }
    })(),
  );
}

const TAB = 8;

/** Tabs and blanks from a column to another. */
function indent(from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; ) {
    const tabs = Math.floor(to / TAB) > Math.floor(at / TAB);
    text += tabs ? '\t' : ' ';
    at += tabs ? TAB - (at % TAB) : 1;
  }
  return text;
}

/** The menu in columns that fit, filled from the top; what would be one row is one column. */
function selectMenu(values: readonly string[], columns: number): string {
  const digits = String(values.length).length;
  const width = Math.max(...values.map((value) => value.length)) + digits + 4;
  const fitting = Math.ceil(values.length / Math.max(1, Math.floor(columns / width)));
  const rows = fitting === 1 ? values.length : fitting;
  return Array.from({ length: rows }, (_, row) => {
    let line = '';
    for (let index = row; index < values.length; index += rows) {
      const cell = `${String(index + 1).padStart(digits)}) ${values[index]}`;
      line += index + rows < values.length ? cell + indent(cell.length, width) : cell;
    }
    return `${line}\n`;
  }).join('');
}

function* executeArithmeticFor(shell: Shell, node: ArithmeticFor): Co<number> {
  const run = function* (expression: ArithmeticExpression | undefined, empty: bigint): Co<bigint> {
    return expression ? yield* evaluate(shell, arithmeticText(expression), '((: ') : empty;
  };
  shell.state.position = node.pos;
  return yield* loop(
    shell,
    (function* (): Co<number> {
      let status = 0;
      yield* run(node.initialize, 0n);
      while ((yield* run(node.test, 1n)) !== 0n) {
        const ends = yield* iterate(shell, node.body);
        status = shell.state.status;
        if (ends) break;
        yield* run(node.update, 0n);
      }
      return status;
    })(),
  );
}

function* executeWhile(shell: Shell, node: While): Co<number> {
  return yield* loop(
    shell,
    (function* (): Co<number> {
      let status = 0;
      for (;;) {
        const decided = yield* condition(shell, executeList(shell, node.clause));
        if (shell.stopped) {
          if (leavesLoop(shell)) break;
          continue;
        }
        if ((decided === 0) !== (node.kind === 'while')) break;
        const ends = yield* iterate(shell, node.body);
        status = shell.state.status;
        if (ends) break;
      }
      return status;
    })(),
  );
}

function* executeCase(shell: Shell, node: Case): Co<number> {
  shell.state.position = node.pos;
  const word = yield* expandSingle(shell, node.word);
  let status = 0;
  let fallsThrough = false;
  for (const item of node.items) {
    if (!fallsThrough) {
      let found = false;
      for (const pattern of item.pattern) {
        found = matches(yield* expandPattern(shell, pattern), word);
        if (found) break;
      }
      if (!found) continue;
    }
    shell.state.status = 0;
    status = yield* executeList(shell, item.body);
    if (shell.stopped || item.terminator === ';;' || item.terminator === undefined) return status;
    fallsThrough = item.terminator === ';&';
  }
  return status;
}

/** The text of an arithmetic expression, from its tree. */
function arithmeticText(expression: ArithmeticExpression): string {
  switch (expression.type) {
    case 'ArithmeticBinary':
      return `${arithmeticText(expression.left)} ${expression.operator} ${arithmeticText(expression.right)}`;
    case 'ArithmeticUnary':
      return expression.prefix
        ? `${expression.operator}${arithmeticText(expression.operand)}`
        : `${arithmeticText(expression.operand)}${expression.operator}`;
    case 'ArithmeticTernary':
      return `${arithmeticText(expression.test)} ? ${arithmeticText(expression.consequent)} : ${arithmeticText(expression.alternate)}`;
    case 'ArithmeticGroup':
      return `(${arithmeticText(expression.expression)})`;
    case 'ArithmeticWord':
      return expression.value;
    default:
      return expression.text;
  }
}
