import { LABEL, type LabelSet, labelValue } from '@emberscope/labels';
import type { Profile } from '@emberscope/profile';
import { createDictionary, type Dictionary } from '../dictionary/dictionary.ts';
import {
  ARRAY_BYTES,
  MAP_ENTRY_BYTES,
  OBJECT_BYTES,
  stringBytes,
} from '../dictionary/heap-sizes.ts';
import type { TenantId } from '../ids.ts';
import type { ProfileKind } from '../parts/profile-kind.ts';
import { type ArrivedProfile, createProfileTable, type ProfileTable } from './profile-table.ts';

/**
 * What came in during one stretch of time. A block has dictionaries of its own, one for each
 * tenant and service, so that all of its memory goes when it goes.
 */
export type Block = {
  /** When it was begun, on the store's clock. */
  readonly begunMillis: number;
  append(tenant: TenantId, labels: LabelSet, kind: ProfileKind, pushed: BlockProfile): void;
  readonly tenants: () => Iterable<TenantId>;
  tablesOf(tenant: TenantId): Iterable<ProfileTable>;
  /** Nothing is appended any more: gives back what only appending needs. */
  close(): void;
  /** An estimate of all that it holds in memory; see `heap-sizes`. */
  readonly bytes: () => number;
};

export type BlockProfile = {
  readonly profile: Profile;
  readonly arrived: ArrivedProfile;
};

/** Profiles of one tenant and service: a table for each kind over one dictionary. */
type Shelf = {
  readonly dictionary: Dictionary;
  readonly tables: Map<string, ShelvedTable>;
  /** Of the tables and their entries. */
  tableBytes: number;
  /** Of all. */
  bytes: number;
};

type ShelvedTable = { readonly table: ProfileTable; bytes: number };

/** A map of tables, and its entry in the map of shelves. */
const SHELF_BYTES = OBJECT_BYTES + ARRAY_BYTES + MAP_ENTRY_BYTES;

export function createBlock(begunMillis: number): Block {
  const shelvesOf = new Map<TenantId, Map<string, Shelf>>();
  let shelfBytes = 0;

  function shelfOf(tenant: TenantId, service: string): Shelf {
    let shelves = shelvesOf.get(tenant);
    if (shelves === undefined) {
      shelves = new Map();
      shelvesOf.set(tenant, shelves);
    }
    let shelf = shelves.get(service);
    if (shelf === undefined) {
      shelf = {
        dictionary: createDictionary(),
        tables: new Map(),
        tableBytes: SHELF_BYTES,
        bytes: 0,
      };
      shelves.set(service, shelf);
    }
    return shelf;
  }

  /** What came with one more profile: of one table and the dictionary, however many tables there are. */
  function measure(shelf: Shelf, shelved: ShelvedTable): void {
    const tableBytes = shelved.table.bytes();
    shelf.tableBytes += tableBytes - shelved.bytes;
    shelved.bytes = tableBytes;
    const bytes = shelf.tableBytes + shelf.dictionary.bytes();
    shelfBytes += bytes - shelf.bytes;
    shelf.bytes = bytes;
  }

  return {
    begunMillis,
    append(tenant, labels, kind, { profile, arrived }) {
      const shelf = shelfOf(tenant, labelValue(labels, LABEL.serviceName));
      let shelved = shelf.tables.get(kind.key);
      if (shelved === undefined) {
        shelved = { table: createProfileTable(kind, shelf.dictionary), bytes: 0 };
        shelf.tables.set(kind.key, shelved);
        shelf.tableBytes += MAP_ENTRY_BYTES + stringBytes(kind.key);
      }
      shelved.table.append(profile, arrived);
      measure(shelf, shelved);
    },
    tenants: () => shelvesOf.keys(),
    *tablesOf(tenant) {
      for (const shelf of shelvesOf.get(tenant)?.values() ?? []) {
        for (const { table } of shelf.tables.values()) yield table;
      }
    },
    close() {
      for (const shelves of shelvesOf.values()) {
        for (const shelf of shelves.values()) {
          shelf.dictionary.close();
          for (const shelved of shelf.tables.values()) {
            shelved.table.close();
            measure(shelf, shelved);
          }
        }
      }
    },
    bytes: () => OBJECT_BYTES + 2 * ARRAY_BYTES + shelfBytes,
  };
}
