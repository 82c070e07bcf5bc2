import type { FrameRange, MemoryBlock } from '../../session/memory-state.ts';

/** Squares of the map: pageblocks of 4 × 4 squares, 16 pageblocks to a row. */
export const TILE = 4;
export const TILES_IN_ROW = 16;
const CELLS = 1024;
/** MIGRATE_UNMOVABLE and its like are kept for 512 pages at once: pageblock_nr_pages. */
export const PAGEBLOCK_PAGES = 512;

/** What pages can be used for, the one that weighs most first: a square shows that. */
export const USES = ['kernel', 'slab', 'pinned', 'hugetlb', 'memmap', 'other', 'movable', 'free'] as const;
export type Use = (typeof USES)[number];

const isUse = (name: string): name is Use => (USES as readonly string[]).includes(name);
export const pageUse = ({ use }: FrameRange): Use => (isUse(use) ? use : 'other');

/** Uses that keep a block online. */
export const UNMOVABLE: ReadonlySet<Use> = new Set(['kernel', 'slab', 'pinned', 'other']);

export interface PageMap {
  readonly pagesOfCell: number;
  readonly cells: readonly Use[];
}

/** The block's pages as squares, in the order of their numbers. */
export function mapPages({ block, frames }: MemoryBlock, blockPages: number): PageMap {
  const pagesOfCell = Math.max(1, blockPages / CELLS);
  const cells: Use[] = Array.from({ length: Math.min(CELLS, blockPages) }, () => 'free');
  const first = block * blockPages;
  for (const range of frames) {
    const use = pageUse(range);
    const from = Math.max(0, Math.floor((range.start - first) / pagesOfCell));
    const to = Math.min(cells.length - 1, Math.floor((range.start + range.count - 1 - first) / pagesOfCell));
    for (let at = from; at <= to; at++) {
      if (USES.indexOf(use) < USES.indexOf(cells[at] ?? 'free')) cells[at] = use;
    }
  }
  return { pagesOfCell, cells };
}

/** Column and row of a square: squares fill a pageblock's tile before the next tile begins. */
export function placeOf(cell: number): readonly [column: number, row: number] {
  const tile = Math.floor(cell / (TILE * TILE));
  const inside = cell % (TILE * TILE);
  return [
    (tile % TILES_IN_ROW) * TILE + (inside % TILE),
    Math.floor(tile / TILES_IN_ROW) * TILE + Math.floor(inside / TILE),
  ];
}

/** The square at a place of the map, the other way round. */
export function cellAt(column: number, row: number): number {
  const tile = Math.floor(row / TILE) * TILES_IN_ROW + Math.floor(column / TILE);
  return tile * TILE * TILE + (row % TILE) * TILE + (column % TILE);
}

export interface Holding {
  readonly holder: string;
  readonly use: Use;
  readonly pages: number;
  readonly first: number;
}

/** Who holds how much of a block: what cannot be moved first, then the largest. */
export function holdingsOf(frames: readonly FrameRange[]): Holding[] {
  const found = new Map<string, Holding>();
  for (const range of frames) {
    const use = pageUse(range);
    const key = `${use} ${range.holder}`;
    const known = found.get(key);
    found.set(key, {
      holder: range.holder,
      use,
      pages: (known?.pages ?? 0) + range.count,
      first: Math.min(known?.first ?? range.start, range.start),
    });
  }
  return [...found.values()].sort(
    (a, b) => Number(UNMOVABLE.has(b.use)) - Number(UNMOVABLE.has(a.use)) || b.pages - a.pages || a.first - b.first,
  );
}
