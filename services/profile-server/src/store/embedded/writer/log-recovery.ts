import { tenantId } from '../../ids.ts';
import { kindOfTypes, type ProfileKind } from '../../parts/profile-kind.ts';
import type { PushIds } from '../../pushes/push-ids.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { RowCounts } from '../codec/dictionary-rows.ts';
import {
  type ProfileRecord,
  RECORD_KIND,
  readEpochRecord,
  readProfileRecord,
  readStreamRecord,
  type StreamRecord,
} from '../codec/log-records.ts';
import { createSampleScratch, readStackIds } from '../codec/sample-sections.ts';
import type { ReplayedRecord } from '../log/replay-log.ts';
import { ROWS_CHECK_KIND, readRowsCheck, rowsOf } from '../log/rows-check.ts';
import { dayOfNanos, keyOfOwner } from './epoch-key.ts';
import { addProfile, createHeadFacts, type HeadFacts } from './head-facts.ts';
import type { LiveSeries } from './live-series.ts';
import { pushIdFromBytes } from './push-id-bytes.ts';

/** What the records of the log say to a writer that begins. */
export type LogRecovery = {
  /** Throws {@link DamagedBytes} for a record that must be left out. */
  accept(record: ReplayedRecord): void;
  /** By the number of the generation. */
  readonly facts: ReadonlyMap<number, HeadFacts>;
  /** More than every arrival in the log. */
  readonly nextArrival: () => number;
};

/** A dictionary as the records so far have it. */
type EpochRows = { readonly counts: () => RowCounts; grow(to: RowCounts): void };

export function createLogRecovery(
  series: LiveSeries,
  pushIds: PushIds,
  nowMillis: number,
): LogRecovery {
  const facts = new Map<number, HeadFacts>();
  /** Of all generations: the next one goes on where the one before ended. */
  const countsOfEpoch = new Map<string, RowCounts>();
  const scratch = createSampleScratch();
  let generation = -1;
  let streams = new Map<number, { readonly stream: StreamRecord; readonly kind: ProfileKind }>();
  let epochs = new Map<number, EpochRows>();
  /** The epoch whose rows may follow: what stands before a profile said that none are missing. */
  let checkedEpoch: number | undefined;
  let nextArrival = 0;

  /** Throws when rows in between are missing. */
  function countsBehindRows(
    payload: Uint8Array,
    record: ProfileRecord,
    before: RowCounts,
  ): RowCounts {
    const { rowsAt, rowsEnd } = record;
    const isChecked = checkedEpoch === record.epoch;
    checkedEpoch = undefined;
    if (rowsEnd === rowsAt) return before;
    if (!isChecked) throw new DamagedBytes('dictionary rows behind others that are missing');
    const from = createByteReader(payload, rowsAt, rowsEnd);
    return {
      strings: before.strings + from.uvarint(),
      functions: before.functions + from.uvarint(),
      mappings: before.mappings + from.uvarint(),
      locations: before.locations + from.uvarint(),
      stacks: before.stacks + from.uvarint(),
    };
  }

  function factsOf(): HeadFacts {
    const of = facts.get(generation) ?? createHeadFacts();
    facts.set(generation, of);
    return of;
  }

  function acceptEpoch(payload: Uint8Array): void {
    const epoch = readEpochRecord(payload);
    // A flush counts its days, though the profile that it was declared for may be torn off.
    factsOf().days.add(epoch.day);
    const key = `${epoch.ordinal} ${keyOfOwner(epoch)}`;
    const known = countsOfEpoch.get(key);
    // Rows that an earlier record of the log brought and that damage has taken.
    if (known !== undefined && rowsOf(known) !== rowsOf(epoch.before)) {
      throw new DamagedBytes(
        `a dictionary of ${rowsOf(epoch.before)} rows, of which ${rowsOf(known)} are there`,
      );
    }
    countsOfEpoch.set(key, epoch.before);
    epochs.set(epoch.number, {
      counts: () => countsOfEpoch.get(key) ?? epoch.before,
      grow: (to) => void countsOfEpoch.set(key, to),
    });
  }

  function acceptProfile(payload: Uint8Array, isBehindDamage: boolean): void {
    const record = readProfileRecord(payload, 0, payload.length);
    const declared = streams.get(record.stream);
    const epoch = epochs.get(record.epoch);
    if (declared === undefined) throw new DamagedBytes(`a profile of an unknown stream`);
    if (epoch === undefined) throw new DamagedBytes(`a profile of an unknown dictionary`);
    const counts = countsBehindRows(payload, record, epoch.counts());
    if (isBehindDamage) {
      const { at, end } = record.ids;
      readStackIds(payload, at, end, scratch, counts.stacks);
    }
    epoch.grow(counts);
    nextArrival = Math.max(nextArrival, record.arrival + 1);
    const { stream, kind } = declared;
    const tenant = tenantId(stream.tenant);
    series.add({ tenant, labels: stream.labels, kind, day: dayOfNanos(record.timeNanos) }, 1);
    if (record.pushId !== undefined) {
      const id = pushIdFromBytes(record.pushId);
      if (!pushIds.has(tenant, id)) pushIds.add(tenant, id, nowMillis);
    }
    addProfile(factsOf(), record.timeNanos, record.arrival, nowMillis);
  }

  return {
    facts,
    nextArrival: () => nextArrival,
    accept(record) {
      if (record.generation !== generation) {
        generation = record.generation;
        streams = new Map();
        epochs = new Map();
        checkedEpoch = undefined;
      }
      switch (record.kind) {
        case RECORD_KIND.stream: {
          const stream = readStreamRecord(record.payload);
          const kind = kindOfTypes(stream);
          streams.set(stream.number, { stream, kind });
          return;
        }
        case RECORD_KIND.epoch:
          acceptEpoch(record.payload);
          return;
        case ROWS_CHECK_KIND: {
          const { epoch, rowsBefore } = readRowsCheck(record.payload);
          const counts = epochs.get(epoch)?.counts();
          const isWhole = counts !== undefined && rowsOf(counts) === rowsBefore;
          checkedEpoch = isWhole ? epoch : undefined;
          return;
        }
        case RECORD_KIND.profile:
          acceptProfile(record.payload, record.isBehindDamage);
          return;
        default:
          throw new DamagedBytes(`a record of kind ${record.kind}`);
      }
    },
  };
}
