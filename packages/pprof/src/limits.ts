/** What one profile may be. A limit of `Infinity` is none. */
export type PprofLimits = {
  /** More samples are refused. */
  readonly maxSamples: number;
  /** A profile with a sample of more labels is refused. */
  readonly maxSampleLabels: number;
  /** Of a deeper stack, the leaf side is cut off. */
  readonly maxStackDepth: number;
  /** Of a longer string, the beginning is cut off: the end tells functions and files apart. */
  readonly maxStringBytes: number;
};

/** Pyroscope's defaults (`max_profile_stacktrace_*` and `max_profile_symbol_value_length`). */
export const PYROSCOPE_PPROF_LIMITS: PprofLimits = {
  maxSamples: 16_000,
  maxSampleLabels: 100,
  maxStackDepth: 1000,
  maxStringBytes: 65_535,
};

/** For profiles that a person opens: nothing is refused or cut for its size. */
export const NO_PPROF_LIMITS: PprofLimits = {
  maxSamples: Number.POSITIVE_INFINITY,
  maxSampleLabels: Number.POSITIVE_INFINITY,
  maxStackDepth: Number.POSITIVE_INFINITY,
  maxStringBytes: Number.POSITIVE_INFINITY,
};

/** Each costs a column, though it takes two bytes to ask for. Profilers have six at most. */
export const MAX_SAMPLE_TYPES = 256;
