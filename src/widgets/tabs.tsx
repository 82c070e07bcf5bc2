import { type KeyboardEvent, type ReactNode, useId } from 'react';
import './tabs.css';

export interface Tab<Name extends string> {
  readonly name: Name;
  readonly title: string;
  /** Drawn while it is chosen; `keep` draws it hidden as well, for content with a state of its own. */
  readonly content: ReactNode;
  readonly keep?: boolean;
}

interface Props<Name extends string> {
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
  /** Stands at the end of the row of tabs. */
  readonly aside?: ReactNode;
}

/** Tabs by the ARIA pattern: arrow keys move and choose. */
export function Tabs<Name extends string>({ label, tabs, chosen, onChoose, aside }: Props<Name>) {
  const id = useId();
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = tabs.findIndex(({ name }) => name === chosen);
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: tabs.length - 1,
    };
    const next = tabs[((steps[event.key] ?? Number.NaN) + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onChoose(next.name);
    document.getElementById(`${id}-${next.name}`)?.focus();
  };
  return (
    <div className="tabs">
      <div className="tabs-row">
        <div role="tablist" aria-label={label} onKeyDown={onKeyDown}>
          {tabs.map(({ name, title }) => (
            <button
              key={name}
              id={`${id}-${name}`}
              type="button"
              role="tab"
              className="tab"
              aria-selected={name === chosen}
              aria-controls={`${id}-${name}-panel`}
              tabIndex={name === chosen ? 0 : -1}
              onClick={() => onChoose(name)}
            >
              {title}
            </button>
          ))}
        </div>
        {aside}
      </div>
      {tabs.map(({ name, content, keep }) => (
        <div
          key={name}
          id={`${id}-${name}-panel`}
          role="tabpanel"
          className="tab-panel"
          aria-labelledby={`${id}-${name}`}
          hidden={name !== chosen}
        >
          {(name === chosen || keep) && content}
        </div>
      ))}
    </div>
  );
}
