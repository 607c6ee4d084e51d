/** Labels that mean something to the house. */
export const LABEL = {
  /** The family of a profile: `process_cpu`, `memory`, `wall`. */
  profileName: '__name__',
  serviceName: 'service_name',
  /** What a store derives for each sample type of a profile. */
  profileType: '__profile_type__',
  sampleType: '__type__',
  sampleUnit: '__unit__',
  periodType: '__period_type__',
  periodUnit: '__period_unit__',
  privateServiceName: '__service_name__',
  /** Hints of clients that are not kept. */
  delta: '__delta__',
  order: '__order__',
  sessionId: '__session_id__',
  otel: '__otel__',
  nameReplaced: '__name_replaced__',
  spy: 'pyroscope_spy',
  /** On samples: which span and trace they ran for. */
  spanId: 'span_id',
  traceId: 'trace_id',
  profileId: 'profile_id',
  spanName: 'span_name',
} as const;

const LEGACY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A name that every client understands: letters, digits and `_`, no digit in front. */
export function isLegacyLabelName(name: string): boolean {
  return LEGACY_NAME.test(name);
}

/** A name under the newer rule: any text that has a UTF-8 form and is not empty. */
export function isUtf8LabelName(name: string): boolean {
  return name !== '' && isWellFormed(name);
}

/** Whether a text has no half of a surrogate pair alone, that is, whether it has a UTF-8 form. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
