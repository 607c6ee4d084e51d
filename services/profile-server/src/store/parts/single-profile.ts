import { LABEL } from '@emberscope/labels';
import {
  createInt64ColumnBuilder,
  createLabelSetInterner,
  int64At,
  NO_LABELS,
  NO_STACK,
  type Profile,
  type SampleLabel,
} from '@emberscope/profile';
import type { SingleProfile } from '../answers.ts';
import { createDictionary, type Dictionary } from '../dictionary/dictionary.ts';
import { translateStacks } from '../dictionary/translate-stacks.ts';
import { nanosFromPoint } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import { type SelectedProfile, seriesOf, totalOf } from './selected-parts.ts';
import { NO_TRACING, type TracingRows } from './tracing-rows.ts';

/** One profile of one type as it was pushed, cut down to the samples that are selected. */
export function singleProfileOf(selected: SelectedProfile, guard: QueryGuard): SingleProfile {
  const { part, row, time } = selected;
  return {
    profileId: part.table.ids.at(row),
    labels: seriesOf(selected).labels,
    timeNanos: nanosFromPoint(time),
    durationNanos: int64At(part.columns.durationNanos, row),
    total: totalOf(selected),
    profile: profileOf(selected, guard),
  };
}

function profileOf({ part, row, time }: SelectedProfile, guard: QueryGuard): Profile {
  const { table, columns, type, filter } = part;
  const dictionary = createDictionary();
  const translation = translateStacks(table.dictionary.view(), dictionary);
  const labelSets = createLabelSetInterner();
  const stacks: number[] = [];
  const labels: number[] = [];
  const values = createInt64ColumnBuilder();
  const ofType = columns.samples.values[type] ?? new Float64Array(0);
  const end = columns.sampleStart[row + 1] ?? 0;
  for (let sample = columns.sampleStart[row] ?? 0; sample < end; sample++) {
    guard.spend(10);
    const value = int64At(ofType, sample);
    if (value === 0n || filter?.passes(sample) === false) continue;
    const tracing = columns.samples.tracing?.[sample] ?? NO_TRACING;
    stacks.push(translation.stackOf(columns.samples.stack[sample] ?? NO_STACK));
    labels.push(
      tracing === NO_TRACING
        ? NO_LABELS
        : labelSets.intern(labelsOfTracing(table.tracing, tracing, dictionary)),
    );
    values.push(value);
  }
  dictionary.close();
  const sampleType = table.kind.sampleTypes[type];
  return {
    ...table.remarks.at(columns.remarks[row] ?? 0),
    sampleTypes: sampleType === undefined ? [] : [sampleType],
    periodType: table.kind.periodType,
    period: int64At(columns.period, row),
    timeNanos: nanosFromPoint(time),
    durationNanos: int64At(columns.durationNanos, row),
    ...dictionary.view(),
    labelSets: labelSets.finish(),
    samples: {
      length: stacks.length,
      stack: Int32Array.from(stacks),
      labels: Int32Array.from(labels),
      values: [values.finish()],
    },
  };
}

function labelsOfTracing(
  tracing: TracingRows,
  row: number,
  { strings }: Dictionary,
): SampleLabel[] {
  const { span, trace } = tracing.at(row);
  const text = (key: string, id: string): SampleLabel => ({
    kind: 'text',
    key: strings.intern(key),
    text: strings.intern(id),
  });
  return [
    ...(span === undefined ? [] : [text(LABEL.spanId, span)]),
    ...(trace === undefined ? [] : [text(LABEL.traceId, trace)]),
  ];
}
