import { type EventColumns, type Recording, readJfr } from '@emberscope/jfr';
import { LABEL, type LabelSet } from '@emberscope/labels';
import type { PprofLimits } from '@emberscope/pprof';
import {
  createInt64ColumnBuilder,
  type Int64Column,
  int64At,
  type Profile,
} from '@emberscope/profile';
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

export type IngestedJfr =
  /** No series: nothing that is wanted was recorded. */
  | { readonly ok: true; readonly series: readonly IngestedSeries[] }
  | { readonly ok: false; readonly kind: 'not-jfr' | 'bad-labels'; readonly reason: string }
  /** A profile that breaks a limit, by the labels that it would have had. */
  | {
      readonly ok: false;
      readonly kind: 'too-many-samples' | 'too-many-sample-labels';
      readonly reason: string;
    };

/**
 * Makes series of a recording of Java Flight Recorder at `/ingest`: one for each kind of event that
 * Pyroscope knows. They share symbols and stacks, and go by the times that the request tells.
 */
export function jfrSeries(
  params: IngestParams,
  upload: JfrUpload,
  limits: PprofLimits,
): IngestedJfr {
  const read = readJfr(upload.recording, limits);
  if (!read.ok) {
    return read.kind === 'not-jfr' ? read : { ...read, reason: tooMany('samples', read.limit) };
  }
  let snapshot: LabelsSnapshot = NO_SNAPSHOT;
  if (upload.labels !== undefined) {
    const labels = readLabelsSnapshot(upload.labels);
    if (!labels.ok) return { ok: false, kind: 'bad-labels', reason: labels.reason };
    ({ snapshot } = labels);
  }
  const { recording } = read;
  const contexts = labelContexts(recording.contexts, recording.symbols.strings, snapshot);
  if (contexts.mostLabels > limits.maxSampleLabels) {
    const reason = tooMany('sample_labels', limits.maxSampleLabels, contexts.mostLabels);
    return { ok: false, kind: 'too-many-sample-labels', reason };
  }
  const series: IngestedSeries[] = [];
  for (const type of JFR_PROFILE_TYPES) {
    if (type.profilerEvent !== undefined && type.profilerEvent !== recording.profilerEvent)
      continue;
    const events = type.kinds.flatMap((kind) => recording.events.get(kind) ?? []);
    if (events.length === 0) continue;
    const labels = jfrLabels(params, type, recording.profilerEvent);
    series.push({ labels, profile: profileOf(params, recording, contexts, type, events) });
  }
  return { ok: true, series };
}

const LIMITS = {
  samples: ['samples count', 'max_profile_stacktrace_samples'],
  sample_labels: ['sample labels', 'max_profile_stacktrace_sample_labels'],
} as const;

function tooMany(what: keyof typeof LIMITS, limit: number, actual = limit + 1): string {
  const [name, setting] = LIMITS[what];
  return `exceeds the ${name} limit (${setting}, actual: ${actual}, limit: ${limit})`;
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
): Profile {
  const period = periodOf(sampleRateHertz);
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
    sampleTypes: sampleTypes.map(({ type, unit }) => ({ type, unit })),
    defaultSampleType: '',
    periodType,
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
