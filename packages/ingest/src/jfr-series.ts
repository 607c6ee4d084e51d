import { type EventColumns, type Recording, readJfr } from '@emberscope/jfr';
import { LABEL, type LabelSet } from '@emberscope/labels';
import type { PprofLimits } from '@emberscope/pprof';
import {
  createInt64ColumnBuilder,
  type Int64Column,
  int64At,
  type Profile,
  type ValueType,
} from '@emberscope/profile';
import { utf8Tail } from '@emberscope/units';
import { type LabelledContexts, labelContexts } from './context-labels.ts';
import { DEFAULT_SAMPLE_RATE_HERTZ, type IngestParams } from './ingest-params.ts';
import { type IngestedSeries, seriesLabels } from './ingested-series.ts';
import { JFR_PROFILE_TYPES, type JfrProfileType, type Measure } from './jfr-profiles.ts';
import { type LabelsSnapshot, NO_SNAPSHOT, readLabelsSnapshot } from './labels-snapshot.ts';

/** The parts of an upload, inflated. A raw body is the recording alone. */
export type JfrUpload = {
  readonly recording: Uint8Array;
  /** A `LabelsSnapshot`: see `labels-snapshot.ts`. */
  readonly labels?: Uint8Array | undefined;
};

/** One kind of events; `limit` is the one that it breaks and says what a profile may be. */
export type JfrSeries = IngestedSeries & { readonly limit: BrokenLimit | undefined };

export type BrokenLimit = {
  readonly kind: 'too-many-samples' | 'too-many-sample-labels';
  readonly reason: string;
};

export type IngestedJfr =
  /** No series: nothing that is wanted was recorded. */
  | { readonly ok: true; readonly series: readonly JfrSeries[] }
  | { readonly ok: false; readonly kind: 'not-jfr' | 'bad-labels'; readonly reason: string };

/**
 * What is read of a recording at all, of each kind of events: it bounds memory, where the limit of a
 * profile is lifted or its samples are yet to be counted.
 */
const RECORDED_MAX_SAMPLES = 100_000;

/**
 * Makes series of a recording of Java Flight Recorder at `/ingest`: one for each kind of event that
 * Pyroscope knows. They share symbols and stacks, and go by the times that the request tells.
 */
export function jfrSeries(
  params: IngestParams,
  upload: JfrUpload,
  limits: PprofLimits,
): IngestedJfr {
  const read = readJfr(upload.recording, { ...limits, maxSamples: RECORDED_MAX_SAMPLES });
  if (!read.ok) {
    if (read.kind === 'not-jfr') return read;
    return { ok: false, kind: 'not-jfr', reason: `more than ${read.limit} samples of a kind` };
  }
  let snapshot: LabelsSnapshot = NO_SNAPSHOT;
  if (upload.labels !== undefined) {
    const labels = readLabelsSnapshot(upload.labels);
    if (!labels.ok) return { ok: false, kind: 'bad-labels', reason: labels.reason };
    ({ snapshot } = labels);
  }
  const { recording } = read;
  const contexts = labelContexts(recording.contexts, recording.symbols.strings, snapshot, limits);
  if ('tooMany' in contexts) return { ok: false, kind: 'bad-labels', reason: contexts.tooMany };
  const series: JfrSeries[] = [];
  for (const type of JFR_PROFILE_TYPES) {
    if (type.profilerEvent !== undefined && type.profilerEvent !== recording.profilerEvent)
      continue;
    const events = type.kinds.flatMap((kind) => recording.events.get(kind) ?? []);
    if (events.length === 0) continue;
    const labels = jfrLabels(params, type, recording.profilerEvent);
    const profile = profileOf(params, recording, contexts, type, events, limits);
    series.push({ labels, profile, limit: brokenLimit(events, contexts, limits) });
  }
  return { ok: true, series };
}

function brokenLimit(
  events: readonly EventColumns[],
  { labelCounts }: LabelledContexts,
  { maxSamples, maxSampleLabels }: PprofLimits,
): BrokenLimit | undefined {
  const samples = events.reduce((sum, { length }) => sum + length, 0);
  if (samples > maxSamples) {
    const reason = exceeds('samples count', 'max_profile_stacktrace_samples', samples, maxSamples);
    return { kind: 'too-many-samples', reason };
  }
  for (const { context } of events) {
    for (const row of context) {
      const count = labelCounts[row] ?? 0;
      if (count <= maxSampleLabels) continue;
      const setting = 'max_profile_stacktrace_sample_labels';
      const reason = exceeds('sample labels', setting, count, maxSampleLabels);
      return { kind: 'too-many-sample-labels', reason };
    }
  }
  return undefined;
}

function exceeds(what: string, setting: string, actual: number, limit: number): string {
  return `exceeds the ${what} limit (${setting}, actual: ${actual}, limit: ${limit})`;
}

function jfrLabels(
  { name, spyName }: IngestParams,
  { profileName }: JfrProfileType,
  profilerEvent: string,
): LabelSet {
  const service = name.tags.get(LABEL.serviceName) ?? '';
  const application =
    service === '' ? { [LABEL.serviceName]: name.application } : { app_name: name.application };
  const others = { ...application, jfr_event: profilerEvent };
  return seriesLabels(profileName, spyName, name, others);
}

function profileOf(
  { from, until, sampleRateHertz }: IngestParams,
  { symbols, stacks }: Recording,
  { strings, labelSets, setOf }: LabelledContexts,
  { sampleTypes, periodType }: JfrProfileType,
  events: readonly EventColumns[],
  { maxStringBytes }: PprofLimits,
): Profile {
  const period = periodOf(sampleRateHertz);
  const cut = ({ type, unit }: ValueType): ValueType => ({
    type: utf8Tail(type, maxStringBytes),
    unit: utf8Tail(unit, maxStringBytes),
  });
  const length = events.reduce((sum, columns) => sum + columns.length, 0);
  const stack = new Int32Array(length);
  const labels = new Int32Array(length);
  let start = 0;
  for (const columns of events) {
    stack.set(columns.stack, start);
    for (let row = 0; row < columns.length; row++) {
      labels[start + row] = setOf[columns.context[row] ?? 0] ?? 0;
    }
    start += columns.length;
  }
  const values = sampleTypes.map(({ measure }) => measured(events, measure, period));
  return {
    sampleTypes: sampleTypes.map(cut),
    defaultSampleType: '',
    periodType: periodType && cut(periodType),
    period: BigInt(period),
    timeNanos: from,
    durationNanos: until > from ? until - from : 0n,
    symbols: { ...symbols, strings },
    stacks,
    labelSets,
    samples: { length, stack, labels, values },
    comments: [],
    dropFrames: '',
    keepFrames: '',
  };
}

const NANOS_PER_SECOND = 1_000_000_000;

/** Nanoseconds between two samples. A rate of 0 says nothing, and the usual one is meant. */
function periodOf(sampleRateHertz: number): number {
  const rate = sampleRateHertz === 0 ? DEFAULT_SAMPLE_RATE_HERTZ : sampleRateHertz;
  return Math.floor(NANOS_PER_SECOND / rate);
}

function measured(events: readonly EventColumns[], measure: Measure, period: number): Int64Column {
  const builder = createInt64ColumnBuilder();
  const factor = measure === 'count' || measure === 'amount' ? 1n : BigInt(period);
  for (const { length, count, amount } of events) {
    const cells = measure === 'count' || measure === 'count-periods' ? count : amount;
    for (let row = 0; row < length; row++) {
      builder.push(BigInt.asIntN(64, int64At(cells, row) * factor));
    }
  }
  return builder.finish();
}
