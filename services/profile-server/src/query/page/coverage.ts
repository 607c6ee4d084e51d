import { int64At } from '@emberscope/profile';
import type { MergedTotal } from '../../store/answers.ts';
import type { MergeMode, ProfileSelection } from '../../store/selection.ts';
import type { Query } from '../query.ts';
import { type MillisRange, modeMessage } from './page-request.ts';
import { wholeRangeSeries } from './whole-range-series.ts';

/** What an answer rests on, as `emberscope.page.v1.Coverage`. */
export async function coverageMessage(
  query: Query<unknown>,
  selection: ProfileSelection,
  { total, unnamed, coverage }: MergedTotal,
  { mode, range }: { readonly mode: MergeMode; readonly range: MillisRange },
) {
  const sampleCount =
    coverage.profileCount === 0 ? undefined : await sampleCountOf(query, selection);
  return {
    mode: modeMessage(mode),
    total,
    unnamed,
    profileCount: BigInt(coverage.profileCount),
    seriesCount: BigInt(coverage.seriesCount),
    coveredNanos: coverage.coveredNanos,
    range,
    ...(sampleCount !== undefined && { sampleCount }),
  };
}

/** Names that agents give to the number of times that they looked. */
const COUNTS_OF_LOOKS = ['samples', 'sample'];

/** How often the profiler looked: agents that count it say so in a sample type of its own. */
async function sampleCountOf(
  query: Query<unknown>,
  selection: ProfileSelection,
): Promise<bigint | undefined> {
  for (const sampleType of COUNTS_OF_LOOKS) {
    const profileType = { ...selection.profileType, sampleType, sampleUnit: 'count' };
    const [series] = await wholeRangeSeries(
      query,
      { ...selection, profileType },
      { groupBy: [], mode: 'sum' },
    );
    if (series !== undefined) return int64At(series.value, 0);
  }
  return undefined;
}
