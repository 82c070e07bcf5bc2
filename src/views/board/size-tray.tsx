import { type PointerEvent, useRef, useState } from 'react';
import { parseSize } from '../../session/memory-commands.ts';
import { useTranslate } from '../../session/session-context.ts';
import { formatSize } from '../../session/words.ts';

const MIB = 2 ** 20;
const SIZES = [128, 256, 512, 1024, 2048, 4096].map((mebibytes) => mebibytes * MIB);
/** A pointer that has moved so far drags; before, it clicks. Pixels. */
const DRAG_FROM = 6;

interface Props {
  readonly size: number;
  readonly onSize: (bytes: number) => void;
  /** The empty slot under what is being dragged. */
  readonly onAim: (slot: number | undefined) => void;
  readonly onDrop: (slot: number, bytes: number) => void;
}

/** As QEMU's command line writes it: 512M, 1G. */
const short = (bytes: number): string => formatSize(bytes).replace(/ (.)iB$/, '$1');

/** The empty DIMM slot at a point of the window. */
function emptySlotAt(x: number, y: number): number | undefined {
  const slot = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-dimm]');
  return slot?.dataset['condition'] === 'possible' ? Number(slot.dataset['dimm']) : undefined;
}

/** Sizes to choose the next DIMM from: each is clicked, or dragged into a slot; any other is typed. */
export function SizeTray({ size, onSize, onAim, onDrop }: Props) {
  const translate = useTranslate();
  const [drag, setDrag] = useState<{ readonly bytes: number; readonly x: number; readonly y: number }>();
  const [wrong, setWrong] = useState('');
  const start = useRef<{ readonly x: number; readonly y: number }>(undefined);
  const dragged = useRef(false);

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, y: event.clientY };
    dragged.current = false;
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>, bytes: number) => {
    const { clientX: x, clientY: y } = event;
    if (!start.current) return;
    if (!dragged.current && Math.hypot(x - start.current.x, y - start.current.y) < DRAG_FROM) return;
    dragged.current = true;
    setDrag({ bytes, x, y });
    onAim(emptySlotAt(x, y));
  };
  const end = () => {
    start.current = undefined;
    setDrag(undefined);
    onAim(undefined);
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>, bytes: number) => {
    const slot = dragged.current ? emptySlotAt(event.clientX, event.clientY) : undefined;
    end();
    if (slot !== undefined) onDrop(slot, bytes);
  };
  const read = (input: HTMLInputElement) => {
    if (input.value.trim() === '') return;
    const bytes = parseSize(input.value);
    setWrong(bytes === undefined ? input.value : '');
    if (bytes !== undefined) onSize(bytes);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons, not of form fields
    <div className="tray" role="group" aria-label={translate('dimm.tray')} title={translate('dimm.trayHint')}>
      {SIZES.map((bytes) => (
        <button
          type="button"
          className="tray-size"
          key={bytes}
          aria-pressed={bytes === size}
          aria-label={formatSize(bytes)}
          onPointerDown={onPointerDown}
          onPointerMove={(event) => onPointerMove(event, bytes)}
          onPointerUp={(event) => onPointerUp(event, bytes)}
          onPointerCancel={end}
          onClick={() => {
            if (!dragged.current) onSize(bytes);
          }}
        >
          {short(bytes)}
        </button>
      ))}
      <input
        className="tray-other"
        aria-label={translate('dimm.otherLabel')}
        aria-invalid={wrong !== ''}
        placeholder={translate('dimm.other')}
        spellCheck={false}
        onBlur={(event) => read(event.currentTarget)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') read(event.currentTarget);
        }}
      />
      {wrong !== '' && (
        <p className="tray-wrong" role="alert">
          {translate('dimm.sizeUnclear', { text: wrong.slice(0, 24) })}
        </p>
      )}
      {drag && (
        <span className="tray-ghost" style={{ transform: `translate(${drag.x}px, ${drag.y}px)` }} aria-hidden="true">
          {short(drag.bytes)}
        </span>
      )}
    </div>
  );
}
