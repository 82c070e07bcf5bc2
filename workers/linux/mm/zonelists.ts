/** In which order the nodes are asked for memory. @linux mm/page_alloc.c, find_next_best_node() and build_zonelists() */
import { type Kernel, kernelState } from '../kernel-context.ts';
import { node_distance } from './numa.ts';

const MAX_NUMNODES = 1024;

/** By node, as they were built last: a CPU or a node that came since changes nothing until the next time. */
const orders = kernelState<Map<number, readonly number[]>>(() => new Map());

/** The node itself first, with or without memory of its own. */
export const fallbackOrder = (k: Kernel, nid: number): readonly number[] => orders(k).get(nid) ?? [nid];

/**
 * Builds the orders of the nodes in `of`, one after the other. Near nodes come first; among equals those without CPUs,
 * then those with higher numbers than the node's own, then those that fewer others have as their first of that distance.
 */
export function buildFallbackOrders(
  k: Kernel,
  of: readonly number[],
  withMemory: Iterable<number>,
  hasCpus: (nid: number) => boolean,
): void {
  const load = new Map<number, number>();
  for (const local of of) {
    const order = [local];
    const left = new Set(withMemory);
    left.delete(local);
    // each of the first two counts as much as one of distance
    const cost = (nid: number): number =>
      (node_distance(k, local, nid) + Number(nid < local) + Number(hasCpus(nid))) * MAX_NUMNODES + (load.get(nid) ?? 0);
    let last = local;
    while (left.size > 0) {
      const next = [...left].sort((a, b) => cost(a) - cost(b) || a - b)[0] ?? local;
      if (node_distance(k, local, next) !== node_distance(k, local, last)) load.set(next, (load.get(next) ?? 0) + 1);
      left.delete(next);
      order.push(next);
      last = next;
    }
    orders(k).set(local, order);
  }
}
