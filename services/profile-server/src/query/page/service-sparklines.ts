import { parseProfileType } from '@emberscope/profile';
import type { BucketedSeries } from '../../store/answers.ts';
import { modeOfType } from './page-request.ts';
import type { ServiceQuery } from './service-measures.ts';
import { type ServiceKey, serviceKey } from './service-rows.ts';
import { timelineSeries } from './timeline.ts';
import type { TimelineBuckets } from './timeline-buckets.ts';

/** The series of each service and type: one query for each type. */
export async function readSparklines(
  { query, matchers, rowNames }: ServiceQuery,
  buckets: TimelineBuckets,
  types: ReadonlySet<string>,
): Promise<(type: string, key: ServiceKey) => readonly BucketedSeries[]> {
  const seriesOf = new Map<string, BucketedSeries>();
  for (const type of types) {
    const parsed = parseProfileType(type);
    if (!parsed.ok) continue;
    const { profileType } = parsed;
    const series = await timelineSeries(
      query,
      { tenants: query.tenants, matchers, profileType },
      buckets,
      { groupBy: rowNames, mode: modeOfType(profileType) },
    );
    for (const one of series)
      seriesOf.set(`${type} ${serviceKey(one.labels)}`, { ...one, labels: [] });
  }
  return (type, key) => {
    const series = seriesOf.get(`${type} ${key}`);
    return series === undefined ? [] : [series];
  };
}
