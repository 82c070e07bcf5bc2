import type { ButtonHTMLAttributes, ReactNode } from 'react';
import './button.css';
import { Icon, type IconName } from './icon.tsx';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon?: IconName | undefined;
  /** `primary` stands out, `plain` is text alone. */
  readonly look?: 'primary' | 'outlined' | 'plain';
  readonly children?: ReactNode;
}

/** A button. One with an icon alone needs an `aria-label`, which is its tooltip as well. */
export function Button({ icon, look = 'plain', children, className = '', ...rest }: Props) {
  const alone = children === undefined || children === null;
  return (
    <button
      type="button"
      title={alone ? rest['aria-label'] : undefined}
      className={`button button-${look} ${alone ? 'button-alone' : ''} ${className}`}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
