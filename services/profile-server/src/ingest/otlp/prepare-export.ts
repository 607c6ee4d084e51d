import type { Label } from '@emberscope/labels';
import type { PprofMemory } from '@emberscope/pprof';
import type { Profile } from '@emberscope/profile';
import { nanosFromMillis, unixMillis } from '@emberscope/units';
import type { IngestLimits } from '../ingest-limits.ts';
import { bytesOfLabels } from '../prepare-push.ts';
import type { PushedProfile } from '../pushed-profile.ts';
import { invalid } from '../refusal.ts';
import { SeriesCount } from '../series-count.ts';
import { throughPprof } from '../through-pprof.ts';
import { createConversionBudget, ROW_BYTES } from './conversion-budget.ts';
import { type ConversionContext, convertProfile } from './convert-profile.ts';
import { createDictionary } from './dictionary.ts';
import type { Export } from './otlp-export.ts';
import { seriesLabels, sharedAttributes } from './series-labels.ts';
import { Unconvertible } from './unconvertible.ts';

/** What became of an export of OTLP. */
export type PreparedExport =
  | {
      readonly kind: 'profiles';
      /** Each is made when it is asked for, and holds until the next is. */
      readonly profiles: Iterable<PushedProfile>;
      /** How many the original passes over without a word. */
      readonly droppedCount: number;
    }
  /** Nothing of it can be stored. */
  | { readonly kind: 'unconvertible'; readonly reason: string };

/**
 * Turns the profiles of an export into series to store, in the order of the request. All are converted
 * first, so that nothing is stored of an export that contradicts itself; then each is read into
 * `memory`, if that is given.
 */
export function prepareExport(
  request: Export,
  limits: IngestLimits,
  nowMillis: number,
  memory?: PprofMemory,
): PreparedExport {
  const { dictionary: tables, resourceProfiles } = request;
  if (tables === undefined) return unconvertible('missing profile metadata dictionary');
  if (resourceProfiles.length === 0) return unconvertible('missing resource profiles');

  const context = {
    dictionary: createDictionary(tables),
    budget: createConversionBudget(),
    maxStackDepth: limits.pprof.maxStackDepth,
    nowNanos: nanosFromMillis(unixMillis(nowMillis)),
  };
  try {
    const { series, droppedCount } = convertedSeries(request, context);
    const profiles = pushedProfiles(series, limits, nowMillis, memory);
    return { kind: 'profiles', profiles, droppedCount };
  } catch (error) {
    if (!(error instanceof Unconvertible)) throw error;
    return unconvertible(`failed to convert otel profile: ${error.message}`);
  }
}

type LabelledProfile = {
  readonly labels: readonly Label[];
  /** Undefined when a sample has more values than the profile has types. */
  readonly profile: Profile | undefined;
};

function convertedSeries({ resourceProfiles }: Export, context: ConversionContext) {
  const { dictionary, budget } = context;
  const series: LabelledProfile[] = [];
  let droppedCount = 0;
  for (const { resource, scopeProfiles } of resourceProfiles) {
    for (const { scope, profiles: given } of scopeProfiles) {
      const shared = sharedAttributes(
        resource?.attributes ?? [],
        scope?.attributes ?? [],
        dictionary.texts,
        budget,
      );
      for (const otlpProfile of given) {
        const converted = convertProfile(otlpProfile, context);
        if (converted.kind === 'dropped') {
          droppedCount++;
          budget.countSeries();
          continue;
        }
        for (const { profileName, service, profile } of converted.series) {
          const labels = seriesLabels(shared, profileName, service ?? shared.service);
          budget.spend(ROW_BYTES * labels.length + bytesOfLabels(labels));
          series.push({ labels, profile });
        }
      }
    }
  }
  return { series, droppedCount };
}

function* pushedProfiles(
  series: readonly LabelledProfile[],
  limits: IngestLimits,
  nowMillis: number,
  memory: PprofMemory | undefined,
): Generator<PushedProfile, void, undefined> {
  const count = new SeriesCount();
  for (const { labels, profile } of series) {
    if (profile === undefined) {
      const refusal = invalid('malformed_profile', 'sample value length mismatch');
      yield { sizeBytes: bytesOfLabels(labels), outcome: { kind: 'refused', refusal } };
    } else yield throughPprof(labels, profile, limits, nowMillis, count, memory);
  }
}

function unconvertible(reason: string): PreparedExport {
  return { kind: 'unconvertible', reason };
}
