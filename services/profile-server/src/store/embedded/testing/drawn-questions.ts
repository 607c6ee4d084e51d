import { type Matcher, parseSelector } from '@emberscope/labels';
import type { Random } from '@emberscope/node-kit';
import { unixNanos } from '@emberscope/units';
import { type ProfileId, spanId, traceId } from '../../ids.ts';
import type { ProfileReader } from '../../profile-store.ts';
import type {
  Buckets,
  FunctionSelector,
  MergeMode,
  NanosRange,
  ProfileSelection,
  Selection,
} from '../../selection.ts';
import type { StoreAnswer } from '../../store-error.ts';
import {
  plainFunction,
  plainMergedProfile,
  plainPoints,
  plainSeries,
  plainSingles,
  plainTimelines,
  plainTree,
} from '../../testing/plain-answers.ts';
import { between, isDrawn, pick, someOf } from './draw.ts';
import { PROFILE_TYPES, SPANS, TENANTS, TRACES } from './drawn-pushes.ts';

/** Something to ask two stores that must have the same to say. */
export type Question = {
  /** For the list of steps of a failed run. */
  readonly text: string;
  /** The answer as plain values; the error when there is none. */
  ask(store: ProfileReader): Promise<StoreAnswer<unknown>>;
};

export type QuestionWorld = {
  readonly random: Random;
  readonly nowMillis: number;
  /** Of profiles that are there: edges of ranges lie on them, ids are asked for. */
  readonly profiles: readonly { readonly timeNanos: bigint; readonly profileId: ProfileId }[];
};

const CONTEXT = { signal: new AbortController().signal };
const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;
const DAY = 24n * HOUR;
/** The plain store looks at every profile for every bucket. */
const MAX_BUCKETS = 60n;
const NO_LIMIT = 1_000_000;

export const EVERYTHING: NanosRange = {
  startNanos: unixNanos(0n),
  endNanos: unixNanos(4_000_000_000n * SECOND),
};

const MATCHERS: readonly (readonly Matcher[])[] = [
  '{}',
  '{}',
  '{}',
  '{service_name="a"}',
  '{pod=~"1|2"}',
  '{pod!~".+"}',
  '{__type__!="samples"}',
  '{service_name=~"[ab]",__unit__=~"n.*"}',
  '{__name__="memory"}',
  '{service_name="nobody"}',
].flatMap((selector) => {
  const parsed = parseSelector(selector);
  return parsed.ok ? [parsed.matchers] : [];
});

const FUNCTIONS: readonly FunctionSelector[] = [
  { name: 'f', file: 'a.ts', line: 3 },
  { name: 'serve', file: 'a.ts', line: 3 },
  { name: 'g', file: '', line: 0 },
  { name: 'inner', file: '', line: 0 },
];

export function drawMatchers(random: Random): readonly Matcher[] {
  return pick(random, MATCHERS);
}

export function drawQuestion(world: QuestionWorld): Question {
  return pick(world.random, DRAWS)(world);
}

const DRAWS: readonly ((world: QuestionWorld) => Question)[] = [
  (world) => {
    const q = drawSelection(world);
    return question('metadata', q, async (store) => [
      await store.profileTypes(q, CONTEXT),
      await store.labelNames(q, CONTEXT),
      await store.labelValues({ ...q, name: 'pod' }, CONTEXT),
      await store.labelSets({ ...q, labelNames: [] }, CONTEXT),
      await store.tenantStats(q.tenants, CONTEXT),
    ]);
  },
  (world) => {
    const q = drawSelection(world);
    const groupBy = pick(world.random, [['service_name', 'pod'], ['__profile_type__'], []]);
    return question('activity', q, async (store) => [
      await store.activity({ ...q, groupBy }, CONTEXT),
      mapAnswer(await store.activity({ ...q, groupBy: 'series' }, CONTEXT), (groups) =>
        groups.map((group) => [JSON.stringify(group.labels), group] as const).sort(byFirst),
      ),
    ]);
  },
  (world) => {
    const q = { ...drawProfileSelection(world), mode: drawMode(world) };
    return question(`trees (${q.mode})`, q, async (store) => [
      mapAnswer(await store.mergeTree({ ...q, frameKey: 'reported-name' }, CONTEXT), plainTree),
      mapAnswer(await store.mergeTree({ ...q, frameKey: 'source-function' }, CONTEXT), plainTree),
      await store.mergeTotal(q, CONTEXT),
    ]);
  },
  (world) => {
    const q = drawProfileSelection(world);
    return question('merged profile', q, async (store) => [
      mapAnswer(await store.mergeProfile(q, CONTEXT), plainMergedProfile),
    ]);
  },
  (world) => {
    const { random } = world;
    const of = { mode: drawMode(world), function: pick(random, FUNCTIONS) };
    const q = { ...drawProfileSelection(world), ...of };
    return question(`function ${q.function.name} (${q.mode})`, q, async (store) => [
      mapAnswer(await store.mergeFunction(q, CONTEXT), plainFunction),
    ]);
  },
  (world) => {
    const { random } = world;
    const q = {
      ...drawBuckets(world, drawProfileSelection(world)),
      groupBy: someOf(random, ['service_name', 'pod', '__type__', 'nope']),
      mode: drawMode(world),
      limit: pick(random, [0, 0, 1, 100]),
      exemplars: isDrawn(random, 0.5),
      ...(isDrawn(random, 0.3) ? { function: pick(random, FUNCTIONS) } : {}),
    };
    return question(`series (${q.mode}, every ${q.stepMillis} ms)`, q, async (store) => [
      mapAnswer(await store.selectSeries(q, CONTEXT), (all) => plainSeries(all, idItself)),
    ]);
  },
  (world) => {
    const q = {
      ...drawProfileSelection(world),
      groupBy: someOf(world.random, ['service_name', 'pod']),
      per: pick(world.random, ['profile', 'span'] as const),
    };
    return question(`points per ${q.per}`, q, async (store) => [
      mapAnswer(await store.selectPoints(q, CONTEXT), (all) => plainPoints(all)),
    ]);
  },
  (world) => {
    const q = {
      ...drawProfileSelection(world),
      order: pick(world.random, ['newest', 'largest'] as const),
      limit: pick(world.random, [1, 2, 100]),
    };
    return question(`${q.limit} ${q.order} profiles`, q, async (store) => [
      mapAnswer(await store.singleProfiles(q, CONTEXT), (all) => plainSingles(all)),
    ]);
  },
  (world) => {
    const q = {
      ...drawBuckets(world, drawProfileSelection(world)),
      mode: drawMode(world),
      limit: pick(world.random, [1, 100]),
    };
    return question(`timelines (${q.mode}, every ${q.stepMillis} ms)`, q, async (store) => [
      mapAnswer(await store.functionTimelines(q, CONTEXT), plainTimelines),
    ]);
  },
];

function drawMode({ random }: QuestionWorld): MergeMode {
  return pick(random, ['sum', 'sum', 'average', 'last'] as const);
}

function drawSelection(world: QuestionWorld): Selection {
  const { random } = world;
  return {
    tenants: pick(random, [[TENANTS[0]], [TENANTS[0]], [TENANTS[1]], TENANTS]),
    range: drawRange(world),
    matchers: drawMatchers(random),
  };
}

function drawProfileSelection(world: QuestionWorld): ProfileSelection {
  const { random, profiles } = world;
  const spanIds = SPANS.flatMap((id) => spanId(id) ?? []);
  const traceIds = TRACES.flatMap((id) => traceId(id) ?? []);
  const condition = random.below(20);
  return {
    ...drawSelection(world),
    profileType: pick(random, PROFILE_TYPES),
    ...(condition === 0 ? { spanIds: [pick(random, spanIds)] } : {}),
    ...(condition === 1 ? { traceIds: [pick(random, traceIds)] } : {}),
    ...(condition === 2 ? { callSite: [pick(random, ['main', 'g', 'outer'])] } : {}),
    ...(condition === 3 && profiles.length > 0
      ? { profileIds: [pick(random, profiles).profileId, pick(random, profiles).profileId] }
      : {}),
  };
}

/** Everything, some hours or days as a whole, any piece, ends that lie on profiles. */
function drawRange({ random, nowMillis, profiles }: QuestionWorld): NanosRange {
  const now = BigInt(Math.trunc(nowMillis)) * 1_000_000n;
  const whole = (unit: bigint): NanosRange => {
    const end = now - (now % unit) + BigInt(between(random, -2, 2)) * unit;
    return rangeOf(end - BigInt(between(random, 1, 4)) * unit, end - BigInt(random.below(2)));
  };
  switch (random.below(7)) {
    case 0:
    case 1:
      return EVERYTHING;
    case 2:
      return whole(HOUR);
    case 3:
      return whole(DAY);
    case 4:
      return rangeOf(now - BigInt(between(random, 1, 100)) * HOUR, now);
    default: {
      if (profiles.length === 0) return EVERYTHING;
      const near = () => pick(random, profiles).timeNanos + BigInt(between(random, -1, 1));
      return rangeOf(near(), near());
    }
  }
}

function rangeOf(a: bigint, b: bigint): NanosRange {
  return { startNanos: unixNanos(a < b ? a : b), endNanos: unixNanos(a < b ? b : a) };
}

/** Pieces of the range; of a range that is everything, of the days around now. */
function drawBuckets<Q extends { readonly range: NanosRange }>(
  { random, nowMillis }: QuestionWorld,
  q: Q,
): Q & Buckets {
  const now = BigInt(Math.trunc(nowMillis)) * 1_000_000n;
  const range = q.range === EVERYTHING ? rangeOf(now - (now % DAY) - 3n * DAY, now + DAY) : q.range;
  const lengthNanos = range.endNanos - range.startNanos;
  const leastStepMillis = Number(lengthNanos / MAX_BUCKETS / 1_000_000n) + 1;
  const stepMillis = Math.max(
    leastStepMillis,
    pick(random, [250, 15_000, 333.333_333, 60_000, 3_600_000, 86_400_000]),
  );
  const into = lengthNanos === 0n ? 0n : BigInt(random.below(1000)) * (lengthNanos / 1000n);
  const firstEdgeNanos = isDrawn(random, 0.2) ? range.endNanos : unixNanos(range.startNanos + into);
  return { ...q, range, firstEdgeNanos, stepMillis };
}

function question(
  name: string,
  q: Selection,
  ask: (store: ProfileReader) => Promise<readonly StoreAnswer<unknown>[]>,
): Question {
  return {
    text: `${name} of ${JSON.stringify(q, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`,
    async ask(store) {
      const answers = await ask(store);
      const failed = answers.find((answer) => !answer.ok);
      if (failed !== undefined) return failed;
      return { ok: true, value: answers.map((answer) => answer.ok && answer.value) };
    },
  };
}

/** Every profile of a type that a tenant has, with its stacks. */
export function allSingles(tenant: Selection['tenants'][0], type: (typeof PROFILE_TYPES)[number]) {
  return {
    tenants: [tenant] as const,
    range: EVERYTHING,
    matchers: [],
    profileType: type,
    order: 'newest' as const,
    limit: NO_LIMIT,
  };
}

function mapAnswer<A, B>(answer: StoreAnswer<A>, map: (value: A) => B): StoreAnswer<B> {
  return answer.ok ? { ok: true, value: map(answer.value) } : answer;
}

function byFirst(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/** The two stores know profiles by the same ids: what compares them needs a number for each. */
function idItself(id: ProfileId): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 13), 16);
}
