import { LABEL } from '@emberscope/labels';
import { labelsOfSet, type Profile } from '@emberscope/profile';
import { growableUint8, growableUint32 } from '../dictionary/growable-column.ts';
import { type SpanId, spanId, type TraceId, traceId } from '../ids.ts';
import { isWanted, type WantedIds, wordsOfHex } from './wanted-ids.ts';

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

/** 25 bytes a row: a labelled profile has one for every request. */
export type TracingRows = SampleTracing & {
  push(tracing: Tracing): number;
  trim(): void;
  readonly bytes: () => number;
};

const HAS_SPAN = 1;
const HAS_TRACE = 2;
/** Two of the span and four of the trace. */
const WORDS = 6;

export function createTracingRows(): TracingRows {
  const words = growableUint32();
  const has = growableUint8();
  const hexOf = (first: number, count: number): string => {
    let hex = '';
    for (let i = first; i < first + count; i++) hex += words.at(i).toString(16).padStart(8, '0');
    return hex;
  };
  return {
    length: has.length,
    push({ span, trace }) {
      const hex = (span ?? '').padStart(16, '0') + (trace ?? '').padStart(32, '0');
      for (const word of wordsOfHex(hex)) words.push(word);
      has.push((span === undefined ? 0 : HAS_SPAN) | (trace === undefined ? 0 : HAS_TRACE));
      return has.length() - 1;
    },
    at: (row) => ({
      span: (has.at(row) & HAS_SPAN) === 0 ? undefined : spanId(hexOf(row * WORDS, 2)),
      trace: (has.at(row) & HAS_TRACE) === 0 ? undefined : traceId(hexOf(row * WORDS + 2, 4)),
    }),
    hasSpan: (row, wanted) =>
      (has.at(row) & HAS_SPAN) !== 0 && isWanted(wanted, words, row * WORDS, 2),
    hasTrace: (row, wanted) =>
      (has.at(row) & HAS_TRACE) !== 0 && isWanted(wanted, words, row * WORDS + 2, 4),
    trim() {
      words.trim();
      has.trim();
    },
    bytes: () => words.bytes() + has.bytes(),
  };
}

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
