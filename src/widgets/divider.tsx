import type { KeyboardEvent, PointerEvent } from 'react';
import './divider.css';

interface Props {
  readonly label: string;
  /** `columns`: a vertical line that is moved sideways. */
  readonly between: 'columns' | 'rows';
  readonly size: number;
  readonly range: readonly [number, number];
  /** Whether the sized panel stands after the line: moving towards it makes it smaller. */
  readonly after?: boolean;
  readonly onSize: (size: number) => void;
}

const KEY_STEP = 16;

/** A line between two panels, to be dragged or moved with the arrow keys. */
export function Divider({ label, between, size, range: [least, most], after = false, onSize }: Props) {
  const towards = after ? -1 : 1;
  const set = (wanted: number) => onSize(Math.round(Math.min(Math.max(wanted, least), most)));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const line = event.currentTarget;
    const start = between === 'columns' ? event.clientX : event.clientY;
    const move = (moved: globalThis.PointerEvent) => {
      set(size + towards * ((between === 'columns' ? moved.clientX : moved.clientY) - start));
    };
    line.setPointerCapture(event.pointerId);
    line.addEventListener('pointermove', move);
    line.addEventListener('lostpointercapture', () => line.removeEventListener('pointermove', move), { once: true });
    event.preventDefault();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const keys: Readonly<Record<string, number>> =
      between === 'columns' ? { ArrowLeft: -1, ArrowRight: 1 } : { ArrowUp: -1, ArrowDown: 1 };
    const direction = keys[event.key];
    if (direction !== undefined) set(size + towards * direction * KEY_STEP);
    else if (event.key === 'Home') set(least);
    else if (event.key === 'End') set(most);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be moved; this is the ARIA window splitter
    <div
      className={`divider divider-${between}`}
      role="separator"
      aria-label={label}
      aria-orientation={between === 'columns' ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
