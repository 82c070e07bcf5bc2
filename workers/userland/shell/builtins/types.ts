import type { Co } from '../../../sim/coroutine.ts';
import type { Assignment } from '../parse.ts';
import type { Shell } from '../shell.ts';

/** A builtin gets its arguments (without its name) and returns its exit status. */
export type Builtin = (shell: Shell, args: readonly string[], name: string) => Co<number>;

/** A builtin that takes assignments: `export a=1`. */
export type Declaration = (shell: Shell, args: readonly (string | Assignment)[], name: string) => Co<number>;
