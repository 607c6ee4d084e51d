import { createHash } from 'node:crypto';
import { type Label, type LabelSet, labelSet } from '@emberscope/labels';
import { completeGoStacks, dropUncounted, encodedStrings } from '@emberscope/pprof';
import type { Profile } from '@emberscope/profile';
import { type PushId, pushId as pushIdOf } from '../store/ids.ts';
import type { PushProfile, PushSeries } from '../store/push.ts';
import { isGo, withoutTypeParameters } from './go-names.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { outsideOfWindow } from './ingestion-window.ts';
import { invalid, type Refusal } from './refusal.ts';
import { PROFILE_MAX_SERIES, SeriesCount } from './series-count.ts';
import { renamed, storedLabels, withFewSessions, withService } from './series-rules.ts';
import { withSourceLinks } from './source-links.ts';
import { splitSamples } from './split-samples.ts';
import { formatLabels, sortLabels, validateLabels } from './validate-labels.ts';

export type PreparedSeries =
  /** None when no sample is left: the profile is fine and there is nothing to store. */
  | { readonly ok: true; readonly series: readonly PushSeries[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * What every profile goes through between being read and being stored, in Pyroscope's order: its
 * time, its language, normalising, sessions, splitting by the labels of samples, relabelling, and
 * the check of labels. Nothing of a profile is stored when one of the series it becomes is refused.
 * `count` is of the whole request.
 */
export function prepareSeries(
  given: readonly Label[],
  profile: Profile,
  pushId: PushId | undefined,
  limits: IngestLimits,
  nowMillis: number,
  count: SeriesCount = new SeriesCount(),
): PreparedSeries {
  const labels = withService(given);
  if (profile.sampleTypes.length === 0) {
    return { ok: false, refusal: invalid('malformed_profile', 'empty profile') };
  }
  const outside = outsideOfWindow(profile.timeNanos, formatLabels(labels), limits, nowMillis);
  if (outside !== undefined) {
    return { ok: false, refusal: invalid('not_in_ingestion_window', outside) };
  }
  const repaired = isGo(labels, profile)
    ? completeGoStacks(withoutTypeParameters(profile))
    : profile;
  const normal = dropUncounted(repaired);
  if (normal.samples.length === 0) return { ok: true, series: [] };
  const linked = withSourceLinks(normal, labels);

  const unread = linked.labelSets.key.length === 0 ? undefined : count.refusalUnread();
  if (unread !== undefined) return { ok: false, refusal: unread };
  const groups = splitSamples(linked, withFewSessions(labels, limits), PROFILE_MAX_SERIES);
  const tooMany = count.add(groups?.length);
  if (tooMany !== undefined) return { ok: false, refusal: tooMany };
  const series: PushSeries[] = [];
  for (const group of groups ?? []) {
    const valid = validateLabels(withoutEmpty(renamed(group.labels)), limits);
    if (!valid.ok) return valid;
    series.push({ labels: setOf(valid.labels), profiles: [pushProfile(group.profile)] });
  }
  return { ok: true, series: pushId === undefined ? series : withPushIds(series, pushId) };
}

/** Strings go on as the bytes they came as, where nothing that was done to the profile changed them. */
function pushProfile(profile: Profile): PushProfile {
  const texts = encodedStrings(profile.symbols.strings);
  return texts === undefined ? { profile } : { profile, texts };
}

/**
 * Each part of a profile is remembered by an id of its own, so that a second delivery of the record
 * stores what is missing of it and nothing twice.
 */
function withPushIds(series: readonly PushSeries[], pushId: PushId): readonly PushSeries[] {
  return series.map(({ labels, profiles }) => {
    const id = series.length === 1 ? pushId : idOfPart(pushId, labels);
    return { labels, profiles: profiles.map((profile) => ({ ...profile, pushId: id })) };
  });
}

function idOfPart(whole: PushId, { key }: LabelSet): PushId {
  const digest = createHash('sha256').update(`${whole} ${key}`).digest('hex').slice(0, 32);
  return pushIdOf(`emb1-${digest}`) ?? whole;
}

function withoutEmpty(labels: readonly Label[]): readonly Label[] {
  return sortLabels(labels.filter(({ value }) => value !== ''));
}

function setOf(labels: readonly Label[]): LabelSet {
  const built = labelSet(storedLabels(labels));
  // The check before has seen to it that each name is there once.
  if (!built.ok) throw new Error(built.reason);
  return built.labelSet;
}
