import type { StackDictionary } from '../../dictionary/dictionary.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { RowCounts } from '../codec/dictionary-rows.ts';
import {
  createStoredRows,
  hasAllRows,
  type StoredRows,
  type TreeSizes,
} from './stored-dictionary.ts';

/** Which dictionary: the life of one is a tenant's service, a day, and a number. */
export type EpochName = {
  readonly tenant: string;
  readonly service: string;
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  readonly ordinal: number;
};

/** Rows `[before, after)` of a dictionary in a segment. */
export type RowPage = {
  readonly before: RowCounts;
  readonly after: RowCounts;
  /** Inflated. Throws `DamagedBytes` or an `FsError`, which name the file. */
  read(): Uint8Array;
};

/** Rows of a dictionary that profiles of a generation brought, in the order of the log. */
export type RowDeltas = {
  readonly generation: number;
  /** Rows before the first of them. */
  readonly before: RowCounts;
  readonly length: () => number;
  bytesOf(delta: number): { readonly bytes: Uint8Array; readonly at: number; readonly end: number };
};

/**
 * One dictionary, as tables refer to it. Its rows are read when somebody looks at them, and again
 * when they had to make room; what it is known by stays the same object.
 */
export type EpochDictionary = StackDictionary & {
  readonly name: EpochName;
  addPage(page: RowPage): void;
  removePage(page: RowPage): void;
  addDeltas(deltas: RowDeltas): void;
  removeDeltas(deltas: RowDeltas): void;
};

export type EpochDictionaries = {
  /**
   * The same one for the same name, as long as it has rows from anywhere. Roll-ups have dictionaries
   * of their own: `rollup` says which.
   */
  of(name: EpochName, rollup?: string): EpochDictionary;
  /** Says that a query begins: there may be more to read. */
  beginQuery(): void;
  /** Says that it has ended: what has no room goes. */
  endQuery(): void;
  readonly bytes: () => number;
  readonly length: () => number;
};

export type EpochDictionariesOptions = {
  /** What dictionaries may keep, from one query to the next as within one. */
  readonly maxBytes: () => number;
  /**
   * Told when a query first looks at a dictionary: by how much all that it has to hold has grown
   * past the limit, and how many stacks there are. Throws to end the query when that is too much.
   */
  readonly onUse: (bytesPastLimit: number, stackCount: number) => void;
  /** Told how much has made room: it is garbage until it is collected. */
  readonly onDrop?: ((bytes: number) => void) | undefined;
  /** Told before rows are read: segments of a day that were not opened so far may have some. */
  readonly openDay: (day: number) => void;
  /** What is wrong with segments of a day, for the message when rows are missing. */
  readonly damageOn: (day: number) => string | undefined;
};

/** What is known of a dictionary whose rows made room. */
type Remembering = { treeSizes?: TreeSizes };

/** The rows of a dictionary. */
type Loaded = {
  readonly key: string;
  readonly owner: Remembering;
  readonly rows: StoredRows;
  /** What they were counted with. */
  bytes: number;
  /** What they are to the query that runs: not looked at so far, looked at, not needed any more. */
  phase: 'kept' | 'in use' | 'done';
};

export function createEpochDictionaries(options: EpochDictionariesOptions): EpochDictionaries {
  const dictionaries = new Map<string, EpochDictionary>();
  /** Those that have rows in memory, the one used longest ago first. */
  const loaded = new Map<string, Loaded>();
  /** Those of them that the query has looked at. */
  const used = new Set<Loaded>();
  /** Those that it is done with, the latest last. */
  let done: Loaded[] = [];
  let heldBytes = 0;
  let droppedBytes = 0;
  let mostPastLimit = 0;
  let queryNumber = 0;

  /** What came to it since: rows, and nodes of its trees of names. */
  function count(one: Loaded): void {
    const bytes = one.rows.bytes();
    heldBytes += bytes - one.bytes;
    one.bytes = bytes;
  }

  function use(key: string, owner: Remembering, rows: StoredRows): void {
    const one = loaded.get(key) ?? { key, owner, rows, bytes: 0, phase: 'kept' };
    one.phase = 'in use';
    loaded.delete(key);
    loaded.set(key, one);
    used.add(one);
    count(one);
  }

  function drop(key: string): void {
    const one = loaded.get(key);
    if (one === undefined) return;
    heldBytes -= one.bytes;
    droppedBytes += one.bytes;
    loaded.delete(key);
    used.delete(one);
    one.owner.treeSizes = one.rows.treeSizes();
  }

  /** When nothing here holds what was dropped: who is told may collect it at once. */
  function tellDropped(): void {
    const bytes = droppedBytes;
    droppedBytes = 0;
    if (bytes > 0) options.onDrop?.(bytes);
  }

  /**
   * Drops what the query has not looked at, then what it is done with: the latest first, so that a
   * question about more than there is room for finds the others when it is asked again.
   */
  function dropWhatHasNoRoom(): void {
    const maxBytes = options.maxBytes();
    for (const [key, { phase }] of loaded) {
      if (heldBytes <= maxBytes || phase !== 'kept') break;
      drop(key);
    }
    while (heldBytes > maxBytes) {
      const one = done.pop();
      if (one === undefined) break;
      if (loaded.get(one.key) === one) drop(one.key);
    }
  }

  function makeRoom(): void {
    dropWhatHasNoRoom();
    tellDropped();
  }

  /** What makes no room, because the query needs it. */
  function growthPastLimit(): number {
    const pastLimit = heldBytes - options.maxBytes();
    const growth = Math.max(0, pastLimit - mostPastLimit);
    mostPastLimit += growth;
    return growth;
  }

  function create(key: string, name: EpochName, isRollup: boolean): EpochDictionary {
    const pages = new Set<RowPage>();
    const heads = new Map<number, RowDeltas>();
    const owner: Remembering = {};
    /** How far each generation was read. */
    let taken = new Map<number, { index: number; counts: RowCounts }>();
    let readIn = -1;

    function forgetWhenEmpty(): void {
      if (pages.size > 0 || heads.size > 0) return;
      dictionaries.delete(key);
      drop(key);
      tellDropped();
    }

    /** What there is in memory, with all that came since it was read. */
    function current(): StoredRows {
      const known = loaded.get(key)?.rows;
      if (known !== undefined && readIn === queryNumber) return known;
      if (known === undefined) {
        taken = new Map();
        makeRoom();
      }
      if (!isRollup) options.openDay(name.day);
      const rows = known ?? createStoredRows(lastPage()?.after, owner.treeSizes);
      try {
        readPages(rows);
        readHeads(rows);
      } catch (error) {
        // Half of a page may be in it.
        drop(key);
        throw error;
      }
      const isFirstUse = readIn !== queryNumber;
      readIn = queryNumber;
      use(key, owner, rows);
      makeRoom();
      options.onUse(growthPastLimit(), isFirstUse ? rows.counts().stacks : 0);
      return rows;
    }

    function lastPage(): RowPage | undefined {
      return [...pages].reduce<RowPage | undefined>(
        (last, page) =>
          sumOf(page.after) > (last === undefined ? 0 : sumOf(last.after)) ? page : last,
        undefined,
      );
    }

    function readPages(rows: StoredRows): void {
      const ordered = [...pages].sort((a, b) => sumOf(a.before) - sumOf(b.before));
      for (const page of ordered) {
        if (hasAllRows(rows.counts(), page.after)) continue;
        checkBegin(rows, page.before);
        const after = rows.read(createByteReader(page.read()), page.before);
        if (!hasAllRows(after, page.after) || !hasAllRows(page.after, after)) {
          throw damage(`its rows end at ${textOf(after)}, and ${textOf(page.after)} are written`);
        }
      }
    }

    function readHeads(rows: StoredRows): void {
      const ordered = [...heads.values()].sort((a, b) => a.generation - b.generation);
      for (const deltas of ordered) {
        const from = taken.get(deltas.generation) ?? { index: 0, counts: deltas.before };
        const length = deltas.length();
        if (from.index < length) checkBegin(rows, from.counts);
        for (; from.index < length; from.index++) {
          const { bytes, at, end } = deltas.bytesOf(from.index);
          from.counts = rows.read(createByteReader(bytes, at, end), from.counts);
        }
        taken.set(deltas.generation, from);
      }
    }

    function checkBegin(rows: StoredRows, before: RowCounts): void {
      if (hasAllRows(rows.counts(), before)) return;
      const known = textOf(rows.counts());
      throw damage(`rows are missing between ${known} and ${textOf(before)}`);
    }

    function damage(reason: string): DamagedBytes {
      const { tenant, service, day, ordinal } = name;
      const files = options.damageOn(day);
      const which = `dictionary ${ordinal} of day ${day}, ${service} of ${tenant}`;
      return new DamagedBytes(`${which}: ${reason}${files === undefined ? '' : ` (${files})`}`);
    }

    return {
      name,
      view: () => current().view(),
      nameTree: (frameKey) => current().nameTree(frameKey),
      done() {
        const one = loaded.get(key);
        if (one?.phase !== 'in use') return;
        one.phase = 'done';
        count(one);
        done.push(one);
      },
      addPage(page) {
        pages.add(page);
      },
      removePage(page) {
        pages.delete(page);
        forgetWhenEmpty();
      },
      addDeltas(deltas) {
        heads.set(deltas.generation, deltas);
      },
      removeDeltas({ generation }) {
        heads.delete(generation);
        taken.delete(generation);
        forgetWhenEmpty();
      },
    };
  }

  return {
    of({ tenant, service, day, ordinal }, rollup) {
      const name = { tenant, service, day, ordinal };
      const key = JSON.stringify([tenant, service, day, ordinal, rollup ?? '']);
      let dictionary = dictionaries.get(key);
      if (dictionary === undefined) {
        dictionary = create(key, name, rollup !== undefined);
        dictionaries.set(key, dictionary);
      }
      return dictionary;
    },
    beginQuery() {
      queryNumber++;
      mostPastLimit = 0;
      makeRoom();
    },
    endQuery() {
      for (const one of used) {
        one.phase = 'kept';
        count(one);
      }
      used.clear();
      done = [];
      makeRoom();
    },
    bytes: () => heldBytes,
    length: () => loaded.size,
  };
}

function sumOf({ strings, functions, mappings, locations, stacks }: RowCounts): number {
  return strings + functions + mappings + locations + stacks;
}

function textOf({ strings, functions, mappings, locations, stacks }: RowCounts): string {
  return `${strings}/${functions}/${mappings}/${locations}/${stacks}`;
}
