/** Pathname expansion through getdents(2). */
import type { Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { byBytes } from '../byte-order.ts';
import { hasMagic, patternToRegExp, unescapePattern } from './pattern.ts';

/** Paths that match, sorted by bytes; none: an empty list. */
export function* expandPaths(sys: Syscalls, pattern: string): Co<string[]> {
  const root = /^\/+/.exec(pattern)?.[0] ?? '';
  const components = pattern.slice(root.length).split(/\/+/);
  let found = [root];
  for (const [level, component] of components.entries()) {
    const last = level === components.length - 1;
    const next: string[] = [];
    for (const directory of found) next.push(...(yield* matchComponent(sys, directory, component, last)));
    found = next.map((path) => (last ? path : `${path}/`));
    if (found.length === 0) return [];
  }
  return found.sort(byBytes);
}

function* matchComponent(sys: Syscalls, directory: string, component: string, last: boolean): Co<string[]> {
  if (component === '') return [directory];
  if (!hasMagic(component)) {
    const path = directory + unescapePattern(component);
    // a directory in the middle need not be looked at: what follows fails if it is not there
    if (!last) return [path];
    const stat = yield* sys.lstat(path);
    return typeof stat === 'number' ? [] : [path];
  }
  const entries = yield* sys.getdents(directory === '' ? '.' : directory);
  if (typeof entries === 'number') return [];
  const expression = patternToRegExp(component);
  const hidden = /^\\?\./.test(component);
  const names = entries.map((entry) => entry.name).filter((name) => hidden || !name.startsWith('.'));
  const matching = names.filter((name) => expression.test(name));
  const candidates = last ? matching : entries.filter((e) => e.type !== 'regular' && matching.includes(e.name));
  return candidates.map((entry) => directory + (typeof entry === 'string' ? entry : entry.name));
}
