import type { UnixNanos } from '@emberscope/units';
import { nanosFromPoint, type PointInTime } from '../parts/point-in-time.ts';
import type { ProfileTable } from './profile-table.ts';

/** The oldest and the newest of some profiles. */
export type TimesHeld = { readonly oldestNanos: UnixNanos; readonly newestNanos: UnixNanos };

/** The span of all times that it is told. */
export type TimeSpan = {
  /** The live profiles of some tables. */
  addTables(tables: Iterable<ProfileTable>): void;
  held(): TimesHeld | undefined;
};

export function createTimeSpan(): TimeSpan {
  let oldest: PointInTime | undefined;
  let newest: PointInTime | undefined;

  function meet(millis: number, nanosOnTop: number): void {
    if (oldest === undefined || isBefore(millis, nanosOnTop, oldest)) {
      oldest = { millis, nanosOnTop };
    }
    if (newest === undefined || !isUpTo(millis, nanosOnTop, newest)) {
      newest = { millis, nanosOnTop };
    }
  }

  /** Whether all profiles of a table lie between two that were met. */
  function isWithin(table: ProfileTable): boolean {
    if (oldest === undefined || newest === undefined) return false;
    return table.oldestMillis() > oldest.millis && table.newestMillis() < newest.millis;
  }

  return {
    addTables(tables) {
      for (const table of tables) {
        if (isWithin(table)) continue;
        const { timeMillis, timeNanosOnTop, length } = table.columns();
        for (let row = 0; row < length; row++) {
          if (table.isLive(row)) meet(timeMillis[row] ?? 0, timeNanosOnTop[row] ?? 0);
        }
      }
    },
    held() {
      if (oldest === undefined || newest === undefined) return undefined;
      return { oldestNanos: nanosFromPoint(oldest), newestNanos: nanosFromPoint(newest) };
    },
  };
}

function isBefore(millis: number, nanosOnTop: number, other: PointInTime): boolean {
  return millis < other.millis || (millis === other.millis && nanosOnTop < other.nanosOnTop);
}

function isUpTo(millis: number, nanosOnTop: number, other: PointInTime): boolean {
  return millis < other.millis || (millis === other.millis && nanosOnTop <= other.nanosOnTop);
}
