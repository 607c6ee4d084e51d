import { compareLabelSets, type LabelSet, labelSet } from '@emberscope/labels';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { LevelRow } from '../segment/level-writer.ts';
import type { StreamColumns } from '../segment/segment-directory.ts';

/**
 * What a table says of its streams, gathered while its rows are written. A stream that no row is
 * left of gets no place, so places are given with the first row.
 */
export type TableStreams = {
  /** Begins the next stream, in the order of labels, and answers its place. */
  begin(labels: LabelSet): number;
  /** A row of the stream that was begun last. */
  add(row: LevelRow): void;
  /** The stream that was begun last has profiles up to here: of sums only the earliest is known. */
  extend(newestMillis: number): void;
  columns(): StreamColumns;
};

export function createTableStreams(): TableStreams {
  const labels: (readonly string[])[] = [];
  const profileCount: number[] = [];
  const oldestMillis: number[] = [];
  const newestMillis: number[] = [];
  const typeBits: number[] = [];
  return {
    begin(stream) {
      labels.push(stream.labels.flatMap(({ name, value }) => [name, value]));
      profileCount.push(0);
      oldestMillis.push(Number.POSITIVE_INFINITY);
      newestMillis.push(Number.NEGATIVE_INFINITY);
      typeBits.push(0);
      return labels.length - 1;
    },
    add({ stream, timeMillis, timeNanosOnTop, profileCount: count, totals }) {
      profileCount[stream] = (profileCount[stream] ?? 0) + count;
      oldestMillis[stream] = Math.min(oldestMillis[stream] ?? 0, timeMillis);
      const newest = timeNanosOnTop === 0 ? timeMillis : timeMillis + 1;
      newestMillis[stream] = Math.max(newestMillis[stream] ?? 0, newest);
      // Of more than 32 types some share a bit, here as where it is asked for: never one too few.
      for (let type = 0; type < totals.length; type++) {
        if (Number(totals[type] ?? 0) !== 0) {
          typeBits[stream] = (typeBits[stream] ?? 0) | (1 << type);
        }
      }
    },
    extend(newest) {
      const stream = labels.length - 1;
      newestMillis[stream] = Math.max(newestMillis[stream] ?? 0, newest);
    },
    columns: () => ({ labels, profileCount, oldestMillis, newestMillis, typeBits }),
  };
}

/** Distinct label sets in the order of streams in a table, and the rank of each by its key. */
export function sortStreams(all: Iterable<LabelSet>): {
  readonly sorted: readonly LabelSet[];
  readonly rankOfKey: ReadonlyMap<string, number>;
} {
  const distinct = new Map(Array.from(all, (labels) => [labels.key, labels]));
  const sorted = [...distinct.values()].sort(compareLabelSets);
  return { sorted, rankOfKey: new Map(sorted.map(({ key }, rank) => [key, rank])) };
}

/** The label set of a stream in a directory. */
export function labelSetOfColumn(namesAndValues: readonly string[]): LabelSet {
  const labels = [];
  for (let i = 0; i < namesAndValues.length; i += 2) {
    labels.push({ name: namesAndValues[i] ?? '', value: namesAndValues[i + 1] ?? '' });
  }
  const built = labelSet(labels);
  if (!built.ok) throw new DamagedBytes(built.reason);
  return built.labelSet;
}
