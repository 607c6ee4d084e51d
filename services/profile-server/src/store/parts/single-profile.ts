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
import { NO_TRACING, type SampleTracing } from './tracing-rows.ts';

/** One profile of one type as it was pushed, cut down to the samples that are selected. */
export function singleProfileOf(selected: SelectedProfile, guard: QueryGuard): SingleProfile {
  const { part, row, time } = selected;
  return {
    profileId: part.table.idAt(row),
    labels: seriesOf(selected).labels,
    timeNanos: nanosFromPoint(time),
    durationNanos: int64At(part.table.columns.durationNanos, row),
    total: totalOf(selected),
    profile: profileOf(selected, guard),
  };
}

function profileOf({ part, row, time }: SelectedProfile, guard: QueryGuard): Profile {
  const { table, type, filter } = part;
  const { columns } = table;
  const dictionary = createDictionary();
  const translation = translateStacks(table.dictionary.view(), dictionary);
  const labelSets = createLabelSetInterner();
  const stacks: number[] = [];
  const labels: number[] = [];
  const values = createInt64ColumnBuilder();
  const run = table.samplesOf(row, type);
  for (let sample = run.start; sample < run.end; sample++) {
    guard.spend(10);
    const value = int64At(run.values, sample);
    if (value === 0n || filter?.passes(run, sample) === false) continue;
    const tracing = run.tracing?.[sample] ?? NO_TRACING;
    stacks.push(translation.stackOf(run.stack[sample] ?? NO_STACK));
    labels.push(
      tracing === NO_TRACING
        ? NO_LABELS
        : labelSets.intern(labelsOfTracing(run.tracingRows, tracing, dictionary)),
    );
    values.push(value);
  }
  dictionary.close();
  const sampleType = table.kind.sampleTypes[type];
  return {
    ...table.remarksAt(row),
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
  tracing: SampleTracing,
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
