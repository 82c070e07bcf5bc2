import { useState } from 'react';
import { Button } from './button.tsx';

/** Copies a text to the clipboard and says so. */
export function CopyButton({
  text,
  label,
  done,
}: {
  readonly text: string;
  readonly label: string;
  readonly done: string;
}) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard?.writeText(text).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 1600);
      },
      () => setCopied(false),
    );
  };
  return (
    <Button
      className="copy-button"
      icon={copied ? 'check' : 'copy'}
      aria-label={copied ? done : label}
      onClick={(event) => {
        event.stopPropagation();
        copy();
      }}
    />
  );
}
