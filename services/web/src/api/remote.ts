import { describeTrouble, type Trouble } from './trouble.ts';

/**
 * An answer of the server as a view shows it. `shown` is the last answer there was: it stays on
 * screen, dimmed, until the next one replaces it. `subject` is what it was an answer about, without
 * the time, so that a view can tell "the same, a bit older" from "something else".
 */
export type Remote<T> = {
  readonly shown: { readonly subject: string; readonly answer: T } | undefined;
  readonly activity: RemoteActivity;
};

export type RemoteActivity =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading' }
  /** The reader stopped it; what is shown may be of another question. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly subject: string; readonly trouble: Trouble };

export type RemoteEvent<T> =
  | { readonly kind: 'asked' }
  | { readonly kind: 'answered'; readonly subject: string; readonly answer: T }
  | { readonly kind: 'failed'; readonly subject: string; readonly reason: unknown }
  | { readonly kind: 'cancelled' }
  /** There is no question any more. */
  | { readonly kind: 'dropped' };

export const NOTHING_ASKED: Remote<never> = { shown: undefined, activity: { kind: 'idle' } };

export function nextRemote<T>(remote: Remote<T>, event: RemoteEvent<T>): Remote<T> {
  switch (event.kind) {
    case 'asked':
      return { ...remote, activity: { kind: 'loading' } };
    case 'answered': {
      const { subject, answer } = event;
      return { shown: { subject, answer }, activity: { kind: 'idle' } };
    }
    case 'failed': {
      const { subject, reason } = event;
      return {
        // A picture of something else beside an error would be taken for the answer.
        shown: remote.shown?.subject === subject ? remote.shown : undefined,
        activity: { kind: 'failed', subject, trouble: describeTrouble(reason) },
      };
    }
    case 'cancelled':
      return { ...remote, activity: { kind: 'cancelled' } };
    case 'dropped':
      return remote.activity.kind === 'loading'
        ? { ...remote, activity: { kind: 'idle' } }
        : remote;
    default:
      return event satisfies never;
  }
}
