/**
 * The SRAT: which node a processor and a range of memory belong to (ACPI 6.4 §5.2.16).
 *
 * @linux arch/x86/mm/srat.c, and the merging of arch/x86/mm/numa.c numa_cleanup_meminfo
 */

import { acpi_get_table, tableEntries } from '../../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../../sim/coroutine.ts';
import { acpi } from '../../../drivers/acpi/internal.ts';
import {
  acpi_map_pxm_to_node,
  acpi_parse_slit,
  memoryAffinity,
  possibleNodes,
  SRAT_ENABLED,
  SRAT_HEADER,
  SRAT_MEMORY,
} from '../../../drivers/acpi/numa/srat.ts';
import { pr_info } from '../../../kernel/printk/printk.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { initrdRange } from '../../../mm/initrd.ts';
import { type numa_memblk, numaTables } from '../../../mm/numa.ts';
import { max_pfn, PAGE_SIZE } from '../../../mm/page_alloc.ts';

const SRAT_PROCESSOR = 0;
const SRAT_X2APIC = 2;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

function* processorAffinity(k: Kernel, pxm: number, apicId: number, digits: number): Co {
  const node = acpi_map_pxm_to_node(k, pxm);
  numaTables(k).apicidToNode.set(apicId, node);
  yield* pr_info(k, `SRAT: PXM ${pxm} -> APIC ${hex(apicId, digits)} -> Node ${node}`);
}

const rangeText = ({ start, end }: numa_memblk): string => `[mem ${hex(start, 8)}-${hex(end - 1, 8)}]`;

/** Joins ranges of one node that no other node's memory separates, and tells of it. */
function* mergeBlocks(k: Kernel, blocks: numa_memblk[]): Co {
  for (let i = 0; i < blocks.length; i++) {
    for (let j = i + 1; j < blocks.length; ) {
      const [a, b] = [blocks[i], blocks[j]];
      if (!a || !b || a.nid !== b.nid) {
        j++;
        continue;
      }
      const joined = { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end), nid: a.nid };
      if (blocks.some((other) => other.nid !== a.nid && other.start < joined.end && other.end > joined.start)) {
        j++;
        continue;
      }
      yield* pr_info(k, `NUMA: Node ${a.nid} ${rangeText(a)} + ${rangeText(b)} -> ${rangeText(joined)}`);
      blocks[i] = joined;
      blocks.splice(j, 1);
    }
  }
}

/** sizeof(pg_data_t), rounded up to pages. */
const NODE_DATA_SIZE = 0x2_b000;

/** alloc_node_data(): at the end of the node's memory below 4 GiB or above, before the initial file system. */
function* allocateNodeData(k: Kernel): Co {
  const { memblks } = numaTables(k);
  const initrd = initrdRange(k);
  const whole = [{ start: 0, end: max_pfn(k) * PAGE_SIZE, nid: 0 }];
  for (const { end, nid } of memblks.length > 0 ? memblks : whole) {
    const top = initrd.start < end && initrd.end >= end ? initrd.start : end;
    yield* pr_info(k, `NODE_DATA(${nid}) allocated [mem ${hex(top - NODE_DATA_SIZE, 8)}-${hex(top - 1, 8)}]`);
  }
}

/** Reads the SRAT, if there is one. Hot-pluggable ranges above the memory that is there count for later. */
export function* x86_acpi_numa_init(k: Kernel): Co {
  const srat = acpi_get_table(acpi(k), 'SRAT');
  if (!srat) {
    yield* pr_info(k, 'No NUMA configuration found');
    yield* pr_info(k, `Faking a node at [mem ${hex(0, 16)}-${hex(max_pfn(k) * PAGE_SIZE - 1, 16)}]`);
    yield* allocateNodeData(k);
    return;
  }
  const named: numa_memblk[] = [];
  const entries = [...tableEntries(srat, SRAT_HEADER)];
  for (const { bytes } of entries.filter(({ type }) => type === SRAT_X2APIC)) {
    const fields = view(bytes);
    if ((fields.getUint32(12, true) & SRAT_ENABLED) === 0) continue;
    yield* processorAffinity(k, fields.getUint32(4, true), fields.getUint32(8, true), 4);
  }
  for (const { bytes } of entries.filter(({ type }) => type === SRAT_PROCESSOR)) {
    if ((view(bytes).getUint32(4, true) & SRAT_ENABLED) === 0) continue;
    yield* processorAffinity(k, bytes[2] ?? 0, bytes[3] ?? 0, 2);
  }
  for (const { bytes } of entries.filter(({ type }) => type === SRAT_MEMORY)) {
    const block = yield* memoryAffinity(k, bytes);
    if (block) named.push(block);
  }
  if (yield* acpi_parse_slit(k)) {
    yield* pr_info(k, `NUMA: Initialized distance table, cnt=${possibleNodes(k).length}`);
  }
  const tables = numaTables(k);
  const top = max_pfn(k) * PAGE_SIZE;
  const present = named
    .filter(({ start }) => start < top)
    .map((block) => ({ ...block, end: Math.min(block.end, top) }));
  yield* mergeBlocks(k, present);
  tables.memblks.push(...present);
  tables.hotplugBlks.push(...named.filter(({ start }) => start >= top));
  for (const node of possibleNodes(k)) tables.possible.add(node);
  for (const { nid } of present) tables.online.add(nid);
  yield* allocateNodeData(k);
}
