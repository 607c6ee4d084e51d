import { type LabelSet, type Matcher, matcher, matchesAll } from '@emberscope/labels';
import type { ValueType } from '@emberscope/profile';
import { NANOS_PER_MILLI } from '@emberscope/units';
import { labelsOfSeries } from '../../parts/profile-kind.ts';
import type { DeletionEntry } from '../manifest/manifest.ts';

/** What was deleted of one stream. */
export type StreamDeletions = {
  /** For each sample type whether it is deleted of a profile; undefined when none is. */
  of(timeMillis: number, timeNanosOnTop: number, arrival: number): readonly boolean[] | undefined;
  /** The same of a sum of the profiles of `[fromMillis, toMillis)`, whose parts nobody can tell apart. */
  ofSum(fromMillis: number, toMillis: number): readonly boolean[] | undefined;
};

type Stream = {
  readonly tenant: string;
  readonly labels: LabelSet;
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType | undefined;
};

/** Answers what was deleted of a stream, or undefined when nothing can be. */
export type DeletionsOfStream = (stream: Stream) => StreamDeletions | undefined;

export function createDeletions(entries: readonly DeletionEntry[]): DeletionsOfStream {
  const deletions = entries.map((entry) => ({
    ...entry,
    startNanos: BigInt(entry.startNanos),
    endNanos: BigInt(entry.endNanos),
    matchers: entry.matchers.map(({ op, name, value }): Matcher => {
      const built = matcher(op, name, value);
      // It was compiled when the deletion was taken.
      if (!built.ok) throw new Error(`deletion ${entry.id}: ${built.reason}`);
      return built.matcher;
    }),
  }));

  return ({ tenant, labels, sampleTypes, periodType }) => {
    const ofStream = deletions.flatMap((deletion) => {
      if (!deletion.tenants.includes(tenant)) return [];
      const kind = { key: '', sampleTypes, periodType };
      const types = sampleTypes.map((_, type) =>
        matchesAll(deletion.matchers, labelsOfSeries(labels, kind, type)),
      );
      return types.includes(true) ? [{ ...deletion, types }] : [];
    });
    if (ofStream.length === 0) return undefined;
    const typesOf = (hits: typeof ofStream): readonly boolean[] | undefined =>
      hits.length === 0
        ? undefined
        : sampleTypes.map((_, type) => hits.some(({ types }) => types[type] === true));
    return {
      of(timeMillis, timeNanosOnTop, arrival) {
        const nanos = BigInt(timeMillis) * NANOS_PER_MILLI + BigInt(timeNanosOnTop);
        return typesOf(
          ofStream.filter(
            ({ startNanos, endNanos, beforeArrival }) =>
              arrival < beforeArrival && nanos >= startNanos && nanos <= endNanos,
          ),
        );
      },
      ofSum(fromMillis, toMillis) {
        const fromNanos = BigInt(fromMillis) * NANOS_PER_MILLI;
        const toNanos = BigInt(toMillis) * NANOS_PER_MILLI;
        return typesOf(
          ofStream.filter(
            ({ startNanos, endNanos }) => startNanos < toNanos && endNanos >= fromNanos,
          ),
        );
      },
    };
  };
}
