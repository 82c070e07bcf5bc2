import { type KeyboardEvent, useRef, useState } from 'react';
import type { CpuSlot } from '../../../workers/protocol/machine-api.ts';
import { CONDITION_SHAPE } from '../../session/condition-mark.ts';
import { onlineCommand, unplugCommand } from '../../session/cpu-commands.ts';
import { CPU_CONDITIONS, type SlotState } from '../../session/fold-cpus.ts';
import { selectEvent, useLab } from '../../session/lab-state.ts';
import { useFolds, useSession, useTranslate } from '../../session/session-context.ts';
import { Icon } from '../../widgets/icon.tsx';
import { Mark } from '../../widgets/mark.tsx';
import { Menu, type MenuItem } from '../../widgets/menu.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import './board.css';

/** From here on a slot is a cell with a sign alone; its name is its label, and stands above the board when it is reached. */
const COMPACT_FROM = 24;

/** Slots in the order of the topology: the sockets, their dies, cores and threads. */
interface Group {
  readonly number: number;
  readonly slots: readonly SlotState[];
}

function groupBy(slots: readonly SlotState[], property: string): Group[] {
  const numberOf = ({ slot }: SlotState) => slot.props[property] ?? 0;
  const numbers = [...new Set(slots.map(numberOf))].sort((a, b) => a - b);
  return numbers.map((number) => ({ number, slots: slots.filter((slot) => numberOf(slot) === number) }));
}

const place = (slot: CpuSlot): string =>
  Object.entries(slot.props)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** Sockets, dies, cores and threads, with what is in them. A click on an empty one plugs a CPU in. */
export function Board() {
  const translate = useTranslate();
  const session = useSession();
  const log = useFolds('cpus');
  const description = useLab((state) => state.description);
  const [focused, setFocused] = useState(0);
  const [open, setOpen] = useState<number>();
  const board = useRef<HTMLDivElement>(null);
  if (!log || !description) return null;
  const { slots } = log.cpus;
  const dense = slots.length > 8;
  const compact = slots.length > COMPACT_FROM;

  const focusSlot = (index: number) => {
    setFocused(index);
    board.current?.querySelector<HTMLElement>(`[data-slot="${index}"]`)?.focus();
  };
  const act = (slot: SlotState) => {
    if (slot.plugged) setOpen(slot.slot.index);
    else session.plug(slot).catch(() => {});
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const tiles = [...(board.current?.querySelectorAll<HTMLElement>('[data-slot]') ?? [])];
    const at = tiles.findIndex((tile) => tile.dataset['slot'] === String(focused));
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      Home: 0,
      End: tiles.length - 1,
    };
    const next = tiles[steps[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    focusSlot(Number(next.dataset['slot']));
  };

  // on x86 the boot CPU has no file `online`
  const isBootCpu = (slot: SlotState) => slot.cpu === 0 && description.board !== 'virt';
  const actions = (slot: SlotState): MenuItem[] => {
    const items: MenuItem[] = [];
    const kernelHasIt = slot.cpu >= 0 && log.cpus.kernel.get(slot.cpu)?.present;
    if (kernelHasIt && !isBootCpu(slot)) {
      const online = log.cpus.kernel.get(slot.cpu)?.online ?? false;
      items.push({
        name: 'online',
        title: translate(online ? 'board.offline' : 'board.online'),
        detail: onlineCommand(slot.cpu, !online),
        onChoose: () => void session.setOnline(slot, !online).catch(() => {}),
      });
    }
    items.push({
      name: 'unplug',
      title: translate('board.unplug'),
      detail: unplugCommand(slot),
      onChoose: () => void session.unplug(slot).catch(() => {}),
    });
    if (slot.changedAt >= 0) {
      items.push({ name: 'inspect', title: translate('board.inspect'), onChoose: () => selectEvent(slot.changedAt) });
    }
    return items;
  };

  const tile = (slot: SlotState) => {
    const { index } = slot.slot;
    const title = slot.cpu >= 0 && slot.plugged ? translate('board.cpu', { cpu: slot.cpu }) : '';
    const label = translate('board.slot', {
      index,
      place: place(slot.slot),
      condition: translate(`condition.${slot.condition}`),
    });
    return (
      <div className="slot" key={index}>
        <button
          type="button"
          className={compact ? 'slot-cell' : dense ? 'slot-tile slot-tile-dense' : 'slot-tile'}
          data-slot={index}
          data-condition={slot.condition}
          aria-label={`${title ? `${title}. ` : ''}${label}`}
          aria-haspopup={slot.plugged ? 'menu' : undefined}
          aria-expanded={slot.plugged ? open === index : undefined}
          title={compact ? `${title ? `${title}. ` : ''}${label}` : slot.plugged ? undefined : translate('board.plug')}
          tabIndex={index === focused || (focused >= slots.length && index === 0) ? 0 : -1}
          onFocus={() => setFocused(index)}
          onClick={() => act(slot)}
        >
          <span className="slot-mark">
            {slot.plugged ? (
              <Mark shape={CONDITION_SHAPE[slot.condition]} size={compact ? 13 : 16} />
            ) : (
              <Icon name="plus" />
            )}
          </span>
          {!compact && (
            <span className="slot-name">{title || (slot.plugged ? `vCPU ${index}` : translate('board.empty'))}</span>
          )}
          {!dense && (
            <span className="slot-condition">
              {slot.plugged ? translate(`legend.${slot.condition}`) : translate('board.plug')}
            </span>
          )}
        </button>
        {open === index && (
          <Menu
            label={title || label}
            items={actions(slot)}
            note={
              slot.slot.presentAtBoot ? (
                <>
                  <RichText text={translate(description.board === 'virt' ? 'board.fixed.boot' : 'board.boot')} />{' '}
                  {isBootCpu(slot) && <RichText text={translate('board.bootCpu')} />}
                </>
              ) : undefined
            }
            onClose={() => {
              setOpen(undefined);
              focusSlot(index);
            }}
          />
        )}
      </div>
    );
  };

  const core = ({ number, slots: threads }: Group) =>
    threads.length === 1 && threads[0] ? (
      tile(threads[0])
    ) : (
      <div className="core" key={number} title={compact ? translate('board.core', { number }) : undefined}>
        {!compact && <span className="topology-name">{translate('board.core', { number })}</span>}
        <div className="core-threads">{threads.map(tile)}</div>
      </div>
    );
  const cores = (members: readonly SlotState[]) => <div className="cores">{groupBy(members, 'core-id').map(core)}</div>;

  const sockets = groupBy(slots, 'socket-id');
  // Sockets with one CPU each need no box around it.
  const single = sockets.length > 1 && sockets.every((socket) => socket.slots.length === 1);

  return (
    <div
      className={compact ? 'board board-compact' : dense ? 'board board-dense' : 'board'}
      ref={board}
      role="toolbar"
      aria-label={translate('board.label')}
      onKeyDown={onKeyDown}
    >
      {compact && <Summary slots={slots} />}
      {single && (
        <div className="socket">
          <div className="cores">{slots.map(tile)}</div>
        </div>
      )}
      {(single ? [] : sockets).map((socket) => {
        const dies = groupBy(socket.slots, 'die-id');
        return (
          <div className="socket" key={socket.number}>
            <span className="topology-name">{translate('board.socket', { number: socket.number })}</span>
            {dies.length === 1
              ? cores(socket.slots)
              : dies.map((die) => (
                  <div className="die" key={die.number}>
                    <span className="topology-name">{translate('board.die', { number: die.number })}</span>
                    {cores(die.slots)}
                  </div>
                ))}
          </div>
        );
      })}
    </div>
  );
}

/** How many CPUs are in which condition. */
function Summary({ slots }: { readonly slots: readonly SlotState[] }) {
  const translate = useTranslate();
  const counts = CPU_CONDITIONS.flatMap((condition) => {
    const count = slots.filter((slot) => slot.condition === condition).length;
    return count > 0 ? [`${count} ${translate(`legend.${condition}`)}`] : [];
  });
  return <p className="board-summary">{counts.join(' · ')}</p>;
}
