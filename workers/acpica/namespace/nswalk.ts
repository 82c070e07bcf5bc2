/** Walks over the namespace, parents before their children, in the order of creation. */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiNamespaceNode } from '../include/acobject.ts';
import { ACPI_TYPE_ANY, ANOBJ_TEMPORARY } from '../include/actypes.ts';

/**
 * Called with each node; `level` 1 is directly below the start. AE_CTRL_DEPTH: not what is below; anything else but
 * AE_OK ends the walk.
 */
export type WalkCallback = (node: AcpiNamespaceNode, level: number) => Co<AcpiStatus>;

/** Nodes of `type` (ACPI_TYPE_ANY: all) below `start`. `ascending` is called when all below a node has been visited. */
export function* acpi_ns_walk_namespace(
  type: number,
  start: AcpiNamespaceNode,
  maxDepth: number,
  descending: WalkCallback | undefined,
  ascending?: WalkCallback,
): Co<AcpiStatus> {
  function* visit(parent: AcpiNamespaceNode, level: number): Co<AcpiStatus> {
    for (const node of parent.children ? [...parent.children.values()] : []) {
      // names of methods under way come and go
      if (node.deleted || (node.flags & ANOBJ_TEMPORARY) !== 0) continue;
      const wanted = type === ACPI_TYPE_ANY || node.type === type;
      const status = wanted && descending ? yield* descending(node, level) : 'AE_OK';
      if (status !== 'AE_OK' && status !== 'AE_CTRL_DEPTH') return status;
      if (status === 'AE_OK' && level < maxDepth) {
        const below = yield* visit(node, level + 1);
        if (below !== 'AE_OK') return below;
      }
      if (wanted && ascending && status === 'AE_OK') {
        const after = yield* ascending(node, level);
        if (after !== 'AE_OK') return after;
      }
    }
    return 'AE_OK';
  }
  const status = yield* visit(start, 1);
  return status === 'AE_CTRL_TERMINATE' ? 'AE_OK' : status;
}
