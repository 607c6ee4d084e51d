import type { LabelSet } from '@emberscope/labels';
import type { Profile } from '@emberscope/profile';
import type { EncodedTexts } from './dictionary/encoded-texts.ts';
import type { ProfileId, PushId } from './ids.ts';
import type { StoreError } from './store-error.ts';

/** One pprof's worth of samples. All its sample types become one record. */
export type PushProfile = {
  /**
   * Normalised: no negative values, no numeric labels, no samples that refer to nothing. Of sample
   * labels only `span_id` and `trace_id` are left; the others have become labels of the series.
   */
  readonly profile: Profile;
  /** The profile's strings once more, encoded, where whoever read it has them so. */
  readonly texts?: EncodedTexts;
  /** When it was pushed before within a day, the profile is acknowledged and not stored again. */
  readonly pushId?: PushId;
};

/** Profiles of one label set. `__name__` and `service_name` are there and the set is valid. */
export type PushSeries = {
  readonly labels: LabelSet;
  readonly profiles: readonly PushProfile[];
};

export type PushOutcome =
  | { readonly kind: 'stored'; readonly profileId: ProfileId }
  /** A profile without a sample that has a value: acknowledged, nothing to store. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused'; readonly refusal: PushRefusal };

/** Why one profile of a push was not stored. The others were: outcomes are independent. */
export type PushRefusal =
  /** The tenant has as many live series as it may; known series are still taken. */
  | { readonly kind: 'too-many-series'; readonly reason: string; readonly limitSeries: number }
  /** Older than anything the store keeps: it would be deleted at once. */
  | { readonly kind: 'older-than-retention'; readonly reason: string }
  /** Larger than what a store can take at all: sending it again does not help. */
  | { readonly kind: 'too-large'; readonly reason: string; readonly limitBytes: number }
  | { readonly kind: 'store'; readonly error: StoreError };

/** One outcome for each profile, in the shape of the request: by series, then by profile. */
export type PushOutcomes = readonly (readonly PushOutcome[])[];
