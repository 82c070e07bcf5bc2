import { type MouseEvent, memo, useEffect, useId, useRef, useState } from 'react';
import type { MemoryRegion } from '../../../workers/protocol/machine-api.ts';
import type { Translate } from '../../session/i18n/translate.ts';
import { showBlock } from '../../session/lab-state.ts';
import {
  blockCondition,
  blockSize,
  blocksOfRange,
  type MemoryBlock,
  type MemoryState,
  PAGE_SIZE,
  type ZoneSpan,
} from '../../session/memory-state.ts';
import { useTranslate } from '../../session/session-context.ts';
import { formatRoughSize, formatSize, hexAddress } from '../../session/words.ts';
import { Button } from '../../widgets/button.tsx';
import { type AddressLayout, layOutAddresses, type Segment, segmentsOf } from './address-layout.ts';

const BAR = { top: 20, height: 30 };
const TICKS = BAR.top + BAR.height + 13;
const ZONES = TICKS + 8;
const ZONE_ROW = 13;
/** Below so many pixels a block is drawn with its neighbours. */
const LEAST_BLOCK = 3;
/** Narrower than so many pixels a block is drawn without an edge. */
const DENSE = 6;
/** Pixels that an address needs beside the next one. */
const TICK_ROOM = 84;
const LABEL_ROOM = 62;
/** Pixels of a zone that is told by name. */
const LEAST_NAMED = 16;
const MOST_ZOOM = 64;

interface Props {
  readonly memory: MemoryState;
  /** Counts the changes of the fold, which changes in place. */
  readonly version: number;
  readonly regions: readonly MemoryRegion[];
  readonly selected: number;
}

/** All physical addresses in a row: what is RAM, where DIMMs are, in which zone, in what state. */
export const AddressSpace = memo(({ memory, regions, selected }: Props) => {
  const translate = useTranslate();
  const scroller = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(600);
  const [zoom, setZoom] = useState(1);
  const hatch = useId();
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const observer = new ResizeObserver(() => setRoom(Math.max(240, box.clientWidth)));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  const segments = segmentsOf(regions, memory.slots);
  if (segments.length === 0) return null;
  const layout = layOutAddresses(segments, (room - 2) * zoom);
  const zones = [...memory.zones.values()].filter(({ spanned }) => spanned > 0);
  const nodes = new Set(zones.map(({ node }) => node)).size;
  const rows = zoneRows(layout, zones);
  const height = ZONES + rows.count * ZONE_ROW + 2;

  const choose = (event: MouseEvent<SVGSVGElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const segment = segments.find(({ start, size }) => x >= layout.x(start) && x < layout.x(start + size));
    if (!segment) return;
    const share = (x - layout.x(segment.start)) / (layout.x(segment.start + segment.size) - layout.x(segment.start));
    const block = Math.floor((segment.start + share * segment.size) / blockSize(memory));
    if (memory.blocks.has(block)) showBlock(block);
  };
  const zoomTo = (next: number) => {
    const box = scroller.current;
    const bounded = Math.min(MOST_ZOOM, Math.max(1, next));
    const middle = box ? (box.scrollLeft + box.clientWidth / 2) / layout.width : 0;
    setZoom(bounded);
    requestAnimationFrame(() => {
      if (box) box.scrollLeft = middle * box.scrollWidth - box.clientWidth / 2;
    });
  };

  return (
    <div className="space">
      <div className="space-tools" title={translate('memory.scaleNote')}>
        <Button aria-label={translate('memory.zoomOut')} disabled={zoom === 1} onClick={() => zoomTo(zoom / 2)}>
          −
        </Button>
        <Button aria-label={translate('memory.zoomIn')} disabled={zoom === MOST_ZOOM} onClick={() => zoomTo(zoom * 2)}>
          +
        </Button>
      </div>
      <div className="space-scroll" ref={scroller} tabIndex={zoom > 1 ? 0 : -1}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the blocks below are buttons */}
        <svg
          className="space-picture"
          width={layout.width + 1}
          height={height}
          role="img"
          aria-label={describe(translate, segments)}
          onClick={choose}
        >
          <defs>
            <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="2" height="5" className="space-hatch" />
            </pattern>
          </defs>
          {segments.map((segment) => (
            <SegmentPicture
              key={segment.start}
              segment={segment}
              layout={layout}
              memory={memory}
              hatch={`url(#${hatch})`}
              selected={selected}
              translate={translate}
            />
          ))}
          {ticksOf(layout).map(({ address, x, anchor }) => (
            <g key={address} className="space-tick">
              <line x1={x} x2={x} y1={BAR.top + BAR.height} y2={BAR.top + BAR.height + 4} />
              <text x={x} y={TICKS} textAnchor={anchor}>
                {hexAddress(address)}
              </text>
            </g>
          ))}
          {rows.placed.map(({ zone, row, from, to, named }) => (
            <g key={`${zone.node}:${zone.zone}`} className="space-zone" data-zone={zone.zone}>
              <title>
                {translate('memory.zoneSpan', {
                  zone: zone.zone,
                  node: zone.node,
                  present: zone.present,
                  spanned: zone.spanned,
                })}
              </title>
              <line x1={from} x2={to} y1={ZONES + row * ZONE_ROW + 2} y2={ZONES + row * ZONE_ROW + 2} />
              {named && (
                <text x={from + 1} y={ZONES + row * ZONE_ROW + 12}>
                  {nodes > 1 ? `${zone.node}: ${zone.zone}` : zone.zone}
                </text>
              )}
            </g>
          ))}
        </svg>
      </div>
    </div>
  );
});

function describe(translate: Translate, segments: readonly Segment[]): string {
  return segments.map((segment) => `${hexAddress(segment.start)}: ${nameOf(translate, segment)}`).join(', ');
}

function nameOf(translate: Translate, { kind, size, slot }: Segment): string {
  if (kind === 'dimm') return `${slot?.id ?? ''} ${formatSize(size)}`;
  if (kind === 'gap') return translate('memory.free', { size: formatRoughSize(size) });
  if (kind === 'hole') return translate('memory.region.hole');
  return `RAM ${formatSize(size)}`;
}

/** Addresses at which a stretch begins, as far as there is room for them. */
function ticksOf({ segments, x, width }: AddressLayout) {
  const ticks: { address: number; x: number; anchor: 'start' | 'end' }[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { start, kind } of segments) {
    const at = x(start);
    // The end of DIMMs is told by what follows them; room is not news where there is none to write.
    const nearEnd = width - at < TICK_ROOM;
    if (at < last + TICK_ROOM * (nearEnd ? 2 : 1) || (kind === 'gap' && nearEnd)) continue;
    ticks.push({ address: start, x: at, anchor: nearEnd ? 'end' : 'start' });
    last = at;
  }
  return ticks;
}

/** Zones that lie side by side share a row. */
function zoneRows({ x }: AddressLayout, zones: readonly ZoneSpan[]) {
  const ends: number[] = [];
  const placed = [...zones]
    .sort((a, b) => a.start - b.start)
    .map((zone) => {
      const from = x(zone.start * PAGE_SIZE);
      const to = Math.max(from + 2, x((zone.start + zone.spanned) * PAGE_SIZE) - 1);
      const free = ends.findIndex((end) => end <= from);
      const row = free < 0 ? ends.length : free;
      const named = to - from >= LEAST_NAMED;
      ends[row] = named ? Math.max(to, from + LABEL_ROOM - 8) : to;
      return { zone, row, from, to, named };
    });
  return { placed, count: ends.length };
}

interface SegmentProps {
  readonly segment: Segment;
  readonly layout: AddressLayout;
  readonly memory: MemoryState;
  readonly hatch: string;
  readonly selected: number;
  readonly translate: Translate;
}

function SegmentPicture({ segment, layout, memory, hatch, selected, translate }: SegmentProps) {
  const from = layout.x(segment.start);
  const width = layout.x(segment.start + segment.size) - from;
  const { top, height } = BAR;
  if (segment.kind === 'hole' || segment.kind === 'gap') {
    const middle = from + width / 2;
    const bottom = top + height;
    const atEnd = middle + LABEL_ROOM / 2 > layout.width;
    return (
      <g className="space-fold" data-kind={segment.kind}>
        <title>{`${nameOf(translate, segment)}, ${formatRoughSize(segment.size)}`}</title>
        <path d={`M${from} ${top + height / 2}H${middle - 5}M${middle + 5} ${top + height / 2}H${from + width}`} />
        <path d={`M${middle - 7} ${bottom - 8}l5 ${16 - height}M${middle + 2} ${bottom - 8}l5 ${16 - height}`} />
        <text x={atEnd ? from + width : middle} y={13} textAnchor={atEnd ? 'end' : 'middle'}>
          {segment.kind === 'gap' ? formatRoughSize(segment.size) : translate('memory.hole')}
        </text>
      </g>
    );
  }
  return (
    <g className="space-memory" data-kind={segment.kind}>
      {width > LABEL_ROOM - 16 && (
        <text x={from + 1} y={13}>
          {width > LABEL_ROOM * 1.6 ? nameOf(translate, segment) : (segment.slot?.id ?? 'RAM')}
        </text>
      )}
      {sharesOf(memory, segment, width).map(({ key, start, size, block, count }) => {
        const x = layout.x(start);
        const w = Math.max(1, layout.x(start + size) - x - (count === 1 && width > 40 ? 1 : 0));
        return (
          <g key={key} data-condition={block ? blockCondition(block) : 'possible'} data-dense={w < DENSE}>
            <rect className="space-block" x={x} y={top} width={w} height={height} />
            {block?.zone === 'Movable' && <rect x={x} y={top} width={w} height={height} fill={hatch} />}
            {block?.block === selected && (
              <rect className="space-selected" x={x - 1} y={top - 2} width={w + 2} height={height + 4} />
            )}
          </g>
        );
      })}
    </g>
  );
}

interface Share {
  readonly key: number;
  readonly start: number;
  readonly size: number;
  readonly block: MemoryBlock | undefined;
  /** Blocks that it stands for. */
  readonly count: number;
}

/** Blocks, or where they are too narrow as many in one as are seen; one that moves or is selected stands for its like. */
function sharesOf(memory: MemoryState, { start, size }: Segment, width: number): Share[] {
  const unit = blockSize(memory);
  const blocks = blocksOfRange(memory, start, size);
  if (blocks.length === 0) return [{ key: start, start, size, block: undefined, count: 1 }];
  const most = Math.max(1, Math.floor(width / LEAST_BLOCK));
  const share = Math.ceil(blocks.length / most);
  const shares: Share[] = [];
  for (let at = 0; at < blocks.length; at += share) {
    const members = blocks.slice(at, at + share);
    const first = members[0];
    const last = members.at(-1);
    if (!first || !last) continue;
    const from = Math.max(start, first.block * unit);
    const moving = members.find((block) => block.comingOnline || block.state === 'going-offline');
    const shown = moving ?? members.find(({ state }) => state === 'online') ?? first;
    const end = Math.min(start + size, (last.block + 1) * unit);
    shares.push({ key: first.block, start: from, size: end - from, block: shown, count: members.length });
  }
  return shares;
}
