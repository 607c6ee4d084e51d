import { labelSetFromRecord, type Matcher, parseSelector } from '@emberscope/labels';
import { type Profile, parseProfileType, profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import fc from 'fast-check';
import { type PushId, pushId, spanId, tenantId, traceId } from '../ids.ts';
import type { PushSeries } from '../push.ts';
import type { FunctionSelector, NanosRange } from '../selection.ts';

/*
 * Random pushes and queries that meet: few tenants, services, stacks and times, so that every
 * draw has profiles of equal series, equal stacks, equal times and both sides of every border.
 */

export const START_MILLIS = 1_795_521_600_000;
const START_NANOS = BigInt(START_MILLIS) * 1_000_000n;
const SPANS = ['00000bac2a5ab0c7', '0000000000000000', 'ffffffffffffffff'];
const TRACES = ['ab'.repeat(16), `${'0'.repeat(31)}1`];

export const TENANTS = [tenantId('anonymous'), tenantId('team-b')] as const;
export const PROFILE_TYPES = [
  'process_cpu:samples:count:cpu:nanoseconds',
  'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  'process_cpu:cpu:nanoseconds::',
  'memory:inuse_space:bytes:inuse_space:bytes',
].flatMap((id) => {
  const parsed = parseProfileType(id);
  return parsed.ok ? [parsed.profileType] : [];
});
export const FUNCTIONS: readonly FunctionSelector[] = [
  { name: 'f', file: 'a.ts', line: 3 },
  { name: 'f', file: 'b.ts', line: 3 },
  { name: 'g', file: '', line: 0 },
  { name: 'inner', file: '', line: 0 },
];
const MATCHERS: readonly (readonly Matcher[])[] = [
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

export type Step =
  | { readonly kind: 'push'; readonly tenant: number; readonly series: readonly PushSeries[] }
  | { readonly kind: 'delete'; readonly matchers: readonly Matcher[]; readonly range: NanosRange }
  /** Time goes on, so far that what comes next lies in a block of its own. */
  | { readonly kind: 'wait' };

/** Offsets around the edges of buckets, with nanoseconds on top and below. */
const timeNanos = fc
  .record({
    seconds: fc.integer({ min: -6, max: 6 }),
    nanos: fc.constantFrom(-1n, 0n, 0n, 1n, 999_999n, 1_000_000n),
  })
  .map(({ seconds, nanos }) => START_NANOS + BigInt(seconds) * 1_000_000_000n + nanos);

export const range: fc.Arbitrary<NanosRange> = fc.tuple(timeNanos, timeNanos).map(([a, b]) => ({
  startNanos: unixNanos(a < b ? a : b),
  endNanos: unixNanos(a < b ? b : a),
}));

export const matchers = fc.constantFrom(...MATCHERS);

const frame = fc.constantFrom(
  'main',
  'f@a.ts:3:9',
  'f@a.ts:3:10',
  'f@b.ts:3:9',
  'g',
  'outer|inner',
  '0x10',
);
const value = fc.oneof(
  { weight: 12, arbitrary: fc.bigInt({ min: 0n, max: 9n }) },
  { weight: 1, arbitrary: fc.constantFrom(2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 56n + 3n) },
);
const labels = fc.constantFrom(
  '',
  '',
  ...SPANS.map((span) => ` {span_id="${span}"}`),
  ...TRACES.map((trace) => ` {span_id="${SPANS[0]}", trace_id="${trace}"}`),
  ` {trace_id="${TRACES[0]}"}`,
);

function drawing(typeCount: number): fc.Arbitrary<string> {
  const sample = fc
    .tuple(
      fc.array(frame, { maxLength: 4 }),
      fc.array(value, { minLength: typeCount, maxLength: typeCount }),
      labels,
    )
    .map(([frames, values, ofSample]) =>
      `${frames.join(';')} ${values.join(' ')}${ofSample}`.trim(),
    );
  return fc.array(sample, { maxLength: 5 }).map((lines) => lines.join('\n'));
}

const CPU = { type: 'cpu', unit: 'nanoseconds' };
const SAMPLES = { type: 'samples', unit: 'count' };
const SPACE = { type: 'inuse_space', unit: 'bytes' };
/** The first two share a series: the same label set, type and period. */
const KINDS = [
  { name: 'process_cpu', sampleTypes: [SAMPLES, CPU], periodType: CPU },
  { name: 'process_cpu', sampleTypes: [CPU], periodType: CPU },
  { name: 'process_cpu', sampleTypes: [CPU], periodType: undefined },
  { name: 'memory', sampleTypes: [SPACE], periodType: SPACE },
] as const;

const pushedProfile = (kind: (typeof KINDS)[number]): fc.Arbitrary<Profile> =>
  fc
    .record({
      text: drawing(kind.sampleTypes.length),
      timeNanos: fc.oneof(
        { weight: 9, arbitrary: timeNanos },
        { weight: 1, arbitrary: fc.constant(0n) },
      ),
      durationNanos: fc.constantFrom(0n, 10_000_000_000n),
      period: fc.constantFrom(1n, 10_000_000n),
      comment: fc.constantFrom('one', 'two'),
    })
    .map(({ text, comment, timeNanos: at, ...header }) =>
      profileFromText(text, {
        ...header,
        sampleTypes: kind.sampleTypes,
        periodType: kind.periodType,
        timeNanos: unixNanos(at),
        comments: [comment],
      }),
    );

const collectorId: fc.Arbitrary<PushId | undefined> = fc
  .constantFrom(undefined, undefined, undefined, '1', '2')
  .map((digit) => (digit === undefined ? undefined : pushId(`emb1-${digit.repeat(32)}`)));

const series: fc.Arbitrary<PushSeries> = fc.constantFrom(...KINDS).chain((kind) =>
  fc
    .record({
      service: fc.constantFrom('a', 'b', 'c'),
      pod: fc.constantFrom('', '1', '2'),
      profiles: fc.array(fc.tuple(pushedProfile(kind), collectorId), { maxLength: 3 }),
    })
    .map(({ service, pod, profiles }) => ({
      labels: labelSetFromRecord({ __name__: kind.name, service_name: service, pod }),
      profiles: profiles.map(([profile, id]) =>
        id === undefined ? { profile } : { profile, pushId: id },
      ),
    })),
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      tenant: fc.constantFrom(0, 0, 1),
      series: fc.array(series, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), matchers, range }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'wait' as const }) },
);

export const steps = fc.array(step, { minLength: 1, maxLength: 14 });

/** Conditions on samples; ids of profiles are given by what the query knows of them. */
export const sampleConditions = fc.record(
  {
    spanIds: fc.subarray(
      SPANS.flatMap((id) => spanId(id) ?? []),
      { minLength: 1 },
    ),
    traceIds: fc.subarray(
      TRACES.flatMap((id) => traceId(id) ?? []),
      { minLength: 1 },
    ),
    callSite: fc.array(fc.constantFrom('main', 'f', 'outer', 'inner', 'g'), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
