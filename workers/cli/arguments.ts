/** Arguments of a headless command: `--name value`, flags, and words. */

/** Bad arguments: one line for standard error, exit status 2. */
export class UsageError extends Error {}

export interface Arguments {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

/** `valued`: options that take a value; `flags`: those that take none. Anything else is a usage error. */
export function parseArguments(
  args: readonly string[],
  valued: readonly string[],
  flags: readonly string[] = [],
): Arguments {
  const words: string[] = [];
  const options = new Map<string, string>();
  const given = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('--')) {
      words.push(arg);
      continue;
    }
    const [name = '', inline] = arg.slice(2).split(/=(.*)/s);
    if (flags.includes(name) && inline === undefined) given.add(name);
    else if (valued.includes(name)) {
      const value = inline ?? args[++at];
      if (value === undefined) throw new UsageError(`--${name}: a value is expected`);
      options.set(name, value);
    } else {
      const known = [...valued, ...flags].map((option) => `--${option}`).join(', ');
      throw new UsageError(`${arg}: unknown option; expected ${known || 'none'}`);
    }
  }
  return { words, options, flags: given };
}
