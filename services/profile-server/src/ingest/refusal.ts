/**
 * Why a profile is not taken. `reason` is in Pyroscope's words where agents have come to know them.
 *
 * `malformed` is garbage, which Push answers with `unknown` for compatibility and we mark with a
 * header of our own; `invalid` is a profile or a label set that breaks a rule or a limit.
 */
export type Refusal = {
  readonly kind: 'malformed' | 'invalid';
  readonly reason: string;
  readonly cause: DiscardCause;
};

/** What discarded profiles are counted under: Pyroscope's names. */
export type DiscardCause =
  | 'malformed_profile'
  | 'profile_size_limit'
  | 'samples_limit'
  | 'sample_labels_limit'
  | 'not_in_ingestion_window'
  | 'missing_labels'
  | 'max_label_names_per_series'
  | 'label_name_too_long'
  | 'label_value_too_long'
  | 'invalid_labels'
  | 'duplicate_label_names'
  | 'rate_limited'
  | 'series_limit'
  | 'store_unavailable';

export function malformed(reason: string): Refusal {
  return { kind: 'malformed', reason, cause: 'malformed_profile' };
}

export function invalid(cause: DiscardCause, reason: string): Refusal {
  return { kind: 'invalid', reason, cause };
}
