import { compareLabelSets, labelSetFromRecord } from '@emberscope/labels';
import { createInt64ColumnBuilder, int64At } from '@emberscope/profile';
import type { BucketedSeries, LabelPair } from '../../store/answers.ts';
import type { FunctionSelector, MergeMode, ProfileSelection } from '../../store/selection.ts';
import { typeMatcher } from '../profile-type-matcher.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';

/** How values over time are read: by a timeline's buckets, or the whole range as one. */
export type ReadSeries = (options: {
  readonly groupBy: readonly string[];
  readonly mode: MergeMode;
  readonly function?: FunctionSelector;
}) => Promise<readonly BucketedSeries[]>;

type Group = {
  readonly labels: readonly LabelPair[];
  readonly cells: Map<number, { value: bigint; profileCount: number }>;
};

/**
 * Values of the stacks that hold a function, the largest sum first, then by labels; groups in which
 * it did not run are left out.
 *
 * A store leaves out the profiles that do not hold the function. But a mean is one of all profiles,
 * and where there are some there is a cell, if of 0. So all are asked for as well, for a mean each
 * series by itself. (`last` takes the newest profile that holds the function.)
 */
export async function functionSeries(
  query: Query<unknown>,
  selection: ProfileSelection,
  read: ReadSeries,
  {
    groupBy,
    mode,
    function: wanted,
  }: {
    readonly groupBy: readonly string[];
    readonly mode: MergeMode;
    readonly function: FunctionSelector;
  },
): Promise<readonly BucketedSeries[]> {
  const isMean = mode === 'average';
  const detail = isMean ? await namesOfSeries(query, selection) : groupBy;
  const holding = await read({ groupBy: detail, mode: isMean ? 'sum' : mode, function: wanted });
  if (holding.length === 0) return [];
  const all = await read({ groupBy: detail, mode: 'sum' });

  const valueAt = new Map<string, bigint>();
  for (const { labels, edgeMillis, value } of holding) {
    for (const [i, edge] of edgeMillis.entries())
      valueAt.set(cellKey(labels, edge), int64At(value, i));
  }
  const groups = new Map<string, Group>();
  for (const { labels, edgeMillis, profileCount } of all) {
    const group = groupOf(groups, labels, groupBy);
    for (const [i, edge] of edgeMillis.entries()) {
      const count = profileCount[i] ?? 1;
      const sum = valueAt.get(cellKey(labels, edge)) ?? 0n;
      const cell = group.cells.get(edge) ?? { value: 0n, profileCount: 0 };
      cell.value += isMean ? meanOf(sum, BigInt(count)) : sum;
      cell.profileCount += count;
      group.cells.set(edge, cell);
    }
  }
  return inOrder([...groups.values()]);
}

async function namesOfSeries(
  { reader, context }: Query<unknown>,
  selection: ProfileSelection,
): Promise<readonly string[]> {
  const matchers = [...selection.matchers, typeMatcher(selection.profileType)];
  return answered(await reader.labelNames({ ...selection, matchers }, context));
}

function cellKey(labels: readonly LabelPair[], edgeMillis: number): string {
  return JSON.stringify([edgeMillis, labels.map(({ name, value }) => [name, value])]);
}

function groupOf(
  groups: Map<string, Group>,
  labels: readonly LabelPair[],
  groupBy: readonly string[],
): Group {
  const kept = groupBy.flatMap((name) => labels.filter((label) => label.name === name));
  const key = cellKey(kept, 0);
  const group = groups.get(key) ?? { labels: kept, cells: new Map() };
  groups.set(key, group);
  return group;
}

/** Rounded to the nearest integer, halves up. */
function meanOf(sum: bigint, count: bigint): bigint {
  return (2n * sum + count) / (2n * count);
}

function inOrder(groups: readonly Group[]): BucketedSeries[] {
  return groups
    .map(({ labels, cells }) => {
      const sorted = [...cells].sort(([a], [b]) => a - b);
      const value = createInt64ColumnBuilder(sorted.length);
      let sum = 0n;
      for (const [, cell] of sorted) {
        value.push(cell.value);
        sum += cell.value;
      }
      const series: BucketedSeries = {
        labels,
        length: sorted.length,
        edgeMillis: Float64Array.from(sorted, ([edge]) => edge),
        value: value.finish(),
        profileCount: Int32Array.from(sorted, ([, cell]) => cell.profileCount),
        exemplars: [],
      };
      const record = Object.fromEntries(labels.map((label) => [label.name, label.value]));
      return { series, sum, set: labelSetFromRecord(record) };
    })
    .filter(({ sum }) => sum > 0n)
    .sort((a, b) => Number(b.sum > a.sum) - Number(b.sum < a.sum) || compareLabelSets(a.set, b.set))
    .map(({ series }) => series);
}
