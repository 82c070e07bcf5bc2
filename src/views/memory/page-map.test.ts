import { describe, expect, test } from 'vitest';
import type { FrameRange, MemoryBlock } from '../../session/memory-state.ts';
import { cellAt, holdingsOf, mapPages, placeOf } from './page-map.ts';

const PAGES = 0x8000;

function block(frames: readonly FrameRange[]): MemoryBlock {
  return {
    block: 32,
    state: 'online',
    comingOnline: false,
    zone: 'Normal',
    node: 0,
    kernel: 0,
    movable: 0,
    frames: [...frames],
    isolated: false,
    migrated: 0,
    refusal: undefined,
    changedAt: 0,
  };
}

const first = 32 * PAGES;

describe('the map of a block’s pages', () => {
  test('has 1024 squares of 32 pages; one page in use is enough for its square', () => {
    const { pagesOfCell, cells } = mapPages(
      block([{ start: first + 33, count: 1, use: 'movable', holder: 'bash-1' }]),
      PAGES,
    );
    expect([pagesOfCell, cells.length]).toEqual([32, 1024]);
    expect(cells.flatMap((use, at) => (use === 'free' ? [] : [[at, use]]))).toEqual([[1, 'movable']]);
  });

  test('shows of a square the use that weighs most, and one that it does not know as another', () => {
    const frames = [
      { start: first, count: 40, use: 'movable', holder: 'bash-1' },
      { start: first + 20, count: 1, use: 'slab', holder: 'slab' },
      { start: first + 64, count: 1, use: 'unheard-of', holder: '' },
    ];
    expect(mapPages(block(frames), PAGES).cells.slice(0, 4)).toEqual(['slab', 'movable', 'other', 'free']);
  });

  test('a square’s place leads back to it, and a pageblock’s sixteen squares stand together', () => {
    for (const cell of [0, 15, 16, 255, 256, 1023]) expect(cellAt(...placeOf(cell))).toBe(cell);
    expect(placeOf(15)).toEqual([3, 3]);
    expect(placeOf(16)).toEqual([4, 0]);
    expect(placeOf(256)).toEqual([0, 4]);
  });
});

test('who holds what: what cannot be moved first, then the largest, ranges of one holder together', () => {
  const frames = [
    { start: 10, count: 5, use: 'movable', holder: 'bash-1' },
    { start: 20, count: 300, use: 'movable', holder: 'sleep-9' },
    { start: 15, count: 2, use: 'slab', holder: 'slab' },
    { start: 330, count: 7, use: 'movable', holder: 'bash-1' },
  ];
  expect(holdingsOf(frames)).toEqual([
    { holder: 'slab', use: 'slab', pages: 2, first: 15 },
    { holder: 'sleep-9', use: 'movable', pages: 300, first: 20 },
    { holder: 'bash-1', use: 'movable', pages: 12, first: 10 },
  ]);
});
