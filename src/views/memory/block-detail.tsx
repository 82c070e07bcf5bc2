import { type MouseEvent, useId, useState } from 'react';
import { CONDITION_SHAPE } from '../../session/condition-mark.ts';
import { isMessageKey, type Translate } from '../../session/i18n/translate.ts';
import { selectEvent, showBlock, useLab } from '../../session/lab-state.ts';
import { blockCommand, ONLINE_WORDS, type OnlineWord } from '../../session/memory-commands.ts';
import {
  blockCondition,
  blockSize,
  type MemoryBlock,
  type MemoryState,
  validZones,
} from '../../session/memory-state.ts';
import { useFolds, useSession, useTranslate } from '../../session/session-context.ts';
import { formatSize, hexAddress } from '../../session/words.ts';
import { Button } from '../../widgets/button.tsx';
import { Mark } from '../../widgets/mark.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import { stateKey, zoneInWords } from './banks.tsx';
import {
  cellAt,
  holdingsOf,
  mapPages,
  PAGEBLOCK_PAGES,
  pageUse,
  placeOf,
  TILE,
  TILES_IN_ROW,
  UNMOVABLE,
  USES,
  type Use,
} from './page-map.ts';
import './memory.css';

const PAGE = 4096;
const MOST_HOLDERS = 8;

interface Props {
  readonly block: MemoryBlock;
  readonly memory: MemoryState;
}

/** The memory block that is selected: what it may do, its pages, and why it will not go offline. */
export function BlockDetail() {
  const translate = useTranslate();
  const memory = useFolds('memory')?.memory?.state;
  const number = useLab((state) => state.block);
  if (!memory) return null;
  const block = memory.blocks.get(number);
  return block ? (
    <Detail key={number} block={block} memory={memory} />
  ) : (
    <p className="memory-note block-gone">{translate('memory.gone', { block: number })}</p>
  );
}

function Detail({ block, memory }: Props) {
  const translate = useTranslate();
  const many = useLab((state) => (state.description?.numaNodes.length ?? 0) > 1);
  const size = blockSize(memory);
  const first = block.block * size;
  const condition = blockCondition(block);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <section className="block-detail" tabIndex={0} aria-label={`memory${block.block}`} data-condition={condition}>
      <header className="detail-head">
        <h3 className="detail-title">
          <span className="block-mark">
            <Mark shape={CONDITION_SHAPE[condition]} size={13} />
          </span>
          <code translate="no">memory{block.block}</code>
        </h3>
        {block.state !== 'offline' && <Do block={block} word="offline" primary />}
        <Button icon="close" aria-label={translate('memory.close')} onClick={() => showBlock(-1)} />
      </header>
      <p className="detail-facts">
        <b>{translate(`memory.state.${stateKey(block)}`)}</b>
        {' · '}
        <span>{zoneInWords(translate, block)}</span>
        {many && <> · {translate('memory.node', { node: block.node })}</>}
        {' · '}
        <code translate="no">
          {translate('memory.bank.range', { first: hexAddress(first), last: hexAddress(first + size - 1) })}
        </code>
      </p>
      <Progress block={block} />
      {block.state === 'offline' ? (
        <>
          <Choices block={block} memory={memory} />
          <p className="memory-note">{translate('memory.offlineNote')}</p>
        </>
      ) : (
        <>
          <PageMapPicture block={block} memory={memory} />
          <Blame block={block} />
          <Pages block={block} />
          <Line line={blockCommand(block.block, 'offline')} />
        </>
      )}
    </section>
  );
}

/** What an attempt to take the block offline has come to. */
function Progress({ block }: { readonly block: MemoryBlock }) {
  const translate = useTranslate();
  if (block.state !== 'going-offline') return null;
  return (
    <p className="detail-progress" role="status">
      {translate(block.isolated ? 'memory.isolated' : 'memory.notIsolated')}
      {block.migrated > 0 && <> · {translate('dimm.migrated', { pages: block.migrated })}</>}
      {' · '}
      {translate('memory.stillUsed', { pages: block.frames.reduce((sum, { count }) => sum + count, 0) })}
    </p>
  );
}

/** The page that kept the block from going offline, as the kernel named it. */
function Blame({ block: { refusal } }: { readonly block: MemoryBlock }) {
  const translate = useTranslate();
  if (!refusal) return null;
  const meaning = `memory.blameMeans.${refusal.reason}`;
  return (
    <div className="blame" role="status">
      <span className="blame-mark">
        <Mark shape="cross" size={12} />
      </span>
      <p>
        <b>
          <RichText text={translate('memory.blame', { pfn: hexAddress(refusal.pfn), reason: refusal.reason })} />
        </b>{' '}
        {refusal.holder !== '' && <RichText text={translate('memory.blameHolder', { holder: refusal.holder })} />}{' '}
        {isMessageKey(meaning) && translate(meaning)}
        <Button onClick={() => selectEvent(refusal.sequence)}>{translate('board.inspect')}</Button>
      </p>
    </div>
  );
}

/** The shell line that a button stands for. */
function Line({ line }: { readonly line: string }) {
  const translate = useTranslate();
  return (
    <code className="action-line" translate="no" title={translate('memory.line')}>
      {line}
    </code>
  );
}

interface DoProps {
  readonly block: MemoryBlock;
  readonly word: OnlineWord;
  readonly primary: boolean;
  readonly onPoint?: () => void;
}

/** A button that writes a word to the block's file `state`. */
function Do({ block, word, primary, onPoint }: DoProps) {
  const translate = useTranslate();
  const session = useSession();
  const line = blockCommand(block.block, word);
  return (
    <Button
      look={primary ? 'primary' : 'outlined'}
      disabled={block.comingOnline || block.state === 'going-offline'}
      title={line}
      onPointerEnter={onPoint}
      onFocus={onPoint}
      onClick={() => void session.typeLine(line).catch(() => {})}
    >
      {translate(`memory.do.${word}`)}
    </Button>
  );
}

const WAYS_ONLINE = ONLINE_WORDS.filter((word) => word !== 'offline');

/** The ways online, and the zones that they lead to. */
function Choices({ block, memory }: Props) {
  const translate = useTranslate();
  const [pointed, setPointed] = useState<OnlineWord>('online');
  const zones = validZones(memory, block);
  return (
    <div className="detail-actions">
      <div className="action-row">
        {WAYS_ONLINE.map((word) => (
          <Do key={word} block={block} word={word} primary={word === 'online'} onPoint={() => setPointed(word)} />
        ))}
      </div>
      <Line line={blockCommand(block.block, pointed)} />
      {zones.length > 0 && (
        <p className="detail-zones">
          {translate('memory.may')}{' '}
          {zones.map((zone) => (
            <code key={zone} className="zone-name" data-zone={zone} translate="no">
              {zone}
            </code>
          ))}
        </p>
      )}
    </div>
  );
}

/** Whether it would go offline, as far as what is in it tells. */
function verdictOf(translate: Translate, block: MemoryBlock): string {
  if (block.zone === 'none') return translate('memory.verdict.zones');
  const unmovable = holdingsOf(block.frames)
    .filter(({ use }) => UNMOVABLE.has(use))
    .reduce((sum, { pages }) => sum + pages, 0);
  if (unmovable > 0) return translate('memory.verdict.kernel', { pages: unmovable });
  return translate(block.frames.length > 0 ? 'memory.verdict.movable' : 'memory.verdict.free');
}

/** What the pages are used for, in words: the verdict, and who holds how many. */
function Pages({ block }: { readonly block: MemoryBlock }) {
  const translate = useTranslate();
  const holdings = holdingsOf(block.frames);
  const shown = holdings.slice(0, MOST_HOLDERS);
  return (
    <>
      <p className="verdict">{verdictOf(translate, block)}</p>
      {shown.length > 0 && (
        <>
          <h4 className="detail-subtitle">{translate('memory.holders')}</h4>
          <ul className="holders">
            {shown.map(({ holder, use, pages, first }) => (
              <li key={`${use} ${holder}`}>
                <i className="use-sign" data-use={use} aria-hidden="true" />
                <code translate="no">{holder || '–'}</code>
                <span className="holder-use">{translate(`memory.use.${use}`)}</span>
                <span className="holder-pages">{translate('memory.holder.pages', { pages })}</span>
                <code className="holder-first" translate="no">
                  {hexAddress(first)}
                </code>
              </li>
            ))}
            {holdings.length > shown.length && (
              <li className="memory-note">
                {translate('memory.holder.more', { count: holdings.length - shown.length })}
              </li>
            )}
          </ul>
        </>
      )}
    </>
  );
}

/** Unit of the map's picture: a square with its edge. */
const SQUARE = 6;
const GAP = 3;

/** Left or upper edge of a square: pageblocks stand a little apart. */
const edge = (at: number): number => at * SQUARE + Math.floor(at / TILE) * GAP;

function PageMapPicture({ block, memory }: Props) {
  const translate = useTranslate();
  const hatch = useId();
  const [pointed, setPointed] = useState<number>();
  const { blockPages } = memory;
  const { cells, pagesOfCell } = mapPages(block, blockPages);
  const paths = new Map<Use, string>();
  for (const [at, use] of cells.entries()) {
    const [column, row] = placeOf(at);
    paths.set(use, `${paths.get(use) ?? ''}M${edge(column)} ${edge(row)}h5v5h-5z`);
  }
  const columns = TILE * TILES_IN_ROW;
  const rows = Math.ceil(cells.length / columns);
  const first = block.block * blockPages;
  const { refusal } = block;
  const blamed = refusal && placeOf(Math.floor((refusal.pfn - first) / pagesOfCell));
  const point = (event: MouseEvent<SVGSVGElement>) => {
    const { left, top, width } = event.currentTarget.getBoundingClientRect();
    const scale = (edge(columns - 1) + SQUARE) / width;
    const of = (pixels: number) => {
      const tile = Math.floor(pixels / (TILE * SQUARE + GAP));
      return tile * TILE + Math.min(TILE - 1, Math.floor((pixels - tile * (TILE * SQUARE + GAP)) / SQUARE));
    };
    setPointed(cellAt(of((event.clientX - left) * scale), of((event.clientY - top) * scale)));
  };
  const parts = USES.filter((use) => paths.has(use)).map((use) => {
    const share = cells.filter((cell) => cell === use).length / cells.length;
    return `${translate(`memory.use.${use}`)} ${Math.round(share * 100)} %`;
  });
  const from = first + (pointed ?? 0) * pagesOfCell;
  const under = block.frames.find(
    (range) =>
      range.start < from + pagesOfCell && range.start + range.count > from && pageUse(range) === cells[pointed ?? -1],
  );
  return (
    <>
      <svg
        className="page-map"
        viewBox={`-3 -3 ${edge(columns - 1) + SQUARE + 6} ${edge(rows - 1) + SQUARE + 6}`}
        role="img"
        aria-label={translate('memory.pageMap', { block: block.block, total: blockPages, parts: parts.join(', ') })}
        onMouseMove={point}
        onMouseLeave={() => setPointed(undefined)}
      >
        <defs>
          <pattern id={`${hatch}m`} width="3" height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="1.4" height="3" className="map-line" />
          </pattern>
          <pattern id={`${hatch}s`} width="2.5" height="2.5" patternUnits="userSpaceOnUse">
            <circle cx="1.2" cy="1.2" r="0.7" className="map-dot" />
          </pattern>
        </defs>
        {[...paths].map(([use, d]) => (
          <path key={use} className="map-squares" data-use={use} d={d} />
        ))}
        <path className="map-over" d={paths.get('movable') ?? ''} fill={`url(#${hatch}m)`} />
        <path className="map-over" d={paths.get('slab') ?? ''} fill={`url(#${hatch}s)`} />
        {blamed && (
          <g className="map-blamed" transform={`translate(${edge(blamed[0])} ${edge(blamed[1])})`}>
            <rect x="-2.500" y="-2.500" width="10" height="10" />
            <path d="m0 0 5 5m0-5-5 5" />
          </g>
        )}
      </svg>
      <p className="map-caption">
        {pointed === undefined ? (
          refusal ? (
            <span className="map-blame">
              <code translate="no">pfn {hexAddress(refusal.pfn)}</code>
              {refusal.holder !== '' && <code translate="no"> · {refusal.holder}</code>}
            </span>
          ) : (
            translate('memory.cell', { pages: pagesOfCell, size: formatSize(pagesOfCell * PAGE) }) +
            (pagesOfCell < PAGEBLOCK_PAGES ? ` · ${translate('memory.pageblock', { pages: PAGEBLOCK_PAGES })}` : '')
          )
        ) : (
          <>
            <code translate="no">{`pfn ${hexAddress(from)}–${hexAddress(from + pagesOfCell - 1)}`}</code>{' '}
            {translate(`memory.use.${cells[pointed] ?? 'free'}`)}
            {under && (
              <>
                {' · '}
                <code translate="no">{under.holder}</code>
              </>
            )}
          </>
        )}
      </p>
      <ul className="uses">
        {USES.filter((use) => paths.has(use)).map((use) => (
          <li key={use}>
            <i className="use-sign" data-use={use} aria-hidden="true" />
            {translate(`memory.use.${use}`)}
          </li>
        ))}
      </ul>
    </>
  );
}
