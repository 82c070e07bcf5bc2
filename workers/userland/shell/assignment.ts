/** Assignments: `a=1`, `a+=1`, `a[i]=1`, `a=(…)`. */
import type { Co } from '../../sim/coroutine.ts';
import { expandAssigned, expandSingle, expandWords } from './expand.ts';
import { type ArrayValue, type Assignment, parseWord } from './parse.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './state.ts';
import { elementKey, setElement } from './values.ts';
import { makeArray } from './variables.ts';

export function* performAssignment(shell: Shell, { name, value, index, append }: Assignment): Co {
  if (value.type === 'ArrayValue') return yield* assignArray(shell, name, value, append === true);
  const text = yield* expandAssigned(shell, value);
  const key = index ? yield* expandSingle(shell, index) : undefined;
  if (shell.state.options.xtrace) yield* shell.trace([`${name}${key === undefined ? '' : `[${key}]`}=`], text);
  setElement(shell, name, key, text, append === true);
}

function* assignArray(shell: Shell, name: string, value: ArrayValue, append: boolean): Co {
  const items: { readonly key: string | undefined; readonly texts: readonly string[] }[] = [];
  for (const element of value.elements) {
    const [, key, text] = /^\[([^\]]+)\]=([\s\S]*)$/.exec(element.text) ?? [];
    if (key === undefined) items.push({ key, texts: yield* expandWords(shell, [element]) });
    else {
      const expandedKey = yield* expandSingle(shell, parseWord(key));
      items.push({ key: expandedKey, texts: [yield* expandAssigned(shell, parseWord(text ?? ''))] });
    }
  }
  const variable = shell.state.variables.obtain(name);
  if (variable.readonly) throw new ShellError(`${name}: readonly variable`, 1, 'discards');
  const before = variable.scalar;
  const elements = append && variable.elements ? variable.elements : makeArray(variable, variable.associative);
  if (append && before !== undefined && elements.size === 0) elements.set('0', before);
  let next = variable.associative ? 0 : Math.max(-1, ...variable.keys().map(Number)) + 1;
  for (const { key, texts } of items) {
    if (key !== undefined) {
      const stored = elementKey(shell, variable, key);
      elements.set(stored, texts[0] ?? '');
      next = Number(stored) + 1;
    } else for (const text of texts) elements.set(String(next++), text);
  }
}
