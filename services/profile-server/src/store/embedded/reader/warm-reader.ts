import { LABEL, labelValue } from '@emberscope/labels';
import { type ProfileType, parseProfileType } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { tenantId } from '../../ids.ts';
import type { ProfileSelection } from '../../selection.ts';
import type { HeadTable } from './head-index.ts';
import type { SegmentTable } from './segment-index.ts';

/** A merge of this much is enough for all code to have run. */
const WARM_MILLIS = 5 * 60_000;

type WarmTable = Pick<SegmentTable | HeadTable, 'tenant' | 'kind' | 'dictionary' | 'streams'> & {
  readonly newestMillis: number;
};

/** Tables of the newest day that has any, the newest first. */
export function newestTables(
  stored: readonly SegmentTable[],
  head: readonly HeadTable[],
): WarmTable[] {
  const all: WarmTable[] = [
    ...stored,
    ...head.map((table) => ({ ...table, newestMillis: table.rows.newestMillis() })),
  ];
  const day = all.reduce((newest, { dictionary }) => Math.max(newest, dictionary.name.day), -1);
  return all
    .filter(({ dictionary }) => dictionary.name.day === day)
    .sort((a, b) => b.newestMillis - a.newestMillis);
}

/** The last minutes of the newest profile's type: what a first query is likely to look like. */
export function smallMerge(tables: readonly WarmTable[]): ProfileSelection | undefined {
  const [newest] = tables;
  const stream = newest?.streams.find((each) => each !== undefined);
  const labels = stream?.series[0]?.labels;
  if (newest === undefined || labels === undefined) return undefined;
  const parsed = parseProfileType(labelValue(labels, LABEL.profileType));
  if (!parsed.ok) return undefined;
  const profileType: ProfileType = parsed.profileType;
  const endMillis = Math.ceil(newest.newestMillis);
  return {
    tenants: [tenantId(newest.tenant)],
    range: {
      startNanos: unixNanos(BigInt(endMillis - WARM_MILLIS) * 1_000_000n),
      endNanos: unixNanos(BigInt(endMillis + 1) * 1_000_000n),
    },
    matchers: [],
    profileType,
  };
}
