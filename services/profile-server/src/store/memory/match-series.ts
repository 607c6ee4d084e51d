import { labelValue, type Matcher, matchesValue } from '@emberscope/labels';
import type { Series, SeriesRegistry } from './series-registry.ts';

/** Which sample types of which streams are selected: a column for each type, a cell a stream. */
export type MatchedStreams = {
  /** Whether one type of a stream is selected. */
  has(stream: number, type: number): boolean;
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
  for (const [id, stream] of registry.streams.entries()) {
    for (const [type, series] of (stream?.series ?? []).entries()) {
      if (!seriesPasses(series)) continue;
      columns[type] ??= new Uint8Array(registry.streams.length);
      const column = columns[type];
      if (column !== undefined) column[id] = 1;
    }
  }
  return { has: (stream, type) => columns[type]?.[stream] === 1 };
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
