import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { CONDITION_SHAPE } from '../../session/condition-mark.ts';
import type { Translate } from '../../session/i18n/translate.ts';
import { selectEvent, showBlock, useLab } from '../../session/lab-state.ts';
import {
  type DimmRequest,
  ONLINE_ALL,
  plugDimmCommands,
  plugDimmMonitorLines,
  unplugDimmCommand,
} from '../../session/memory-commands.ts';
import {
  blockCondition,
  blocksOfRange,
  type DimmSlot,
  dimmCondition,
  type MemoryBlock,
  type MemoryState,
} from '../../session/memory-state.ts';
import { useFolds, useSession, useTranslate } from '../../session/session-context.ts';
import { formatSize, hexAddress } from '../../session/words.ts';
import { Icon } from '../../widgets/icon.tsx';
import { Mark } from '../../widgets/mark.tsx';
import { Menu, type MenuItem } from '../../widgets/menu.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import { SizeTray } from './size-tray.tsx';
import './dimms.css';

const GIB = 2 ** 30;
/** From here on a slot is a cell with a sign alone. */
const COMPACT_FROM = 12;
/** A module has as many chips at most; of more blocks several are one chip. */
const MOST_CHIPS = 16;
/** The chips of a module of which the guest has made no blocks. */
const BARE_CHIPS = [0, 1, 2, 3, 4, 5, 6, 7];

/** The DIMM slots of `-m slots=`, and a tray of sizes. A click on an empty slot plugs a DIMM of the size chosen in. */
export function DimmSlots() {
  const translate = useTranslate();
  const session = useSession();
  const log = useFolds('memory');
  const description = useLab((state) => state.description);
  const [size, setSize] = useState(GIB);
  const [node, setNode] = useState(0);
  const [focused, setFocused] = useState(0);
  const [open, setOpen] = useState<number>();
  const [aim, setAim] = useState<number>();
  const box = useRef<HTMLDivElement>(null);
  const memory = log?.memory?.state;
  const newest = memory && newestOf(memory.slots);
  // Where the board scrolls by itself, the slot that something happens to comes into sight.
  useEffect(() => {
    if (!newest || newest.changedAt < 0 || !matchMedia('(min-width: 900px)').matches) return;
    box.current?.querySelector(`[data-dimm="${newest.index}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [newest, newest?.changedAt]);
  if (!memory || !description) return null;
  const { slots } = memory;
  const compact = slots.length > COMPACT_FROM;
  const nodes = description.numaNodes;

  const request = (slot: number, bytes: number) => ({
    number: Math.max(slot, memory.highestId + 1),
    slot,
    size: bytes,
    node: nodes.length > 1 ? node : undefined,
  });
  const plug = (slot: number, bytes = size) => void session.plugDimm(request(slot, bytes)).catch(() => {});
  const focusSlot = (index: number) => {
    setFocused(index);
    box.current?.querySelector<HTMLElement>(`[data-dimm="${index}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: focused - 1,
      ArrowUp: focused - 1,
      ArrowRight: focused + 1,
      ArrowDown: focused + 1,
      Home: 0,
      End: slots.length - 1,
    };
    const next = slots[steps[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    focusSlot(next.index);
  };

  const actions = (slot: DimmSlot): MenuItem[] => {
    const blocks = blocksOfRange(memory, slot.address, slot.size);
    const first = blocks[0];
    const items: MenuItem[] = [];
    if (blocks.some(({ state }) => state === 'offline')) {
      items.push({
        name: 'online',
        title: translate('dimm.onlineAll'),
        detail: ONLINE_ALL,
        onChoose: () => void session.typeLine(ONLINE_ALL).catch(() => {}),
      });
    }
    if (first) {
      items.push({ name: 'show', title: translate('dimm.show'), onChoose: () => showBlock(first.block) });
    }
    items.push({
      name: 'unplug',
      title: translate('dimm.unplug'),
      detail: unplugDimmCommand(slot.id),
      onChoose: () => void session.unplugDimm(slot.id).catch(() => {}),
    });
    items.push({
      name: 'inspect',
      title: translate('board.inspect'),
      onChoose: () => selectEvent(slot.changedAt),
    });
    return items;
  };

  const tile = (slot: DimmSlot) => {
    const { index } = slot;
    const lines = plugDimmCommands(request(index, size)).join('\n');
    return (
      <div className="dimm" key={index} data-aim={aim === index}>
        <button
          type="button"
          className={compact ? 'slot-cell' : 'dimm-slot'}
          data-dimm={index}
          data-condition={dimmCondition(memory, slot)}
          aria-label={describe(translate, memory, slot)}
          aria-haspopup={slot.plugged ? 'menu' : undefined}
          aria-expanded={slot.plugged ? open === index : undefined}
          title={
            slot.plugged
              ? describe(translate, memory, slot)
              : `${translate('dimm.plug', { size: formatSize(size) })}\n${lines}`
          }
          tabIndex={index === focused || (focused >= slots.length && index === 0) ? 0 : -1}
          onFocus={() => setFocused(index)}
          onClick={() => (slot.plugged ? setOpen(index) : plug(index))}
        >
          {compact ? (
            <span className="slot-mark">
              {slot.plugged ? (
                <Mark shape={CONDITION_SHAPE[dimmCondition(memory, slot)]} size={13} />
              ) : (
                <Icon name="plus" />
              )}
            </span>
          ) : slot.plugged ? (
            <Module memory={memory} slot={slot} />
          ) : (
            <span className="dimm-empty">
              <Icon name="plus" />
              {aim === index ? translate('dimm.drop') : translate('dimm.plug', { size: formatSize(size) })}
            </span>
          )}
        </button>
        {open === index && (
          <Menu
            label={slot.id}
            items={actions(slot)}
            onClose={() => {
              setOpen(undefined);
              focusSlot(index);
            }}
          />
        )}
        {!compact && <Request memory={memory} slot={slot} />}
      </div>
    );
  };

  const telling = compact ? slots.filter(({ plugged, request: asked }) => plugged && asked) : [];
  return (
    <section className="dimms" aria-label={translate('dimm.label')}>
      <header className="dimms-head">
        <h3 className="topology-name">{translate('dimm.title')}</h3>
        <span className="dimms-base">{translate('dimm.base', { size: formatSize(description.memorySize) })}</span>
      </header>
      {slots.length === 0 ? (
        <p className="dimms-none">
          <RichText text={translate('dimm.noSlots')} />
        </p>
      ) : (
        <>
          <SizeTray size={size} onSize={setSize} onAim={setAim} onDrop={plug} />
          {nodes.length > 1 && (
            // biome-ignore lint/a11y/useSemanticElements: a group of buttons, not of form fields
            <div className="tray" role="group" aria-label={translate('dimm.node')}>
              {nodes.map(({ id }) => (
                <button
                  type="button"
                  className="tray-size"
                  key={id}
                  aria-pressed={id === node}
                  onClick={() => setNode(id)}
                >
                  {translate('dimm.nodeName', { node: id })}
                </button>
              ))}
            </div>
          )}
          {compact && (
            <p className="board-summary">
              {translate('dimm.summary', { count: slots.filter(({ plugged }) => plugged).length, slots: slots.length })}
            </p>
          )}
          <div
            className={compact ? 'dimm-slots dimm-slots-compact' : 'dimm-slots'}
            ref={box}
            role="toolbar"
            aria-label={translate('dimm.label')}
            onKeyDown={onKeyDown}
          >
            {slots.map(tile)}
          </div>
          <Lines {...request(slots.find(({ plugged }) => !plugged)?.index ?? 0, size)} />
          {telling.map((slot) => (
            <Request key={slot.index} memory={memory} slot={slot} />
          ))}
        </>
      )}
    </section>
  );
}

/** The slot that something happened to last. */
function newestOf(slots: readonly DimmSlot[]): DimmSlot | undefined {
  return slots.reduce<DimmSlot | undefined>(
    (last, slot) => (last && last.changedAt >= slot.changedAt ? last : slot),
    undefined,
  );
}

function conditionText(translate: Translate, memory: MemoryState, slot: DimmSlot): string {
  const blocks = blocksOfRange(memory, slot.address, slot.size);
  const online = blocks.filter(({ state }) => state !== 'offline').length;
  return translate(`dimm.condition.${dimmCondition(memory, slot)}`, { online, count: blocks.length });
}

function describe(translate: Translate, memory: MemoryState, slot: DimmSlot): string {
  const condition = conditionText(translate, memory, slot);
  if (!slot.plugged) return translate('dimm.slot', { slot: slot.index, condition });
  const { id, size, address } = slot;
  return translate('dimm.slotFull', {
    slot: slot.index,
    id,
    size: formatSize(size),
    address: hexAddress(address),
    condition,
  });
}

/** A DIMM in its slot: its chips are its memory blocks. */
function Module({ memory, slot }: { readonly memory: MemoryState; readonly slot: DimmSlot }) {
  const translate = useTranslate();
  const many = useLab((state) => (state.description?.numaNodes.length ?? 0) > 1);
  const blocks = blocksOfRange(memory, slot.address, slot.size);
  const condition = dimmCondition(memory, slot);
  return (
    <span className="module">
      <span className="module-name">
        <span className="slot-mark">
          <Mark shape={CONDITION_SHAPE[condition]} size={12} />
        </span>
        <b translate="no">{slot.id}</b>
        <span>{formatSize(slot.size)}</span>
        {many && <span>{translate('dimm.nodeName', { node: slot.node })}</span>}
        <code className="module-address" translate="no">
          {hexAddress(slot.address)}
        </code>
      </span>
      <span className="chips" aria-hidden="true">
        {blocks.length === 0
          ? BARE_CHIPS.map((chip) => <i key={chip} className="chip" data-condition="possible" />)
          : chipsOf(blocks).map(([first, condition]) => <i key={first} className="chip" data-condition={condition} />)}
      </span>
      <span className="module-note">{conditionText(translate, memory, slot)}</span>
    </span>
  );
}

/** A chip a block, or of very many blocks the first of each share stands for its like. */
function chipsOf(blocks: readonly MemoryBlock[]): [number, string][] {
  const share = Math.ceil(blocks.length / MOST_CHIPS);
  const chips: [number, string][] = [];
  for (let at = 0; at < blocks.length; at += share) {
    const members = blocks.slice(at, at + share).map(blockCondition);
    const moving = members.find((condition) => condition === 'coming' || condition === 'going');
    chips.push([at, moving ?? (members.includes('online') ? 'online' : 'present')]);
  }
  return chips;
}

/** What a click on an empty slot stands for, to QMP and to the monitor. */
function Lines(request: DimmRequest) {
  const translate = useTranslate();
  return (
    <details className="dimm-lines">
      <summary>{translate('dimm.lines')}</summary>
      <p>QMP</p>
      <pre translate="no">{plugDimmCommands(request).join('\n')}</pre>
      <p>HMP</p>
      <pre translate="no">{plugDimmMonitorLines(request).join('\n')}</pre>
    </details>
  );
}

/** What an unplug waits for, block by block, and how it ended where the DIMM stayed. */
function Request({ memory, slot }: { readonly memory: MemoryState; readonly slot: DimmSlot }) {
  const translate = useTranslate();
  const { request } = slot;
  if (!slot.plugged || !request) return null;
  const blocks = blocksOfRange(memory, slot.address, slot.size);
  if (request.underWay) {
    const done = blocks.filter(({ state }) => state === 'offline').length;
    const moving = blocks.find(({ state }) => state === 'going-offline');
    return (
      <p className="dimm-request" data-condition="going">
        <progress max={Math.max(1, blocks.length)} value={done} aria-label={translate('dimm.unplug')} />
        {translate('dimm.leaving', { done, count: blocks.length })}
        {moving && moving.migrated > 0 && <> · {translate('dimm.migrated', { pages: moving.migrated })}</>}
      </p>
    );
  }
  if (request.status === 0) return null;
  const { refusedBy } = request;
  return (
    <p className="dimm-request" data-condition="failed">
      <span>
        <Mark shape="cross" size={9} />{' '}
        <RichText
          text={
            refusedBy >= 0
              ? translate('dimm.rejected', { block: refusedBy })
              : translate('dimm.rejectedPlain', { status: `0x${request.status.toString(16)}` })
          }
        />
      </span>
      {refusedBy >= 0 && (
        <button type="button" className="dimm-why" onClick={() => showBlock(refusedBy)}>
          {translate('dimm.why')}
        </button>
      )}
    </p>
  );
}
