import { type KeyboardEvent, type MouseEvent, memo, useState } from 'react';
import { CONDITION_SHAPE } from '../../session/condition-mark.ts';
import { CPU_CONDITIONS } from '../../session/fold-cpus.ts';
import type { Translate } from '../../session/i18n/translate.ts';
import { showBlock } from '../../session/lab-state.ts';
import { blockCondition, type MemoryBlock, type MemoryState } from '../../session/memory-state.ts';
import { useTranslate } from '../../session/session-context.ts';
import { formatSize, hexAddress } from '../../session/words.ts';
import { Mark } from '../../widgets/mark.tsx';

export interface Bank {
  /** The DIMM's id; empty for RAM of power-on. */
  readonly name: string;
  readonly start: number;
  readonly size: number;
  readonly blocks: readonly MemoryBlock[];
}

interface Props {
  readonly banks: readonly Bank[];
  readonly memory: MemoryState;
  readonly selected: number;
  readonly version: number;
}

/** As many blocks in all are tiles with words, and as many are cells with a sign; a bank with more is a picture. */
const MOST_TILES = 48;
const MOST_CELLS = 512;
/** As many banks stand open by themselves. */
const MOST_OPEN = 12;

/** The memory blocks, bank by bank. */
export function Banks({ banks, memory, selected, version }: Props) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const all = banks.reduce((sum, { blocks }) => sum + blocks.length, 0);
  const closed = banks.length > MOST_OPEN;
  const reached = memory.blocks.has(selected) ? selected : banks.find(({ blocks }) => blocks[0])?.blocks[0]?.block;
  return (
    <div className={closed ? 'banks banks-many' : 'banks'}>
      {banks.map((bank) => (
        <BankPicture
          key={bank.start}
          bank={bank}
          look={all <= MOST_TILES ? 'tiles' : bank.blocks.length <= MOST_CELLS ? 'cells' : 'grid'}
          closed={closed && !opened.has(bank.start) && !bank.blocks.some(({ block }) => block === selected)}
          onOpen={() => setOpened(new Set([...opened, bank.start]))}
          selected={selected}
          reached={reached}
          version={version}
        />
      ))}
    </div>
  );
}

interface BankProps {
  readonly bank: Bank;
  readonly look: 'tiles' | 'cells' | 'grid';
  readonly closed: boolean;
  readonly onOpen: () => void;
  readonly selected: number;
  /** The block to which the Tab key comes. */
  readonly reached: number | undefined;
  readonly version: number;
}

function BankPicture({ bank, look, closed, onOpen, selected, reached, version }: BankProps) {
  const translate = useTranslate();
  const { name, start, size, blocks } = bank;
  const title = name === '' ? translate('memory.bank.boot') : name;
  const online = blocks.filter(({ state }) => state !== 'offline').length;
  const range = translate('memory.bank.range', { first: hexAddress(start), last: hexAddress(start + size - 1) });
  const head = (
    <>
      <b translate="no">{title}</b>
      <span>{formatSize(size)}</span>
      <span className="bank-count">{translate('memory.bank.count', { online, count: blocks.length })}</span>
    </>
  );
  if (closed) {
    return (
      <button
        type="button"
        className="bank bank-closed"
        title={range}
        aria-label={`${translate('memory.open', { name: title })}. ${formatSize(size)}, ${range}`}
        onClick={onOpen}
      >
        {head}
        <Shares blocks={blocks} />
      </button>
    );
  }
  const move = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const step = steps[event.key];
    const at = blocks.findIndex(
      ({ block }) => block === (blocks.some((b) => b.block === selected) ? selected : reached),
    );
    const next = step === undefined ? undefined : blocks[at + step];
    if (!next) return;
    event.preventDefault();
    showBlock(next.block);
    const sheet = event.currentTarget;
    requestAnimationFrame(() => sheet.querySelector<HTMLElement>(`[data-block="${next.block}"]`)?.focus());
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons, not of form fields
    <div className="bank" role="group" aria-label={`${title}, ${formatSize(size)}, ${range}`} onKeyDown={move}>
      <header className="bank-head">
        {head}
        <code className="bank-range" translate="no">
          {range}
        </code>
      </header>
      {look === 'grid' ? (
        <BlockGrid blocks={blocks} selected={selected} version={version} label={title} />
      ) : (
        <div className={look === 'tiles' ? 'block-tiles' : 'block-cells'}>
          {blocks.map((block) => (
            <BlockButton
              key={block.block}
              block={block}
              small={look === 'cells'}
              selected={block.block === selected}
              reached={block.block === reached}
            />
          ))}
        </div>
      )}
    </div>
  );
}

/** How many blocks are in which condition, as a bar. */
function Shares({ blocks }: { readonly blocks: readonly MemoryBlock[] }) {
  const counts = new Map<string, number>();
  for (const block of blocks) counts.set(blockCondition(block), (counts.get(blockCondition(block)) ?? 0) + 1);
  return (
    <span className="bank-shares" aria-hidden="true">
      {CPU_CONDITIONS.map((condition) => (
        <i key={condition} data-condition={condition} style={{ flexGrow: counts.get(condition) ?? 0 }} />
      ))}
    </span>
  );
}

export function blockInWords(translate: Translate, block: MemoryBlock): string {
  const zone = zoneInWords(translate, block);
  const state = translate(`memory.state.${stateKey(block)}`);
  const refused = block.refusal ? `, ${translate('memory.refusedBadge')}` : '';
  return translate('memory.block', { block: block.block, state, zone }) + refused;
}

export const zoneInWords = (translate: Translate, { zone }: MemoryBlock): string =>
  zone === '' ? translate('memory.noZone') : zone === 'none' ? translate('memory.zone.none') : zone;

export const stateKey = (block: MemoryBlock): 'present' | 'online' | 'coming' | 'going' =>
  blockCondition(block) as 'present' | 'online' | 'coming' | 'going';

interface ButtonProps {
  readonly block: MemoryBlock;
  readonly small: boolean;
  readonly selected: boolean;
  readonly reached: boolean;
}

function BlockButton({ block, small, selected, reached }: ButtonProps) {
  const translate = useTranslate();
  const condition = blockCondition(block);
  const label = blockInWords(translate, block);
  return (
    <button
      type="button"
      className={small ? 'block block-cell' : 'block block-tile'}
      data-block={block.block}
      data-condition={condition}
      data-zone={block.zone}
      data-refused={block.refusal !== undefined}
      aria-pressed={selected}
      aria-label={label}
      title={label}
      tabIndex={reached ? 0 : -1}
      onClick={() => showBlock(block.block)}
    >
      <span className="block-mark">
        <Mark shape={block.refusal ? 'cross' : CONDITION_SHAPE[condition]} size={small ? 10 : 11} />
      </span>
      {!small && (
        <>
          <span className="block-number">{block.block}</span>
          <span className="block-zone" translate="no">
            {block.zone === 'none' ? '–' : block.zone || translate(`memory.state.${stateKey(block)}`)}
          </span>
          <span className="block-use" aria-hidden="true">
            <i data-use="kernel" style={{ flexGrow: block.kernel }} />
            <i data-use="movable" style={{ flexGrow: block.movable }} />
            <i data-use="free" style={{ flexGrow: 1 + Math.max(0, TOTAL - block.kernel - block.movable) }} />
          </span>
        </>
      )}
    </button>
  );
}

/** Pages that the use of a block's tile is drawn for. */
const TOTAL = 0x8000;

const COLUMNS = 64;
const CELL = 8;

interface GridProps {
  readonly blocks: readonly MemoryBlock[];
  readonly selected: number;
  /** Counts the changes of the blocks, which change in place. */
  readonly version: number;
  readonly label: string;
}

/** Very many blocks: a picture with 64 to a row. A click selects one, arrow keys go on from there. */
const BlockGrid = memo(({ blocks, selected, label }: GridProps) => {
  const paths = new Map<string, string>();
  const marks = { movable: '', selected: '' };
  for (const [at, block] of blocks.entries()) {
    const x = (at % COLUMNS) * CELL;
    const y = Math.floor(at / COLUMNS) * CELL;
    const condition = blockCondition(block);
    paths.set(condition, `${paths.get(condition) ?? ''}M${x} ${y}h7v7h-7z`);
    if (block.zone === 'Movable') marks.movable += `M${x} ${y + 7}l7-7`;
    if (block.block === selected) marks.selected = `M${x - 1} ${y - 1}h9v9h-9z`;
  }
  const width = COLUMNS * CELL;
  const height = Math.ceil(blocks.length / COLUMNS) * CELL;
  const choose = (event: MouseEvent<SVGSVGElement>) => {
    const { left, top, width: shown } = event.currentTarget.getBoundingClientRect();
    const cell = (shown / width) * CELL;
    const column = Math.floor((event.clientX - left) / cell);
    const block = blocks[Math.floor((event.clientY - top) / cell) * COLUMNS + column];
    if (block) showBlock(block.block);
  };
  return (
    <svg
      className="block-grid"
      viewBox={`-1 -1 ${width + 1} ${height + 1}`}
      role="img"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the selection; the group around it handles them
      tabIndex={0}
      aria-label={label}
      onClick={choose}
      onKeyDown={() => {}}
    >
      {[...paths].map(([condition, d]) => (
        <path key={condition} className="block-squares" data-condition={condition} d={d} />
      ))}
      <path className="block-movable" d={marks.movable} />
      <path className="block-selected" d={marks.selected} />
    </svg>
  );
});
