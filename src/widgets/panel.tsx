import { type ReactNode, useId } from 'react';
import { Button } from './button.tsx';
import './panel.css';

interface Props {
  readonly title: string;
  /** Class of the panel's own view. */
  readonly name: string;
  readonly aside?: ReactNode;
  /** Titles of several pictures to choose from, in the place of the panel's own. */
  readonly tabs?: ReactNode;
  readonly collapsed?: boolean;
  readonly collapseLabel?: string;
  readonly onCollapse?: () => void;
  readonly children: ReactNode;
}

/** A titled part of the page, a landmark of its own; it folds down to its title. */
export function Panel({ title, name, aside, tabs, collapsed = false, collapseLabel, onCollapse, children }: Props) {
  const id = useId();
  return (
    <section className={`panel panel-${name}`} aria-labelledby={id} data-collapsed={collapsed}>
      <header className="panel-head">
        <h2 id={id} className={tabs && !collapsed ? 'visually-hidden' : 'panel-title'}>
          {title}
        </h2>
        {!collapsed && tabs}
        <div className="panel-aside">{!collapsed && aside}</div>
        {onCollapse && (
          <Button
            className="panel-fold"
            icon="chevron"
            aria-label={collapseLabel}
            aria-expanded={!collapsed}
            onClick={onCollapse}
          />
        )}
      </header>
      {!collapsed && <div className="panel-body">{children}</div>}
    </section>
  );
}
