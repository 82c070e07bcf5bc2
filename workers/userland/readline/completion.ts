/** What bash offers for a word at a Tab: commands where one is expected, variables, otherwise files. */
import type { Co } from '../../sim/coroutine.ts';
import { BUILTINS } from '../shell/builtins/table.ts';
import type { Completion } from '../shell/line-editing.ts';
import type { Shell } from '../shell/shell.ts';

const RESERVED =
  '! case coproc do done elif else esac fi for function if in select then time until while { } [[ ]]'.split(' ');
/** After these words a command follows. */
const BEFORE_COMMAND = /(?:^|[;&|(`]|\$\(|[{!]\s|\b(?:do|then|else|elif|if|while|until|time)\s)\s*$/;
/** Characters that have a meaning for the shell, in a name that is inserted. */
const SPECIAL = /[\s\\'"`$&|;()<>*?[\]#~!{}]/g;

interface Place {
  /** What is completed, as it stands on the line. */
  readonly typed: string;
  readonly quote: string;
  readonly isCommand: boolean;
}

/** The word before the cursor. */
function placeOf(before: string): Place {
  let start = 0;
  let quote = '';
  for (let at = 0; at < before.length; at++) {
    const char = before[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"') at++;
    } else if (char === '\\') at++;
    else if (char === '"' || char === "'") {
      quote = char;
      start = at + 1;
    } else if (/[\s;|&()<>=:`]/.test(char)) start = at + 1;
  }
  const head = before.slice(0, quote === '' ? start : start - 1);
  return { typed: before.slice(start), quote, isCommand: BEFORE_COMMAND.test(head) };
}

const withoutEscapes = (text: string, quote: string): string => (quote === '' ? text.replace(/\\(.)/g, '$1') : text);
const withEscapes = (text: string, quote: string): string => (quote === '' ? text.replace(SPECIAL, '\\$&') : text);

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Entries of a directory that begin so; a directory has its slash. */
function* files(shell: Shell, path: string, executable: boolean): Co<{ name: string; isDirectory: boolean }[]> {
  const { sys, state } = shell;
  const slash = path.lastIndexOf('/') + 1;
  const [directory, prefix] = [path.slice(0, slash), path.slice(slash)];
  const home = state.variables.get('HOME') ?? '';
  const at = directory.startsWith('~/') ? home + directory.slice(1) : directory;
  const entries = yield* sys.getdents(at === '' ? '.' : at);
  if (typeof entries === 'number') return [];
  const found: { name: string; isDirectory: boolean }[] = [];
  for (const { name, type } of entries) {
    if (!name.startsWith(prefix) || (name.startsWith('.') && !prefix.startsWith('.'))) continue;
    const stat = type === 'regular' && !executable ? undefined : yield* sys.stat(at + name);
    const isDirectory = typeof stat === 'object' && stat.type === 'directory';
    if (executable && !isDirectory && typeof stat === 'object' && (stat.mode & 0o111) === 0) continue;
    found.push({ name: directory + name, isDirectory });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* commands(shell: Shell, prefix: string): Co<string[]> {
  const { state, sys } = shell;
  const names = [...RESERVED, ...BUILTINS.keys(), ...state.functions.keys(), ...state.aliases.keys()];
  for (const directory of (state.variables.get('PATH') ?? '').split(':')) {
    const entries = yield* sys.getdents(directory || '.');
    if (typeof entries !== 'number') names.push(...entries.map(({ name }) => name));
  }
  return sorted(names.filter((name) => name.startsWith(prefix)));
}

const plain = (name: string) => ({ insert: name, shown: name });

/** The candidates for what stands before the cursor. */
export function* complete(shell: Shell, before: string): Co<Completion> {
  const { typed, quote, isCommand } = placeOf(before);
  const variable = /\$(\{?)(\w*)$/.exec(typed);
  if (variable && quote !== "'") {
    const [, brace = '', prefix = ''] = variable;
    const names = sorted(shell.state.variables.names()).filter((name) => name.startsWith(prefix));
    return { typed: prefix, candidates: names.map(plain), suffix: () => (brace ? '}' : quote || ' ') };
  }
  const path = withoutEscapes(typed, quote);
  if (isCommand && !path.includes('/')) {
    const names = yield* commands(shell, path);
    return { typed, candidates: names.map(plain), suffix: () => ' ' };
  }
  const found = yield* files(shell, path, isCommand);
  const directories = new Set(
    found.filter(({ isDirectory }) => isDirectory).map(({ name }) => withEscapes(name, quote)),
  );
  return {
    typed,
    candidates: found.map(({ name, isDirectory }) => ({
      insert: withEscapes(name, quote),
      shown: name.slice(name.lastIndexOf('/') + 1) + (isDirectory ? '/' : ''),
    })),
    suffix: (inserted) => (directories.has(inserted) ? '/' : `${quote} `),
  };
}
