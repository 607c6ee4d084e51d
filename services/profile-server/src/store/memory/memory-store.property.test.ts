import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import fc from 'fast-check';
import type { SeriesActivity } from '../answers.ts';
import type { ProfileId } from '../ids.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { PushOutcomes } from '../push.ts';
import type { NanosRange, ProfileSelection, Selection } from '../selection.ts';
import type { StoreAnswer } from '../store-error.ts';
import { createBruteForceStore } from '../testing/brute-force-store.ts';
import {
  FUNCTIONS,
  matchers,
  PROFILE_TYPES,
  range,
  START_MILLIS,
  type Step,
  sampleConditions,
  steps,
  TENANTS,
} from '../testing/drawn-steps.ts';
import {
  type NumberOfId,
  plainFunction,
  plainMergedProfile,
  plainPoints,
  plainSeries,
  plainSingles,
  plainTimelines,
  plainTree,
} from '../testing/plain-answers.ts';
import { createMemoryStore } from './memory-store.ts';

/** So long that waiting closes blocks, makes ids of pushes forgotten and expires nothing. */
const RETENTION_NANOS = 1_000n * 86_400_000_000_000n;
const WAIT_MILLIS = 126 * 86_400_000;
/** Waiting on from here would make profiles of the start older than the retention. */
const LAST_WAIT_MILLIS = START_MILLIS + 7 * WAIT_MILLIS;
const WAIT_NANOS = BigInt(WAIT_MILLIS) * 1_000_000n;
const CONTEXT = { signal: new AbortController().signal };

const tenants = fc.constantFrom([TENANTS[0]], [TENANTS[0], TENANTS[1]], [TENANTS[1], TENANTS[1]]);
const selection: fc.Arbitrary<Selection> = fc.record({
  tenants: tenants.map(([first = TENANTS[0], ...others]) => [first, ...others] as const),
  range: fc.oneof(range, fc.constant(everything())),
  matchers,
});
const profileSelection: fc.Arbitrary<ProfileSelection> = fc
  .tuple(selection, fc.constantFrom(...PROFILE_TYPES), fc.oneof(fc.constant({}), sampleConditions))
  .map(([q, profileType, conditions]) => ({ ...q, profileType, ...conditions }));
const groupBy = fc.subarray(['service_name', 'pod', '__type__', 'nope']);
const mode = fc.constantFrom('sum' as const, 'average' as const, 'last' as const);
const limit = fc.constantFrom(0, 1, 2, 100);
/** Small steps over seconds, large ones over years: the plain store walks through every bucket. */
const bucketed = fc
  .tuple(
    profileSelection,
    fc.oneof(
      fc
        .record({
          range,
          stepMillis: fc.constantFrom(250, 1000, 7000, 333.333_333),
          firstBucketNanos: fc.constantFrom(-1n, 0n, 1n, 250_000_000n, 7_000_000_000n),
        })
        .map(({ firstBucketNanos, ...rest }) => withFirstEdge(rest, firstBucketNanos)),
      fc.constant(withFirstEdge({ range: everything(), stepMillis: WAIT_MILLIS }, WAIT_NANOS)),
    ),
  )
  .map(([q, buckets]) => ({ ...q, ...buckets }));
const wanted = fc.constantFrom(...FUNCTIONS);

describe('a store in memory answers as the plain store does', () => {
  check('labels, types and activity', selection, async (store, q) => [
    value(await store.profileTypes(q, CONTEXT)),
    value(await store.labelNames(q, CONTEXT)),
    value(await store.labelValues({ ...q, name: 'pod' }, CONTEXT)),
    value(await store.labelSets({ ...q, labelNames: [] }, CONTEXT)),
    value(await store.labelSets({ ...q, labelNames: ['pod', '__type__'] }, CONTEXT)),
    value(await store.activity({ ...q, groupBy: ['service_name', 'pod'] }, CONTEXT)),
    inOrder(value(await store.activity({ ...q, groupBy: 'series' }, CONTEXT))),
    value(await store.tenantStats(q.tenants, CONTEXT)),
  ]);

  const trees = fc.record({ q: profileSelection, mode });
  check('merged trees', trees, async (store, { q, mode: by }) => [
    plainTree(value(await store.mergeTree({ ...q, mode: by, frameKey: 'reported-name' }, CONTEXT))),
    value(await store.mergeTotal({ ...q, mode: by }, CONTEXT)),
    plainTree(
      value(await store.mergeTree({ ...q, mode: by, frameKey: 'source-function' }, CONTEXT)),
    ),
  ]);

  check('merged profiles', profileSelection, async (store, q) =>
    plainMergedProfile(value(await store.mergeProfile(q, CONTEXT))),
  );

  const reports = fc.record({ q: profileSelection, mode, wanted });
  check('reports on a function', reports, async (store, { q, wanted: of, mode: by }) =>
    plainFunction(value(await store.mergeFunction({ ...q, mode: by, function: of }, CONTEXT))),
  );

  const series = fc.record({
    q: bucketed,
    rest: fc.record({ groupBy, mode, limit, exemplars: fc.boolean() }),
    of: fc.option(wanted, { nil: undefined }),
  });
  check('values over time', series, async (store, { q, rest, of }, numberOf) => {
    const asked = of === undefined ? { ...q, ...rest } : { ...q, ...rest, function: of };
    return plainSeries(value(await store.selectSeries(asked, CONTEXT)), numberOf);
  });

  const points = fc.record({
    q: profileSelection,
    groupBy,
    per: fc.constantFrom('profile' as const, 'span' as const),
  });
  check('points', points, async (store, { q, ...rest }, numberOf) =>
    plainPoints(value(await store.selectPoints({ ...q, ...rest }, CONTEXT)), numberOf),
  );

  const singles = fc.record({
    q: profileSelection,
    order: fc.constantFrom('newest' as const, 'largest' as const),
    limit,
  });
  check('single profiles', singles, async (store, { q, ...rest }, numberOf) =>
    plainSingles(value(await store.singleProfiles({ ...q, ...rest }, CONTEXT)), numberOf),
  );

  const timelines = fc.record({ q: bucketed, mode, limit });
  check('functions over time', timelines, async (store, { q, ...rest }) =>
    plainTimelines(value(await store.functionTimelines({ ...q, ...rest }, CONTEXT))),
  );

  const chosen = fc.record({ q: selection, chosen: fc.array(fc.nat({ max: 12 })) });
  check('profiles chosen by id', chosen, async (store, { q, chosen: numbers }, numberOf, ids) => {
    const [profileType] = PROFILE_TYPES;
    assert.ok(profileType !== undefined);
    const profileIds = numbers.flatMap((number) => ids[number] ?? []);
    const asked = { ...q, profileType, profileIds, order: 'newest' as const, limit: 100 };
    return plainSingles(value(await store.singleProfiles(asked, CONTEXT)), numberOf);
  });

  check('stats', fc.constant(undefined), async (store) => {
    const { seriesCount, profileCount, oldestNanos, newestNanos } = await store.stats();
    return { seriesCount, profileCount, oldestNanos, newestNanos };
  });
});

/** What both stores say to a question, after the same steps. */
function check<Question>(
  name: string,
  question: fc.Arbitrary<Question>,
  ask: (
    store: ProfileStore,
    question: Question,
    numberOf: NumberOfId,
    ids: readonly ProfileId[],
  ) => Promise<unknown>,
): void {
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(question, { minLength: 1, maxLength: 4 }),
        async (all, questions) => {
          let nowMillis = START_MILLIS;
          const options = {
            nowMillis: () => nowMillis,
            maxSeries: 12,
            retentionNanos: RETENTION_NANOS,
          };
          const stores: readonly ProfileStore[] = [
            createBruteForceStore(options),
            createMemoryStore(options),
          ];
          const ids: readonly ProfileId[][] = [[], []];
          for (const store of stores) await store.start();
          for (const step of all) {
            if (step.kind === 'wait' && nowMillis < LAST_WAIT_MILLIS) nowMillis += WAIT_MILLIS;
            const kinds: unknown[] = [];
            for (const [i, store] of stores.entries()) {
              const outcomes = await take(store, step);
              ids[i]?.push(...idsOf(outcomes));
              kinds.push(outcomes.map((ofSeries) => ofSeries.map(({ kind }) => kind)));
            }
            assert.deepEqual(kinds[1], kinds[0]);
          }
          for (const each of questions) {
            const answers: unknown[] = [];
            for (const [i, store] of stores.entries()) {
              const known = ids[i] ?? [];
              answers.push(await ask(store, each, (id) => known.indexOf(id), known));
            }
            assert.deepEqual(answers[1], answers[0]);
          }
        },
      ),
      fuzzRuns(10, 1500),
    );
  });
}

async function take(store: ProfileStore, step: Step): Promise<PushOutcomes> {
  switch (step.kind) {
    case 'push':
      return store.push(TENANTS[step.tenant] ?? TENANTS[0], step.series);
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

/** Buckets of which the first takes so much of the range; -1 for all of it. */
function withFirstEdge<Bucketed extends { readonly range: NanosRange }>(
  bucketed: Bucketed,
  firstBucketNanos: bigint,
) {
  const { startNanos, endNanos } = bucketed.range;
  const edge = startNanos + firstBucketNanos;
  const firstEdgeNanos = firstBucketNanos < 0n || edge > endNanos ? endNanos : unixNanos(edge);
  return { ...bucketed, firstEdgeNanos };
}

function everything() {
  return {
    startNanos: unixNanos(0n),
    endNanos: unixNanos(BigInt(START_MILLIS + 20 * WAIT_MILLIS) * 1_000_000n),
  };
}

function inOrder(activity: readonly SeriesActivity[]): readonly SeriesActivity[] {
  const keyOf = ({ labels }: SeriesActivity) => JSON.stringify(labels);
  return [...activity].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function value<Value>(answer: StoreAnswer<Value>): Value {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
  return answer.value;
}
