import { spanId, traceId } from '../../ids.ts';
import type { SampleTracing } from '../../parts/tracing-rows.ts';
import { isWanted, wordsOfHex } from '../../parts/wanted-ids.ts';
import type { TracingRow } from '../codec/sample-sections.ts';

/** Spans and traces of one profile, as queries read them. */
export function tracingOfRows(rows: readonly TracingRow[]): SampleTracing {
  const wordsOf = (hex: string) => {
    const words = wordsOfHex(hex);
    return { count: words.length, at: (i: number) => words[i] ?? 0 };
  };
  return {
    length: () => rows.length,
    at(row) {
      const { span = '', trace = '' } = rows[row] ?? {};
      return { span: spanId(span), trace: traceId(trace) };
    },
    hasSpan(row, wanted) {
      const words = wordsOf(rows[row]?.span ?? '');
      return words.count > 0 && isWanted(wanted, words, 0, words.count);
    },
    hasTrace(row, wanted) {
      const words = wordsOf(rows[row]?.trace ?? '');
      return words.count > 0 && isWanted(wanted, words, 0, words.count);
    },
  };
}

/** Of profiles none of whose samples has a span or a trace. */
export const WITHOUT_TRACING: SampleTracing = tracingOfRows([]);
