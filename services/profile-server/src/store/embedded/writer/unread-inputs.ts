import type { Clock } from '@emberscope/node-kit/worker';
import type { SegmentEntry } from '../manifest/manifest.ts';
import type { StoreEvent } from './store-event.ts';
import { UNREAD_FIRST_MILLIS, UNREAD_MAX_MILLIS, UNREAD_TRIES } from './writer-limits.ts';

/**
 * Files that merges cannot read, and do without: else no later day would be merged either. One that is
 * damaged stays so. One that the disk did not hand out is asked for again at once, and then after
 * growing pauses: what is merged without it is in no roll-up as long as that lasts.
 */
export type UnreadInputs = {
  readonly isLeftOut: (file: string) => boolean;
  /** A merge of these has failed. */
  noteFailure(inputs: readonly SegmentEntry[], error: unknown): void;
  /** Forgets those that the manifest does not name any more. */
  keep(entries: readonly SegmentEntry[]): void;
};

type Unread = { readonly failures: number; readonly untilMillis: number };

export function createUnreadInputs(
  clock: Clock,
  onEvent: (event: StoreEvent) => void,
): UnreadInputs {
  const files = new Map<string, Unread>();

  function noteFile(file: string, isDamaged: boolean): void {
    const failures = (files.get(file)?.failures ?? 0) + 1;
    const now = clock.monotonicMillis();
    if (isDamaged) {
      files.set(file, { failures, untilMillis: Number.POSITIVE_INFINITY });
      tell(`${file} is damaged, and left out of merges`);
    } else if (failures < UNREAD_TRIES) {
      files.set(file, { failures, untilMillis: now });
    } else {
      const doubled = UNREAD_FIRST_MILLIS * 2 ** (failures - UNREAD_TRIES);
      const pauseMillis = Math.min(UNREAD_MAX_MILLIS, doubled);
      files.set(file, { failures, untilMillis: now + pauseMillis });
      tell(`${file} cannot be read, and is left out of merges for ${pauseMillis / 1000} s`);
    }
  }

  function tell(message: string): void {
    onEvent({ level: 'error', message });
  }

  return {
    isLeftOut: (file) => clock.monotonicMillis() < (files.get(file)?.untilMillis ?? 0),
    noteFailure(inputs, error) {
      if (!(error instanceof Error)) return;
      // From another thread an error comes without its class.
      const isDamaged = error.name === 'DamagedBytes';
      for (const { file } of inputs) if (error.message.includes(file)) noteFile(file, isDamaged);
    },
    keep(entries) {
      if (files.size === 0) return;
      const named = new Set(entries.map(({ file }) => file));
      for (const file of files.keys()) if (!named.has(file)) files.delete(file);
    },
  };
}
