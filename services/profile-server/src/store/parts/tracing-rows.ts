import { LABEL } from '@emberscope/labels';
import { labelsOfSet, type Profile } from '@emberscope/profile';
import { type SpanId, spanId, type TraceId, traceId } from '../ids.ts';
import type { WantedIds } from './wanted-ids.ts';

/** Of a sample that ran for no known span or trace. */
export const NO_TRACING = -1;

/** The span and the trace that samples ran for, where their labels hold valid ids. */
export type Tracing = {
  readonly span: SpanId | undefined;
  readonly trace: TraceId | undefined;
};

/** Rows of {@link Tracing}, as queries read them. */
export type SampleTracing = {
  readonly length: () => number;
  at(row: number): Tracing;
  hasSpan(row: number, wanted: WantedIds): boolean;
  hasTrace(row: number, wanted: WantedIds): boolean;
};

/** What one of a profile's label sets says. */
export function tracingOfLabels({ labelSets, symbols }: Profile, set: number): Tracing {
  let span: SpanId | undefined;
  let trace: TraceId | undefined;
  for (const label of labelsOfSet(labelSets, set)) {
    if (label.kind !== 'text') continue;
    const text = symbols.strings[label.text] ?? '';
    if (symbols.strings[label.key] === LABEL.spanId) span = spanId(text);
    if (symbols.strings[label.key] === LABEL.traceId) trace = traceId(text);
  }
  return { span, trace };
}
