import type { PprofLimits } from '@emberscope/pprof';

/** What one push may be. Names of settings are Pyroscope's; 0 lifts a limit. */
export type IngestLimits = {
  /** `-validation.max-profile-size-bytes`: of a profile, inflated. */
  readonly maxProfileBytes: number;
  /** `-distributor.ingestion-body-limit-mb`: of all profiles of a push together, inflated. */
  readonly maxBatchBytes: number;
  /** Samples, labels of a sample, depth of a stack, bytes of a string. */
  readonly pprof: PprofLimits;
  /** `-validation.max-label-names-per-series`. */
  readonly maxLabelNames: number;
  /** `-validation.max-length-label-name`, in bytes. */
  readonly maxLabelNameBytes: number;
  /** `-validation.max-length-label-value`, in bytes. */
  readonly maxLabelValueBytes: number;
  /** `-validation.max-sessions-per-series`; at 0 sessions are not told apart. */
  readonly maxSessionsPerSeries: number;
  /** The opposite of `-validation.disable-label-sanitization`: dots become underscores. */
  readonly sanitizesLabels: boolean;
  /** `-validation.reject-older-than`. */
  readonly rejectOlderThanMillis: number;
  /** `-validation.reject-newer-than`. */
  readonly rejectNewerThanMillis: number;
};
