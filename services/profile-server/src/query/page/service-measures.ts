import { LABEL, type Matcher } from '@emberscope/labels';
import { int64At, type ProfileType, treeTotal } from '@emberscope/profile';
import type { NanosRange } from '../../store/selection.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { type ServiceKey, type ServiceRow, serviceKey } from './service-rows.ts';
import { wholeRangeSeries } from './whole-range-series.ts';

/** What services are asked about: all of a list at once. */
export type ServiceQuery = {
  readonly query: Query<unknown>;
  readonly matchers: readonly Matcher[];
  /** The labels that rows are told apart by. */
  readonly rowNames: readonly string[];
};

/** CPU spent by one service in a range, and how long its profiles say that they watched. */
export async function cpuOf(
  { query, matchers, rowNames }: ServiceQuery,
  range: NanosRange,
  { labels }: ServiceRow,
  profileType: ProfileType,
): Promise<{ readonly totalNanos: bigint; readonly coveredNanos: bigint }> {
  const { reader, tenants, context } = query;
  const ofRow = rowNames.map((name): Matcher => {
    // A label that is absent has the empty value.
    return { op: '=', name, value: labels.find((label) => label.name === name)?.value ?? '' };
  });
  const q = { tenants, range, profileType, matchers: [...matchers, ...ofRow] };
  const { tree, unnamed, coverage } = answered(
    await reader.mergeTree({ ...q, mode: 'sum', frameKey: 'reported-name' }, context),
  );
  return { totalNanos: treeTotal(tree) + unnamed, coveredNanos: coverage.coveredNanos };
}

/** The newest profile of each series, summed for each service. */
export async function heldByService(
  { query, matchers, rowNames }: ServiceQuery,
  range: NanosRange,
  profileType: ProfileType,
): Promise<ReadonlyMap<ServiceKey, bigint>> {
  const { tenants } = query;
  const series = await wholeRangeSeries(
    query,
    { tenants, range, profileType, matchers },
    { groupBy: rowNames, mode: 'last' },
  );
  return new Map(series.map(({ labels, value }) => [serviceKey(labels), int64At(value, 0)]));
}

export type Blocks = {
  readonly blockCount: bigint;
  readonly totalNanos: bigint;
  readonly longestNanos: bigint;
};

export const NO_BLOCKS: Blocks = { blockCount: 0n, totalNanos: 0n, longestNanos: 0n };

/** Blocks of the event loop are profiles of this type, one for each. */
export const BLOCKED_TIME: ProfileType = {
  id: 'eventloop:blocked_time:nanoseconds:eventloop:nanoseconds',
  name: 'eventloop',
  sampleType: 'blocked_time',
  sampleUnit: 'nanoseconds',
  periodType: 'eventloop',
  periodUnit: 'nanoseconds',
};

/** Several short callbacks in a row are nobody's single fault and no block here. */
const NO_BATCH: Matcher = { op: '!=', name: 'kind', value: 'batch' };

/** The services that have blocks in a range, and how many and how long. */
export async function blocksByService(
  { query, matchers, rowNames }: ServiceQuery,
  range: NanosRange,
): Promise<ReadonlyMap<ServiceKey, Blocks>> {
  const { reader, tenants, context } = query;
  const q = { tenants, range, profileType: BLOCKED_TIME, matchers: [...matchers, NO_BATCH] };
  const points = answered(
    await reader.selectPoints({ ...q, groupBy: rowNames, per: 'profile' }, context),
  );
  return new Map(
    points.map(({ labels, length, value }) => {
      let totalNanos = 0n;
      let longestNanos = 0n;
      for (let i = 0; i < length; i++) {
        const nanos = int64At(value, i);
        totalNanos += nanos;
        if (nanos > longestNanos) longestNanos = nanos;
      }
      return [serviceKey(labels), { blockCount: BigInt(length), totalNanos, longestNanos }];
    }),
  );
}

/** The services that ever reported a block, of whatever kind. */
export async function servicesWithBlocks(
  { query, matchers, rowNames }: ServiceQuery,
  range: NanosRange,
): Promise<ReadonlySet<ServiceKey>> {
  const { reader, tenants, context } = query;
  const ofType: Matcher = { op: '=', name: LABEL.profileType, value: BLOCKED_TIME.id };
  const q = { tenants, range, matchers: [...matchers, ofType], groupBy: rowNames };
  const activity = answered(await reader.activity(q, context));
  return new Set(activity.map(({ labels }) => serviceKey(labels)));
}
