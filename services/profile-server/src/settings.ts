import {
  booleanSetting,
  bytesSetting,
  choiceSetting,
  durationSetting,
  integerSetting,
  type ListenAddress,
  LOG_LEVELS,
  listenAddressSetting,
  numberSetting,
  optional,
  pathSetting,
  textSetting,
} from '@emberscope/node-kit';
import { PYROSCOPE_PPROF_LIMITS } from '@emberscope/pprof';
import type * as z from 'zod';
import type { IngestLimits } from './ingest/ingest-limits.ts';
import type { RateLimits } from './ingest/rate-limit.ts';
import type { AdHocLimits } from './query/adhoc/adhoc-call.ts';
import type { QueryLimits } from './query/query-call.ts';
import type { StoreThreadsOptions } from './work/store-threads.ts';

const MIB = 1024 * 1024;

/** A larger body would be more than there is room for, on its way and inflated. */
const BODY_MAX_MIB = 1024;

/**
 * Everything that can be set. Where Pyroscope has a setting, its name, its default and its meaning
 * are taken; the one other default is the rate, whose 4 MB/s would refuse ordinary use.
 */
export const settingsShape = {
  listen: listenAddressSetting({
    name: 'listen',
    default: ':4040',
    help: 'where to listen: HTTP/1.1 and HTTP/2 without TLS',
  }),
  httpPort: optional(
    integerSetting({
      name: 'server.http-listen-port',
      min: 0,
      max: 65_535,
      help: 'the port alone; listen is then every interface',
    }),
  ),
  httpAddress: optional(
    textSetting({
      name: 'server.http-listen-address',
      help: 'the address alone, without a port; that of listen is then used',
    }),
  ),
  target: choiceSetting({
    name: 'target',
    choices: ['all'],
    default: 'all',
    help: 'what runs in this process: there is one process, which does everything',
  }),
  dataDir: pathSetting({
    name: 'data-dir',
    aliases: ['pyroscopedb.data-path'],
    default: './data',
    help: 'where profiles are kept; made when it is not there',
  }),
  pageDir: optional(
    pathSetting({ name: 'page-dir', help: 'the built page; by default the one beside the server' }),
  ),
  logLevel: choiceSetting({
    name: 'log.level',
    choices: LOG_LEVELS,
    default: 'info',
    help: 'how much is logged',
  }),
  storeMaxBytes: bytesSetting({
    name: 'store.max-bytes',
    default: '0',
    help: 'what profiles may take on the disk; beyond it the oldest day goes; 0 lifts the limit',
  }),
  storeMaxSeries: integerSetting({
    name: 'store.max-series',
    min: 1,
    default: '50000',
    help: 'series of a tenant that have a profile; pushes of more are refused',
  }),
  storeDropsOldestWhenFull: booleanSetting({
    name: 'store.drop-oldest-when-full',
    default: 'true',
    help: 'let the oldest day go, but never today, when less of the disk is free than 1 GiB (25 % of a small one) or 5 %',
  }),
  storeCacheBytes: bytesSetting({
    name: 'store.cache',
    default: '128MiB',
    minBytes: 8 * MIB,
    help: 'memory for what queries read again and again, of all their threads',
  }),
  storeQueryBytes: bytesSetting({
    name: 'store.query-memory',
    default: '256MiB',
    minBytes: 16 * MIB,
    help: 'memory that one query may take; a larger one is refused',
  }),
  retentionMillis: durationSetting({
    name: 'retention-period',
    default: '7d',
    zeroMeans: 'for ever',
    help: 'how long profiles are kept',
  }),
  rollupRetentionMillis: durationSetting({
    name: 'store.rollup-retention',
    default: '90d',
    zeroMeans: 'for ever',
    help: 'how long the sums of hours and days are kept, by function',
  }),
  multitenancy: booleanSetting({
    name: 'auth.multitenancy-enabled',
    default: 'false',
    help: 'tell tenants apart by the header X-Scope-OrgID, which every request then needs',
  }),
  maxQueryLengthMillis: durationSetting({
    name: 'querier.max-query-length',
    default: '24h',
    zeroMeans: 'no limit',
    help: 'the longest range of a query of the Pyroscope API',
  }),
  maxQueryLookbackMillis: durationSetting({
    name: 'querier.max-query-lookback',
    default: '7d',
    zeroMeans: 'no limit',
    help: 'how far back a query of the Pyroscope API may look',
  }),
  maxFlameGraphNodesDefault: integerSetting({
    name: 'querier.max-flamegraph-nodes-default',
    min: 0,
    default: '8192',
    help: 'nodes of a flame graph when the query names no number',
  }),
  maxFlameGraphNodesMax: integerSetting({
    name: 'querier.max-flamegraph-nodes-max',
    min: 0,
    default: '1048576',
    help: 'nodes that a query may ask for; 0 lifts the limit',
  }),
  ingestionRateMiB: numberSetting({
    name: 'distributor.ingestion-rate-limit-mb',
    min: 0,
    max: 1_000_000,
    default: '256',
    help: 'MiB of inflated profiles a second and tenant; 0 lifts the limit',
  }),
  ingestionBurstMiB: numberSetting({
    name: 'distributor.ingestion-burst-size-mb',
    min: 0,
    max: 1_000_000,
    default: '256',
    help: 'MiB that may come at once',
  }),
  ingestionBodyMiB: numberSetting({
    name: 'distributor.ingestion-body-limit-mb',
    min: 0,
    max: BODY_MAX_MIB,
    default: '256',
    help: `MiB of one request, as it comes and inflated; 0 for the most there is, ${BODY_MAX_MIB}`,
  }),
  maxProfileBytes: integerSetting({
    name: 'validation.max-profile-size-bytes',
    min: 0,
    default: '4194304',
    help: 'bytes of a profile, inflated; 0 lifts the limit',
  }),
  maxSamples: integerSetting({
    name: 'validation.max-profile-stacktrace-samples',
    min: 0,
    default: `${PYROSCOPE_PPROF_LIMITS.maxSamples}`,
    help: 'samples of a profile; more are refused; 0 lifts the limit',
  }),
  maxSampleLabels: integerSetting({
    name: 'validation.max-profile-stacktrace-sample-labels',
    min: 0,
    default: `${PYROSCOPE_PPROF_LIMITS.maxSampleLabels}`,
    help: 'labels of a sample; more are refused; 0 lifts the limit',
  }),
  maxStackDepth: integerSetting({
    name: 'validation.max-profile-stacktrace-depth',
    min: 0,
    default: `${PYROSCOPE_PPROF_LIMITS.maxStackDepth}`,
    help: 'frames of a stack; the rest is cut off at the leaf; 0 lifts the limit',
  }),
  maxStringBytes: integerSetting({
    name: 'validation.max-profile-symbol-value-length',
    min: 0,
    default: `${PYROSCOPE_PPROF_LIMITS.maxStringBytes}`,
    help: 'bytes of a name; the rest is cut off at its beginning; 0 lifts the limit',
  }),
  maxLabelNames: integerSetting({
    name: 'validation.max-label-names-per-series',
    min: 0,
    default: '30',
    help: 'labels of a series; 0 lifts the limit',
  }),
  maxLabelNameBytes: integerSetting({
    name: 'validation.max-length-label-name',
    min: 0,
    default: '1024',
    help: 'bytes of a label name; 0 lifts the limit',
  }),
  maxLabelValueBytes: integerSetting({
    name: 'validation.max-length-label-value',
    min: 0,
    default: '2048',
    help: 'bytes of a label value; 0 lifts the limit',
  }),
  maxSessionsPerSeries: integerSetting({
    name: 'validation.max-sessions-per-series',
    min: 0,
    max: 2 ** 31,
    default: '0',
    help: 'sessions of a series that are told apart; at 0 none are',
  }),
  disablesLabelSanitization: booleanSetting({
    name: 'validation.disable-label-sanitization',
    default: 'true',
    help: 'keep label names as they are; if false dots become underscores',
  }),
  rejectOlderThanMillis: durationSetting({
    name: 'validation.reject-older-than',
    default: '1h',
    zeroMeans: 'no limit',
    help: 'the oldest profile that is taken',
  }),
  rejectNewerThanMillis: durationSetting({
    name: 'validation.reject-newer-than',
    default: '10m',
    zeroMeans: 'no limit',
    help: 'how far ahead of this clock a profile may be',
  }),
};

/** The settings, read. */
export type Settings = z.output<z.ZodObject<typeof settingsShape>>;

/** Where to listen, and the setting that says so. Pyroscope's two win over ours. */
export function listenAddressOf({ listen, httpPort, httpAddress }: Settings): {
  readonly address: ListenAddress;
  readonly setting: string;
} {
  if (httpPort === undefined && httpAddress === undefined) {
    return { address: listen, setting: 'listen' };
  }
  return {
    address: { host: httpAddress ?? '', port: httpPort ?? listen.port },
    setting: httpPort === undefined ? 'server.http-listen-address' : 'server.http-listen-port',
  };
}

export function ingestLimits(settings: Settings): IngestLimits {
  return {
    maxProfileBytes: settings.maxProfileBytes,
    maxBatchBytes: bodyLimitBytes(settings),
    pprof: {
      maxSamples: unlessZero(settings.maxSamples),
      maxSampleLabels: unlessZero(settings.maxSampleLabels),
      maxStackDepth: unlessZero(settings.maxStackDepth),
      maxStringBytes: unlessZero(settings.maxStringBytes),
    },
    maxLabelNames: settings.maxLabelNames,
    maxLabelNameBytes: settings.maxLabelNameBytes,
    maxLabelValueBytes: settings.maxLabelValueBytes,
    maxSessionsPerSeries: settings.maxSessionsPerSeries,
    sanitizesLabels: !settings.disablesLabelSanitization,
    rejectOlderThanMillis: settings.rejectOlderThanMillis,
    rejectNewerThanMillis: settings.rejectNewerThanMillis,
  };
}

/** Of one request, in every protocol. What is lifted in Pyroscope is the most here. */
export function bodyLimitBytes({ ingestionBodyMiB }: Settings): number {
  const mebibytes = ingestionBodyMiB === 0 ? BODY_MAX_MIB : ingestionBodyMiB;
  return Math.max(1, Math.trunc(mebibytes * MIB));
}

export function rateLimits({ ingestionRateMiB, ingestionBurstMiB }: Settings): RateLimits {
  return {
    bytesPerSecond: Math.trunc(ingestionRateMiB * MIB),
    burstBytes: Math.trunc(ingestionBurstMiB * MIB),
  };
}

/** What the threads of the store are started with. `dataDir` is an absolute path. */
export function storeOptions(
  settings: Settings,
  dataDir: string,
): Pick<StoreThreadsOptions, 'writer' | 'reader'> {
  const { retentionMillis } = settings;
  return {
    writer: {
      dataDir,
      retentionMillis,
      rollupRetentionMillis: settings.rollupRetentionMillis,
      maxBytes: settings.storeMaxBytes,
      dropsOldestWhenFull: settings.storeDropsOldestWhenFull,
      maxSeries: settings.storeMaxSeries,
    },
    reader: {
      dataDir,
      retentionMillis,
      cacheBytes: settings.storeCacheBytes,
      queryBytes: settings.storeQueryBytes,
    },
  };
}

export function queryLimits(settings: Settings): QueryLimits {
  return {
    maxQueryLengthMillis: settings.maxQueryLengthMillis,
    maxQueryLookbackMillis: settings.maxQueryLookbackMillis,
    maxFlameGraphNodesDefault: settings.maxFlameGraphNodesDefault,
    maxFlameGraphNodesMax: settings.maxFlameGraphNodesMax,
  };
}

/** JSON of a file in base64 takes a third more than the file. What is larger is 429, as in Push. */
const UPLOAD_MAX_BYTES = 24 * MIB;

export function adHocLimits(settings: Settings): AdHocLimits {
  return {
    maxMessageBytes: UPLOAD_MAX_BYTES,
    maxProfileBytes: settings.maxProfileBytes,
    query: queryLimits(settings),
  };
}

function unlessZero(limit: number): number {
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
