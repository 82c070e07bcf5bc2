/** @linux fs/d_path.c */
import type { path } from '../include/linux/fs.ts';

/** Absolute name of what a path leads to: `/sys/devices/system/cpu`. Pipes and the like: `pipe:[1234]`. */
export function d_path(where: path): string {
  const names: string[] = [];
  let at: path | undefined = where;
  for (; at?.parent; at = at.parent) names.unshift(at.name);
  if (at && at.name !== '') return at.name;
  return `/${names.join('/')}`;
}
