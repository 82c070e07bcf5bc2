import type { Verdict } from '../../session/compare/read-road.ts';

const SIGNS: Readonly<Record<Verdict, string>> = { same: '=', alike: '≈', differs: '≠', one: '∅' };

/** The sign of a verdict; its word stands beside it, or is spoken. */
export function VerdictSign({ verdict }: { readonly verdict: Verdict }) {
  return (
    <span className="verdict" data-verdict={verdict} aria-hidden="true">
      {SIGNS[verdict]}
    </span>
  );
}
