import type { UnixNanos } from '@emberscope/units';
import { comparePoints, nanosFromPoint, type PointInTime } from './point-in-time.ts';
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

  function add(time: PointInTime): void {
    if (oldest === undefined || comparePoints(time, oldest) < 0) oldest = time;
    if (newest === undefined || comparePoints(time, newest) > 0) newest = time;
  }

  return {
    addTables(tables) {
      for (const table of tables) {
        for (let row = 0; row < table.length(); row++) {
          if (table.isLive(row)) add(table.timeAt(row));
        }
      }
    },
    held() {
      if (oldest === undefined || newest === undefined) return undefined;
      return { oldestNanos: nanosFromPoint(oldest), newestNanos: nanosFromPoint(newest) };
    },
  };
}
