import {
  createInt64ColumnBuilder,
  createLabelSetInterner,
  int64At,
  NO_LABELS,
  type Profile,
  type ValueType,
} from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { createDictionary } from '../dictionary/dictionary.ts';
import { translateStacks } from '../dictionary/translate-stacks.ts';
import type { ProfileSelection } from '../selection.ts';
import { comparePoints, nanosFromPoint, type PointInTime } from './point-in-time.ts';
import { NO_REMARKS, type ProfileRemarks } from './profile-remarks.ts';
import type { QueryGuard } from './query-guard.ts';
import { coverageOf, type SelectedPart, timeOfRow } from './selected-parts.ts';
import { createStackSums, type StackSums } from './stack-sums.ts';

/** What a profile says but its samples and what they stand on. */
export type ProfileOutline = Omit<Profile, 'symbols' | 'stacks' | 'labelSets' | 'samples'>;

/**
 * A profile of one sample type from sums: one sample for each stack that has one, and of symbols
 * only what these need. `isWanted` picks stacks of each dictionary; all when left out.
 */
export function profileOfSums(
  outline: ProfileOutline,
  merged: readonly StackSums[],
  guard: QueryGuard,
  isWanted: (sums: StackSums) => (slot: number) => boolean = () => () => true,
): Profile {
  const dictionary = createDictionary();
  const isWide = merged.some((sums) => {
    for (const slot of sums.slots()) return typeof sums.at(slot) === 'bigint';
    return false;
  });
  const whole = createStackSums(dictionary, isWide);
  for (const sums of merged) {
    const translation = translateStacks(sums.dictionary.view(), dictionary);
    const isSlotWanted = isWanted(sums);
    for (const slot of sums.slots()) {
      guard.spend(4);
      if (!isSlotWanted(slot)) continue;
      const newSlot = slot === 0 ? 0 : translation.stackOf(slot - 1) + 1;
      whole.add(newSlot, sums.at(slot));
    }
  }
  const slots = Int32Array.from(whole.slots()).sort();
  const values = createInt64ColumnBuilder(Math.max(1, slots.length));
  for (const slot of slots) values.push(whole.at(slot));
  dictionary.close();
  return {
    ...outline,
    ...dictionary.view(),
    labelSets: createLabelSetInterner().finish(),
    samples: {
      length: slots.length,
      stack: slots.map((slot) => slot - 1),
      labels: new Int32Array(slots.length).fill(NO_LABELS),
      values: [values.finish()],
    },
  };
}

/** By the rules of pprof's merge: earliest time, sum of durations, largest period. */
export function outlineOfMerge(
  parts: readonly SelectedPart[],
  profileType: ProfileSelection['profileType'],
  guard: QueryGuard,
): ProfileOutline {
  const remarks = remarksInTimeOrder(parts, guard);
  const { defaultSampleType, dropFrames, keepFrames } = remarks[0] ?? NO_REMARKS;
  let period = 0n;
  let earliest: PointInTime | undefined;
  for (const { table, rows } of parts) {
    const { columns } = table;
    const periods = columns.period;
    for (const row of rows) {
      guard.spend(10);
      const ofRow = int64At(periods, row);
      if (ofRow > period) period = ofRow;
      const time = timeOfRow(columns, row);
      if (earliest === undefined || comparePoints(time, earliest) < 0) earliest = time;
    }
  }
  return {
    ...typesOf(profileType),
    defaultSampleType,
    dropFrames,
    keepFrames,
    period,
    timeNanos: earliest === undefined ? unixNanos(0n) : nanosFromPoint(earliest),
    durationNanos: coverageOf(parts).coveredNanos,
    comments: [...new Set(remarks.flatMap(({ comments }) => comments))],
  };
}

/** The distinct remarks of profiles, those of the earliest profile first. */
function remarksInTimeOrder(parts: readonly SelectedPart[], guard: QueryGuard): ProfileRemarks[] {
  const earliestOf = new Map<ProfileRemarks, Moment>();
  for (const { table, rows } of parts) {
    const { timeMillis, timeNanosOnTop, arrival } = table.columns;
    for (const row of rows) {
      guard.spend(10);
      const remarks = table.remarksAt(row);
      const millis = timeMillis[row] ?? 0;
      const nanosOnTop = timeNanosOnTop[row] ?? 0;
      const moment = { millis, nanosOnTop, arrival: arrival[row] ?? 0 };
      const earliest = earliestOf.get(remarks);
      if (earliest === undefined || compareMoments(moment, earliest) < 0) {
        earliestOf.set(remarks, moment);
      }
    }
  }
  return [...earliestOf].sort(([, a], [, b]) => compareMoments(a, b)).map(([remarks]) => remarks);
}

type Moment = PointInTime & { readonly arrival: number };

function compareMoments(a: Moment, b: Moment): number {
  return comparePoints(a, b) || a.arrival - b.arrival;
}

function typesOf({
  sampleType,
  sampleUnit,
  periodType,
  periodUnit,
}: ProfileSelection['profileType']): {
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType | undefined;
} {
  return {
    sampleTypes: [{ type: sampleType, unit: sampleUnit }],
    periodType: periodType === '' ? undefined : { type: periodType, unit: periodUnit },
  };
}
