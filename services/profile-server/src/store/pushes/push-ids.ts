import { growableUint32 } from '../dictionary/growable-column.ts';
import { createHashSlots, finishHash, mixHash, NO_ROW } from '../dictionary/hash-slots.ts';
import {
  CLOSURE_BYTES,
  MAP_ENTRY_BYTES,
  OBJECT_BYTES,
  stringBytes,
} from '../dictionary/heap-sizes.ts';
import type { PushId, TenantId } from '../ids.ts';

/**
 * Which records collectors have sent. Ids outlive their profiles: one that was deleted does not
 * come back when a collector sends it again.
 */
export type PushIds = {
  has(tenant: TenantId, id: PushId): boolean;
  /**
   * Must not be there yet. `atMillis` says when it came, now when left out. An older one that comes
   * behind a newer one is known as long as that one.
   */
  add(tenant: TenantId, id: PushId, atMillis?: number): void;
  /** Nothing is known any more. */
  clear(): void;
  readonly bytes: () => number;
};

/** What `ids` promises. */
const KEPT_MILLIS = 86_400_000;
/** Ids go by generations: an eighth of a day late at most, or an eighth of the limit at once. */
const GENERATIONS = 8;

/** Beyond the limit the oldest ids are forgotten within the day. */
export function createPushIds(nowMillis: () => number, limitBytes: number): PushIds {
  /** In order of time; the last one takes what comes. */
  let generations: Generation[] = [];

  const bytes = (): number => generations.reduce((sum, { bytes: of }) => sum + of(), 0);

  /** The generation that takes an id; those that have had their time go. */
  function current(now: number): Generation {
    const last = generations.at(-1);
    if (
      last !== undefined &&
      now - last.begunMillis < KEPT_MILLIS / GENERATIONS &&
      last.bytes() < limitBytes / GENERATIONS
    ) {
      return last;
    }
    generations = generations.filter((generation) => now - generation.newestMillis() < KEPT_MILLIS);
    // One more of an eighth is about to come.
    const roomBytes = limitBytes - limitBytes / GENERATIONS;
    while (generations.length > 0 && bytes() > roomBytes) generations.shift();
    const begun = createGeneration(now);
    generations.push(begun);
    return begun;
  }

  return {
    has(tenant, id) {
      const now = nowMillis();
      const words = wordsOfId(id);
      return generations.some(
        (generation) =>
          now - generation.newestMillis() < KEPT_MILLIS && generation.has(tenant, words),
      );
    },
    add: (tenant, id, atMillis = nowMillis()) =>
      current(atMillis).add(tenant, wordsOfId(id), atMillis),
    clear() {
      generations = [];
    },
    bytes,
  };
}

type Generation = {
  readonly begunMillis: number;
  readonly newestMillis: () => number;
  has(tenant: TenantId, id: readonly number[]): boolean;
  add(tenant: TenantId, id: readonly number[], now: number): void;
  readonly bytes: () => number;
};

/** Four of the id and one of the tenant: a string and its entry in a set would be 110 bytes. */
const WORDS = 5;

function createGeneration(begunMillis: number): Generation {
  const tenantNumbers = new Map<TenantId, number>();
  const words = growableUint32();
  const slots = createHashSlots((row) => {
    const at = WORDS * row;
    return hashOf(
      words.at(at),
      [1, 2, 3, 4].map((word) => words.at(at + word)),
    );
  });
  let tenantBytes = 0;
  let newestMillis = begunMillis;

  function hashOf(tenant: number, id: readonly number[]): number {
    let hash = tenant;
    for (const word of id) hash = mixHash(hash, word);
    return finishHash(hash);
  }

  function numberOf(tenant: TenantId): number {
    let number = tenantNumbers.get(tenant);
    if (number === undefined) {
      number = tenantNumbers.size;
      tenantNumbers.set(tenant, number);
      tenantBytes += MAP_ENTRY_BYTES + stringBytes(tenant);
    }
    return number;
  }

  return {
    begunMillis,
    newestMillis: () => newestMillis,
    has(tenant, id) {
      const number = tenantNumbers.get(tenant);
      if (number === undefined) return false;
      const hash = hashOf(number, id);
      for (let row = slots.first(hash); row !== NO_ROW; row = slots.next()) {
        const at = WORDS * row;
        if (words.at(at) !== number) continue;
        if (id.every((word, i) => words.at(at + 1 + i) === word)) return true;
      }
      return false;
    },
    add(tenant, id, now) {
      // Behind a start, ids of segments come after the newer ones of the log.
      newestMillis = Math.max(newestMillis, now);
      const number = numberOf(tenant);
      slots.add(hashOf(number, id));
      words.push(number);
      for (const word of id) words.push(word);
    },
    bytes: () => OBJECT_BYTES + 8 * CLOSURE_BYTES + tenantBytes + words.bytes() + slots.bytes(),
  };
}

/** The 32 hex digits behind `emb1-`. */
function wordsOfId(id: PushId): number[] {
  return [5, 13, 21, 29].map((start) => Number.parseInt(id.slice(start, start + 8), 16));
}
