/** How large the kernel makes a hash table. @linux mm/page_alloc.c: alloc_large_system_hash, without its allocation */
import { ceilLog2, roundUpPowerOfTwo } from '../../sim/bits.ts';
import type { Kernel } from '../kernel-context.ts';
import { numaTables } from './numa.ts';
import { bootMemory, PAGE_SHIFT, PAGE_SIZE } from './page_alloc.ts';

interface HashTable {
  /** One entry for each 2^scale bytes of memory. */
  readonly scale: number;
  /** Bytes of an entry. */
  readonly entry: number;
  /** Upper limit of entries. */
  readonly most?: number;
}

const PAGES_PER_MIB = (1 << 20) / PAGE_SIZE;

/** The line that tells of the table. */
export function systemHashTable(
  k: Kernel,
  name: string,
  { scale, entry, most = Number.MAX_SAFE_INTEGER }: HashTable,
): string {
  const pages = bootMemory(k).reduce((sum, { start, end }) => sum + end - start, 0);
  const rounded = Math.ceil(pages / PAGES_PER_MIB) * PAGES_PER_MIB;
  const wanted = roundUpPowerOfTwo(rounded / 2 ** (scale - PAGE_SHIFT));
  const entries = Math.min(wanted, most);
  const bytes = entries * entry;
  const order = ceilLog2(bytes / PAGE_SIZE);
  // with several nodes the tables are spread over them by vmalloc
  const kind = numaTables(k).online.size > 1 ? 'vmalloc' : 'linear';
  return `${name} hash table entries: ${entries} (order: ${order}, ${bytes} bytes, ${kind})`;
}
