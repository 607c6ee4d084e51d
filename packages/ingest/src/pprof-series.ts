import { LABEL, type LabelSet } from '@emberscope/labels';
import {
  type PprofLimits,
  type PprofLosses,
  type PprofMemory,
  type PprofRead,
  readPprof,
} from '@emberscope/pprof';
import type { UnixNanos } from '@emberscope/units';
import type { IngestParams } from './ingest-params.ts';
import { type IngestedSeries, seriesLabels } from './ingested-series.ts';
import { profileNameOf } from './profile-name.ts';
import { parseSampleTypeConfig, type SampleTypeConfig } from './sample-type-config.ts';
import { isScriptingSpy, withFileNames } from './scripting-spies.ts';

/** The parts of an upload of pprof, inflated. A raw body is the profile alone. */
export type PprofUpload = {
  readonly profile: Uint8Array;
  readonly sampleTypeConfig?: Uint8Array | undefined;
  readonly hasPreviousProfile?: boolean;
};

type PprofRefusal = Extract<PprofRead, { readonly ok: false }>;

export type IngestedPprof =
  /** `losses` is there when a profile was read. */
  | {
      readonly ok: true;
      readonly series: readonly IngestedSeries[];
      readonly losses: PprofLosses | undefined;
    }
  | { readonly ok: false; readonly kind: 'malformed-body'; readonly reason: string }
  /** What the reader of pprof said of it. */
  | PprofRefusal;

/** Go's agents sent two profiles to be subtracted once; they no longer do. */
export const PREVIOUS_PROFILE_REASON =
  'unsupported client version. Please update github.com/grafana/pyroscope-go to the latest version';

/**
 * Makes a series of a pprof profile at `/ingest`, in Pyroscope's order: time, scripting frames, what
 * .NET's agent gets wrong, `__name__` by sample types, labels. An empty profile is nothing to store.
 *
 * With a `memory` the profile holds until the next one is read into that.
 */
export function pprofSeries(
  params: IngestParams,
  upload: PprofUpload,
  limits: PprofLimits,
  memory?: PprofMemory,
): IngestedPprof {
  const { spyName } = params;
  if (upload.hasPreviousProfile === true) {
    return { ok: false, kind: 'malformed-body', reason: PREVIOUS_PROFILE_REASON };
  }
  if (upload.profile.length === 0) return { ok: true, series: [], losses: undefined };
  let config: SampleTypeConfig | undefined;
  if (upload.sampleTypeConfig !== undefined) {
    const parsed = parseSampleTypeConfig(upload.sampleTypeConfig);
    if (!parsed.ok) return { ok: false, kind: 'malformed-body', reason: parsed.reason };
    config = parsed.config;
  }

  const repairDotnet = isDotnet(spyName, config);
  const read = readPprof(upload.profile, { limits, repairDotnet, memory });
  if (!read.ok) return read;
  const timed = { ...read.profile, timeNanos: knownTime(read.profile.timeNanos, params.from) };
  const named = isScriptingSpy(spyName) ? withFileNames(timed, spyName) : undefined;
  if (named?.ok === false) return { ok: false, kind: 'malformed-body', reason: named.reason };
  const profile = named?.profile ?? timed;
  const sampleTypes = profile.sampleTypes.map(({ type }) => type);
  const labels = pprofLabels(params, sampleTypes, config);
  return { ok: true, series: [{ labels, profile }], losses: read.losses };
}

/** The labels that a pprof has at `/ingest`, by what is asked for and by its sample types. */
export function pprofLabels(
  { name, spyName }: IngestParams,
  sampleTypes: readonly string[],
  config: SampleTypeConfig | undefined,
): LabelSet {
  const service = name.tags.get(LABEL.serviceName) ?? '';
  const others = service === '' ? { [LABEL.serviceName]: name.application } : {};
  return seriesLabels(profileNameOf(sampleTypes, config), spyName, name, others);
}

/**
 * Whether {@link pprofSeries} would write something into a profile of this time that is not in its
 * bytes. If not, the bytes mean the same wherever they are pushed.
 */
export function needsRepair(
  { spyName, from }: IngestParams,
  timeNanos: UnixNanos,
  config: SampleTypeConfig | undefined,
): boolean {
  return (
    knownTime(timeNanos, from) !== timeNanos || isScriptingSpy(spyName) || isDotnet(spyName, config)
  );
}

/** Old .NET agents name themselves, or are known by a sample type that only they configure. */
function isDotnet(spyName: string, config: SampleTypeConfig | undefined): boolean {
  return spyName === 'dotnetspy' || (spyName === 'unknown' && config?.has('inuse-space') === true);
}

const YEAR_1970_NANOS = 365n * 86_400n * 1_000_000_000n;

/** A time in 1970 is none, or one in micro- or milliseconds by mistake. */
function knownTime(timeNanos: UnixNanos, from: UnixNanos): UnixNanos {
  return timeNanos >= 0n && timeNanos < YEAR_1970_NANOS ? from : timeNanos;
}
