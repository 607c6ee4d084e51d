import { LABEL, type Matcher } from '@emberscope/labels';
import { int64At, type ProfileType } from '@emberscope/profile';
import type { LabelPair } from '../../store/answers.ts';
import type { NanosRange } from '../../store/selection.ts';
import { LATEST_MILLIS, wholeMillisRange } from '../millis-range.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { keptFromMillis } from './page-request.ts';
import { instanceCount, type ServiceKey, type ServiceRow, serviceKey } from './service-rows.ts';
import { cpuTypeOf, typesOf } from './service-types.ts';
import { wholeRangeSeries } from './whole-range-series.ts';

/** What services are asked about: all of a list at once. */
export type ServiceQuery = {
  readonly query: Query<unknown>;
  readonly matchers: readonly Matcher[];
  /** The labels that rows are told apart by. */
  readonly rowNames: readonly string[];
};

/** CPU spent of late. */
export type CpuUse = {
  readonly totalNanos: bigint;
  /** How long its profiles say that they watched. */
  readonly coveredNanos: bigint;
  readonly instanceCount: number;
};

/** CPU spent by one service; undefined when none of its profiles says so. */
export function cpuOf(row: ServiceRow): CpuUse | undefined {
  const type = cpuTypeOf(typesOf(row));
  if (type === undefined) return undefined;
  const ofType = row.groups.filter(({ profileType }) => profileType === type.id);
  return {
    totalNanos: ofType.reduce((sum, { activity }) => sum + activity.total, 0n),
    coveredNanos: ofType.reduce((sum, { activity }) => sum + activity.coveredNanos, 0n),
    instanceCount: instanceCount(ofType),
  };
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

const OF_BLOCKED_TIME: Matcher = { op: '=', name: LABEL.profileType, value: BLOCKED_TIME.id };

/** Several short callbacks in a row are nobody's single fault and no block here. */
const BATCH: LabelPair = { name: 'kind', value: 'batch' };

/** The blocks of one service; undefined when it has none. */
export function blocksOf({ groups }: ServiceRow): Blocks | undefined {
  const blocks = groups
    .filter(({ profileType }) => profileType === BLOCKED_TIME.id)
    .map(({ activity }) => activity)
    .filter(
      ({ labels }) =>
        !labels.some(({ name, value }) => name === BATCH.name && value === BATCH.value),
    );
  if (blocks.length === 0) return undefined;
  return {
    blockCount: blocks.reduce((sum, { profileCount }) => sum + BigInt(profileCount), 0n),
    totalNanos: blocks.reduce((sum, { total }) => sum + total, 0n),
    longestNanos: blocks.reduce((a, { largest }) => (largest > a ? largest : a), 0n),
  };
}

/** The services that ever reported a block that is kept, of whatever kind. */
export async function servicesWithBlocks({
  query,
  matchers,
  rowNames,
}: ServiceQuery): Promise<ReadonlySet<ServiceKey>> {
  const { reader, tenants, context } = query;
  const range = wholeMillisRange(keptFromMillis(query), LATEST_MILLIS);
  const q = { tenants, range, matchers: [...matchers, OF_BLOCKED_TIME], groupBy: rowNames };
  const activity = answered(await reader.activity(q, context));
  return new Set(activity.map(({ labels }) => serviceKey(labels)));
}
