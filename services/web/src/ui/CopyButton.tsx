import { useEffect, useState } from 'react';
import { Icon } from './icons.tsx';

type CopyButtonProps = {
  readonly text: string;
  /** What is copied, for the button's name: `Copy link`. */
  readonly label: string;
};

/** How long the button says that it worked. */
const SAID_MILLIS = 1500;

/** Copies a text and says so for a moment, in the same width: nothing beside it moves. */
export function CopyButton({ text, label }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused' | undefined>(undefined);
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), SAID_MILLIS);
    return () => clearTimeout(timer);
  }, [outcome]);

  return (
    <button
      type="button"
      className="button copy-button"
      onClick={() => {
        copyText(text).then(
          () => setOutcome('copied'),
          () => setOutcome('refused'),
        );
      }}
    >
      <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{outcome === undefined ? label : SAID[outcome]}</span>
    </button>
  );
}

const SAID = { copied: 'Copied', refused: 'Not allowed' } as const;

/** Rejects where the browser has no clipboard: outside of https and localhost. */
export function copyText(text: string): Promise<void> {
  const clipboard: Clipboard | undefined = navigator.clipboard;
  return clipboard === undefined
    ? Promise.reject(new Error('this browser copies over https and from localhost only'))
    : clipboard.writeText(text);
}
