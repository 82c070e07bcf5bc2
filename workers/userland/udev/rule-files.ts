/** Finding and reading udev's rules files. */
import type { Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { readFile } from '../stdio.ts';
import { parseRules, type Rule, type RulesFile } from './rules.ts';

/** In the order of precedence: a name that an earlier directory has hides the later ones. */
const DIRECTORIES = ['/etc/udev/rules.d', '/run/udev/rules.d', '/usr/local/lib/udev/rules.d', '/usr/lib/udev/rules.d'];

/** Rules files by name, as they count. */
export function* ruleFiles(sys: Syscalls): Co<RulesFile[]> {
  const paths = new Map<string, string>();
  for (const directory of DIRECTORIES) {
    const entries = yield* sys.getdents(directory);
    for (const { name } of typeof entries === 'number' ? [] : entries) {
      if (name.endsWith('.rules') && !name.startsWith('.') && !paths.has(name)) paths.set(name, `${directory}/${name}`);
    }
  }
  const files: RulesFile[] = [];
  for (const name of [...paths.keys()].sort()) {
    const path = paths.get(name) ?? '';
    const text = yield* readFile(sys, path);
    if (typeof text === 'string') files.push({ path, text });
  }
  return files;
}

export function* loadRules(sys: Syscalls, tell: (message: string) => void = () => undefined): Co<Rule[]> {
  return parseRules(yield* ruleFiles(sys), tell);
}

/** Changes when a rules file comes, goes or is written. */
export function* rulesTimestamp(sys: Syscalls): Co<string> {
  const marks: string[] = [];
  for (const directory of DIRECTORIES) {
    const entries = yield* sys.getdents(directory);
    for (const { name } of typeof entries === 'number' ? [] : entries) {
      const stat = yield* sys.stat(`${directory}/${name}`);
      if (typeof stat === 'object') marks.push(`${directory}/${name} ${stat.inode} ${stat.mtime} ${stat.size}`);
    }
  }
  return marks.join('\n');
}
