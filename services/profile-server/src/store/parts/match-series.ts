import { labelValue, type Matcher, matchesValue } from '@emberscope/labels';
import type { ProfileKind } from './profile-kind.ts';
import type { Series, SeriesRegistry } from './series-registry.ts';

/** Which sample types of which streams are selected. */
export type MatchedStreams = {
  /** 1 for every stream whose type is selected; undefined when none of this kind is. */
  ofType(kind: ProfileKind, type: number): Uint8Array | undefined;
};

/**
 * The series of a tenant that pass. Every series is looked at: walking a thousand label sets takes
 * less than 0.1 ms, so that an index of postings would cost more in memory than it saves. Patterns
 * are tried once for each distinct value.
 */
export function matchSeries(
  registry: SeriesRegistry,
  matchers: readonly Matcher[],
  profileType: string | undefined,
): MatchedStreams {
  const tests = matchers.map(testOfLabel);
  const passes = new Map<Series, boolean>();
  const seriesPasses = (series: Series): boolean => {
    let known = passes.get(series);
    if (known === undefined) {
      const isType = profileType === undefined || series.profileType === profileType;
      known = isType && tests.every((test) => test(series));
      passes.set(series, known);
    }
    return known;
  };

  const columns: Uint8Array[] = [];
  const kinds: Set<string>[] = [];
  for (const [id, stream] of registry.streams.entries()) {
    if (stream === undefined) continue;
    for (const [type, series] of stream.series.entries()) {
      if (!seriesPasses(series)) continue;
      kinds[type] ??= new Set();
      kinds[type].add(stream.kind.key);
      columns[type] ??= new Uint8Array(registry.streams.length);
      const column = columns[type];
      if (column !== undefined) column[id] = 1;
    }
  }
  return {
    ofType: ({ key }, type) => (kinds[type]?.has(key) === true ? columns[type] : undefined),
  };
}

function testOfLabel(matcher: Matcher): (series: Series) => boolean {
  if (matcher.op === '=' || matcher.op === '!=') {
    return ({ labels }) => matchesValue(matcher, labelValue(labels, matcher.name));
  }
  const passes = new Map<string, boolean>();
  return ({ labels }) => {
    const value = labelValue(labels, matcher.name);
    let known = passes.get(value);
    if (known === undefined) {
      known = matchesValue(matcher, value);
      passes.set(value, known);
    }
    return known;
  };
}
