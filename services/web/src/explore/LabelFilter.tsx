import { useEffect, useId, useState } from 'react';
import { selectorOf } from './selector.ts';

type LabelFilterProps = { readonly labels: string; readonly onChange: (labels: string) => void };

/** Conditions on labels, taken over with Enter or when the field is left, once they can be read. */
export function LabelFilter({ labels, onChange }: LabelFilterProps) {
  const [text, setText] = useState(labels);
  const messageId = useId();
  // The browser's Back changes the address, and the field follows it.
  useEffect(() => setText(labels), [labels]);

  const built = selectorOf('', text);
  const take = () => {
    if (built.ok && text.trim() !== labels) onChange(text.trim());
  };
  return (
    <form
      className="label-filter"
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <input
        className="field is-code"
        type="text"
        value={text}
        placeholder='cluster="eu-west"'
        aria-label="Label filter"
        aria-invalid={!built.ok}
        aria-describedby={built.ok ? undefined : messageId}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
      />
      {!built.ok && (
        <div id={messageId} className="field-message" role="alert">
          {`At character ${built.offset + 1}: ${built.reason}`}
        </div>
      )}
    </form>
  );
}
