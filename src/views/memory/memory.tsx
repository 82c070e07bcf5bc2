import { useMemo } from 'react';
import { useLab } from '../../session/lab-state.ts';
import { blockSize, blocksOfRange, type MemoryState } from '../../session/memory-state.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { AddressSpace } from './address-space.tsx';
import { type Bank, Banks } from './banks.tsx';
import { Nodes } from './nodes.tsx';
import './memory.css';

/** The physical address space, its memory blocks, and the pages of the one that is selected. */
export function Memory() {
  const translate = useTranslate();
  const log = useFolds('memory', 'cpus');
  const description = useLab((state) => state.description);
  const selected = useLab((state) => state.block);
  const version = useLab((state) => state.versions.memory);
  const memory = log?.memory?.state;
  const regions = description?.memoryRegions;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the fold changes in place, its version counts
  const banks = useMemo(() => (memory && regions ? banksOf(memory, regions) : []), [memory, regions, version]);
  if (!log || !memory || !description) return null;
  return (
    <div className="memory">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard */}
      <section className="memory-overview" tabIndex={0} aria-label={translate('memory.label')}>
        <AddressSpace
          key={description.scenario.machine}
          memory={memory}
          version={version}
          regions={description.memoryRegions}
          selected={selected}
        />
        <Nodes log={log} memory={memory} description={description} />
        {memory.blocks.size === 0 ? (
          <p className="memory-note">{translate('memory.none')}</p>
        ) : (
          <Banks banks={banks} memory={memory} selected={selected} version={version} />
        )}
        {!memory.blocks.has(selected) && memory.blocks.size > 0 && (
          <p className="memory-note">{translate('memory.choose')}</p>
        )}
      </section>
    </div>
  );
}

/** What holds memory, in the order of addresses: RAM of power-on, then the DIMMs. */
function banksOf(
  memory: MemoryState,
  regions: readonly { readonly kind: string; readonly start: number; readonly size: number }[],
): Bank[] {
  const ram = regions
    .filter(({ kind }) => kind === 'ram')
    .map(({ start, size }) => ({ name: '', start, size, blocks: blocksOfRange(memory, start, size) }));
  const dimms = memory.slots
    .filter(({ plugged }) => plugged)
    .map(({ id, address: start, size }) => ({ name: id, start, size, blocks: blocksOfRange(memory, start, size) }));
  const banks = [...ram, ...dimms].sort((a, b) => a.start - b.start);
  // A machine whose address map is not told still has its blocks.
  if (banks.length > 0) return banks;
  const blocks = [...memory.blocks.values()].sort((a, b) => a.block - b.block);
  const first = blocks[0];
  const unit = blockSize(memory);
  return first ? [{ name: '', start: first.block * unit, size: blocks.length * unit, blocks }] : [];
}
