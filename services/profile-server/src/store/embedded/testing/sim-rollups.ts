import assert from 'node:assert/strict';
import { int64At, type ProfileType, profileTypeId } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import type { TenantId } from '../../ids.ts';
import type { NanosRange } from '../../selection.ts';
import { createBruteForceStore } from '../../testing/brute-force-store.ts';
import { plainTree } from '../../testing/plain-answers.ts';
import { PROFILE_TYPES, TENANTS } from './drawn-pushes.ts';
import { EVERYTHING } from './drawn-questions.ts';
import type { KeptProfile } from './kept-profiles.ts';
import { dayOfProfile, type RolledHour, textOfHour } from './rolled-up.ts';
import type { SimLife } from './sim-life.ts';
import type { SimRollups, SimStore } from './sim-subject.ts';
import { keyOf } from './take-stock.ts';

type Rollups = SimRollups['reader'];
type Asked = {
  readonly tenants: readonly [TenantId];
  readonly profileType: ProfileType;
  readonly matchers: readonly [];
};

const CONTEXT = { signal: new AbortController().signal };
const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;
/** A day is merged when it has been over for two hours, and one at a time. */
const MERGED_AFTER_MILLIS = 2 * HOUR_MILLIS + 60_000;
const HOUR_NANOS = BigInt(HOUR_MILLIS) * 1_000_000n;

/** Versions of stores that were in order when they were looked at last, and what they said. */
const checked = new WeakMap<SimStore, number>();
const lastSaid = new WeakMap<SimLife, string>();

/**
 * Sums of hours in roll-ups are those of profiles that merges can have taken, and their call trees are
 * those of the same profiles, by days and by hours.
 */
export async function checkRollups(life: SimLife, whole = false): Promise<void> {
  const store = life.store();
  const rollups = store.rollups?.();
  const ever = life.kept.everKept();
  if (rollups === undefined || ever === undefined || ever.length === 0) return;
  if (checked.get(store) === rollups.version && !whole) return;
  const { reader, version } = rollups;
  const asked = TENANTS.flatMap((tenant) =>
    PROFILE_TYPES.filter(({ id }) => life.pushedTypes.has(`${tenant} ${id}`)).map(
      (profileType): Asked => ({ tenants: [tenant], profileType, matchers: [] }),
    ),
  );
  const range = wholeHoursOf(ever);
  const hours = await Promise.all(asked.map((of) => hoursOf(reader, of, range)));
  const rolled = life.rolledUp.take(hours.flat(), ever, life.kept.mayHaveExpired, whole);
  checked.set(store, version);
  if (rolled === undefined) return;
  const said = hours.flat().map(textOfHour).join();
  if (lastSaid.get(life) === said) return;
  lastSaid.set(life, said);
  // Whole days, which have sums of their own; and a part of one, which is made of its hours.
  const middle = range.startNanos + HOUR_NANOS * (lengthOf(range) / HOUR_NANOS / 2n);
  for (const [i, of] of asked.entries()) {
    if (hours[i]?.length === 0) continue;
    for (const startNanos of [EVERYTHING.startNanos, unixNanos(middle)]) {
      await checkTree(life, reader, of, { ...EVERYTHING, startNanos }, rolled);
    }
  }
}

/**
 * Days that are over and have profiles have roll-ups of all of these: when the disk has been well for a
 * while, and all segments were read.
 */
export async function checkAllRolledUp(life: SimLife): Promise<void> {
  if (life.store().rollups === undefined) return;
  await checkRollups(life, true);
  const { kept, rolledUp, nowMillis } = life;
  const left = (kept.everKept() ?? []).filter((profile) => {
    const day = dayOfProfile(profile);
    const isOver = (day + 1) * DAY_MILLIS + MERGED_AFTER_MILLIS < nowMillis();
    const mayBeGone = profile.isGone || kept.mayHaveExpired(day * DAY_MILLIS);
    return isOver && !mayBeGone && !rolledUp.holds(profile);
  });
  assert.deepEqual(
    left.map(({ row }) => keyOf(row)),
    [],
    'not in the roll-up of their day',
  );
}

async function hoursOf(
  rollups: Rollups,
  asked: Asked,
  range: NanosRange,
): Promise<readonly RolledHour[]> {
  const answer = await rollups.selectSeries(
    {
      ...{ ...asked, range, rollups: 'before-retention' },
      ...{ mode: 'sum', groupBy: ['service_name', 'pod'], limit: 0, exemplars: false },
      firstEdgeNanos: unixNanos(range.startNanos + HOUR_NANOS - 1n),
      stepMillis: HOUR_MILLIS,
    },
    CONTEXT,
  );
  const [tenant] = asked.tenants;
  const type = profileTypeId(asked.profileType);
  assert.ok(answer.ok, `no answer about roll-ups of ${type}`);
  return answer.value.flatMap(({ labels, length, edgeMillis, value }) => {
    const label = (wanted: string) => labels.find(({ name }) => name === wanted)?.value ?? '';
    return Array.from({ length }, (_, bucket) => ({
      ...{ tenant, type, service: label('service_name'), pod: label('pod') },
      hourMillis: Math.round((edgeMillis[bucket] ?? 0) / HOUR_MILLIS - 1) * HOUR_MILLIS,
      total: int64At(value, bucket),
    })).filter(({ total }) => total > 0n);
  });
}

async function checkTree(
  { nowMillis }: SimLife,
  rollups: Rollups,
  asked: Asked,
  range: NanosRange,
  rolled: readonly KeptProfile[],
): Promise<void> {
  const q = { ...asked, range, mode: 'sum', frameKey: 'source-function' } as const;
  const plain = createBruteForceStore({ nowMillis, stored: rolled.map(({ row }) => row) });
  const answer = await rollups.mergeTree({ ...q, rollups: 'before-retention' }, CONTEXT);
  const expected = await plain.mergeTree(q, CONTEXT);
  assert.ok(answer.ok && expected.ok);
  const { nodes, unnamed } = plainTree(answer.value);
  const owed = plainTree(expected.value);
  const what = `the tree of roll-ups of ${asked.tenants} ${asked.profileType.id} from ${range.startNanos} on`;
  assert.deepEqual({ nodes, unnamed }, { nodes: owed.nodes, unnamed: owed.unnamed }, what);
}

function wholeHoursOf(profiles: readonly KeptProfile[]): NanosRange {
  const times = profiles.map(({ row }) => row.timeNanos);
  const oldest = times.reduce((a, b) => (a < b ? a : b));
  const newest = times.reduce((a, b) => (a > b ? a : b));
  return {
    startNanos: unixNanos(oldest - (oldest % HOUR_NANOS)),
    endNanos: unixNanos(newest - (newest % HOUR_NANOS) + HOUR_NANOS - 1n),
  };
}

function lengthOf({ startNanos, endNanos }: NanosRange): bigint {
  return endNanos + 1n - startNanos;
}
