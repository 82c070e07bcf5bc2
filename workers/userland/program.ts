/** What a program of the guest is, to those that start one. */
import type { Program } from '../abi/syscall.ts';
import type { ShellLanguage } from './shell/language.ts';
import type { LineEditing } from './shell/line-editing.ts';

export type Environment = ReadonlyMap<string, string>;

/** Makes the program that runs as `argv` (argv[0] is its name) in `environment`. */
export type ProgramFactory = (argv: readonly string[], environment: Environment) => Program;

/** Programs by the name that an executable file bears inside (see executableFile). */
export type ProgramTable = ReadonlyMap<string, ProgramFactory>;

/** Makes a tool's program, when it is first run. Throws for a name that is no tool's. */
export type ToolSource = (name: string, programs: ProgramTable) => ProgramFactory;

/** What of the userland nothing runs before somebody types. */
export interface LateUserland {
  readonly makeTool: ToolSource;
  readonly language: ShellLanguage;
  readonly lineEditing: LineEditing;
}
