/**
 * Nodes of memory and processors. @linux drivers/acpi/numa/srat.c, arch/arm64/kernel/acpi_numa.c, drivers/base/arch_numa.c
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
import { numaTables } from '../../../mm/numa.ts';
import { max_pfn, PAGE_SIZE } from '../../../mm/page_alloc.ts';
import { acpiEnabled } from '../kernel/acpi.ts';
import { arm64Memory, bootPlacement, mergeAdjacent } from './init.ts';

const SRAT_GICC = 3;
/** sizeof(pg_data_t), as NODE_DATA's range tells. */
const NODE_DATA_SIZE = 0x2b80;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const address = (value: number): string => `0x${value.toString(16).padStart(16, '0')}`;

function* allocateNodeData(k: Kernel): Co {
  const { memblks } = numaTables(k);
  const ends = memblks.length > 0 ? memblks.map(({ end }) => end) : [max_pfn(k) * PAGE_SIZE];
  for (const [index, top] of ends.entries()) {
    const end = index === ends.length - 1 ? top - bootPlacement(k).nodeData : top;
    yield* pr_info(k, `NUMA: NODE_DATA [mem 0x${(end - NODE_DATA_SIZE).toString(16)}-0x${(end - 1).toString(16)}]`);
  }
}

/** Memory of the nodes; all of it is one node's where no SRAT tells otherwise. */
export function* arch_numa_init(k: Kernel): Co {
  const srat = acpiEnabled(k) ? acpi_get_table(acpi(k), 'SRAT') : undefined;
  if (!srat) {
    const [first] = mergeAdjacent(k);
    if (acpiEnabled(k)) {
      yield* pr_info(k, 'NUMA: Failed to initialise from firmware');
      const range = `[mem ${address((first?.start ?? 0) * PAGE_SIZE)}-${address(max_pfn(k) * PAGE_SIZE - 1)}]`;
      yield* pr_info(k, `NUMA: Faking a node at ${range}`);
    }
    yield* allocateNodeData(k);
    return;
  }
  const tables = numaTables(k);
  const top = max_pfn(k) * PAGE_SIZE;
  for (const { type, bytes } of tableEntries(srat, SRAT_HEADER)) {
    const block = type === SRAT_MEMORY ? yield* memoryAffinity(k, bytes) : undefined;
    if (!block) continue;
    if (block.start < top) {
      tables.memblks.push({ ...block, end: Math.min(block.end, top) });
      tables.online.add(block.nid);
    } else if (block.start < arm64Memory.physicalLimit) {
      tables.hotplugBlks.push(block);
    }
  }
  yield* acpi_parse_slit(k);
  for (const node of possibleNodes(k)) tables.possible.add(node);
  yield* allocateNodeData(k);
}

/** acpi_map_cpus_to_nodes(): by the processors' ACPI ids; `mpidrOf` tells their number. */
export function* acpi_map_cpus_to_nodes(k: Kernel, mpidrOf: (uid: number) => number | undefined): Co {
  const srat = acpi_get_table(acpi(k), 'SRAT');
  for (const { type, bytes } of srat ? tableEntries(srat, SRAT_HEADER) : []) {
    if (type !== SRAT_GICC || bytes.length < 18) continue;
    const fields = view(bytes);
    if ((fields.getUint32(10, true) & SRAT_ENABLED) === 0) continue;
    const mpidr = mpidrOf(fields.getUint32(6, true));
    if (mpidr === undefined) continue;
    const pxm = fields.getUint32(2, true);
    const node = acpi_map_pxm_to_node(k, pxm);
    numaTables(k).apicidToNode.set(mpidr, node);
    yield* pr_info(k, `ACPI: NUMA: SRAT: PXM ${pxm} -> MPIDR 0x${mpidr.toString(16)} -> Node ${node}`);
  }
}
