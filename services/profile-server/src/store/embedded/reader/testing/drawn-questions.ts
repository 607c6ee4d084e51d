import assert from 'node:assert/strict';
import { unixNanos } from '@emberscope/units';
import fc from 'fast-check';
import type { SeriesActivity } from '../../../answers.ts';
import type { ProfileId } from '../../../ids.ts';
import type { ProfileReader } from '../../../profile-store.ts';
import type { NanosRange, ProfileSelection, Selection } from '../../../selection.ts';
import type { StoreAnswer } from '../../../store-error.ts';
import {
  FUNCTIONS,
  matchers,
  PROFILE_TYPES,
  range,
  START_MILLIS,
  type Step,
  sampleConditions,
  TENANTS,
} from '../../../testing/drawn-steps.ts';
import {
  type NumberOfId,
  plainFunction,
  plainMergedProfile,
  plainPoints,
  plainSeries,
  plainSingles,
  plainTimelines,
  plainTree,
} from '../../../testing/plain-answers.ts';

/*
 * A question for every answer of a reader, with answers as plain things that can be compared. Times
 * of steps and questions are stretched: seconds become hours or days, so that whole ones lie in
 * ranges, and ranges begin and end at and beside their edges.
 */

const CONTEXT = { signal: new AbortController().signal };
const START_NANOS = BigInt(START_MILLIS) * 1_000_000n;
const SECOND = 1_000_000_000n;

/** Whole seconds from the start become so many; what is beside a second stays beside. */
export function stretchNanos(nanos: bigint, factor: bigint): bigint {
  const since = nanos - START_NANOS;
  const seconds = (since + (since < 0n ? -SECOND / 2n : SECOND / 2n)) / SECOND;
  return START_NANOS + seconds * SECOND * factor + (since - seconds * SECOND);
}

export function stretchRange({ startNanos, endNanos }: NanosRange, factor: bigint): NanosRange {
  return {
    startNanos: unixNanos(stretchNanos(startNanos, factor)),
    endNanos: unixNanos(stretchNanos(endNanos, factor)),
  };
}

export function stretchStep(step: Step, factor: bigint): Step {
  switch (step.kind) {
    case 'push':
      return {
        ...step,
        series: step.series.map(({ labels, profiles }) => ({
          labels,
          profiles: profiles.map(({ profile, ...rest }) => ({
            ...rest,
            profile:
              profile.timeNanos === 0n
                ? profile
                : { ...profile, timeNanos: unixNanos(stretchNanos(profile.timeNanos, factor)) },
          })),
        })),
      };
    case 'delete':
      return { ...step, range: stretchRange(step.range, factor) };
    case 'wait':
      return step;
    default:
      return step satisfies never;
  }
}

const EVERYTHING: NanosRange = {
  startNanos: unixNanos(0n),
  endNanos: unixNanos(2n * START_NANOS),
};

const tenants = fc.constantFrom([TENANTS[0]], [TENANTS[0], TENANTS[1]], [TENANTS[1], TENANTS[1]]);
const selection: fc.Arbitrary<Selection> = fc.record({
  tenants: tenants.map(([first = TENANTS[0], ...others]) => [first, ...others] as const),
  range: fc.oneof(range, fc.constant(EVERYTHING)),
  matchers,
});
const profileSelection: fc.Arbitrary<ProfileSelection> = fc
  .tuple(selection, fc.constantFrom(...PROFILE_TYPES), fc.oneof(fc.constant({}), sampleConditions))
  .map(([q, profileType, conditions]) => ({ ...q, profileType, ...conditions }));
const groupBy = fc.subarray(['service_name', 'pod', '__type__', 'nope']);
/** Of a tree: all of it, or about so many nodes. */
const keepNodes = fc.constantFrom(0, 0, 1, 2, 5, 100);
const mode = fc.constantFrom('sum' as const, 'average' as const, 'last' as const);
const limit = fc.constantFrom(0, 1, 2, 100);
const buckets = fc.record({
  stepMillis: fc.constantFrom(1000, 7000, 3333.333_333),
  firstBucketSeconds: fc.constantFrom(-1n, 0n, 1n, 7n),
});
const wanted = fc.constantFrom(...FUNCTIONS);

/** Fits a selection's range to the stretched times. */
function stretched<Q extends Selection>(q: Q, factor: bigint): Q {
  return q.range === EVERYTHING ? q : { ...q, range: stretchRange(q.range, factor) };
}

type DrawnBuckets = { readonly stepMillis: number; readonly firstBucketSeconds: bigint };

/** Buckets of everything are one: the plain store walks through each of them. */
function bucketed(
  asked: ProfileSelection,
  { stepMillis, firstBucketSeconds }: DrawnBuckets,
  factor: bigint,
) {
  const q = stretched(asked, factor);
  const { startNanos, endNanos } = q.range;
  const edge = startNanos + firstBucketSeconds * SECOND * factor;
  const isOne = asked.range === EVERYTHING || firstBucketSeconds < 0n || edge > endNanos;
  return {
    ...q,
    firstEdgeNanos: isOne ? endNanos : unixNanos(edge),
    stepMillis: stepMillis * Number(factor),
  };
}

export type Asking = {
  readonly store: ProfileReader;
  readonly factor: bigint;
  readonly numberOf: NumberOfId;
  readonly ids: readonly ProfileId[];
};

export type DrawnQuestion = {
  readonly name: string;
  readonly ask: (asking: Asking) => Promise<unknown>;
};

/** Any question, with its name for when answers differ. */
export const drawnQuestion: fc.Arbitrary<DrawnQuestion> = fc.oneof(
  asking('labels, types, activity', selection, async ({ store, factor }, asked) => {
    const q = stretched(asked, factor);
    return [
      value(await store.profileTypes(q, CONTEXT)),
      value(await store.labelNames(q, CONTEXT)),
      value(await store.labelValues({ ...q, name: 'pod' }, CONTEXT)),
      value(await store.labelSets({ ...q, labelNames: [] }, CONTEXT)),
      value(await store.labelSets({ ...q, labelNames: ['pod', '__type__'] }, CONTEXT)),
      value(await store.activity({ ...q, groupBy: ['service_name', 'pod'] }, CONTEXT)),
      inOrder(value(await store.activity({ ...q, groupBy: 'series' }, CONTEXT))),
      value(await store.tenantStats(q.tenants, CONTEXT)),
    ];
  }),
  asking(
    'trees',
    fc.record({ q: profileSelection, mode, keepNodes }),
    async ({ store, factor }, { q: asked, ...how }) => {
      const q = { ...stretched(asked, factor), ...how };
      return [
        plainTree(value(await store.mergeTree({ ...q, frameKey: 'reported-name' }, CONTEXT))),
        value(await store.mergeTotal(q, CONTEXT)),
        plainTree(value(await store.mergeTree({ ...q, frameKey: 'source-function' }, CONTEXT))),
      ];
    },
  ),
  asking('merged profiles', profileSelection, async ({ store, factor }, q) =>
    plainMergedProfile(value(await store.mergeProfile(stretched(q, factor), CONTEXT))),
  ),
  asking(
    'reports on a function',
    fc.record({ q: profileSelection, mode, wanted }),
    async ({ store, factor }, { q, mode: by, wanted: of }) =>
      plainFunction(
        value(
          await store.mergeFunction({ ...stretched(q, factor), mode: by, function: of }, CONTEXT),
        ),
      ),
  ),
  asking(
    'values over time',
    fc.record({
      q: profileSelection,
      buckets,
      rest: fc.record({ groupBy, mode, limit, exemplars: fc.boolean() }),
      of: fc.option(wanted, { nil: undefined }),
    }),
    async ({ store, factor, numberOf }, { q, buckets: cut, rest, of }) => {
      const asked = { ...bucketed(q, cut, factor), ...rest };
      const series = await store.selectSeries(
        of === undefined ? asked : { ...asked, function: of },
        CONTEXT,
      );
      return plainSeries(value(series), numberOf);
    },
  ),
  asking(
    'points',
    fc.record({
      q: profileSelection,
      groupBy,
      per: fc.constantFrom('profile' as const, 'span' as const),
    }),
    async ({ store, factor, numberOf }, { q, ...rest }) =>
      plainPoints(
        value(await store.selectPoints({ ...stretched(q, factor), ...rest }, CONTEXT)),
        numberOf,
      ),
  ),
  asking(
    'single profiles',
    fc.record({
      q: profileSelection,
      order: fc.constantFrom('newest' as const, 'largest' as const),
      limit,
    }),
    async ({ store, factor, numberOf }, { q, ...rest }) =>
      plainSingles(
        value(await store.singleProfiles({ ...stretched(q, factor), ...rest }, CONTEXT)),
        numberOf,
      ),
  ),
  asking(
    'functions over time',
    fc.record({ q: profileSelection, buckets, mode, limit }),
    async ({ store, factor }, { q, buckets: cut, ...rest }) =>
      plainTimelines(
        value(await store.functionTimelines({ ...bucketed(q, cut, factor), ...rest }, CONTEXT)),
      ),
  ),
  asking(
    'profiles chosen by id',
    fc.record({ q: selection, chosen: fc.array(fc.nat({ max: 12 })) }),
    async ({ store, factor, numberOf, ids }, { q, chosen }) => {
      const [profileType] = PROFILE_TYPES;
      assert.ok(profileType !== undefined);
      const profileIds = chosen.flatMap((number) => ids[number] ?? []);
      const asked = { ...stretched(q, factor), profileType, profileIds };
      return plainSingles(
        value(await store.singleProfiles({ ...asked, order: 'newest', limit: 100 }, CONTEXT)),
        numberOf,
      );
    },
  ),
);

function asking<Question>(
  name: string,
  question: fc.Arbitrary<Question>,
  ask: (asking: Asking, question: Question) => Promise<unknown>,
): fc.Arbitrary<DrawnQuestion> {
  return question.map((asked) => ({
    name,
    ask: (of: Asking) => ask(of, asked),
    toString: () => `${name}: ${fc.stringify(asked)}`,
  }));
}

function inOrder(activity: readonly SeriesActivity[]): readonly SeriesActivity[] {
  const keyOf = ({ labels }: SeriesActivity) => JSON.stringify(labels);
  return [...activity].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function value<Value>(answer: StoreAnswer<Value>): Value {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
  return answer.value;
}
