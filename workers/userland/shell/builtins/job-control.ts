/** `wait` `jobs` `kill` `fg` `bg` `disown`. */
import { ERRNO, SIGNALS } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { errorText } from '../../stdio.ts';
import { isDone, type Job, jobStatus } from '../jobs.ts';
import type { Shell } from '../shell.ts';
import { signalName, signalNumber, signalTable } from '../traps.ts';
import { foreground, jobLine, reap, statusOf } from '../wait.ts';
import type { Builtin } from './types.ts';

export const JOB_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['wait', wait],
  ['jobs', jobs],
  ['kill', kill],
  ['fg', fg],
  ['bg', bg],
  ['disown', disown],
];

function* wait(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  if (args[0] === '-n') return yield* waitForAny(shell);
  if (args.length === 0) {
    for (const job of [...state.jobs.all]) {
      const status = yield* waitForJob(shell, job);
      if (status === undefined) return 130;
    }
    return 0;
  }
  let status = 0;
  for (const arg of args) {
    const job = arg.startsWith('%') ? state.jobs.find(arg) : state.jobs.byPid(Number(arg));
    const remembered = arg.startsWith('%') ? undefined : state.jobs.statusOf(Number(arg));
    if (job) {
      const ended = yield* waitForJob(shell, job);
      if (ended === undefined) return 130;
      status = ended;
    } else if (remembered !== undefined) status = remembered;
    else if (!/^(%|\d+$)/.test(arg)) {
      yield* shell.complain(`wait: \`${arg}': not a pid or valid job spec`);
      status = 1;
    } else {
      yield* shell.complain(
        arg.startsWith('%') ? `wait: ${arg}: no such job` : `wait: pid ${arg} is not a child of this shell`,
      );
      status = 127;
    }
  }
  return status;
}

/** Waits until a job is done; undefined when a signal that is trapped came first. */
function* waitForJob(shell: Shell, job: Job): Co<number | undefined> {
  const { state, sys } = shell;
  while (!isDone(job)) {
    const pid = job.processes.find((process) => process.status === undefined)?.pid ?? -1;
    const result = yield* sys.wait(pid);
    if (result === -ERRNO.EINTR) {
      if (state.pendingTraps.length > 0 || state.interrupted) return undefined;
    } else if (typeof result === 'number') state.jobs.ended(pid, 127, undefined);
    else state.jobs.ended(result.pid, statusOf(result), result.signal);
  }
  // without job control nobody is told of a job's end
  if (state.interactive && state.options.monitor) yield* shell.printError(`${jobLine(job, state.jobs.marker(job))}\n`);
  state.jobs.remove(job);
  return jobStatus(job);
}

function* waitForAny(shell: Shell): Co<number> {
  const { state } = shell;
  const done = state.jobs.all.find(isDone);
  if (done) {
    state.jobs.remove(done);
    return jobStatus(done);
  }
  if (state.jobs.all.length === 0) return 127;
  const result = yield* shell.sys.wait(-1);
  if (typeof result === 'number') return result === -ERRNO.EINTR ? 130 : 127;
  state.jobs.ended(result.pid, statusOf(result), result.signal);
  const job = state.jobs.byPid(result.pid);
  if (job && isDone(job)) state.jobs.remove(job);
  return statusOf(result);
}

function* jobs(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  yield* reap(shell);
  for (const job of [...state.jobs.all]) {
    if (args[0] === '-p') shell.print(`${job.group}\n`);
    else {
      const line = jobLine(job, state.jobs.marker(job));
      shell.print(
        args[0] === '-l' ? `${line.slice(0, 5)}${String(job.group).padStart(5)} ${line.slice(6)}\n` : `${line}\n`,
      );
    }
    if (isDone(job)) state.jobs.remove(job);
  }
  return 0;
}

function* kill(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  let words = args;
  let signal: number = SIGNALS.SIGTERM;
  const option = words[0] ?? '';
  if (option === '-l' || option === '-L') return listSignals(shell, words.slice(1));
  if (/^-[sn]$/.test(option) || (/^-./.test(option) && option !== '--')) {
    const separate = /^-[sn]$/.test(option);
    if (separate && words[1] === undefined) {
      yield* shell.complain(`kill: ${option}: option requires an argument`);
      return 1;
    }
    const name = separate ? (words[1] ?? '') : option.slice(1);
    const number = signalNumber(name);
    if (number === undefined) {
      yield* shell.complain(`kill: ${name}: invalid signal specification`);
      return 1;
    }
    signal = number;
    words = words.slice(separate ? 2 : 1);
  }
  if (words[0] === '--') words = words.slice(1);
  if (words.length === 0) {
    yield* shell.printError(
      'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n',
    );
    return 2;
  }
  let status = 0;
  for (const word of words) {
    if ((yield* killOne(shell, word, signal)) !== 0) status = 1;
  }
  return status;
}

function* killOne(shell: Shell, word: string, signal: number): Co<number> {
  const { state, sys } = shell;
  let target: number;
  if (word.startsWith('%')) {
    const job = state.jobs.find(word);
    if (!job) {
      yield* shell.complain(`kill: ${word}: no such job`);
      return 1;
    }
    target = state.options.monitor ? -job.group : job.group;
  } else if (/^-?\d+$/.test(word)) target = Number(word);
  else {
    yield* shell.complain(`kill: ${word}: arguments must be process or job IDs`);
    return 1;
  }
  const result = yield* sys.kill(target, signal);
  if (result < 0) yield* shell.complain(`kill: (${target}) - ${errorText(result)}`);
  return result < 0 ? 1 : 0;
}

function listSignals(shell: Shell, words: readonly string[]): number {
  if (words.length === 0) shell.print(signalTable());
  for (const word of words) {
    const number = signalNumber(word);
    if (/^\d+$/.test(word)) shell.print(`${signalName(Number(word) & 127) ?? word}\n`);
    else if (number !== undefined) shell.print(`${number}\n`);
  }
  return 0;
}

function* fg(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state } = shell;
  const job = yield* jobArgument(shell, 'fg', args[0]);
  if (!job) return 1;
  shell.print(`${job.command}\n`);
  const pids = job.processes.map((process) => process.pid);
  state.jobs.remove(job);
  const statuses = yield* foreground(shell, pids, job.command);
  return statuses[statuses.length - 1] ?? 0;
}

function* bg(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const { state, sys } = shell;
  const job = yield* jobArgument(shell, 'bg', args[0]);
  if (!job) return 1;
  shell.print(`[${job.number}]${state.jobs.marker(job)} ${job.command} &\n`);
  yield* sys.kill(-job.group, SIGNALS.SIGCONT);
  return 0;
}

function* jobArgument(shell: Shell, name: string, text: string | undefined): Co<Job | undefined> {
  const { state } = shell;
  if (!state.options.monitor) {
    yield* shell.complain(`${name}: no job control`);
    return undefined;
  }
  const job = state.jobs.find(text ?? '');
  if (!job) yield* shell.complain(`${name}: ${text ?? 'current'}: no such job`);
  return job;
}

function* disown(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  const job = shell.state.jobs.find(args[0] ?? '');
  if (job) shell.state.jobs.remove(job);
  return job ? 0 : 1;
}
