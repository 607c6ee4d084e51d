import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { createByteStringRows } from '../../dictionary/byte-string-rows.ts';
import { createDictionary, type Dictionary } from '../../dictionary/dictionary.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { countRows, hasRowsBetween, NO_ROWS, type RowCounts } from '../codec/dictionary-rows.ts';
import type { Generation } from '../log/head-log.ts';
import { type EpochOwner, isOfDay, keyOfOwner, nameOfDay } from './epoch-key.ts';
import {
  createRowsOfGeneration,
  loadDictionary,
  type RowsInSegments,
  type RowsOfGeneration,
} from './epoch-rows.ts';
import type { StoreEvent } from './store-event.ts';
import {
  DICTIONARIES_MAX_BYTES,
  DICTIONARY_IDLE_MILLIS,
  DICTIONARY_MAX_BYTES,
  DICTIONARY_MAX_STACKS,
  OLD_DICTIONARY_IDLE_MILLIS,
} from './writer-limits.ts';

/** A dictionary that profiles are being written with. */
export type Epoch = EpochOwner & {
  readonly key: string;
  /**
   * Which dictionary of its tenant, service and day: the arrival of the first profile that it was
   * begun for, so that nothing on the disk can have it, be it read or not.
   */
  readonly ordinal: number;
  readonly dictionary: Dictionary;
  /** Rows that are in records, durable or on their way. */
  logged: RowCounts;
  /** Rows that are in durable records: where `logged` goes back to when a commit fails. */
  committed: RowCounts;
};

export type Epochs = {
  /** The open epoch of an owner: in memory, read from the disk, or begun. */
  of(owner: EpochOwner): Epoch;
  /** To be told after each profile: a full epoch is closed, those used least recently are let go. */
  used(epoch: Epoch): void;
  /** The next profile of the owner gets a new dictionary. */
  retire(epoch: Epoch): void;
  /**
   * Nothing is left of a day: its dictionaries are begun anew. The next call comes when what was on
   * its way has been flushed or has failed.
   */
  retireDay(day: number): void;
  /** All uncommitted rows will be logged again. */
  rollBack(): void;
  /**
   * Lets go of those that were not used for {@link DICTIONARY_IDLE_MILLIS}, of days before `today`
   * for {@link OLD_DICTIONARY_IDLE_MILLIS}, and answers how many.
   */
  closeIdle(today: number): number;
  /** Dictionaries by stacks, largest first. */
  largest(count: number): readonly DictionarySize[];
};

export type DictionarySize = {
  readonly tenant: string;
  readonly service: string;
  readonly day: number;
  readonly stacks: number;
};

export type EpochsOptions = {
  readonly fs: Fs;
  /** The rows that segments of a day hold, of all owners. */
  readonly rowsInSegments: (day: number) => RowsInSegments;
  /** More than every arrival so far. */
  readonly nextArrival: () => number;
  readonly generations: () => readonly Generation[];
  readonly onEvent: (event: StoreEvent) => void;
  readonly monotonicMillis: () => number;
  readonly maxBytes?: number;
  readonly dictionaryMaxBytes?: number;
};

/**
 * Of those that wait for a successor. What stands before so many has been written or has failed long
 * since: it would be continued rightly, and retired once more.
 */
const MAX_RETIRED = 10_000;

/** Rows on their way to the disk are nowhere but in memory. */
function isDurable({ logged, committed }: Epoch): boolean {
  return logged === committed;
}

function stacksOf({ dictionary }: Epoch): number {
  return dictionary.stackCount();
}

export function createEpochs(options: EpochsOptions): Epochs {
  const { fs, rowsInSegments, generations, nextArrival, onEvent, monotonicMillis } = options;
  const maxBytes = options.maxBytes ?? DICTIONARIES_MAX_BYTES;
  const dictionaryMaxBytes = options.dictionaryMaxBytes ?? DICTIONARY_MAX_BYTES;
  /** By key, in the order of use: the first one goes first. */
  const open = new Map<string, Epoch>();
  const bytesOf = new Map<Epoch, number>();
  const usedMillis = new WeakMap<Epoch, number>();
  let openBytes = 0;
  /**
   * Dictionaries that get nothing any more, though they can be read: those of an owner up to a
   * number. They were filled, or met a record too large, so that there are few.
   */
  const retired = new Map<string, number>();
  /** Those of a whole day, below a number. Forgotten when nothing of the day is left. */
  const retiredBelow = new Map<number, number>();
  const rowsOfGenerations = new WeakMap<Generation, () => RowsOfGeneration>();

  function rowsIn(generation: Generation): RowsOfGeneration {
    const known = rowsOfGenerations.get(generation) ?? createRowsOfGeneration(generation);
    rowsOfGenerations.set(generation, known);
    return known();
  }

  function begin(owner: EpochOwner, key: string): Epoch {
    return {
      ...owner,
      key,
      ordinal: nextArrival(),
      dictionary: createDictionary(createByteStringRows()),
      logged: NO_ROWS,
      committed: NO_ROWS,
    };
  }

  /** The newest one on the disk, unless it cannot be continued. */
  function load(owner: EpochOwner, key: string): Epoch {
    const { of: rowsOf, isWhole } = rowsInSegments(owner.day);
    // What cannot be read may hold the newest one, or rows of it that profiles rest on.
    if (!isWhole) return begin(owner, key);
    const segments = rowsOf(key);
    const logged = generations().flatMap((generation) => rowsIn(generation).get(key) ?? []);
    let ordinal = -1;
    for (const { epoch } of segments) ordinal = Math.max(ordinal, epoch.ordinal);
    for (const of of logged) ordinal = Math.max(ordinal, of.ordinal);
    if (ordinal < 0 || isRetired(owner, key, ordinal)) return begin(owner, key);
    try {
      const dictionary = loadDictionary(
        fs,
        segments.filter(({ epoch }) => epoch.ordinal === ordinal),
        logged.filter((of) => of.ordinal === ordinal),
      );
      const counts = countRows(dictionary.view());
      return { ...owner, key, ordinal, dictionary, logged: counts, committed: counts };
    } catch (error) {
      if (!(error instanceof DamagedBytes) && !(error instanceof FsError)) throw error;
      onEvent({
        level: 'warn',
        message: `the dictionary of ${owner.service} on ${nameOfDay(owner.day)} cannot be continued, and another one is begun: ${error.message}`,
      });
      return begin(owner, key);
    }
  }

  function isRetired({ day }: EpochOwner, key: string, ordinal: number): boolean {
    return ordinal <= (retired.get(key) ?? -1) || ordinal < (retiredBelow.get(day) ?? 0);
  }

  /** Whether profiles or rows of a day are on the disk. */
  function isHeld(day: number): boolean {
    const { isEmpty, isWhole } = rowsInSegments(day);
    if (!isEmpty || !isWhole) return true;
    return generations().some((of) => [...rowsIn(of).keys()].some((key) => isOfDay(key, day)));
  }

  function forget(epoch: Epoch): void {
    open.delete(epoch.key);
    openBytes -= bytesOf.get(epoch) ?? 0;
    bytesOf.delete(epoch);
  }

  function retire(epoch: Epoch): void {
    retired.set(epoch.key, epoch.ordinal);
    for (const key of retired.keys()) {
      if (retired.size <= MAX_RETIRED) break;
      retired.delete(key);
    }
    forget(epoch);
  }

  return {
    of(owner) {
      const key = keyOfOwner(owner);
      const epoch = open.get(key) ?? load(owner, key);
      // To the end: it is the one used last.
      open.delete(key);
      open.set(key, epoch);
      usedMillis.set(epoch, monotonicMillis());
      return epoch;
    },
    used(epoch) {
      const bytes = epoch.dictionary.bytes();
      openBytes += bytes - (bytesOf.get(epoch) ?? 0);
      bytesOf.set(epoch, bytes);
      // Its successor is durable, and the one that is found.
      if (retired.size > 0 && hasRowsBetween(NO_ROWS, epoch.committed)) retired.delete(epoch.key);
      if (bytes > dictionaryMaxBytes || stacksOf(epoch) >= DICTIONARY_MAX_STACKS) retire(epoch);
      if (openBytes <= maxBytes) return;
      for (const other of open.values()) {
        if (openBytes <= maxBytes) break;
        if (other === epoch) continue;
        // What was used later has rows on their way, too: to look at all of ten thousand services for
        // each of them took 14 s.
        if (!isDurable(other)) break;
        forget(other);
      }
    },
    retire,
    retireDay(day) {
      // What was on its way when an earlier day was retired has been flushed since, or has failed.
      for (const other of retiredBelow.keys()) if (!isHeld(other)) retiredBelow.delete(other);
      retiredBelow.set(day, nextArrival());
      for (const key of retired.keys()) if (isOfDay(key, day)) retired.delete(key);
      for (const epoch of [...open.values()]) if (epoch.day === day) forget(epoch);
    },
    rollBack() {
      for (const epoch of open.values()) epoch.logged = epoch.committed;
    },
    closeIdle(today) {
      const now = monotonicMillis();
      let closed = 0;
      for (const epoch of open.values()) {
        const idleMillis = now - (usedMillis.get(epoch) ?? 0);
        if (idleMillis < OLD_DICTIONARY_IDLE_MILLIS) break;
        const isIdle = epoch.day < today || idleMillis >= DICTIONARY_IDLE_MILLIS;
        if (!isIdle || !isDurable(epoch)) continue;
        forget(epoch);
        closed++;
      }
      return closed;
    },
    largest(count) {
      // Asked for every few seconds: nothing is made of those that are not among them.
      const found: Epoch[] = [];
      for (const epoch of open.values()) {
        const least = found[count - 1];
        if (least !== undefined && stacksOf(epoch) <= stacksOf(least)) continue;
        const place = found.findIndex((other) => stacksOf(epoch) > stacksOf(other));
        found.splice(place < 0 ? found.length : place, 0, epoch);
        if (found.length > count) found.pop();
      }
      return found.map((epoch) => {
        const { tenant, service, day } = epoch;
        return { tenant, service, day, stacks: stacksOf(epoch) };
      });
    },
  };
}
