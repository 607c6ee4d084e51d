/**
 * Where Pyroscope's file of settings (`-config.file`) has what its flags call otherwise: the place, with
 * dashes, and our name of the setting. Keys that are spelt as their flags need no line here. Whoever
 * moves here can keep the file.
 */
export const PYROSCOPE_FILE_KEYS: ReadonlyMap<string, string> = new Map([
  ['multitenancy-enabled', 'auth.multitenancy-enabled'],
  ['server.log-level', 'log.level'],
  ['limits.retention-period', 'retention-period'],
  ['limits.ingestion-rate-mb', 'distributor.ingestion-rate-limit-mb'],
  ['limits.ingestion-burst-size-mb', 'distributor.ingestion-burst-size-mb'],
  ['limits.ingestion-body-limit-mb', 'distributor.ingestion-body-limit-mb'],
  ['limits.max-query-length', 'querier.max-query-length'],
  ['limits.max-query-lookback', 'querier.max-query-lookback'],
  ['limits.max-flamegraph-nodes-default', 'querier.max-flamegraph-nodes-default'],
  ['limits.max-flamegraph-nodes-max', 'querier.max-flamegraph-nodes-max'],
  ['limits.max-label-name-length', 'validation.max-length-label-name'],
  ['limits.max-label-value-length', 'validation.max-length-label-value'],
  ['limits.max-label-names-per-series', 'validation.max-label-names-per-series'],
  ['limits.max-sessions-per-series', 'validation.max-sessions-per-series'],
  ['limits.max-profile-size-bytes', 'validation.max-profile-size-bytes'],
  ['limits.max-profile-stacktrace-samples', 'validation.max-profile-stacktrace-samples'],
  [
    'limits.max-profile-stacktrace-sample-labels',
    'validation.max-profile-stacktrace-sample-labels',
  ],
  ['limits.max-profile-stacktrace-depth', 'validation.max-profile-stacktrace-depth'],
  ['limits.max-profile-symbol-value-length', 'validation.max-profile-symbol-value-length'],
  ['limits.disable-label-sanitization', 'validation.disable-label-sanitization'],
  ['limits.reject-older-than', 'validation.reject-older-than'],
  ['limits.reject-newer-than', 'validation.reject-newer-than'],
]);
