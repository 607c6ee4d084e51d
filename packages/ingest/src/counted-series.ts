import { LABEL } from '@emberscope/labels';
import { createInt64ColumnBuilder, int64At, type Profile } from '@emberscope/profile';
import type { IngestParams } from './ingest-params.ts';
import { type Ingested, seriesLabels } from './ingested-series.ts';
import { splitApplication, suffixType } from './type-suffix.ts';

/**
 * Makes a series of counted stacks (groups, lines, trie, tree). The suffix of the application's name
 * says what was counted; counts of CPU and wall clock samples become nanoseconds by the sample rate.
 */
export function countedSeries(params: IngestParams, counts: Profile): Ingested {
  const { name, spyName } = params;
  const { application, suffix } = splitApplication(name.application);
  const type = suffixType(suffix);
  if (type === undefined) {
    return { ok: false, kind: 'invalid-argument', reason: `unknown profile type: ${suffix}` };
  }
  // A profile of a single trace: older clients sent those, and nothing was ever made of them.
  if ((name.tags.get(LABEL.profileId) ?? '') !== '') return { ok: true, series: [] };

  const profile: Profile = {
    ...counts,
    sampleTypes: [type.sampleType],
    timeNanos: params.from,
    ...(type.timeType === undefined || params.sampleRateHertz === 0
      ? {}
      : asTime(counts, type.timeType, params.sampleRateHertz)),
  };
  const service = name.tags.get(LABEL.serviceName) ?? '';
  const others: Readonly<Record<string, string>> =
    service === '' ? { [LABEL.serviceName]: application } : { app_name: application };
  return {
    ok: true,
    series: [{ labels: seriesLabels(type.profileName, spyName, name, others), profile }],
  };
}

/** Counts times the time between two samples. The period type is CPU for wall clock time, too. */
function asTime(
  counts: Profile,
  timeType: 'cpu' | 'wall',
  sampleRateHertz: number,
): Pick<Profile, 'sampleTypes' | 'periodType' | 'period' | 'samples'> {
  const period = BigInt(Math.floor(1e9 / sampleRateHertz));
  const nanos = createInt64ColumnBuilder(counts.samples.length);
  const [column = new Float64Array(0)] = counts.samples.values;
  for (let row = 0; row < counts.samples.length; row++) {
    nanos.push(BigInt.asIntN(64, int64At(column, row) * period));
  }
  return {
    sampleTypes: [{ type: timeType, unit: 'nanoseconds' }],
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    period,
    samples: { ...counts.samples, values: [nanos.finish()] },
  };
}
