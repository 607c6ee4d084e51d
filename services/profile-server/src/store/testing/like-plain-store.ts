import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import type { SeriesActivity } from '../answers.ts';
import { type ProfileId, pushId } from '../ids.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { PushOutcomes, PushSeries } from '../push.ts';
import type { StoreAnswer } from '../store-error.ts';
import { createBruteForceStore } from './brute-force-store.ts';
import {
  bucketed,
  groupBy,
  keepNodes,
  limit,
  mode,
  profileSelection,
  selection,
  WAIT_MILLIS,
  wanted,
} from './drawn-selections.ts';
import { PROFILE_TYPES, START_MILLIS, type Step, step, TENANTS } from './drawn-steps.ts';
import {
  type NumberOfId,
  plainFunction,
  plainMergedProfile,
  plainPoints,
  plainSeries,
  plainSingles,
  plainTimelines,
  plainTree,
} from './plain-answers.ts';

export type LikePlainOptions = {
  readonly nowMillis: () => number;
  readonly maxSeries: number;
  readonly retentionNanos: bigint;
};

/** What an engine does between pushes, and no answer may tell of. */
export type Upkeep = 'flush' | 'maintain' | 'restart' | 'kill';

/** An engine that is compared, and started. */
export type Subject = {
  /** The store as it runs now: another one after a restart. */
  store(): ProfileStore;
  keep(what: Upkeep): Promise<void>;
  stop(): Promise<void>;
};

type Open = (options: LikePlainOptions) => Promise<Subject>;

/** Few enough to be met. */
const MAX_SERIES = 6;
const NO_LIMIT = 1_000_000;
const CONTEXT = { signal: new AbortController().signal };

/** So long that waiting expires nothing. */
const RETENTION_NANOS = 1_000n * 86_400_000_000_000n;
/** Waiting on from here would make profiles of the start older than the retention. */
const LAST_WAIT_MILLIS = START_MILLIS + 7 * WAIT_MILLIS;
const stepOrUpkeep = fc.oneof(
  { weight: 3, arbitrary: step },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('upkeep' as const),
      what: fc.constantFrom<Upkeep[]>('flush', 'maintain', 'restart', 'kill'),
    }),
  },
);
const steps = fc.array(stepOrUpkeep, { minLength: 1, maxLength: 18 });

/**
 * Draws pushes, deletions, time and upkeep, and has every question answered by an engine as the
 * plain store answers it, which computes everything from the raw profiles.
 */
export function describeLikePlainStore(engine: string, open: Open): void {
  describe(`a store that answers as the plain one does: ${engine}`, () => {
    checkAll(open);
  });
}

function checkAll(open: Open): void {
  check(open, 'labels, types and activity', selection, async (store, q) => [
    value(await store.profileTypes(q, CONTEXT)),
    value(await store.labelNames(q, CONTEXT)),
    value(await store.labelValues({ ...q, name: 'pod' }, CONTEXT)),
    value(await store.labelSets({ ...q, labelNames: [] }, CONTEXT)),
    value(await store.labelSets({ ...q, labelNames: ['pod', '__type__'] }, CONTEXT)),
    value(await store.activity({ ...q, groupBy: ['service_name', 'pod'] }, CONTEXT)),
    inOrder(value(await store.activity({ ...q, groupBy: 'series' }, CONTEXT))),
    value(await store.tenantStats(q.tenants, CONTEXT)),
  ]);

  const trees = fc.record({ q: profileSelection, mode, keepNodes });
  check(open, 'merged trees', trees, async (store, { q, ...how }) => [
    plainTree(value(await store.mergeTree({ ...q, ...how, frameKey: 'reported-name' }, CONTEXT))),
    value(await store.mergeTotal({ ...q, mode: how.mode }, CONTEXT)),
    plainTree(value(await store.mergeTree({ ...q, ...how, frameKey: 'source-function' }, CONTEXT))),
  ]);

  check(open, 'merged profiles', profileSelection, async (store, q) =>
    plainMergedProfile(value(await store.mergeProfile(q, CONTEXT))),
  );

  const reports = fc.record({ q: profileSelection, mode, wanted });
  check(open, 'reports on a function', reports, async (store, { q, wanted: of, mode: by }) =>
    plainFunction(value(await store.mergeFunction({ ...q, mode: by, function: of }, CONTEXT))),
  );

  const series = fc.record({
    q: bucketed,
    rest: fc.record({ groupBy, mode, limit, exemplars: fc.boolean() }),
    of: fc.option(wanted, { nil: undefined }),
  });
  check(open, 'values over time', series, async (store, { q, rest, of }, numberOf) => {
    const asked = of === undefined ? { ...q, ...rest } : { ...q, ...rest, function: of };
    return plainSeries(value(await store.selectSeries(asked, CONTEXT)), numberOf);
  });

  const points = fc.record({
    q: profileSelection,
    groupBy,
    per: fc.constantFrom('profile' as const, 'span' as const),
  });
  check(open, 'points', points, async (store, { q, ...rest }, numberOf) =>
    plainPoints(value(await store.selectPoints({ ...q, ...rest }, CONTEXT)), numberOf),
  );

  const singles = fc.record({
    q: profileSelection,
    order: fc.constantFrom('newest' as const, 'largest' as const),
    limit,
  });
  check(open, 'single profiles', singles, async (store, { q, ...rest }, numberOf) =>
    plainSingles(value(await store.singleProfiles({ ...q, ...rest }, CONTEXT)), numberOf),
  );

  const timelines = fc.record({ q: bucketed, mode, limit });
  check(open, 'functions over time', timelines, async (store, { q, ...rest }) =>
    plainTimelines(value(await store.functionTimelines({ ...q, ...rest }, CONTEXT))),
  );

  const chosen = fc.record({ q: selection, chosen: fc.array(fc.nat({ max: 12 })) });
  check(
    open,
    'profiles chosen by id',
    chosen,
    async (store, { q, chosen: numbers }, numberOf, ids) => {
      const [profileType] = PROFILE_TYPES;
      assert.ok(profileType !== undefined);
      const profileIds = numbers.flatMap((number) => ids[number] ?? []);
      const asked = { ...q, profileType, profileIds, order: 'newest' as const, limit: 100 };
      return plainSingles(value(await store.singleProfiles(asked, CONTEXT)), numberOf);
    },
  );

  check(
    open,
    'stats, but for profiles that are deleted and still there',
    fc.constant(undefined),
    async (store) => {
      // After a start, series may still be counted; a push waits for that.
      await store.push(TENANTS[0], []);
      const { seriesCount, profileCount, oldestNanos = 0n, newestNanos = 0n } = await store.stats();
      // Times are kept to the millisecond, outwards.
      return {
        ...{ seriesCount, profileCount },
        oldestMillis: oldestNanos / 1_000_000n,
        newestMillis: (newestNanos + 999_999n) / 1_000_000n,
      };
    },
    steps.map((all) => all.filter(({ kind }) => kind !== 'delete')),
  );
}

/** What both stores say to a question, after the same steps. */
function check<Question>(
  open: Open,
  name: string,
  question: fc.Arbitrary<Question>,
  ask: (
    store: ProfileStore,
    question: Question,
    numberOf: NumberOfId,
    ids: readonly ProfileId[],
  ) => Promise<unknown>,
  drawn = steps,
): void {
  test(name, async () => {
    const questions = fc.array(question, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(drawn, questions, async (all, asked) => {
        let nowMillis = START_MILLIS;
        let waits = 0;
        const options = {
          nowMillis: () => nowMillis,
          // A series whose days are not deleted as a whole keeps its place for a while.
          maxSeries: all.some(({ kind }) => kind === 'delete') ? NO_LIMIT : MAX_SERIES,
          retentionNanos: RETENTION_NANOS,
        };
        const plain = createBruteForceStore(options);
        await plain.start();
        const subject = await open(options);
        const plainIds: ProfileId[] = [];
        const ids: ProfileId[] = [];
        for (const each of all) {
          if (each.kind === 'upkeep') {
            await subject.keep(each.what);
            continue;
          }
          if (each.kind === 'wait' && nowMillis < LAST_WAIT_MILLIS) {
            nowMillis += WAIT_MILLIS;
            waits++;
          }
          const expected = await take(plain, each, waits);
          const outcomes = await take(subject.store(), each, waits);
          assert.deepEqual(kindsOf(outcomes), kindsOf(expected));
          plainIds.push(...idsOf(expected));
          ids.push(...idsOf(outcomes));
        }
        for (const each of asked) {
          const answer = await ask(subject.store(), each, (id) => ids.indexOf(id), ids);
          const expected = await ask(plain, each, (id) => plainIds.indexOf(id), plainIds);
          assert.deepEqual(answer, expected);
        }
        await subject.stop();
      }),
      { ...fuzzRuns(10, 1500), includeErrorInReport: true },
    );
  });
}

/** Beyond a day it is a store's own affair how long it knows the ids of pushes. */
function withIdsOfWait(series: readonly PushSeries[], waits: number): PushSeries[] {
  return series.map(({ labels, profiles }) => ({
    labels,
    profiles: profiles.map((pushed) => {
      const id = pushId(`${pushed.pushId?.slice(0, -1)}${waits}`);
      return id === undefined ? pushed : { ...pushed, pushId: id };
    }),
  }));
}

function kindsOf(outcomes: PushOutcomes): string[][] {
  return outcomes.map((ofSeries) => ofSeries.map(({ kind }) => kind));
}

async function take(store: ProfileStore, step: Step, waits: number): Promise<PushOutcomes> {
  switch (step.kind) {
    case 'push': {
      const { tenant, series } = step;
      return store.push(TENANTS[tenant] ?? TENANTS[0], withIdsOfWait(series, waits));
    }
    case 'delete': {
      assert.ok((await store.deleteSeries({ ...step, tenants: [TENANTS[0]] })).ok);
      return [];
    }
    case 'wait':
      return [];
    default:
      return step satisfies never;
  }
}

function idsOf(outcomes: PushOutcomes): ProfileId[] {
  return outcomes.flat().flatMap((outcome) => (outcome.kind === 'stored' ? outcome.profileId : []));
}

function inOrder(activity: readonly SeriesActivity[]): readonly SeriesActivity[] {
  const keyOf = ({ labels }: SeriesActivity) => JSON.stringify(labels);
  return [...activity].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function value<Value>(answer: StoreAnswer<Value>): Value {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
  return answer.value;
}
