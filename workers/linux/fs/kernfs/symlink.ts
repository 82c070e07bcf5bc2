/** @linux fs/kernfs/symlink.c */
import type { kernfs_node } from '../../include/linux/kernfs.ts';

function ancestors(kn: kernfs_node): kernfs_node[] {
  const chain: kernfs_node[] = [];
  for (let at: kernfs_node | undefined = kn; at; at = at.parent) chain.unshift(at);
  return chain;
}

/** A link's text: the relative way from its directory to its target. */
export function kernfs_get_target_path(link: kernfs_node): string {
  if (!link.target) return '';
  const from = ancestors(link).slice(0, -1);
  const to = ancestors(link.target);
  let common = 0;
  while (from[common] !== undefined && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => '..'), ...to.slice(common).map(({ name }) => name)].join('/');
}
