import {
  type BrokenLimit,
  type IngestedSeries,
  type IngestParams,
  plainSeries,
  pprofSeries,
} from '@emberscope/ingest';
import type { PprofMemory } from '@emberscope/pprof';
import { inflateProfile } from './inflate-profile.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { readMultipart } from './multipart.ts';
import { readJfrBody } from './prepare-jfr.ts';
import { bytesOfLabels, refusalOf } from './prepare-push.ts';
import { prepareSeries } from './prepare-series.ts';
import type { PushedProfile } from './pushed-profile.ts';
import { SeriesCount } from './series-count.ts';
import { throughPprof } from './through-pprof.ts';

/** What became of a body of `/ingest`. */
export type PreparedIngest =
  | { readonly kind: 'profiles'; readonly profiles: readonly PushedProfile[] }
  /** The body is not what its format says. */
  | { readonly kind: 'malformed-body'; readonly reason: string }
  /** The name asks for what there is not. */
  | { readonly kind: 'invalid-argument'; readonly reason: string };

/**
 * Reads a body of `/ingest`, whatever its format, into profiles to store. That of a pprof is read
 * into `memory`, and holds until something else is.
 */
export async function prepareIngest(
  params: IngestParams,
  contentType: string,
  body: Uint8Array,
  limits: IngestLimits,
  nowMillis: number,
  memory: PprofMemory,
): Promise<PreparedIngest> {
  const { format } = params;
  switch (format) {
    case 'pprof':
      return preparePprof(params, { profile: body }, limits, nowMillis, memory);
    case 'pprof-multipart': {
      const form = await readMultipart(body, contentType);
      if (!form.ok) return malformedBody(`${FORM_FAILED} ${form.reason}`);
      const profile = form.files.get('profile') ?? new Uint8Array(0);
      const sampleTypeConfig = form.files.get('sample_type_config');
      const hasPreviousProfile = form.files.has('prev_profile');
      const upload = { profile, sampleTypeConfig, hasPreviousProfile };
      return preparePprof(params, upload, limits, nowMillis, memory);
    }
    case 'jfr':
      return prepareJfr(params, contentType, body, limits, nowMillis);
    default: {
      const read = plainSeries(params, format, body);
      if (!read.ok) {
        const isName = read.kind === 'invalid-argument';
        return { kind: read.kind, reason: isName ? `${NAME_FAILED} ${read.reason}` : read.reason };
      }
      const count = new SeriesCount();
      const profiles = read.series.map(({ labels, profile }) =>
        throughPprof(labels.labels, profile, limits, nowMillis, count),
      );
      return { kind: 'profiles', profiles };
    }
  }
}

const NAME_FAILED = 'pyroscopeIngesterAdapter failed to convert metadata:';
const PARSING_FAILED = 'parsing IngestInput-pprof failed';
const FORM_FAILED = `${PARSING_FAILED} failed to parse pprof /ingest multipart form`;

type Upload = Parameters<typeof pprofSeries>[1];

function preparePprof(
  params: IngestParams,
  upload: Upload,
  limits: IngestLimits,
  nowMillis: number,
  memory: PprofMemory,
): PreparedIngest {
  let { profile } = upload;
  if (profile.length > 0) {
    const inflated = inflateProfile(profile, limits.maxProfileBytes);
    if (inflated.kind === 'too-large') {
      const reason = `decompressed size exceeds maximum allowed size of ${limits.maxProfileBytes} bytes`;
      return malformedBody(`${PARSING_FAILED} invalid_argument: ${reason}`);
    }
    if (inflated.kind === 'refused') {
      return malformedBody(`${PARSING_FAILED} invalid_argument: ${inflated.refusal.reason}`);
    }
    profile = inflated.bytes;
  }
  const read = pprofSeries(params, { ...upload, profile }, limits.pprof, memory);
  if (read.ok) return readySeries(read.series, profile.length, limits, nowMillis);
  if (read.kind === 'malformed-body') return malformedBody(`${FORM_FAILED} ${read.reason}`);
  if (read.kind === 'not-pprof') {
    return malformedBody(`${PARSING_FAILED} invalid_argument: ${read.reason}`);
  }
  const refusal = refusalOf(read, []);
  const profiles = [{ sizeBytes: profile.length, outcome: { kind: 'refused', refusal } as const }];
  return { kind: 'profiles', profiles };
}

async function prepareJfr(
  params: IngestParams,
  contentType: string,
  body: Uint8Array,
  limits: IngestLimits,
  nowMillis: number,
): Promise<PreparedIngest> {
  const read = await readJfrBody(params, contentType, body, limits);
  if (read.kind === 'malformed-body') return malformedBody(`${PARSING_FAILED} ${read.reason}`);
  const { ingested, sizeBytes } = read;
  if (ingested.ok) return readySeries(ingested.series, sizeBytes, limits, nowMillis);
  const part = ingested.kind === 'not-jfr' ? 'jfr parser ParseEvent error' : 'labels snapshot';
  return malformedBody(`${PARSING_FAILED} ${part}: ${ingested.reason}`);
}

function readySeries(
  series: readonly (IngestedSeries & { readonly limit?: BrokenLimit | undefined })[],
  bodyBytes: number,
  limits: IngestLimits,
  nowMillis: number,
): PreparedIngest {
  const count = new SeriesCount();
  const profiles = series.map(({ labels, profile, limit }): PushedProfile => {
    const prepared = prepareSeries(labels.labels, profile, undefined, limits, nowMillis, count);
    const sizeBytes = Math.ceil(bodyBytes / series.length) + bytesOfLabels(labels.labels);
    if (!prepared.ok) return { sizeBytes, outcome: { kind: 'refused', refusal: prepared.refusal } };
    if (limit !== undefined) {
      const refusal = refusalOf(limit, labels.labels);
      return { sizeBytes, outcome: { kind: 'refused', refusal } };
    }
    return { sizeBytes, outcome: { kind: 'ready', series: prepared.series } };
  });
  return { kind: 'profiles', profiles };
}

function malformedBody(reason: string): PreparedIngest {
  return { kind: 'malformed-body', reason };
}
