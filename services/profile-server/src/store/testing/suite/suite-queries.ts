import assert from 'node:assert/strict';
import { type LabelSet, parseSelector } from '@emberscope/labels';
import { type CallTree, int64At, parseProfileType } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import type { BucketedSeries } from '../../answers.ts';
import type { ProfileStore } from '../../profile-store.ts';
import type { ProfileSelection, Selection } from '../../selection.ts';
import type { StoreAnswer } from '../../store-error.ts';
import { TENANT } from './suite-profiles.ts';
import { DAY, NOW, NOW_MILLIS, SECOND } from './suite-stores.ts';

export const CONTEXT = { signal: new AbortController().signal };
export const SELECTION: Selection = {
  tenants: [TENANT],
  range: { startNanos: unixNanos(NOW - 2n * DAY), endNanos: unixNanos(NOW + DAY) },
  matchers: [],
};
/** One bucket that ends at now and takes what came in the 15 s before. */
export const SERIES = {
  range: { startNanos: unixNanos(NOW - 15n * SECOND), endNanos: unixNanos(NOW) },
  firstEdgeNanos: unixNanos(NOW),
  stepMillis: 15_000,
  groupBy: [],
  mode: 'sum',
  limit: 0,
  exemplars: false,
} as const;

export function where(selector: string): Selection {
  const parsed = parseSelector(selector);
  assert.ok(parsed.ok);
  return { ...SELECTION, matchers: parsed.matchers };
}

export function select(type: string): ProfileSelection {
  const parsed = parseProfileType(type);
  assert.ok(parsed.ok);
  return { ...SELECTION, profileType: parsed.profileType };
}

export function value<Value>(answer: StoreAnswer<Value>): Value {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
  return answer.value;
}

export async function services(store: ProfileStore): Promise<readonly string[]> {
  return value(await store.labelValues({ ...SELECTION, name: 'service_name' }, CONTEXT));
}

export async function drawTree(store: ProfileStore, q: ProfileSelection): Promise<string[]> {
  const merged = await store.mergeTree({ ...q, mode: 'sum', frameKey: 'reported-name' }, CONTEXT);
  return linesOf(value(merged).tree);
}

export function linesOf(tree: CallTree): string[] {
  const paths: string[] = [];
  return Array.from(tree.parent, (caller, node) => {
    const name = tree.frames.name[tree.frame[node] ?? 0] ?? '';
    paths[node] = caller === -1 ? name : `${paths[caller]};${name}`;
    return `${paths[node]} self=${int64At(tree.self, node)} total=${int64At(tree.total, node)}`;
  });
}

/** Points as `15s 8 of 1`: the edge from now on, the value, and of how many profiles. */
export function drawSeries(series: BucketedSeries | undefined): string[] {
  assert.ok(series !== undefined);
  return Array.from(series.edgeMillis, (edge, i) => {
    const seconds = (edge - NOW_MILLIS) / 1000;
    return `${seconds}s ${int64At(series.value, i)} of ${series.profileCount[i]}`;
  });
}

export function drawLabels({ labels }: LabelSet): string {
  return labels.map(({ name, value: v }) => `${name}=${v}`).join(' ');
}
