import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { createByteStringRows } from '../../dictionary/byte-string-rows.ts';
import { createDictionary, type Dictionary } from '../../dictionary/dictionary.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { countRows, NO_ROWS, type RowCounts } from '../codec/dictionary-rows.ts';
import type { Generation } from '../log/head-log.ts';
import { type EpochOwner, isOfDay, keyOfOwner, nameOfDay } from './epoch-key.ts';
import {
  findRowsOfGeneration,
  loadDictionary,
  type RowsOfGeneration,
  type SegmentRows,
} from './epoch-rows.ts';
import type { StoreEvent } from './store-event.ts';
import {
  DICTIONARIES_MAX_BYTES,
  DICTIONARY_MAX_BYTES,
  DICTIONARY_MAX_STACKS,
} from './writer-limits.ts';

/** A dictionary that profiles are being written with. */
export type Epoch = EpochOwner & {
  readonly key: string;
  /** Which dictionary of its tenant, service and day. */
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
  /** Nothing is left of a day: its dictionaries are begun anew, under numbers not used before. */
  retireDay(day: number): void;
  /** All uncommitted rows will be logged again. */
  rollBack(): void;
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
  readonly rowsInSegments: (day: number) => readonly (SegmentRows & { readonly key: string })[];
  readonly generations: () => readonly Generation[];
  readonly onEvent: (event: StoreEvent) => void;
  readonly maxBytes?: number;
  readonly dictionaryMaxBytes?: number;
};

export function createEpochs(options: EpochsOptions): Epochs {
  const { fs, rowsInSegments, generations, onEvent } = options;
  const maxBytes = options.maxBytes ?? DICTIONARIES_MAX_BYTES;
  const dictionaryMaxBytes = options.dictionaryMaxBytes ?? DICTIONARY_MAX_BYTES;
  /** By key, in the order of use: the first one goes first. */
  const open = new Map<string, Epoch>();
  const bytesOf = new Map<Epoch, number>();
  let openBytes = 0;
  /** Numbers that must not be given again, though nothing on the disk may say so. */
  const leastOrdinal = new Map<string, number>();
  /** Generations that grow no more are walked once. */
  const rowsOfGenerations = new WeakMap<Generation, { bytes: number; rows: RowsOfGeneration }>();

  function rowsIn(generation: Generation): RowsOfGeneration {
    const bytes = generation.records.byteLength();
    const known = rowsOfGenerations.get(generation);
    if (known?.bytes === bytes) return known.rows;
    const rows = findRowsOfGeneration(generation);
    rowsOfGenerations.set(generation, { bytes, rows });
    return rows;
  }

  function begin(owner: EpochOwner, key: string, ordinal: number): Epoch {
    leastOrdinal.set(key, ordinal + 1);
    return {
      ...owner,
      key,
      ordinal,
      dictionary: createDictionary(createByteStringRows()),
      logged: NO_ROWS,
      committed: NO_ROWS,
    };
  }

  function load(owner: EpochOwner, key: string): Epoch {
    const segments = rowsInSegments(owner.day).filter((rows) => rows.key === key);
    const logged = generations().flatMap((generation) => rowsIn(generation).get(key) ?? []);
    let ordinal = -1;
    for (const { epoch } of segments) ordinal = Math.max(ordinal, epoch.ordinal);
    for (const rows of logged) ordinal = Math.max(ordinal, rows.ordinal);
    const least = leastOrdinal.get(key) ?? 0;
    // One that was retired stays so, be it on the disk.
    if (ordinal < 0 || isRetired(key, ordinal)) {
      return begin(owner, key, Math.max(least, ordinal + 1));
    }
    try {
      const dictionary = loadDictionary(
        fs,
        segments.filter(({ epoch }) => epoch.ordinal === ordinal),
        logged.filter((rows) => rows.ordinal === ordinal),
      );
      const counts = countRows(dictionary.view());
      return { ...owner, key, ordinal, dictionary, logged: counts, committed: counts };
    } catch (error) {
      if (!(error instanceof DamagedBytes) && !(error instanceof FsError)) throw error;
      onEvent({
        level: 'warn',
        message: `the dictionary of ${owner.service} on ${nameOfDay(owner.day)} cannot be continued, and another one is begun: ${error.message}`,
      });
      return begin(owner, key, Math.max(least, ordinal + 1));
    }
  }

  const retired = new Map<string, number>();
  const isRetired = (key: string, ordinal: number): boolean => (retired.get(key) ?? -1) >= ordinal;

  function forget(epoch: Epoch): void {
    open.delete(epoch.key);
    openBytes -= bytesOf.get(epoch) ?? 0;
    bytesOf.delete(epoch);
  }

  function retireOrdinal(key: string, ordinal: number): void {
    retired.set(key, Math.max(retired.get(key) ?? -1, ordinal));
    leastOrdinal.set(key, Math.max(leastOrdinal.get(key) ?? 0, ordinal + 1));
  }

  function retire(epoch: Epoch): void {
    retireOrdinal(epoch.key, epoch.ordinal);
    forget(epoch);
  }

  return {
    of(owner) {
      const key = keyOfOwner(owner);
      const epoch = open.get(key) ?? load(owner, key);
      // To the end: it is the one used last.
      open.delete(key);
      open.set(key, epoch);
      return epoch;
    },
    used(epoch) {
      const bytes = epoch.dictionary.bytes();
      openBytes += bytes - (bytesOf.get(epoch) ?? 0);
      bytesOf.set(epoch, bytes);
      const stacks = epoch.dictionary.view().stacks.length;
      if (bytes > dictionaryMaxBytes || stacks >= DICTIONARY_MAX_STACKS) retire(epoch);
      if (openBytes <= maxBytes) return;
      for (const other of open.values()) {
        if (openBytes <= maxBytes) break;
        // Rows on their way to the disk are nowhere but here.
        if (other !== epoch && other.logged === other.committed) forget(other);
      }
    },
    retire,
    retireDay(day) {
      for (const epoch of [...open.values()]) if (epoch.day === day) retire(epoch);
      // Those that are not open, too: they could be loaded before their rows go with the day.
      for (const { key, epoch } of rowsInSegments(day)) retireOrdinal(key, epoch.ordinal);
      for (const generation of generations()) {
        for (const [key, rows] of rowsIn(generation)) {
          if (!isOfDay(key, day)) continue;
          for (const { ordinal } of rows) retireOrdinal(key, ordinal);
        }
      }
    },
    rollBack() {
      for (const epoch of open.values()) epoch.logged = epoch.committed;
    },
    largest(count) {
      return Array.from(open.values(), ({ tenant, service, day, dictionary }) => ({
        tenant,
        service,
        day,
        stacks: dictionary.view().stacks.length,
      }))
        .sort((a, b) => b.stacks - a.stacks)
        .slice(0, count);
    },
  };
}
