import { useEffect, useEffectEvent } from 'react';

/** What keys do, by what is pressed: `?`, `/`, `g s` (one after the other), `Escape`. */
export type KeyTable = Readonly<Record<string, () => void>>;

/** Two keys of one command are pressed within this time. */
const CHORD_MILLIS = 1200;

/**
 * Listens on the whole page. Keys pressed in a field, or with Ctrl, Alt or Meta, belong to the field
 * or the browser; a key that something nearer has handled is left alone.
 */
export function useKeys(table: KeyTable): void {
  const press = useEffectEvent((pressed: string): boolean => {
    const action = table[pressed];
    action?.();
    return action !== undefined;
  });
  useEffect(() => {
    let previous = { key: '', atMillis: Number.NEGATIVE_INFINITY };
    const onKeyDown = (event: KeyboardEvent) => {
      // On many keyboards `[` is typed with AltGr, which also reads as Ctrl and Alt.
      const isShortcut = event.ctrlKey || event.altKey || event.metaKey;
      if (event.defaultPrevented || (isShortcut && !event.getModifierState('AltGraph'))) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
      const isChord = event.timeStamp - previous.atMillis < CHORD_MILLIS;
      const isHandled = (isChord && press(`${previous.key} ${event.key}`)) || press(event.key);
      if (isHandled) event.preventDefault();
      previous = { key: isHandled ? '' : event.key, atMillis: event.timeStamp };
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
  );
}
