import type { RecordedContext } from '@emberscope/jfr';
import { LABEL } from '@emberscope/labels';
import type { PprofLimits } from '@emberscope/pprof';
import { createLabelSetInterner, type LabelSetTable, type SampleLabel } from '@emberscope/profile';
import { utf8Tail } from '@emberscope/units';
import type { LabelsSnapshot } from './labels-snapshot.ts';

export type LabelledContexts = {
  /** Those of the recording, and those of labels behind them. */
  readonly strings: readonly string[];
  readonly labelSets: LabelSetTable;
  /** The row of a label set, for each context. */
  readonly setOf: Int32Array;
  /** How many labels each context has. */
  readonly labelCounts: Int32Array;
};

const SPAN_NAME = 'span_name';

/**
 * Of all contexts together: one set of labels of the snapshot may be that of any number of contexts,
 * which differ in their spans. As many contexts as a profile has samples, with 30 each, are fewer.
 */
const MAX_LABELS = 500_000;

/**
 * Labels of contexts: those of the snapshot, and the span at work by its id and its name. Those of a
 * context that has more than a sample may have are counted, and not there.
 */
export function labelContexts(
  contexts: readonly RecordedContext[],
  recordedStrings: readonly string[],
  snapshot: LabelsSnapshot,
  { maxStringBytes, maxSampleLabels }: PprofLimits,
): LabelledContexts | { readonly tooMany: string } {
  const strings = [...recordedStrings];
  const rows = new Map<string, number>();
  const textRow = (whole: string) => {
    const text = utf8Tail(whole, maxStringBytes);
    const known = rows.get(text);
    if (known !== undefined) return known;
    rows.set(text, strings.length);
    return strings.push(text) - 1;
  };
  const labelSets = createLabelSetInterner();
  const setOf = new Int32Array(contexts.length);
  const labelCounts = new Int32Array(contexts.length);
  let labelCount = 0;
  for (const [context, { contextId, spanId, spanName }] of contexts.entries()) {
    const nameOfSpan = spanName === 0n ? undefined : snapshot.textOf(spanName);
    const own = contextId === 0n ? [] : snapshot.labelsOf(contextId);
    const count = own.length + Number(spanId !== 0n) + Number(nameOfSpan !== undefined);
    labelCounts[context] = count;
    if (count > maxSampleLabels) continue;
    labelCount += count;
    if (labelCount > MAX_LABELS) return { tooMany: `more than ${MAX_LABELS} labels of contexts` };
    const texts = [...own];
    if (spanId !== 0n) {
      texts.push({ name: LABEL.profileId, value: spanId.toString(16).padStart(16, '0') });
    }
    if (nameOfSpan !== undefined) texts.push({ name: SPAN_NAME, value: nameOfSpan });
    const labels = texts.map(
      ({ name, value }): SampleLabel => ({
        kind: 'text',
        key: textRow(name),
        text: textRow(value),
      }),
    );
    setOf[context] = labelSets.intern(labels);
  }
  return { strings, labelSets: labelSets.finish(), setOf, labelCounts };
}
