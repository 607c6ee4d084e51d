import type { Label } from '@emberscope/labels';
import type { Profile } from '@emberscope/profile';
import { nanosFromMillis, unixMillis } from '@emberscope/units';
import type { IngestLimits } from '../ingest-limits.ts';
import { bytesOfLabels } from '../prepare-push.ts';
import type { PushedProfile } from '../pushed-profile.ts';
import { invalid } from '../refusal.ts';
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
      readonly profiles: readonly PushedProfile[];
      /** How many the original passes over without a word. */
      readonly droppedCount: number;
    }
  /** Nothing of it can be stored. */
  | { readonly kind: 'unconvertible'; readonly reason: string };

/**
 * Turns the profiles of an export into series to store, in the order of the request.
 */
export function prepareExport(
  request: Export,
  messageBytes: number,
  limits: IngestLimits,
  nowMillis: number,
): PreparedExport {
  const { dictionary: tables, resourceProfiles } = request;
  if (tables === undefined) return unconvertible('missing profile metadata dictionary');
  if (resourceProfiles.length === 0) return unconvertible('missing resource profiles');

  const context = {
    dictionary: createDictionary(tables),
    budget: createConversionBudget(messageBytes),
    maxStackDepth: limits.pprof.maxStackDepth,
    nowNanos: nanosFromMillis(unixMillis(nowMillis)),
  };
  try {
    return preparedProfiles(request, context, limits, nowMillis);
  } catch (error) {
    if (!(error instanceof Unconvertible)) throw error;
    return unconvertible(`failed to convert otel profile: ${error.message}`);
  }
}

function preparedProfiles(
  { resourceProfiles }: Export,
  context: ConversionContext,
  limits: IngestLimits,
  nowMillis: number,
): PreparedExport {
  const { dictionary, budget } = context;
  const profiles: PushedProfile[] = [];
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
        const series = converted.kind === 'series' ? converted.series : [];
        if (converted.kind === 'dropped') {
          droppedCount++;
          budget.countSeries();
        }
        for (const { profileName, service, profile } of series) {
          const labels = seriesLabels(shared, profileName, service ?? shared.service);
          budget.spend(ROW_BYTES * labels.length + bytesOfLabels(labels));
          profiles.push(pushedProfile(labels, profile, limits, nowMillis));
        }
      }
    }
  }
  return { kind: 'profiles', profiles, droppedCount };
}

function unconvertible(reason: string): PreparedExport {
  return { kind: 'unconvertible', reason };
}

function pushedProfile(
  labels: readonly Label[],
  profile: Profile | undefined,
  limits: IngestLimits,
  nowMillis: number,
): PushedProfile {
  if (profile !== undefined) return throughPprof(labels, profile, limits, nowMillis);
  const refusal = invalid('malformed_profile', 'sample value length mismatch');
  return { sizeBytes: bytesOfLabels(labels), outcome: { kind: 'refused', refusal } };
}
