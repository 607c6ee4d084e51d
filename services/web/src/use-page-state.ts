import { useMemo, useSyncExternalStore } from 'react';
import { formatPageState, type PageState, parsePageState } from './page-state.ts';

/**
 * `push` makes a step that the browser's Back undoes; `replace` is for what changes while the reader
 * types.
 */
export type Navigate = (next: PageState, how?: 'push' | 'replace') => void;

/** The state of the page, which is its address and nothing else. */
export function usePageState(): readonly [state: PageState, navigate: Navigate] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const state = useMemo(() => parsePageState(hash), [hash]);
  return [state, navigate];
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  window.addEventListener('hashchange', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
    window.removeEventListener('hashchange', listener);
  };
}

const navigate: Navigate = (next, how = 'push') => {
  const address = formatPageState(next);
  if (address === location.hash) return;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  // Neither call is an event for the page that makes it.
  for (const listener of listeners) listener();
};
