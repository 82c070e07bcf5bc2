import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import './menu.css';

export interface MenuItem {
  readonly name: string;
  readonly title: ReactNode;
  /** What it does, in the words of the machine. */
  readonly detail?: ReactNode;
  readonly onChoose: () => void;
}

interface Props {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly note?: ReactNode;
  readonly onClose: () => void;
}

const MARGIN = 8;

/** Shows an element above everything else, below its anchor or, where there is no room, over it. */
function placeBelow(element: HTMLElement, anchor: Element): void {
  element.showPopover();
  const { left, top, bottom } = anchor.getBoundingClientRect();
  const { width, height } = element.getBoundingClientRect();
  const below = bottom + 4;
  const y = below + height + MARGIN > window.innerHeight ? Math.max(MARGIN, top - height - 4) : below;
  element.style.left = `${Math.max(MARGIN, Math.min(left, window.innerWidth - width - MARGIN))}px`;
  element.style.top = `${y}px`;
}

/** Actions that open below the element before them. Escape and a click elsewhere close it; focus returns by `onClose`. */
export function Menu({ label, items, note, onClose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const element = list.current;
    if (element) placeBelow(element, element.previousElementSibling ?? element);
    element?.querySelector('button')?.focus();
    const onPointerDown = (event: Event) => {
      if (event.target instanceof Node && !element?.contains(event.target)) close.current();
    };
    document.addEventListener('pointerdown', onPointerDown);
    return () => document.removeEventListener('pointerdown', onPointerDown);
  }, []);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    event.stopPropagation();
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      Home: 0,
      End: buttons.length - 1,
    };
    if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else if (event.key in steps) buttons[((steps[event.key] ?? 0) + buttons.length) % buttons.length]?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={list}
      className="menu"
      role="menu"
      popover="manual"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {items.map(({ name, title, detail, onChoose }) => (
        <button
          key={name}
          type="button"
          role="menuitem"
          tabIndex={-1}
          className="menu-item"
          onClick={() => {
            onClose();
            onChoose();
          }}
        >
          <span>{title}</span>
          {detail && <code className="menu-detail">{detail}</code>}
        </button>
      ))}
      {note && <p className="menu-note">{note}</p>}
    </div>
  );
}
