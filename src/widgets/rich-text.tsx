import { Fragment } from 'react';

/** A sentence in which text between backticks is a name: monospaced, and left alone by translators. */
export function RichText({ text }: { readonly text: string }) {
  const parts = text.split('`').map((part, at) => ({ part, at }));
  return parts.map(({ part, at }) =>
    at % 2 === 0 ? (
      <Fragment key={at}>{part}</Fragment>
    ) : (
      <code key={at} translate="no">
        {part}
      </code>
    ),
  );
}

/** The same sentence without its marks, for labels and speech. */
export function plainText(text: string): string {
  return text.replaceAll('`', '');
}
