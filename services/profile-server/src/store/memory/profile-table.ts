import { type Profile, sumInt64 } from '@emberscope/profile';
import type { UnixNanos } from '@emberscope/units';
import type { Dictionary } from '../dictionary/dictionary.ts';
import { growableFloat64, growableInt32 } from '../dictionary/growable-column.ts';
import { growableInt64 } from '../dictionary/growable-int64.ts';
import { CLOSURE_BYTES, OBJECT_BYTES } from '../dictionary/heap-sizes.ts';
import { translateStacks } from '../dictionary/translate-stacks.ts';
import type { RowColumns } from '../parts/part-table.ts';
import { type PointInTime, pointFromNanos } from '../parts/point-in-time.ts';
import { createProfileIdRows, type IdWords, type ProfileIdRows } from '../parts/profile-ids.ts';
import type { ProfileKind } from '../parts/profile-kind.ts';
import { createRemarkRows, type RemarkRows } from '../parts/profile-remarks.ts';
import type { StreamId } from '../parts/series-registry.ts';
import type { TracingRows } from '../parts/tracing-rows.ts';
import { createSampleRows, type SampleRowColumns } from './sample-rows.ts';

/**
 * Profiles of one service and one kind, in order of arrival, and their samples behind one another:
 *
 *     profile       0        1               sample   0 1 2   3 4
 *     stream        7        9               stack    5 8 9   5 6
 *     sampleStart   0        3        5      values   one column for each sample type
 *
 * All columns of profiles have `length` cells but `sampleStart`, which has one more; those of
 * samples have `sampleStart[length]`.
 *
 * `totals` has a column for each sample type. A total of 0 means that the profile has nothing of
 * that type: it never had, or it was deleted or is too old. Totals are the only cells that change.
 */
export type ProfileColumns = RowColumns & {
  readonly length: number;
  readonly remarks: Int32Array;
  readonly sampleStart: Int32Array;
  readonly samples: SampleRowColumns;
};

export type ProfileTable = {
  readonly kind: ProfileKind;
  readonly dictionary: Dictionary;
  readonly ids: ProfileIdRows;
  readonly remarks: RemarkRows;
  readonly tracing: TracingRows;
  append(profile: Profile, arrived: ArrivedProfile): void;
  /** The columns as they stand, for reading only. */
  columns(): ProfileColumns;
  readonly length: () => number;
  /** Whether a profile has a value of any type still. */
  isLive(row: number): boolean;
  streamAt(row: number): StreamId;
  timeAt(row: number): PointInTime;
  /** Takes one type of a profile out. */
  removeType(row: number, type: number): void;
  /** No live profile lies outside of these two, in ms since the epoch. */
  readonly oldestMillis: () => number;
  readonly newestMillis: () => number;
  /** Makes the two as tight as they can be, if profiles were taken out. */
  tighten(): void;
  /** Nothing is appended any more: room for growth is given back. */
  close(): void;
  readonly bytes: () => number;
};

/** What the store adds to a profile that comes in. */
export type ArrivedProfile = {
  readonly id: IdWords;
  readonly stream: StreamId;
  readonly timeNanos: UnixNanos;
  readonly arrival: number;
};

export function createProfileTable(kind: ProfileKind, dictionary: Dictionary): ProfileTable {
  const stream = growableInt32();
  const timeMillis = growableFloat64();
  const timeNanosOnTop = growableInt32();
  const arrival = growableFloat64();
  const durationNanos = growableInt64();
  const period = growableInt64();
  const remarkRow = growableInt32();
  const sampleStart = growableInt32();
  const totals = kind.sampleTypes.map(growableInt64);
  const samples = createSampleRows(kind.sampleTypes.length);
  const ids = createProfileIdRows();
  const remarks = createRemarkRows();
  const columnsHeld = [
    stream,
    timeMillis,
    timeNanosOnTop,
    arrival,
    durationNanos,
    period,
    remarkRow,
    sampleStart,
    ...totals,
    samples,
    ids,
  ];
  let oldestMillis = Number.POSITIVE_INFINITY;
  let newestMillis = Number.NEGATIVE_INFINITY;
  let isTight = true;
  /** Kept until the next profile: queries come to hundreds of tables, and views have their price. */
  let view: ProfileColumns | undefined;
  sampleStart.push(0);

  function isLive(row: number): boolean {
    for (const column of totals) if (column.at(row) > 0) return true;
    return false;
  }

  function widenTo(millis: number): void {
    oldestMillis = Math.min(oldestMillis, millis);
    newestMillis = Math.max(newestMillis, millis);
  }

  function viewColumns(): ProfileColumns {
    return {
      length: stream.length(),
      stream: stream.view(),
      timeMillis: timeMillis.view(),
      timeNanosOnTop: timeNanosOnTop.view(),
      arrival: arrival.view(),
      durationNanos: durationNanos.view(),
      period: period.view(),
      remarks: remarkRow.view(),
      sampleStart: sampleStart.view(),
      totals: totals.map((column) => column.view()),
      profileCount: undefined,
      samples: samples.columns(),
    };
  }

  return {
    kind,
    dictionary,
    ids,
    remarks,
    tracing: samples.tracing,
    append(profile, arrived) {
      view = undefined;
      samples.append(profile, translateStacks(profile, dictionary).stackOf);
      for (const [type, column] of profile.samples.values.entries()) {
        totals[type]?.push(sumInt64(column));
      }
      const { millis, nanosOnTop } = pointFromNanos(arrived.timeNanos);
      widenTo(millis);
      stream.push(arrived.stream);
      timeMillis.push(millis);
      timeNanosOnTop.push(nanosOnTop);
      arrival.push(arrived.arrival);
      durationNanos.push(profile.durationNanos);
      period.push(profile.period);
      remarkRow.push(remarks.intern(profile));
      sampleStart.push(samples.length());
      ids.push(arrived.id);
    },
    columns: () => (view ??= viewColumns()),
    length: stream.length,
    isLive,
    streamAt: stream.at,
    timeAt: (row) => ({ millis: timeMillis.at(row), nanosOnTop: timeNanosOnTop.at(row) }),
    removeType(row, type) {
      totals[type]?.clear(row);
      isTight = false;
    },
    oldestMillis: () => oldestMillis,
    newestMillis: () => newestMillis,
    tighten() {
      if (isTight) return;
      isTight = true;
      oldestMillis = Number.POSITIVE_INFINITY;
      newestMillis = Number.NEGATIVE_INFINITY;
      for (let row = 0; row < stream.length(); row++) {
        if (isLive(row)) widenTo(timeMillis.at(row));
      }
    },
    close() {
      view = undefined;
      for (const column of columnsHeld) column.trim();
    },
    bytes() {
      const fixed = 2 * OBJECT_BYTES + 24 * CLOSURE_BYTES + remarks.bytes();
      return columnsHeld.reduce((sum, column) => sum + column.bytes(), fixed);
    },
  };
}
