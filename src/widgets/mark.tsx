import type { ReactNode } from 'react';
import './mark.css';

/** Shapes that stay apart without colour: dashed ring, ring, triangle up, disc, triangle down, cross. */
export type MarkShape = 'dashed' | 'ring' | 'up' | 'disc' | 'down' | 'cross';

const DRAWN: Readonly<Record<MarkShape, ReactNode>> = {
  dashed: <circle cx="8" cy="8" r="5.5" fill="none" strokeWidth="1.6" strokeDasharray="2.3 2.02" />,
  ring: <circle cx="8" cy="8" r="5.2" fill="none" strokeWidth="2.2" />,
  up: <path d="M8 2.2 14 13H2z" stroke="none" />,
  disc: <circle cx="8" cy="8" r="6.2" stroke="none" />,
  down: <path d="M8 13.800 2 3h12z" stroke="none" />,
  cross: <path d="m3.500 3.500 9 9m0-9-9 9" fill="none" strokeWidth="2.600" strokeLinecap="round" />,
};

/** The sign of a state, in the colour of the text around it. */
export function Mark({ shape, size = 14 }: { readonly shape: MarkShape; readonly size?: number }) {
  return (
    <svg className="mark" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      {DRAWN[shape]}
    </svg>
  );
}
