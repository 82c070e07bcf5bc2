/**
 * The SRAT: proximity domains, and the memory of each (ACPI 6.4 §5.2.16). Processors are the architecture's part.
 *
 * @linux drivers/acpi/numa/srat.c
 */
import { acpi_get_table } from '../../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../../sim/coroutine.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../../kernel-context.ts';
import { type numa_memblk, numaTables } from '../../../mm/numa.ts';
import { acpi } from '../internal.ts';

/** Where the affinity structures begin. */
export const SRAT_HEADER = 48;
export const SRAT_MEMORY = 1;
export const SRAT_ENABLED = 1 << 0;
const SRAT_HOT_PLUGGABLE = 1 << 1;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** Nodes by proximity domain, numbered in the order of their first mention. */
const pxmToNode = kernelState(() => new Map<number, number>());

/** The node of a proximity domain, made at its first mention. */
export function acpi_map_pxm_to_node(k: Kernel, pxm: number): number {
  const map = pxmToNode(k);
  const known = map.get(pxm);
  if (known !== undefined) return known;
  map.set(pxm, map.size);
  return map.size - 1;
}

/** NUMA_NO_NODE for a domain that nothing named. */
export const pxm_to_node = (k: Kernel, pxm: number): number => pxmToNode(k).get(pxm) ?? -1;

/** Nodes that a domain has been given. */
export const possibleNodes = (k: Kernel): number[] => [...pxmToNode(k).values()];

/** Where the distances begin, behind the number of localities. */
const SLIT_HEADER = 44;

/** Reads the SLIT, if there is one: how far the nodes are from each other (ACPI 6.4 §5.2.17). True: it counts. */
export function* acpi_parse_slit(k: Kernel): Co<boolean> {
  const slit = acpi_get_table(acpi(k), 'SLIT');
  if (!slit) return false;
  const count = Number(view(slit).getBigUint64(SLIT_HEADER - 8, true));
  const at = (from: number, to: number): number => slit[SLIT_HEADER + from * count + to] ?? 0;
  for (let from = 0; from < count; from++) {
    for (let to = 0; to < count; to++) {
      if (from === to ? at(from, to) === 10 : at(from, to) > 10) continue;
      yield* pr_info(k, 'ACPI: SLIT table looks invalid. Not used.');
      return false;
    }
  }
  const { distances } = numaTables(k);
  for (let from = 0; from < count; from++) {
    const node = pxm_to_node(k, from);
    if (node < 0) continue;
    const row: number[] = [];
    distances[node] = row;
    for (let to = 0; to < count; to++) {
      const other = pxm_to_node(k, to);
      if (other >= 0) row[other] = at(from, to);
    }
  }
  return true;
}

/** A range of memory, told of; undefined when it is not enabled. */
export function* memoryAffinity(k: Kernel, bytes: Uint8Array): Co<numa_memblk | undefined> {
  const fields = view(bytes);
  const flags = fields.getUint32(28, true);
  if ((flags & SRAT_ENABLED) === 0) return undefined;
  const pxm = fields.getUint32(2, true);
  const start = Number(fields.getBigUint64(8, true));
  const end = start + Number(fields.getBigUint64(16, true));
  const nid = acpi_map_pxm_to_node(k, pxm);
  const hotplug = (flags & SRAT_HOT_PLUGGABLE) === 0 ? '' : ' hotplug';
  yield* pr_info(k, `ACPI: SRAT: Node ${nid} PXM ${pxm} [mem ${hex(start, 8)}-${hex(end - 1, 8)}]${hotplug}`);
  return { start, end, nid };
}
