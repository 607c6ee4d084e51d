import { unixNanos } from '@emberscope/units';
import fc from 'fast-check';
import type { NanosRange, ProfileSelection, Selection } from '../selection.ts';
import {
  FUNCTIONS,
  matchers,
  PROFILE_TYPES,
  range,
  START_MILLIS,
  sampleConditions,
  TENANTS,
} from './drawn-steps.ts';

/*
 * Random selections that meet what `drawn-steps` pushes: ranges whose ends lie on profiles, on whole
 * hours, or around everything; buckets whose edges do.
 */

/** How far a step of waiting goes: what comes next lies in another day. */
export const WAIT_MILLIS = 126 * 86_400_000;

const WAIT_NANOS = BigInt(WAIT_MILLIS) * 1_000_000n;
const START_NANOS = BigInt(START_MILLIS) * 1_000_000n;
const HOUR_NANOS = 3_600_000_000_000n;

const tenants = fc.constantFrom([TENANTS[0]], [TENANTS[0], TENANTS[1]], [TENANTS[1], TENANTS[1]]);
/** Ranges that whole hours or days lie in, or all but their ends: sums may stand for those. */
const wholeHours: fc.Arbitrary<NanosRange> = fc
  .record({
    hours: fc.constantFrom<readonly [bigint, bigint]>([-1n, 0n], [0n, 1n], [-2n, 2n], [-12n, 12n]),
    short: fc.constantFrom(0n, 0n, 1n),
  })
  .map(({ hours: [from, to], short }) => ({
    startNanos: unixNanos(START_NANOS + from * HOUR_NANOS + short),
    endNanos: unixNanos(START_NANOS + to * HOUR_NANOS - 1n),
  }));
export const selection: fc.Arbitrary<Selection> = fc.record({
  tenants: tenants.map(([first = TENANTS[0], ...others]) => [first, ...others] as const),
  range: fc.oneof(range, wholeHours, fc.constant(everything())),
  matchers,
});
export const profileSelection: fc.Arbitrary<ProfileSelection> = fc
  .tuple(selection, fc.constantFrom(...PROFILE_TYPES), fc.oneof(fc.constant({}), sampleConditions))
  .map(([q, profileType, conditions]) => ({ ...q, profileType, ...conditions }));
export const groupBy = fc.subarray(['service_name', 'pod', '__type__', 'nope']);
export const mode = fc.constantFrom('sum' as const, 'average' as const, 'last' as const);
/** Of a tree: all of it, or about so many nodes. */
export const keepNodes = fc.constantFrom(0, 0, 1, 2, 5, 100);
export const limit = fc.constantFrom(0, 1, 2, 100);
/** Small steps over seconds, large ones over years: the plain store walks through every bucket. */
export const bucketed = fc
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
export const wanted = fc.constantFrom(...FUNCTIONS);

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
