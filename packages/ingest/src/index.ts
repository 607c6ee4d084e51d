export { type PlainFormat, plainSeries } from './ingest-body.ts';
export { type IngestFormat, ingestFormat } from './ingest-format.ts';
export { type IngestName, type ParsedIngestName, parseIngestName } from './ingest-name.ts';
export {
  type IngestParams,
  type ParsedIngestParams,
  parseIngestParams,
  type QueryParams,
} from './ingest-params.ts';
export { parseIngestTime } from './ingest-time.ts';
export type { Ingested, IngestedSeries } from './ingested-series.ts';
export {
  type BrokenLimit,
  type IngestedJfr,
  type JfrSeries,
  type JfrUpload,
  jfrSeries,
} from './jfr-series.ts';
export {
  type IngestedPprof,
  needsRepair,
  type PprofUpload,
  PREVIOUS_PROFILE_REASON,
  pprofLabels,
  pprofSeries,
} from './pprof-series.ts';
export { profileNameOf } from './profile-name.ts';
export {
  type ParsedSampleTypeConfig,
  parseSampleTypeConfig,
  type SampleTypeConfig,
} from './sample-type-config.ts';
export { type SuffixType, splitApplication, suffixType } from './type-suffix.ts';
