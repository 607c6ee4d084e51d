/** What every profile of the suite needs: see its README. */
export const BASE = [
  '-distributor.ingestion-rate-limit-mb=256',
  '-distributor.ingestion-burst-size-mb=256',
  '-log.level=error',
];

/** The ways in which the real server was set up while it was recorded, with the flags of each. */
export const PROFILES = {
  default: [],
  multitenancy: ['-auth.multitenancy-enabled=true'],
  limits: [
    '-auth.multitenancy-enabled=true',
    '-distributor.ingestion-body-limit-mb=0.25',
    '-distributor.ingestion-rate-limit-mb=0.001',
    '-distributor.ingestion-burst-size-mb=0.15',
    '-validation.max-profile-size-bytes=65536',
    '-validation.max-profile-stacktrace-samples=100',
    '-validation.max-profile-stacktrace-sample-labels=3',
    '-validation.max-profile-stacktrace-depth=8',
    '-validation.max-profile-symbol-value-length=16',
    '-validation.max-sessions-per-series=2',
    '-validation.disable-label-sanitization=false',
    '-validation.max-label-names-per-series=10',
    '-validation.max-length-label-name=40',
    '-validation.max-length-label-value=80',
    '-querier.max-flamegraph-nodes-default=6',
    '-querier.max-flamegraph-nodes-max=20',
    '-querier.max-query-length=1h',
    '-validation.reject-older-than=0',
    '-querier.max-query-lookback=0',
  ],
};
