/** What the small programs share: arguments, output, messages. */
import type { Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { execute, executeAlongPath, findProgram } from '../exec.ts';
import type { Environment, ProgramFactory, ProgramTable } from '../program.ts';
import { errorText, OutputStream, readAll, writeAll } from '../stdio.ts';

export type ToolMain = (tool: Tool) => Co<number>;

/** Ends the tool with a status; its messages have been written. */
export class ToolExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** A tool as it runs. */
export class Tool {
  readonly sys: Syscalls;
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly programs: ProgramTable;
  readonly out: OutputStream;
  /** Whether errors about options point to --help, as GNU's tools do. */
  hints = true;

  constructor(sys: Syscalls, argv: readonly string[], environment: Environment, programs: ProgramTable) {
    this.sys = sys;
    this.name = (argv[0] ?? '').replace(/^.*\//, '');
    this.args = argv.slice(1);
    this.environment = environment;
    this.programs = programs;
    this.out = new OutputStream(sys, 1);
  }

  print(text: string): Co {
    return this.out.write(text);
  }

  /** Writes `name: text` and a newline to stderr. */
  *complain(text: string): Co {
    yield* this.out.flush();
    yield* writeAll(this.sys, 2, `${this.name}: ${text}\n`);
  }

  *printError(text: string): Co {
    yield* this.out.flush();
    yield* writeAll(this.sys, 2, text);
  }

  /** Ends with a message and, as GNU's tools do, a hint. */
  *usageError(text: string, status = 1): Co<never> {
    yield* this.complain(text);
    if (this.hints) yield* writeAll(this.sys, 2, `Try '${this.name} --help' for more information.\n`);
    throw new ToolExit(status);
  }

  *fail(text: string, status = 1): Co<never> {
    yield* this.complain(text);
    throw new ToolExit(status);
  }

  /** Writes a text as it stands and a newline to stderr, and ends with status 1. */
  *die(text: string): Co<never> {
    yield* this.printError(`${text}\n`);
    throw new ToolExit(1);
  }

  /**
   * Reads options as getopt_long(3) does: they may stand among the operands. `short` lists letters, a colon after
   * those that take a value, two after those that may have one attached; `long` gives the letter that a long option stands for.
   */
  *options(short: string, long: Readonly<Record<string, string>> = {}, status = 1): Co<Options> {
    const values = new Map<string, string[]>();
    const operands: string[] = [];
    const note = (letter: string, value: string): void => {
      values.set(letter, [...(values.get(letter) ?? []), value]);
    };
    const strict = short.startsWith('+');
    const { args } = this;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] ?? '';
      if (arg === '--' || (strict && (!arg.startsWith('-') || arg === '-'))) {
        operands.push(...args.slice(arg === '--' ? i + 1 : i));
        break;
      }
      if (arg.startsWith('--')) {
        const [name = '', given] = splitOnce(arg.slice(2), '=');
        const full = Object.keys(long).find((known) => known === name) ?? uniquePrefix(Object.keys(long), name);
        const letter = full === undefined ? undefined : long[full];
        if (letter === undefined) return yield* this.usageError(`unrecognized option '${arg}'`, status);
        if (given !== undefined) note(letter, given);
        else if (takesValue(short, letter) === 'must') note(letter, args[++i] ?? '');
        else note(letter, '');
      } else if (arg.startsWith('-') && arg !== '-') {
        for (let j = 1; j < arg.length; j++) {
          const letter = arg[j] ?? '';
          if (letter === ':' || letter === '+' || !short.includes(letter)) {
            return yield* this.usageError(`invalid option -- '${letter}'`, status);
          }
          const takes = takesValue(short, letter);
          if (takes === 'never') {
            note(letter, '');
            continue;
          }
          if (takes === 'may') {
            note(letter, arg.slice(j + 1).replace(/^=/, ''));
            break;
          }
          const value = arg.slice(j + 1) || args[++i];
          if (value === undefined) return yield* this.usageError(`option requires an argument -- '${letter}'`, status);
          note(letter, value);
          break;
        }
      } else operands.push(arg);
    }
    return new Options(values, operands);
  }

  /** Text of a file, of stdin for `-`, at most so many bytes; undefined after a message. */
  *readInput(path: string, atMost?: number): Co<string | undefined> {
    const fd = path === '-' ? 0 : yield* this.sys.open(path, 0);
    const text = fd < 0 ? fd : yield* readAll(this.sys, fd, atMost);
    if (fd > 0) yield* this.sys.close(fd);
    if (typeof text === 'string') return text;
    yield* this.complain(`${quotef(path)}: ${errorText(text)}`);
    return undefined;
  }

  /** Runs a program in a child and waits; its status, 127 when there is no such program. */
  *run(argv: readonly string[]): Co<number> {
    yield* this.out.flush();
    const { programs, environment } = this;
    const complain = (text: string): Co => this.complain(text);
    const pid = yield* this.sys.fork(function* (sys) {
      const status = yield* executeAlongPath(sys, programs, argv, environment);
      if (status >= 0) return status;
      yield* complain(`${argv[0]}: ${errorText(status)}`);
      return status === -2 ? 127 : 126;
    });
    const result = pid < 0 ? pid : yield* this.sys.wait(pid);
    return typeof result === 'number' ? 1 : (result.status ?? 128 + (result.signal ?? 0));
  }

  /** Becomes another program. */
  *become(argv: readonly string[], environment: Environment = this.environment): Co<number> {
    yield* this.out.flush();
    const path = yield* findProgram(this.sys, argv[0] ?? '', environment.get('PATH') ?? '/bin:/usr/bin');
    const status = typeof path === 'number' ? path : yield* execute(this.sys, this.programs, path, argv, environment);
    if (status >= 0) return status;
    yield* this.complain(`${argv[0]}: ${errorText(status)}`);
    return status === -2 ? 127 : 126;
  }
}

export class Options {
  readonly operands: readonly string[];
  private readonly values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>, operands: readonly string[]) {
    this.values = values;
    this.operands = operands;
  }

  has(letter: string): boolean {
    return this.values.has(letter);
  }

  /** Value of the last one given. */
  value(letter: string): string | undefined {
    return this.values.get(letter)?.at(-1);
  }

  all(letter: string): readonly string[] {
    return this.values.get(letter) ?? [];
  }
}

const packageOf = (names: string, version: string): [string, string][] =>
  names.split(' ').map((name) => [name, version]);

/** What -V tells of tools that come from procps and util-linux. */
const PACKAGES: Readonly<Record<string, string>> = Object.fromEntries([
  ...packageOf('free pgrep pidof pkill ps sysctl top uptime vmstat w', 'procps-ng 4.0.2'),
  ...packageOf('chcpu chmem dmesg ionice lscpu lsirq lsmem mountpoint setsid taskset', 'util-linux 2.38.1'),
  ['mount', 'util-linux 2.38.1 (libmount 2.38.1: selinux, smack, btrfs, verity, namespaces, assert, debug)'],
]);

/** Makes a tool's program. */
export const toolFactory =
  (main: ToolMain, programs: ProgramTable): ProgramFactory =>
  (argv, environment) =>
    function* (sys) {
      const tool = new Tool(sys, argv, environment, programs);
      let status: number;
      const version = argv[1] === '-V' && argv.length === 2 ? PACKAGES[tool.name] : undefined;
      try {
        if (version === undefined) status = yield* main(tool);
        else {
          yield* tool.print(`${tool.name} from ${version}\n`);
          status = 0;
        }
      } catch (error) {
        if (!(error instanceof ToolExit)) throw error;
        status = error.status;
      }
      yield* tool.out.flush();
      if (tool.out.error === 0) return status;
      yield* writeAll(sys, 2, `${tool.name}: write error: ${errorText(tool.out.error)}\n`);
      return 1;
    };

/** The lines of a text; a last one without an end counts. */
/** A file's name as coreutils tell it in messages: quoted where a shell would need it, or a colon could mislead. */
export const quotef = (name: string): string =>
  name === '' || /[\s'"\\$*?[\]#~=%&;|<>(){}!^`:]/.test(name) ? `'${name.replace(/'/g, "'\\''")}'` : name;

export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines;
}

function takesValue(short: string, letter: string): 'never' | 'may' | 'must' {
  const at = short.indexOf(letter);
  if (short[at + 1] !== ':') return 'never';
  return short[at + 2] === ':' ? 'may' : 'must';
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function uniquePrefix(names: readonly string[], prefix: string): string | undefined {
  const found = names.filter((name) => name.startsWith(prefix));
  return found.length === 1 ? found[0] : undefined;
}
