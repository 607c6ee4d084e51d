import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelSetFromRecord, type Matcher } from '@emberscope/labels';
import { parseProfileType, profileFromText } from '@emberscope/profile';
import { fuzzRuns } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import fc from 'fast-check';
import { ANONYMOUS } from '../../ids.ts';
import type { ProfileStore } from '../../profile-store.ts';
import type { NanosRange } from '../../selection.ts';
import type { StoreAnswer } from '../../store-error.ts';
import { createBruteForceStore } from '../../testing/brute-force-store.ts';
import { plainMergedProfile, plainTree } from '../../testing/plain-answers.ts';
import { createDrawnStore, type DrawnStore } from './testing/drawn-store.ts';

/*
 * Many profiles of two streams within three days, at and beside the edges of hours and days: that
 * sums of whole hours and days with single profiles for the rest are what all of them come to.
 */

const CONTEXT = { signal: new AbortController().signal };
/** 2026-11-24T00:00:00Z */
const MIDNIGHT_NANOS = 1_795_478_400_000_000_000n;
const NOW_MILLIS = Number(MIDNIGHT_NANOS / 1_000_000n) + 2 * 86_400_000;
const HOUR = 3_600_000_000_000n;
const CPU = { type: 'cpu', unit: 'nanoseconds' };
const TYPES = ['samples:count', 'cpu:nanoseconds'].flatMap((type) => {
  const parsed = parseProfileType(`process_cpu:${type}:cpu:nanoseconds`);
  return parsed.ok ? [parsed.profileType] : [];
});

const hours = fc.oneof(
  fc.constantFrom(-1n, 0n, 1n, 2n, 22n, 23n, 24n, 25n),
  fc.bigInt({ min: -24n, max: 47n }),
);
const timeNanos = fc
  .record({
    hours,
    rest: fc.constantFrom(
      0n,
      0n,
      1n,
      1_000_000n,
      1_000_001n,
      HOUR / 2n,
      HOUR - 1n,
      HOUR - 1_000_000n,
    ),
  })
  .map(({ hours: hour, rest }) => MIDNIGHT_NANOS + hour * HOUR + rest);
const range: fc.Arbitrary<NanosRange> = fc.tuple(timeNanos, timeNanos).map(([a, b]) => ({
  startNanos: unixNanos(a < b ? a : b),
  endNanos: unixNanos(a < b ? b : a),
}));
const profile = fc.record({
  pod: fc.constantFrom('1', '1', '2'),
  timeNanos,
  stack: fc.constantFrom('main', 'main;f', 'main;g'),
  values: fc.constantFrom('1 10', '2 20', '3 0', '0 7'),
  comment: fc.constantFrom('one', 'one', 'one', 'one', 'one', 'two'),
});
const matchers: fc.Arbitrary<readonly Matcher[]> = fc.constantFrom(
  [],
  [{ op: '=' as const, name: 'pod', value: '1' }],
);

type DrawnProfile = typeof profile extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const SETTLINGS: readonly (readonly [string, (store: DrawnStore) => Promise<void>])[] = [
  ['flushed', (store) => store.flush()],
  [
    'merged',
    async (store) => {
      await store.flush();
      await store.merge('merged');
    },
  ],
  [
    'merged as days',
    async (store) => {
      await store.flush();
      await store.merge('day');
    },
  ],
];

describe('sums of hours and days', () => {
  for (const [name, settle] of SETTLINGS) {
    test(`are what their profiles come to, ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(profile, { minLength: 1, maxLength: 24 }),
          fc.array(profile, { maxLength: 4 }),
          fc.option(fc.record({ range, matchers }), { nil: undefined }),
          fc.array(fc.record({ range, matchers }), { minLength: 1, maxLength: 6 }),
          async (early, late, deletion, questions) => {
            const nowMillis = () => NOW_MILLIS;
            const drawn = createDrawnStore({ nowMillis });
            const stores: readonly ProfileStore[] = [createBruteForceStore({ nowMillis }), drawn];
            for (const store of stores) await pushAll(store, early);
            await settle(drawn);
            for (const store of stores) {
              if (deletion !== undefined) {
                await store.deleteSeries({ ...deletion, tenants: [ANONYMOUS] });
              }
              await pushAll(store, late);
            }
            for (const question of questions) {
              const answers: unknown[] = [];
              for (const store of stores) answers.push(await ask(store, question));
              assert.deepEqual(answers[1], answers[0]);
            }
          },
        ),
        fuzzRuns(10, 1500),
      );
    });
  }
});

async function pushAll(store: ProfileStore, profiles: readonly DrawnProfile[]): Promise<void> {
  for (const { pod, timeNanos: at, stack, values, comment } of profiles) {
    const labels = labelSetFromRecord({ __name__: 'process_cpu', service_name: 'a', pod });
    const pushed = profileFromText(`${stack} ${values}`, {
      sampleTypes: [{ type: 'samples', unit: 'count' }, CPU],
      periodType: CPU,
      period: 10n,
      durationNanos: 5n,
      timeNanos: unixNanos(at),
      comments: [comment],
    });
    await store.push(ANONYMOUS, [{ labels, profiles: [{ profile: pushed }] }]);
  }
}

async function ask(
  store: ProfileStore,
  asked: { readonly range: NanosRange; readonly matchers: readonly Matcher[] },
): Promise<unknown> {
  const all = { ...asked, tenants: [ANONYMOUS] as const };
  const answers: unknown[] = [
    value(await store.activity({ ...all, groupBy: ['pod', '__type__'] }, CONTEXT)),
    value(await store.labelSets({ ...all, labelNames: ['pod', '__type__'] }, CONTEXT)),
    value(await store.tenantStats([ANONYMOUS], CONTEXT)),
  ];
  for (const profileType of TYPES) {
    const q = { ...all, profileType };
    for (const mode of ['sum', 'average', 'last'] as const) {
      const tree = { ...q, mode, frameKey: 'reported-name' } as const;
      answers.push(plainTree(value(await store.mergeTree(tree, CONTEXT))));
      answers.push(value(await store.mergeTotal({ ...q, mode }, CONTEXT)));
    }
    answers.push(plainMergedProfile(value(await store.mergeProfile(q, CONTEXT))));
  }
  return answers;
}

function value<Value>(answer: StoreAnswer<Value>): Value {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
  return answer.value;
}
