import type { BucketedSeries } from '../../store/answers.ts';
import type { FunctionSelector, MergeMode, ProfileSelection } from '../../store/selection.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';

const NANOS_PER_MILLI = 1e6;
/** A step of one nanosecond: for a range that is one point. */
const STEP_MIN_MILLIS = 1 / NANOS_PER_MILLI;

/** The total of each group over the whole range of a selection: series of one bucket. */
export async function wholeRangeSeries(
  { reader, context }: Query<unknown>,
  selection: ProfileSelection,
  options: {
    readonly groupBy: readonly string[];
    readonly mode: MergeMode;
    readonly function?: FunctionSelector;
  },
): Promise<readonly BucketedSeries[]> {
  const { startNanos, endNanos } = selection.range;
  const stepMillis = Math.max(STEP_MIN_MILLIS, Number(endNanos - startNanos) / NANOS_PER_MILLI);
  const range = { startNanos: endNanos, endNanos };
  const q = { ...selection, ...options, range, stepMillis, limit: 0, exemplars: false };
  return answered(await reader.selectSeries(q, context));
}
